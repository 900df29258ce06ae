import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { ProgrammeError } from '../e2e/report';

/** Go modules that are installed as they are published. Seconds: a build with nothing in Go's cache, on 2 cores. */
const GO_PROGRAMS = {
  versitygw: { package: 'github.com/versity/versitygw/cmd/versitygw@v1.8.0', seconds: 110 },
  sops: { package: 'github.com/getsops/sops/v3/cmd/sops@v3.13.3', seconds: 160 },
  rclone: { package: 'github.com/rclone/rclone@v1.75.1', seconds: 180 },
  'age-keygen': { package: 'filippo.io/age/cmd/age-keygen@v1.3.1', seconds: 10 },
} as const;

/** Debian 13, from which the root folders of the stand-in images are made. */
const DEBIAN = {
  suite: 'trixie',
  packages: [
    ...['postgresql-17', 'pgbouncer', 'prometheus-pushgateway'],
    ...['zstd', 'xz-utils', 'busybox', 'libfaketime'],
  ],
  seconds: 100,
} as const;

/** Debian's next, the only one with MySQL; it stands in for the image of XWiki too, with the programs that both have. */
const SID = {
  suite: 'sid',
  packages: ['mysql-server', 'mysql-client', 'zstd', 'gawk', 'curl', 'unzip', 'zip', 'libfaketime'],
  seconds: 200,
} as const;

/** Images of busybox and one program. */
const TOOL_IMAGES = ['sops', 'rclone'] as const;

/** Seconds between two signs of life of a build. */
const PROGRESS_SECONDS = 15;

export interface Programs {
  /** Programs of the host, by name. */
  readonly go: Readonly<Record<keyof typeof GO_PROGRAMS, string>>;
  /** Root folders: of Debian with PostgreSQL or MySQL, and of busybox with one program. */
  readonly roots: Readonly<Record<'postgresql' | 'mysql' | (typeof TOOL_IMAGES)[number], string>>;
}

const cacheFolder = (): string =>
  join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'strata-servers');

const hashOf = (what: unknown): string =>
  createHash('sha256').update(JSON.stringify(what)).digest('hex').slice(0, 12);

/** All programs, from the cache, or built into it. Throws a ProgrammeError where that cannot be. */
export async function findPrograms(say: (line: string) => void): Promise<Programs> {
  if (process.getuid?.() !== 0)
    throw new ProgrammeError('root is needed, for chroot and mounts: run this as root, or with sudo');
  const names = Object.keys(GO_PROGRAMS) as (keyof typeof GO_PROGRAMS)[];
  const go = Object.fromEntries(names.map((name) => [name, goFile(name)])) as Programs['go'];
  const debian = join(cacheFolder(), `${DEBIAN.suite}-${hashOf(DEBIAN.packages)}`);
  const sid = join(cacheFolder(), `${SID.suite}-${hashOf(SID.packages)}`);
  const missing = names.filter((name) => !existsSync(go[name]));
  const seconds =
    missing.reduce((sum, name) => sum + GO_PROGRAMS[name].seconds, 0) +
    (existsSync(debian) ? 0 : DEBIAN.seconds) +
    (existsSync(sid) ? 0 : SID.seconds);
  if (seconds) say(`making programs: once, about ${Math.ceil(seconds / 60)} minutes on 2 cores`);
  await Promise.all([
    (async () => {
      for (const name of missing) await buildGo(name, go[name], say);
    })(),
    existsSync(debian) ? undefined : makeDebian(DEBIAN, 'postgres', debian, say),
    existsSync(sid) ? undefined : makeDebian(SID, 'mysql', sid, say),
  ]);
  const roots = Object.fromEntries(
    TOOL_IMAGES.map((name) => [name, toolRoot(name, go[name], debian)]),
  ) as Omit<Programs['roots'], 'postgresql' | 'mysql'>;
  return { go, roots: { postgresql: debian, mysql: sid, ...roots } };
}

const goFile = (name: keyof typeof GO_PROGRAMS): string =>
  join(cacheFolder(), `${name}-${hashOf(GO_PROGRAMS[name].package)}`, name);

async function buildGo(
  name: keyof typeof GO_PROGRAMS,
  file: string,
  say: (line: string) => void,
): Promise<void> {
  const folder = `${dirname(file)}.${process.pid}`;
  await build(name, 'go', ['install', '-v', '-trimpath', '-ldflags=-s -w', GO_PROGRAMS[name].package], say, {
    GOBIN: folder,
    // the images are of musl, and their programs are static
    CGO_ENABLED: '0',
  });
  settle(folder, dirname(file));
}

