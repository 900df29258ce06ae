import { cpSync, mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PlacedContainer } from '../../checks/core/workloads';
import { Container, run, type ContainerSpec, type Result } from './container';
import { passwordOf } from './live-pods';
import { certificates, DOMAIN, rendered, withVariables, type Texts } from './trio-files';
import { until, type World } from './world';

/** WAL that is kept for standbys is so little here that a case can exceed it. */
const LITTLE_WAL: Texts = {
  max_slot_wal_keep_size: '48MB',
  wal_keep_size: '0',
  max_wal_size: '64MB',
  min_wal_size: '32MB',
  shared_buffers: '32MB',
};

/**
 * A primary and two standbys as they are rendered: their scripts, configuration, commands and environments, on Debian's programs. Only
 * addresses differ, since all three run on one host, and the limits above.
 */
export class Trio {
  /** What the settings name. */
  private readonly record: string;
  private readonly tls: string;
  private readonly etc: string;
  private readonly containers: readonly PlacedContainer['container'][];
  private readonly configuration: Texts;
  private readonly running = new Map<number, Container>();
  /** Passwords that differ from those of passwordOf, by account. */
  readonly passwords: Record<string, string> = {};
  databases: readonly string[] = ['shop'];

  constructor(
    private readonly world: World,
    options: { readonly synchronous: boolean },
  ) {
    const { containers, configuration } = rendered(this.databases, options.synchronous);
    this.containers = containers;
    this.configuration = configuration;
    this.record = world.makeFolder('primary');
    this.tls = certificates(world);
    this.etc = this.hosts();
    this.name(0);
    for (const number of [0, 1, 2]) this.configure(number, {});
    world.onEnd(async () => {
      await Promise.all([...this.running.keys()].map((number) => this.kill(number)));
    });
  }

  /** Does what a changed setting `primary` does: the file that all pods see. */
  name(primary: number): void {
    writeFileSync(join(this.record, 'primary'), `postgresql-${primary}`);
  }

  /** Changes variables of one server's configuration, for its next start. */
  configure(number: number, changes: Texts): void {
    const folder = this.folder(number, 'config');
    for (const [file, text] of Object.entries(this.configuration))
      writeFileSync(
        join(folder, file),
        file === 'postgresql.conf'
          ? withVariables(text, { ...LITTLE_WAL, listen_addresses: `'${address(number)}'`, ...changes })
          : text,
      );
  }

  folder(number: number, name: string): string {
    return this.world.makeFolder(`server-${number}`, name);
  }

  /** All that the claim holds. */
  emptyVolume(number: number): void {
    rmSync(this.folder(number, 'volume'), { recursive: true });
    this.folder(number, 'volume');
  }

  log(number: number): string {
    return readFileSync(join(this.world.folder, `server-${number}.log`), 'utf8');
  }

  prepare(number: number): Promise<Result> {
    return run({ ...this.spec(number, 'prepare'), log: join(this.world.folder, `prepare-${number}.log`) });
  }

  /** The init container, and the server when it is through. */
  async start(number: number): Promise<void> {
    const { code, output } = await this.prepare(number);
    if (code !== 0) throw new Error(`prepare of ${number} ended with ${code}:\n${output}`);
    this.startServer(number);
  }

  /** The server's container alone, as the kubelet restarts it. */
  startServer(number: number): Container {
    const container = new Container(this.spec(number, 'postgresql'));
    this.running.set(number, container);
    void container.ended.then(() => {
      if (this.running.get(number) === container) this.running.delete(number);
    });
    return container;
  }

  async stop(number: number): Promise<void> {
    const container = this.running.get(number);
    container?.signal('SIGTERM');
    await container?.ended;
  }

  async kill(number: number): Promise<void> {
    const container = this.running.get(number);
    container?.kill();
    await container?.ended;
  }

  /** What the kubelet does when the liveness probe fails for good. */
  async restart(number: number): Promise<void> {
    await this.stop(number);
    this.startServer(number);
    await this.ready(number);
  }

  /** A script in the pod, as `kubectl exec` runs it. */
  script(number: number, name: string, ...args: readonly string[]): Promise<Result> {
    return this.inside(number, ['bash', `/etc/strata/${name}`, ...args]);
  }

  /** The same for one that is not waited for. */
  begin(number: number, name: string, ...args: readonly string[]): Container {
    return new Container(this.insideSpec(number, ['bash', `/etc/strata/${name}`, ...args]));
  }

  /** What scripts in the pod have said. */
  insideLog(number: number): string {
    return readFileSync(this.insideSpec(number, []).log, 'utf8');
  }

