import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a container of a pod is, as far as a script can tell: a root folder, mounts, a user, an environment, a memory limit. */
export interface ContainerSpec {
  readonly name: string;
  /** Root folder. It is read-only, as in our pods. */
  readonly root: string;
  readonly command: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Folder in the container → folder of the host. */
  readonly mounts?: Readonly<Record<string, string>>;
  /** Folders in the container that are a file system of so many bytes, in memory. */
  readonly small?: Readonly<Record<string, number>>;
  /** @default 999 */
  readonly user?: number;
  /** @default the user's number */
  readonly group?: number;
  /** Limit in bytes; the kernel ends what goes beyond. */
  readonly memory?: number;
  /** Gets stdout and stderr. */
  readonly log: string;
}

export interface Result {
  readonly code: number | null;
  readonly output: string;
  readonly seconds: number;
  /** Most bytes that were charged to it at once, page cache included; undefined where no limit was set. */
  readonly peakBytes: number | undefined;
  /** Most bytes of it that were not page cache. */
  readonly peakAnonymousBytes: number | undefined;
}

/**
 * Prepares the root inside of new mount, PID and IPC namespaces: the image below, memory on top, so that nothing is ever written to the
 * image; then the mounts; then read-only. $1 root, $2 cgroup, $3 uid:gid, then mounts `source=target`, `--`, the command.
 */
const ENTER = `
set -eu
root=$1 cgroup=$2 user=$3
shift 3
[ -z "$cgroup" ] || echo 0 >"$cgroup/cgroup.procs"
mount -t tmpfs -o mode=0755 tmpfs /mnt
mkdir /mnt/upper /mnt/work /mnt/root
mount -t overlay -o "lowerdir=$root,upperdir=/mnt/upper,workdir=/mnt/work" overlay /mnt/root
mkdir -p /mnt/root/proc /mnt/root/dev /mnt/root/tmp
chmod 1777 /mnt/root/tmp
while [ "$1" != -- ]; do
  target=/mnt/root\${1#*=} source=\${1%%=*}
  mkdir -p "$target"
  case $source in
    tmpfs:*) mount -t tmpfs -o "size=\${source#tmpfs:},mode=1777" tmpfs "$target" ;;
    *) mount --bind "$source" "$target" ;;
  esac
  shift
done
shift
mount -t proc proc /mnt/root/proc
mount --rbind /dev /mnt/root/dev
mount -t tmpfs -o mode=1777 tmpfs /mnt/root/dev/shm
mount -o remount,ro /mnt/root
exec chroot --userspec="$user" /mnt/root "$@"
`;

const running = new Set<Container>();
// nothing outlives the run, however it ends
process.on('exit', () => {
  for (const container of running) container.kill();
});

/** Ends what was started since `before` was taken and logs into `folder`: what a case leaves that took too long. */
export function killSince(before: ReadonlySet<Container>, folder: string): void {
  for (const container of running)
    if (!before.has(container) && container.spec.log.startsWith(folder)) container.kill();
}

export const runningContainers = (): ReadonlySet<Container> => new Set(running);

/** A running container. Its processes end with it, by SIGKILL, whoever ends it. */
export class Container {
  readonly ended: Promise<Result>;
  private readonly child: ChildProcess;
  private readonly cgroup: string | undefined;
  private anonymous = 0;

  constructor(readonly spec: ContainerSpec) {
    const { root, env, mounts, small, user = 999, group = user, memory, command, log } = spec;
    this.cgroup = memory === undefined ? undefined : makeCgroup(spec.name, memory);
    const sources = [
      ...Object.entries(mounts ?? {}).map(([target, source]) => `${source}=${target}`),
      ...Object.entries({ '/tmp': 64 * 2 ** 20, ...small }).map(
        ([target, bytes]) => `tmpfs:${bytes}=${target}`,
      ),
    ];
    const descriptor = openSync(log, 'a');
    // before anything can be written
    const offset = readFileSync(log).length;
    const start = performance.now();
    this.child = spawn(
      'unshare',
      [
        ...['--mount', '--pid', '--ipc', '--fork', '--kill-child=SIGKILL', '--propagation=private'],
        ...[
          'sh',
          '-c',
          ENTER,
          spec.name,
          root,
          this.cgroup ?? '',
          `${user}:${group}`,
          ...sources,
          '--',
          ...command,
        ],
      ],
      {
        stdio: ['ignore', descriptor, descriptor],
        env: { PATH: PATH, HOME: '/tmp', ...env },
        detached: true,
      },
    );
    closeSync(descriptor);
    running.add(this);
    const sampler = setInterval(() => this.sample(), 100);
    this.ended = new Promise((resolve) => {
      this.child.once('error', (error) => {
        writeFileSync(log, `${error.message}\n`, { flag: 'a' });
      });
      this.child.once('close', (code) => {
        clearInterval(sampler);
        running.delete(this);
        const seconds = (performance.now() - start) / 1000;
        const output = readFileSync(log).subarray(offset).toString();
        const peakBytes = this.cgroup === undefined ? undefined : peakOf(this.cgroup);
        const peakAnonymousBytes = this.cgroup === undefined ? undefined : this.anonymous;
        if (this.cgroup !== undefined) rmdirSync(this.cgroup);
        resolve({ code, output, seconds, peakBytes, peakAnonymousBytes });
      });
    });
  }

  /** As the kubelet does after the grace period, or the kernel when memory is short. The namespace ends with its first process. */
  kill(): void {
    const first = this.first();
    // the signal that --kill-child asks for is forgotten when the user changes
    if (first === undefined) this.child.kill('SIGKILL');
    else process.kill(first, 'SIGKILL');
  }

  /** A signal to the first process of the container. */
  signal(name: NodeJS.Signals): void {
    const first = this.first();
    if (first !== undefined) process.kill(first, name);
  }

  private first(): number | undefined {
    try {
      const { pid } = this.child;
      const [first] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
      return first ? Number(first) : undefined;
    } catch {
      return undefined;
    }
  }

  private sample(): void {
    if (this.cgroup === undefined) return;
    const stat = readFileSync(join(this.cgroup, 'memory.stat'), 'utf8');
    // v1 says rss, v2 anon
    this.anonymous = Math.max(this.anonymous, Number(/^(?:total_rss|anon) (\d+)$/m.exec(stat)?.[1] ?? 0));
  }
}

/** Runs a container to its end. */
export const run = (spec: ContainerSpec): Promise<Result> => new Container(spec).ended;

/** PATH of the postgres image; a folder that is not there does no harm elsewhere. */
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/usr/lib/postgresql/17/bin';

let count = 0;

/** A cgroup with a memory limit, of version 1 or 2, whichever the kernel shows. */
function makeCgroup(name: string, bytes: number): string {
  const first = '/sys/fs/cgroup/memory';
  const v1 = existsSync(first);
  const folder = join(v1 ? first : '/sys/fs/cgroup', `strata-${process.pid}-${name}-${count++}`);
  mkdirSync(folder);
  writeFileSync(join(folder, v1 ? 'memory.limit_in_bytes' : 'memory.max'), String(bytes));
  return folder;
}

function peakOf(cgroup: string): number | undefined {
  for (const file of ['memory.max_usage_in_bytes', 'memory.peak'])
    if (existsSync(join(cgroup, file))) return Number(readFileSync(join(cgroup, file), 'utf8'));
  return undefined;
}
