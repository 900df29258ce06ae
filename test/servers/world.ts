import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync, chownSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { postgresqlConfiguration } from '../../charts/data/postgresql/configuration';
import { postgresqlTuning } from '../../charts/data/postgresql/tuning';
import { freePorts, sleep } from '../e2e/processes';
import { Container, type ContainerSpec, type Result } from './container';
import type { Programs } from './programs';
import { Proxy } from './proxy';

/** Folders and files that are in the ConfigMaps of our pods. */
const SCRIPT_FOLDERS = ['charts/core/backup', 'charts/data/postgresql/backup'];
const SCRIPT_FILES = ['prepare.sh', 'operations.sql', 'database.sql', 'strata.sql'];
/** Seconds that a server may take to answer. */
const START_SECONDS = 30;
/** User of our pods with PostgreSQL. */
const UID = 999;

const BUCKET = 'backups';

const SIZING = { memory: '1Gi', size: '20Gi', databases: 1 } as const;
/** postgresql.conf of all servers here, and so of their drills. */
export const POSTGRESQL_CONF = postgresqlConfiguration(postgresqlTuning(SIZING, 'postgresql'), SIZING);

/** What the cases of one suite share: servers that start when first asked for, and a folder. */
export class World {
  readonly scripts: string;
  private readonly ends: (() => Promise<void> | void)[] = [];
  private storage: Promise<Storage> | undefined;
  private gateway: Promise<Pushgateway> | undefined;
  private pods = 0;

  constructor(
    readonly programs: Programs,
    readonly folder: string,
  ) {
    mkdirSync(folder, { recursive: true, mode: 0o755 });
    this.scripts = join(folder, 'scripts');
    for (const source of SCRIPT_FOLDERS)
      if (existsSync(source)) cpSync(resolve(source), this.scripts, { recursive: true });
    for (const file of SCRIPT_FILES) cpSync(join('charts/data/postgresql', file), join(this.scripts, file));
    writeFileSync(join(this.scripts, 'postgresql.conf'), POSTGRESQL_CONF);
  }

  /** An S3 server with the bucket, and a line to it. */
  s3(): Promise<Storage> {
    this.storage ??= Storage.start(this);
    return this.storage;
  }

  pushgateway(): Promise<Pushgateway> {
    this.gateway ??= Pushgateway.start(this);
    return this.gateway;
  }

  /** A folder that the user of the pods owns. */
  makeFolder(...names: readonly string[]): string {
    const path = join(this.folder, ...names);
    mkdirSync(path, { recursive: true, mode: 0o755 });
    chownSync(path, UID, UID);
    return path;
  }

  /** A pair of age keys: the file of the identity, and the recipient. */
  ageKeys(name: string): { readonly folder: string; readonly recipient: string } {
    const folder = this.makeFolder('identities', name);
    const file = join(folder, 'identity');
    const { stdout, stderr } = spawnSync(this.programs.go['age-keygen'], { encoding: 'utf8' });
    const recipient = /age1[0-9a-z]+/.exec(stdout + stderr)?.[0];
    if (!recipient) throw new Error(`age-keygen made no key: ${stderr}`);
    writeFileSync(file, stdout);
    chownSync(file, UID, UID);
    return { folder, recipient };
  }

  /** Folders of a new pod. */
  async pod(identity: PodIdentity): Promise<Pod> {
    return new Pod(this, `pod-${++this.pods}`, identity, await this.s3(), await this.pushgateway());
  }

  /** A program of the host that ends with the world. */
  start(name: string, program: string, args: readonly string[]): ChildProcess {
    const child = spawn(program, args, { stdio: 'ignore', detached: true });
    const kill = (): void => void child.kill('SIGKILL');
    process.once('exit', kill);
    child.once('exit', () => process.off('exit', kill));
    this.onEnd(kill);
    return child;
  }

  onEnd(end: () => Promise<void> | void): void {
    this.ends.unshift(end);
  }

