import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Cluster } from '../../charts/core/cluster';
import { Pgbouncer } from '../../charts/data/pgbouncer/pgbouncer';
import { Postgresql } from '../../charts/data/postgresql/postgresql';
import { loadClusters } from '../../cli/load';
import { freePorts } from '../e2e/processes';
import { Container, run, type Result } from './container';
import { certificate } from './certificate';
import { passwordOf, poolerPod, serverPod, UID, type Folders } from './live-pods';
import { until, type World } from './world';

const identity = (id: string) => ({ id, namespace: 'elsewhere' });

/**
 * PostgreSQL with PgBouncer before it, as they are rendered: their scripts and configuration, their commands and environments, on
 * Debian's programs. Only addresses and ports are other ones, since all this runs on one host.
 */
export class LivePair {
  private clients = 0;

  private constructor(
    private readonly world: World,
    readonly serverPort: number,
    readonly poolerPort: number,
    private readonly authority: string,
    private readonly socket: string,
    readonly pooler: Container,
    private readonly poolerSocket: string,
    private readonly probes: readonly (readonly string[])[],
  ) {}

  static async start(world: World, databases: readonly string[]): Promise<LivePair> {
    const { postgresql, pgbouncer } = render(databases);
    const [serverPort = 0, poolerPort = 0] = await freePorts(2);
    const tls = certificate(world, 'IP:127.0.0.1', UID);
    const server = serverPod(world, postgresql, tls, serverPort);
    const prepared = await run(server.container('prepare'));
    if (prepared.code !== 0) throw new Error(`prepare ended with ${prepared.code}:\n${prepared.output}`);
    keep(world, new Container(server.container('postgresql')));
    const pooler = poolerPod(world, pgbouncer, tls, serverPort, poolerPort);
    const container = keep(world, new Container(pooler.container('pgbouncer')));
    const pair = new LivePair(
      world,
      serverPort,
      poolerPort,
      tls,
      server.folders['/run/postgresql'] ?? '',
      container,
      pooler.folders['/run/pgbouncer'] ?? '',
      pooler.probes.map((command) => command.map((word) => (word === '6432' ? String(poolerPort) : word))),
    );
    await until(
      'PgBouncer and the server answer',
      async () => (await pair.client('pooler', databases[0] ?? '', 'SELECT 1')).code === 0,
    );
    return pair;
  }

  /** A statement of an application, or of whoever `user` is. */
  client(
    by: 'pooler' | 'server',
    database: string,
    sql: string,
    options: { user?: string; password?: string; env?: Folders } = {},
  ): Promise<Result> {
    const user = options.user ?? database;
    return this.psql(['-c', sql], {
      PGHOST: '127.0.0.1',
      PGPORT: String(by === 'pooler' ? this.poolerPort : this.serverPort),
      PGDATABASE: database,
      PGUSER: user,
      PGPASSWORD: options.password ?? passwordOf(`postgresql-${user.replaceAll('_', '-')}`),
      PGSSLMODE: 'verify-full',
      PGSSLROOTCERT: '/authority/ca.crt',
      ...options.env,
    });
  }

  /** Rows of a statement that has to succeed, as psql writes them without decoration. */
  async rows(...client: Parameters<LivePair['client']>): Promise<string> {
    const { code, output } = await this.client(...client);
    if (code !== 0) throw new Error(`psql ended with ${code}:\n${output}`);
    return output.trim();
  }

  /** A statement that has to fail, and why. */
  async refused(why: RegExp, ...client: Parameters<LivePair['client']>): Promise<void> {
    const { code, output } = await this.client(...client);
    if (code === 0) throw new Error(`it was let through:\n${output}`);
    if (!why.test(output)) throw new Error(`it does not say ${why}:\n${output}`);
  }

  /** A statement of the superuser, on the server's socket. */
  async superuser(database: string, sql: string): Promise<string> {
    const { code, output } = await this.psql(['-c', sql], {
      PGHOST: '/socket',
      PGPORT: String(this.serverPort),
      PGDATABASE: database,
      PGUSER: 'postgres',
    });
    if (code !== 0) throw new Error(`psql ended with ${code}:\n${output}`);
    return output.trim();
  }

  /** Whether the kubelet would find PgBouncer ready and alive. */
  async passesProbes(): Promise<boolean> {
    const mounts = { '/run/pgbouncer': this.poolerSocket };
    const results = await Promise.all(this.probes.map((command) => this.program(command, {}, mounts).ended));
    if (results.length === 0) throw new Error('PgBouncer has no probes');
    return results.every(({ code }) => code === 0);
  }

  /** The console of PgBouncer, as the runbook opens it. */
  async console(command: string): Promise<string> {
    const { code, output } = await this.psql(['-c', command], {
      PGHOST: '/pooler-socket',
      PGPORT: String(this.poolerPort),
      PGDATABASE: 'pgbouncer',
      PGUSER: 'pgbouncer',
    });
    if (code !== 0) throw new Error(`the console ended with ${code}:\n${output}`);
    return output.trim();
  }

  /** A file of SQL as its owner, in one transaction and stopped by its first mistake, as Flyway runs it. */
  async migrate(database: string, sql: string): Promise<Result> {
    const folder = this.world.makeFolder('migration');
    writeFileSync(join(folder, 'file.sql'), sql);
    return await this.psql(
      ['-1', '-v', 'ON_ERROR_STOP=1', '-f', '/migration/file.sql'],
      {
        PGHOST: '127.0.0.1',
        PGPORT: String(this.serverPort),
        PGDATABASE: database,
        PGUSER: `${database}_owner`,
        PGPASSWORD: passwordOf(`postgresql-${database}-owner`),
        PGSSLMODE: 'verify-full',
        PGSSLROOTCERT: '/authority/ca.crt',
      },
      { '/migration': folder },
    );
  }

  /** A program with what a client has. */
  program(command: readonly string[], env: Folders, mounts: Folders = {}): Container {
    return new Container({
      name: 'client',
      root: this.world.programs.roots.postgresql,
      command,
      env,
      mounts: {
        '/authority': this.authority,
        '/socket': this.socket,
        '/pooler-socket': this.poolerSocket,
        ...mounts,
      },
      // each its own: several run at once
      log: join(this.world.folder, `client-${++this.clients}.log`),
    });
  }

  private psql(args: readonly string[], env: Folders, mounts?: Folders): Promise<Result> {
    return this.program(['psql', '-XAtq', ...args], env, mounts).ended;
  }
}

function keep(world: World, container: Container): Container {
  world.onEnd(async () => {
    container.kill();
    await container.ended;
  });
  return container;
}

function render(databases: readonly string[]) {
  const [mono] = loadClusters(resolve('clusters'), ['mono']).clusters;
  const environment = mono?.settings.environments[0];
  if (!mono || !environment) throw new Error('mono does not load');
  const cluster = new Cluster(mono.settings);
  const tls = { component: identity('cert-manager'), name: 'internal' };
  const storage = { component: identity('storage-classes'), name: 'longhorn-db' };
  const postgresql = new Postgresql(cluster, environment, {
    ...Postgresql.definition.settings.parse({ databases }),
    storage,
    tls,
  });
  const pgbouncer = new Pgbouncer(cluster, environment, { server: postgresql.pooling, tls });
  return { postgresql, pgbouncer };
}