  /** Gives the certificate the time of its renewal: a second from now, as file times go. */
  renewCertificate(): void {
    const soon = Date.now() / 1000 + 1;
    utimesSync(join(this.tls, 'tls.crt'), soon, soon);
  }

  /** The liveness probe: its exit code and what it says. */
  live(number: number): Promise<Result> {
    return this.script(number, 'live.sh');
  }

  /** A statement of the superuser; rejects where it fails. */
  async sql(number: number, statement: string, database = 'shop'): Promise<string> {
    const { code, output } = await this.inside(number, [
      'psql',
      '-XAtqU',
      'postgres',
      '-d',
      database,
      '-c',
      statement,
    ]);
    if (code !== 0) throw new Error(`server ${number}: ${statement}\n${output}`);
    return output.trim();
  }

  ready(number: number): Promise<void> {
    return until(
      `server ${number} answers`,
      async () => (await this.inside(number, ['pg_isready', '-q'])).code === 0,
      60,
    );
  }

  /** Waits until all of the others stream from `primary`. */
  streaming(primary: number, standbys = 2): Promise<void> {
    const count = `SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming' AND application_name LIKE 'postgresql-%'`;
    return until(
      `${standbys} standbys stream from ${primary}`,
      async () => (await this.sql(primary, count)) === String(standbys),
      60,
    );
  }

  /** Whether the account may log in with the password, from another pod. */
  async login(
    number: number,
    user: string,
    password: string,
    database: string,
    mode = 'verify-full',
  ): Promise<boolean> {
    const { code } = await this.inside(number, [
      ...['env', `PGPASSWORD=${password}`, `PGSSLMODE=${mode}`, 'PGSSLROOTCERT=/etc/postgresql-tls/ca.crt'],
      ...[
        'psql',
        '-XAtq',
        '-h',
        `postgresql-${number}.${DOMAIN}`,
        '-U',
        user,
        '-d',
        database,
        '-c',
        'SELECT',
      ],
    ]);
    return code === 0;
  }

  private inside(number: number, command: readonly string[]): Promise<Result> {
    return run(this.insideSpec(number, command));
  }

  private insideSpec(number: number, command: readonly string[]): ContainerSpec {
    const log = join(this.world.folder, `inside-${number}.log`);
    return { ...this.spec(number, 'postgresql'), command, log };
  }

  private spec(number: number, name: string): ContainerSpec {
    const found = this.containers.find((container) => container.name === name);
    if (!found) throw new Error(`no container ${name}`);
    return {
      name: `server-${number}`,
      root: this.world.programs.roots.postgresql,
      command: [...(found.command ?? []).slice(0, 2), ...(name === 'prepare' ? this.databases : [])],
      env: { ...this.environment(found), POD: `postgresql-${number}` },
      mounts: {
        '/etc': this.etc,
        '/etc/strata': this.folder(number, 'config'),
        '/etc/strata-primary': this.record,
        '/etc/postgresql-tls': this.tls,
        '/var/lib/postgresql/data': this.folder(number, 'volume'),
        // /var/run is a link in the image, which would lead out of its root here
        '/run/postgresql': this.folder(number, 'socket'),
        '/run/replication': this.folder(number, 'replication'),
      },
      log: join(this.world.folder, `server-${number}.log`),
    };
  }

  private environment({ env }: PlacedContainer['container']): Texts {
    const given = Object.fromEntries(
      (env ?? []).map(({ name = '', value, valueFrom }) => [
        name,
        valueFrom?.secretKeyRef ? passwordOf(valueFrom.secretKeyRef.name ?? '') : (value ?? ''),
      ]),
    );
    const more = this.databases.flatMap((name) => [name, `${name}_owner`]);
    return {
      ...Object.fromEntries(more.map((name) => [`PASSWORD_${name}`, passwordOf(name)])),
      ...given,
      ...Object.fromEntries(
        Object.entries(this.passwords).map(([name, value]) => [`PASSWORD_${name}`, value]),
      ),
    };
  }

  /** The image's /etc with the names of the pods, which DNS would give. */
  private hosts(): string {
    const folder = join(this.world.folder, 'etc');
    cpSync(join(this.world.programs.roots.postgresql, 'etc'), folder, {
      recursive: true,
      verbatimSymlinks: true,
    });
    for (const mounted of ['strata', 'strata-primary', 'postgresql-tls']) mkdirSync(join(folder, mounted));
    const lines = [0, 1, 2].map((number) => `${address(number)} postgresql-${number}.${DOMAIN}\n`);
    writeFileSync(join(folder, 'hosts'), lines.join(''));
    return folder;
  }
}

/** A loopback address of each server: all listen on port 5432. */
const address = (number: number): string => `127.98.7.${10 + number}`;