  async end(): Promise<void> {
    for (const end of this.ends.splice(0)) await end();
  }
}

/** Waits until something answers. */
export async function until(
  what: string,
  ready: () => Promise<boolean> | boolean,
  seconds = START_SECONDS,
): Promise<void> {
  const end = performance.now() + seconds * 1000;
  for (;;) {
    if (await ready()) return;
    if (performance.now() > end) throw new Error(`${what}: not within ${seconds} s`);
    await sleep(50);
  }
}

const answers = (url: string): Promise<boolean> =>
  fetch(url).then(
    () => true,
    () => false,
  );

/** versitygw over a folder, behind a line that can be cut. */
export class Storage {
  readonly accessKey = 'strata-access';
  readonly secretKey = 'strata-secret-key';

  private constructor(
    private readonly world: World,
    /** The objects, as files. */
    readonly objects: string,
    private readonly port: number,
    readonly line: Proxy,
  ) {}

  static async start(world: World): Promise<Storage> {
    const [port = 0, front = 0] = await freePorts(2);
    const folder = join(world.folder, 's3');
    mkdirSync(join(folder, BUCKET), { recursive: true });
    const storage = new Storage(world, join(folder, BUCKET), port, new Proxy(front, port));
    await storage.run();
    await storage.line.open();
    world.onEnd(() => storage.line.cut());
    return storage;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${this.line.port}`;
  }

  /** Environment of a step that talks to the bucket. */
  get environment(): Record<string, string> {
    return {
      RCLONE_S3_PROVIDER: 'Other',
      RCLONE_S3_ENDPOINT: this.endpoint,
      RCLONE_S3_REGION: 'us-east-1',
      RCLONE_S3_ACCESS_KEY_ID: this.accessKey,
      RCLONE_S3_SECRET_ACCESS_KEY: this.secretKey,
      BUCKET,
      // a case has no minutes for patience
      RCLONE_RETRIES: '2',
      RCLONE_RETRIES_SLEEP: '500ms',
      RCLONE_LOW_LEVEL_RETRIES: '2',
    };
  }

  /** Writes files of a folder as whoever has the keys of the bucket can. */
  async put(folder: string, path: string): Promise<void> {
    const args = ['copy', '--config=/dev/null', '--ignore-times', folder, `:s3:${BUCKET}/${path}`];
    const child = spawn(this.world.programs.go.rclone, args, {
      stdio: 'inherit',
      env: { ...process.env, ...this.environment },
    });
    const code = await new Promise((resolve) => child.once('close', resolve));
    if (code !== 0) throw new Error(`rclone ${args.join(' ')} ended with ${String(code)}`);
  }

  private async run(): Promise<void> {
    const args = ['--port', `127.0.0.1:${this.port}`, '--quiet'];
    const keys = ['--access', this.accessKey, '--secret', this.secretKey];
    this.world.start('versitygw', this.world.programs.go.versitygw, [
      ...keys,
      ...args,
      'posix',
      join(this.objects, '..'),
    ]);
    await until('versitygw', () => answers(`http://127.0.0.1:${this.port}/`));
  }
}

/** Debian's Pushgateway. */
export class Pushgateway {
  private constructor(readonly url: string) {}

  static async start(world: World): Promise<Pushgateway> {
    const [port = 0] = await freePorts(1);
    const container = new Container({
      name: 'pushgateway',
      root: world.programs.roots.postgresql,
      command: ['prometheus-pushgateway', `--web.listen-address=127.0.0.1:${port}`],
      user: 65534,
      log: join(world.folder, 'pushgateway.log'),
    });
    world.onEnd(async () => {
      container.kill();
      await container.ended;
    });
    const url = `http://127.0.0.1:${port}`;
    await until('pushgateway', () => answers(`${url}/-/ready`));
    return new Pushgateway(url);
  }

