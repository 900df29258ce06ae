import { appendFileSync, mkdirSync, chownSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePorts } from '../e2e/processes';
import { Container, run } from './container';
import { until, type World } from './world';

const UID = 999;
/** No server here is reached from elsewhere. */
const PASSWORD = 'strata-password';

/** Accounts and databases as charts/data/postgresql has them, as far as backups see them. */
const ACCOUNTS = (databases: readonly string[]): string => `
CREATE ROLE backup LOGIN BYPASSRLS PASSWORD '${PASSWORD}' IN ROLE pg_read_all_data;
${databases
  .map(
    (name) => `
CREATE ROLE ${name}_owner LOGIN PASSWORD '${PASSWORD}';
CREATE ROLE ${name} LOGIN PASSWORD '${PASSWORD}';
CREATE DATABASE ${name} OWNER ${name}_owner;
\\connect ${name}
ALTER SCHEMA public OWNER TO ${name}_owner;
GRANT USAGE ON SCHEMA public TO ${name};
ALTER DEFAULT PRIVILEGES FOR ROLE ${name}_owner IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO ${name};
CREATE SCHEMA strata;
GRANT USAGE, CREATE ON SCHEMA strata TO backup;
`,
  )
  .join('')}
\\connect postgres
CREATE SCHEMA strata;
GRANT USAGE, CREATE ON SCHEMA strata TO backup;
`;

const SETTINGS = {
  shared_buffers: '128MB',
  max_wal_size: '1GB',
  fsync: 'off',
  full_page_writes: 'on',
  log_statement: 'none',
};

/** A PostgreSQL server of Debian, with accounts and databases. */
export class Postgres {
  private server: Container | undefined;

  private constructor(
    private readonly world: World,
    readonly name: string,
    readonly port: number,
    /** The volume. */
    readonly volume: string,
  ) {}

  static async create(
    world: World,
    name: string,
    databases: readonly string[],
    settings: Readonly<Record<string, string>> = {},
  ): Promise<Postgres> {
    const [port = 0] = await freePorts(1);
    const postgres = new Postgres(world, name, port, world.makeFolder(name));
    await postgres.command([
      'initdb',
      '--pgdata=/volume/pgdata',
      '--auth=trust',
      '--encoding=UTF8',
      '--no-sync',
    ]);
    postgres.configure({ ...SETTINGS, port: String(port), listen_addresses: '127.0.0.1', ...settings });
    await postgres.start();
    await postgres.sql('postgres', ACCOUNTS(databases));
    return postgres;
  }

  configure(settings: Readonly<Record<string, string>>): void {
    const lines = Object.entries({ unix_socket_directories: '/tmp', ...settings });
    const file = join(this.volume, 'pgdata/postgresql.conf');
    appendFileSync(file, lines.map(([key, value]) => `${key} = '${value.replaceAll("'", "''")}'\n`).join(''));
  }

  async start(): Promise<void> {
    const server = new Container({
      ...this.base(),
      name: this.name,
      command: ['postgres', '-D', '/volume/pgdata'],
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

  /** A client that runs until it is ended. */
  startCommand(command: readonly string[]): Container {
    const base = this.base();
    return new Container({
      ...base,
      name: `${this.name}-client`,
      command,
      env: { ...base.env, ...this.environment, PGUSER: 'postgres' },
      log: join(this.world.folder, `${this.name}-client.log`),
    });
  }

  private base() {
    return {
      root: this.world.programs.roots.postgresql,
      env: { LANG: 'C.UTF-8', VOLUME: '/volume' },
      mounts: { '/volume': this.volume, '/scripts': this.world.scripts },
      log: join(this.world.folder, `${this.name}.log`),
    };
  }
}