async function makeDebian(
  { suite, packages }: { readonly suite: string; readonly packages: readonly string[] },
  user: string,
  folder: string,
  say: (line: string) => void,
): Promise<void> {
  const temporary = `${folder}.${process.pid}`;
  mkdirSync(dirname(folder), { recursive: true });
  await build(
    `Debian ${suite}`,
    'debootstrap',
    ['--variant=minbase', `--include=${packages.join(',')}`, suite, temporary],
    say,
  );
  // as in the images (docker-library/postgres and mysql, Dockerfile): their user is 999
  const passwd = join(temporary, 'etc/passwd');
  const lines = readFileSync(passwd, 'utf8').split('\n');
  rmSync(passwd);
  appendFileSync(passwd, lines.filter((line) => !line.startsWith(`${user}:`)).join('\n'));
  appendFileSync(passwd, `${user}:x:999:999::/tmp:/bin/bash\n`);
  appendFileSync(join(temporary, 'etc/group'), `strata-${user}:x:999:\n`);
  settle(temporary, folder);
}

/** A finished folder gets its name in one step; where another run was first, its folder stays. */
function settle(temporary: string, folder: string): void {
  try {
    renameSync(temporary, folder);
  } catch (error) {
    rmSync(temporary, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  }
}

/** busybox, as dynamic program so that a clock can be set before it, a link per applet, and one program: nothing else can be called. */
function toolRoot(name: string, program: string, debian: string): string {
  const folder = join(cacheFolder(), `${name}-root-${hashOf([program, debian, 2])}`);
  if (existsSync(folder)) return folder;
  const temporary = `${folder}.${process.pid}`;
  for (const path of ['bin', 'usr/local/bin', 'etc', 'usr/lib'])
    mkdirSync(join(temporary, path), { recursive: true });
  symlinkSync('usr/lib', join(temporary, 'lib'));
  const [applets, libraries] = [
    'busybox --list',
    'ldd /bin/busybox /usr/lib/*/faketime/libfaketime.so.1',
  ].map((command) => spawnSync('chroot', [debian, 'sh', '-c', command], { encoding: 'utf8' }).stdout);
  copyFileSync(join(debian, 'bin/busybox'), join(temporary, 'bin/busybox'));
  for (const applet of applets?.trim().split('\n') ?? [])
    if (applet !== 'busybox') symlinkSync('busybox', join(temporary, 'bin', applet));
  const files = new Set(libraries?.match(/\/\S+\.so[.\d]*(?=[\s:])/g));
  for (const file of files) {
    const target = file.includes('libfaketime') ? `/usr/lib/${basename(file)}` : file;
    // /lib64 and /lib are links to /usr/… in Debian
    mkdirSync(join(temporary, dirname(target)), { recursive: true });
    copyFileSync(join(debian, file), join(temporary, target));
  }
  copyFileSync(program, join(temporary, 'usr/local/bin', name));
  chmodSync(join(temporary, 'usr/local/bin', name), 0o755);
  appendFileSync(join(temporary, 'etc/passwd'), 'root:x:0:0::/:/bin/sh\n');
  settle(temporary, folder);
  return folder;
}

/** Runs a build, with a line now and then, and its last lines where it fails. */
async function build(
  name: string,
  program: string,
  args: readonly string[],
  say: (line: string) => void,
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  const start = performance.now();
  const child = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  const abandon = (): void => void child.kill();
  process.once('exit', abandon);
  const output: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => output.push(...text.split('\n').filter(Boolean)));
  const seconds = (): string => `${Math.round((performance.now() - start) / 1000)} s`;
  const ticks = setInterval(
    () => say(`  ${name}: ${output.length} steps, ${seconds()}`),
    PROGRESS_SECONDS * 1000,
  );
  const code = await new Promise<number | null>((resolve) => {
    child.on('close', resolve);
    child.on('error', (error) => {
      output.push(`${error.message}: install ${program}`);
      resolve(-1);
    });
  });
  clearInterval(ticks);
  process.off('exit', abandon);
  if (code !== 0)
    throw new ProgrammeError(`${program} ${args.join(' ')} failed:\n${output.slice(-20).join('\n')}`);
  say(`  ${name}: made in ${seconds()}`);
}