  /** The value of a metric of a component; undefined where nobody pushed it. */
  async value(metric: string, component: string): Promise<number | undefined> {
    const text = await (await fetch(`${this.url}/metrics`)).text();
    const line = text
      .split('\n')
      .find((item) => item.startsWith(`${metric}{`) && item.includes(`component="${component}"`));
    return line === undefined ? undefined : Number(line.split(' ').at(-1));
  }
}

export interface PodIdentity {
  readonly component: string;
  readonly kind: string;
}

export interface StepOptions extends Partial<
  Pick<ContainerSpec, 'root' | 'env' | 'mounts' | 'small' | 'memory' | 'user'>
> {
  readonly args?: readonly string[];
}

/** The folders that the steps of one run share, and the steps. */
export class Pod {
  readonly work: string;
  readonly keys: string;

  constructor(
    readonly world: World,
    readonly name: string,
    readonly identity: PodIdentity,
    readonly storage: Storage,
    private readonly gateway: Pushgateway,
  ) {
    this.work = world.makeFolder(name, 'work');
    this.keys = world.makeFolder(name, 'keys');
  }

  get environment(): Record<string, string> {
    return { CLUSTER: 'mono', COMPONENT: this.identity.component, KIND: this.identity.kind };
  }

  /** Where its sets are, as files of the S3 server. */
  get sets(): string {
    return join(this.storage.objects, 'mono', this.identity.component, this.identity.kind);
  }

  /** A step as its container, not yet waited for. */
  start(step: string, { env, mounts, args = [], ...options }: StepOptions = {}): Container {
    const tool = IMAGE_OF[step];
    const root = this.world.programs.roots[tool ?? 'postgresql'];
    return new Container({
      name: `${this.name}-${step}`,
      root,
      command: [tool ? 'sh' : 'bash', `/scripts/${step}.sh`, ...args],
      env: {
        ...this.environment,
        ...(tool === 'rclone' && {
          ...this.storage.environment,
          RETENTION_DAYS: '30',
          MAX_AGE_SECONDS: '86400',
          PUSHGATEWAY: this.gateway.url,
        }),
        ...env,
      },
      mounts: { '/work': this.work, '/keys': this.keys, '/scripts': this.world.scripts, ...mounts },
      log: join(this.world.folder, `${this.name}.log`),
      ...options,
    });
  }

  run(step: string, options?: StepOptions): Promise<Result> {
    return this.start(step, options).ended;
  }

  /** Runs a step that has to succeed. */
  async succeed(step: string, options?: StepOptions): Promise<Result> {
    const result = await this.run(step, options);
    if (result.code !== 0) throw new Error(`${step} ended with ${result.code}:\n${result.output}`);
    return result;
  }

  /** Runs a step that has to fail, by itself and saying `message`. */
  async fail(step: string, message: RegExp, options?: StepOptions): Promise<Result> {
    const result = await this.run(step, options);
    if (result.code !== 1) throw new Error(`${step} ended with ${result.code}, not 1:\n${result.output}`);
    if (!message.test(result.output)) throw new Error(`${step} does not say ${message}:\n${result.output}`);
    return result;
  }

  /** Puts files where a dump puts them. */
  dump(files: Readonly<Record<string, string | Buffer>>): void {
    const folder = this.world.makeFolder(this.name, 'work', 'data');
    for (const [name, content] of Object.entries({ 'facts.json': '{}', ...files })) {
      writeFileSync(join(folder, name), content);
      chownSync(join(folder, name), UID, UID);
    }
  }

  read(path: string): string {
    return readFileSync(join(this.work, path), 'utf8');
  }

  clear(): void {
    for (const folder of [this.work, this.keys]) rmSync(folder, { recursive: true });
    this.world.makeFolder(this.name, 'work');
    this.world.makeFolder(this.name, 'keys');
  }
}

/** Steps that do not run in the image of the database. */
const IMAGE_OF: Readonly<Record<string, 'sops' | 'rclone'>> = {
  key: 'sops',
  open: 'sops',
  store: 'rclone',
  check: 'rclone',
  fetch: 'rclone',
  decrypt: 'rclone',
  report: 'rclone',
  ship: 'rclone',
};
