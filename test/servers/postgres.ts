import { appendFileSync, chownSync, cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePorts } from '../e2e/processes';
import { Container, run } from './container';
import { POSTGRESQL_CONF, until, type World } from './world';

const UID = 999;
/** No server here is reached from elsewhere. */
const PASSWORD = 'strata-password';

/** What a client does that stays connected. */
const SLEEP = 'SELECT pg_sleep(600)';

/** What differs from the live configuration: one host, no TLS, and nothing to be lost. */
const SETTINGS = {
  unix_socket_directories: '/tmp',
  hba_file: '/config/pg_hba.conf',
  listen_addresses: '127.0.0.1',
  ssl: 'off',
  fsync: 'off',
};

/** Sessions of a client that stays connected. */
const sessionsOf = (account: string): string =>
  `FROM pg_stat_activity WHERE usename = '${account}' AND query = '${SLEEP}'`;

/** A PostgreSQL server of Debian that our own prepare.sh and postgresql.conf made. */
export class Postgres {
  private server: Container | undefined;

  private constructor(
    private readonly world: World,
    readonly name: string,
    readonly port: number,
    /** The volume. */
    readonly volume: string,
    /** Configuration and statements of prepare.sh. */
    private readonly config: string,
  ) {}

  static async create(
    world: World,
    name: string,
    databases: readonly string[],
    settings: Readonly<Record<string, string>> = {},
  ): Promise<Postgres> {
    const [port = 0] = await freePorts(1);
    const postgres = new Postgres(
      world,
      name,
      port,
      world.makeFolder(name),
      world.makeFolder(`${name}-config`),
    );
    for (const file of ['operations.sql', 'database.sql', 'strata.sql'])
      cpSync(join('charts/data/postgresql', file), join(postgres.config, file));
    writeFileSync(join(postgres.config, 'pg_hba.conf'), 'local all all trust\nhost all all all trust\n');
    writeFileSync(join(postgres.config, 'postgresql.conf'), POSTGRESQL_CONF);
    postgres.configure({ ...SETTINGS, port: String(port), ...settings });
    await postgres.prepare(databases);
    await postgres.start();
    return postgres;
  }

  /** Runs prepare.sh, as the pod does before the server. */
  private async prepare(databases: readonly string[]): Promise<void> {
    const accounts = ['exporter', 'backup', 'pgbouncer', ...databases.flatMap((db) => [db, `${db}_owner`])];
    await this.command(['bash', '/scripts/prepare.sh', ...databases], {
      ...{ POD: this.name, VOLUME: '/volume', PGDATA: '/volume/pgdata', PGHOST: '/tmp', CONFIG: '/config' },
      ...{ PGPORT: String(this.port), LIMIT_EXPORTER: '3', LIMIT_BACKUP: '5', LIMIT_PGBOUNCER: '4' },
      ...{ LIMIT_APPLICATION: '9', LIMIT_OWNER: '3' },
      ...Object.fromEntries(accounts.map((account) => [`PASSWORD_${account}`, PASSWORD])),
    });
  }

  configure(settings: Readonly<Record<string, string>>): void {
    const file = join(this.config, 'postgresql.conf');
    const lines = Object.entries(settings);
    appendFileSync(file, lines.map(([key, value]) => `${key} = '${value.replaceAll("'", "''")}'\n`).join(''));
  }

  async start(): Promise<void> {
    const server = new Container({
      ...this.base(),
      name: this.name,
      command: ['postgres', '-D', '/volume/pgdata', '-c', 'config_file=/config/postgresql.conf'],
    });
    this.server = server;
    this.world.onEnd(() => this.kill());
    let dead: string | undefined;
    void server.ended.then(({ output }) => (dead = output));
    await until(`${this.name} takes connections`, async () => {
      if (dead !== undefined) throw new Error(`${this.name} ended: ${dead}`);
      const { code } = await run({
        ...this.base(),
        name: `${this.name}-ready`,
        command: ['pg_isready', '--quiet', '--host=127.0.0.1', `--port=${this.port}`],
      });
      return code === 0;
    });
  }

  /** As when the node goes. */
  async kill(): Promise<void> {
    this.server?.kill();
    await this.server?.ended;
    this.server = undefined;
  }

  /** As when the pod is deleted. */
  async stop(): Promise<void> {
    this.server?.signal('SIGINT');
    await this.server?.ended;
    this.server = undefined;
  }

  /** Environment of a script that is a client. */
  get environment(): Record<string, string> {
    return { PGHOST: '127.0.0.1', PGPORT: String(this.port), PGUSER: 'backup', PGPASSWORD: PASSWORD };
  }

  /** Output of statements, as the superuser. */
  async sql(database: string, statements: string): Promise<string> {
    const folder = join(this.world.folder, 'sql');
    mkdirSync(folder, { recursive: true });
    chownSync(folder, UID, UID);
    writeFileSync(join(folder, 'statements.sql'), statements);
    return await this.command(
      ['psql', '-XAtq', '-v', 'ON_ERROR_STOP=1', '-f', '/sql/statements.sql'],
      { ...this.environment, PGUSER: 'postgres', PGDATABASE: database },
      { '/sql': folder },
    );
  }

  /** Output of a program in the image. */
  async command(
    command: readonly string[],
    env: Record<string, string> = {},
    mounts: Record<string, string> = {},
  ): Promise<string> {
    const base = this.base();
    const { code, output } = await run({
      ...base,
      name: `${this.name}-command`,
      command,
      env: { ...base.env, ...env },
      mounts: { ...base.mounts, ...mounts },
      log: join(this.world.folder, `${this.name}-commands.log`),
    });
    if (code !== 0) throw new Error(`${command.join(' ')} ended with ${code}:\n${output}`);
    return output.trim();
  }

  /** Waits until a client of an account is connected. */
  connected(account: string): Promise<void> {
    return until(
      `a client of ${account}`,
      async () => (await this.sql('postgres', `SELECT pid ${sessionsOf(account)}`)) !== '',
    );
  }

  /** Ends a client and its session: one that was killed may leave its statement running. */
  async disconnect(account: string, client: Container): Promise<void> {
    client.kill();
    await client.ended;
    const end = `SELECT pg_terminate_backend(pid) ${sessionsOf(account)}`;
    await until(`no client of ${account}`, async () => (await this.sql('postgres', end)) === '');
  }

  /** Whether it was killed or stopped. */
  get gone(): boolean {
    return this.server === undefined;
  }

  /** A client of an account that stays connected to a database. */
  startClient(account: string, database: string): Container {
    const base = this.base();
    return new Container({
      ...base,
      name: `${this.name}-client`,
      command: ['psql', '-XAtq', `--command=${SLEEP}`],
      env: { ...base.env, ...this.environment, PGUSER: account, PGDATABASE: database },
      log: join(this.world.folder, `${this.name}-client.log`),
    });
  }

  private base() {
    return {
      root: this.world.programs.roots.postgresql,
      env: { LANG: 'C.UTF-8', VOLUME: '/volume' },
      mounts: { '/volume': this.volume, '/config': this.config, '/scripts': this.world.scripts },
      log: join(this.world.folder, `${this.name}.log`),
    };
  }
}
