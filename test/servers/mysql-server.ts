import { chownSync, cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { spawnSync } from 'node:child_process';
import { mysqlConfiguration } from '../../charts/data/mysql/configuration';
import { freePorts } from '../e2e/processes';
import { Container, run, type ContainerSpec, type Result } from './container';
import { until, type StepOptions, type World } from './world';

const UID = 999;
/** The setting `memory` of all servers here. */
const MEMORY = '1Gi';
/** Of every account. No server here is reached from elsewhere. */
export const PASSWORD = `strata 'pass"word\\ \``;

/** Scripts of the ConfigMaps of MySQL's and XWiki's pods. */
const SCRIPT_FOLDERS = ['charts/core/backup', 'charts/data/mysql/backup', 'charts/apps/xwiki/backup'];

const ROOT = ['--user=root', '--socket=/run/mysqld/mysqld.sock'];
const CLIENT = [
  ...['mysql', '--no-defaults', '--batch', '--raw', '--skip-column-names', '--binary-mode'],
  ...['--default-character-set=utf8mb4', '--max-allowed-packet=1G'],
];

/** A step in the image of MySQL or XWiki. */
export function stepOf(world: World, options: StepOptions = {}): StepOptions {
  const scripts = join(world.folder, 'mysql-scripts');
  if (!existsSync(scripts)) {
    for (const source of SCRIPT_FOLDERS) cpSync(resolve(source), scripts, { recursive: true });
    cpSync('charts/data/mysql/prepare.sh', join(scripts, 'prepare.sh'));
    writeFileSync(join(scripts, 'my.cnf'), mysqlConfiguration(MEMORY, 'mysql'));
  }
  return {
    root: world.programs.roots.mysql,
    ...options,
    mounts: { '/scripts': scripts, ...options.mounts },
  };
}

/** A MySQL server that our own prepare.sh and my.cnf made, with TLS. */
export class Mysql {
  private server: Container | undefined;
  private count = 0;

  private constructor(
    private readonly world: World,
    readonly name: string,
    readonly port: number,
    private readonly databases: readonly string[],
    private readonly memory: number | undefined,
  ) {}

  /** @param memory limit of the server, in bytes; none where it is left out */
  static async create(
    world: World,
    name: string,
    databases: readonly string[],
    memory?: number,
  ): Promise<Mysql> {
    const [port = 0] = await freePorts(1);
    const mysql = new Mysql(world, name, port, databases, memory);
    for (const folder of ['volume', 'accounts', 'socket', 'config', 'tls', 'authority']) mysql.folder(folder);
    mysql.certificate();
    const config = `${mysqlConfiguration(MEMORY, name)}bind_address = 127.0.0.1\nport = ${port}\n`;
    writeFileSync(join(mysql.folder('config'), 'my.cnf'), config);
    cpSync('charts/data/mysql/prepare.sh', join(mysql.folder('config'), 'prepare.sh'));
    await mysql.start();
    return mysql;
  }

  /** Runs prepare.sh, then the server, as the pod does. */
  async start(): Promise<void> {
    const passwords = ['root', 'exporter', 'backup', ...this.databases];
    const prepared = await run({
      ...this.base(),
      name: `${this.name}-prepare`,
      command: [
        'bash',
        '/etc/strata/prepare.sh',
        '/etc/strata/my.cnf',
        '/var/lib/mysql',
        '/run/accounts/accounts.sql',
        ...this.databases,
      ],
      env: Object.fromEntries(passwords.map((account) => [`PASSWORD_${account}`, PASSWORD])),
    });
    if (prepared.code !== 0) throw new Error(`prepare.sh ended with ${prepared.code}:\n${prepared.output}`);
    this.server = new Container({
      ...this.base(),
      name: this.name,
      command: ['mysqld', '--defaults-file=/etc/strata/my.cnf', '--init-file=/run/accounts/accounts.sql'],
      ...(this.memory !== undefined && { memory: this.memory }),
    });
    this.world.onEnd(() => this.kill());
    let dead: string | undefined;
    void this.server.ended.then(({ output }) => (dead = output));
    await until(
      `${this.name} answers`,
      async () => {
        if (dead !== undefined) throw new Error(`${this.name} ended: ${dead}`);
        return (await this.client('SELECT 1')).code === 0;
      },
      60,
    );
  }

  /** As when the node goes. */
  async kill(): Promise<void> {
    this.server?.kill();
    await this.server?.ended;
    this.server = undefined;
  }

  /** Output of statements, as root. */
  async sql(statements: string): Promise<string> {
    const { code, output } = await this.client(statements);
    if (code !== 0) throw new Error(`mysql ended with ${code}:\n${output}`);
    return output.trim();
  }

  /** Statements of a client, root on the socket where no other is named. */
  client(statements: string, options: readonly string[] = ROOT): Promise<Result> {
    const name = `statements-${this.count++}.sql`;
    writeFileSync(join(this.folder('config'), name), statements);
    return run(this.clientSpec(['sh', '-c', `exec "$@" </etc/strata/${name}`, 'sh', ...CLIENT, ...options]));
  }

  /** A client of an application that stays connected. */
  startClient(account: string, statement: string, database = account): Container {
    const options = [
      `--user=${account}`,
      '--host=127.0.0.1',
      `--port=${this.port}`,
      `--database=${database}`,
    ];
    return new Container(this.clientSpec([...CLIENT, ...options, `--execute=${statement}`]));
  }

  /** Waits until a client has a database open. */
  connected(database: string): Promise<void> {
    return until(`a client of ${database}`, async () => (await this.clients(database)).length > 0);
  }

  /** Ends the sessions of clients that have a database open: one that was killed may leave its statement running. */
  async disconnect(database: string): Promise<void> {
    await until(`no client of ${database}`, async () => {
      const clients = await this.clients(database);
      for (const id of clients) await this.client(`KILL ${id}`);
      return clients.length === 0;
    });
  }

  /** Waits until no session of a restore is left that was killed. */
  idle(): Promise<void> {
    const sessions = "SELECT COUNT(*) FROM performance_schema.processlist WHERE user = 'restore'";
    return until('no session of a restore', async () => (await this.sql(sessions)) === '0');
  }

  private async clients(database: string): Promise<readonly string[]> {
    const ids = await this.sql(`SELECT id FROM performance_schema.processlist WHERE db = '${database}'`);
    return ids.split('\n').filter(Boolean);
  }

  /** Goes on from a set with the binary log, up to a moment in UTC, as charts/data/mysql/runbook.md does. */
  async replay(file: string, start: string, moment: string, database: string): Promise<void> {
    const log = `mysqlbinlog --start-position=${start} --stop-datetime='${moment}' --database=${database} --disable-log-bin --skip-gtids /var/lib/mysql/data/${file}`;
    const { code, output } = await run(
      this.clientSpec(['bash', '-o', 'pipefail', '-c', `${log} | "$@"`, 'bash', ...CLIENT, ...ROOT]),
    );
    if (code !== 0) throw new Error(`the binary log cannot be replayed:\n${output}`);
  }

  /** Commands of a person, in bash beside the server. Resolves to what they print. */
  async shell(commands: string): Promise<string> {
    const script = ['bash', '-euo', 'pipefail', '-c', `cd /tmp\n${commands}`];
    const { code, output } = await run(this.clientSpec(script));
    if (code !== 0) throw new Error(`the shell ended with ${code}:\n${output}`);
    return output;
  }

  get socketFolder(): string {
    return this.folder('socket');
  }

  private clientSpec(command: readonly string[]): ContainerSpec {
    return {
      ...this.base(),
      name: `${this.name}-client`,
      command,
      env: { MYSQL_PWD: PASSWORD, TZ: 'UTC' },
      log: join(this.world.folder, `${this.name}-client-${this.count++}.log`),
    };
  }

  /** A step that is a client: of the account that makes backups, of another, or of none. */
  step(
    user = 'backup',
    env: Readonly<Record<string, string>> = {},
    args: readonly string[] = [],
  ): StepOptions {
    const account: Record<string, string> = user
      ? { MYSQL_USER: user, MYSQL_PWD: PASSWORD, SENTINEL_DATABASE: user === 'backup' ? 'strata' : user }
      : {};
    if (user === 'backup') account['POSITION'] = 'true';
    return stepOf(this.world, {
      args,
      env: {
        MYSQL_HOST: '127.0.0.1',
        MYSQL_PORT: String(this.port),
        CA: '/authority/ca.crt',
        ...account,
        ...env,
      },
      mounts: { '/authority': this.folder('authority') },
    });
  }

  /** A restore as our Job does it, after a person let its account in. */
  async restoring(
    component: string,
    env: Readonly<Record<string, string>> = {},
    args: readonly string[] = [],
  ): Promise<StepOptions> {
    await this.sql("ALTER USER 'restore'@'%' ACCOUNT UNLOCK");
    const account = { MYSQL_USER: 'restore', MYSQL_PWD: PASSWORD, VOLUME_BYTES: String(50 * 2 ** 30) };
    return this.step('', { COMPONENT: component, ...account, ...env }, args);
  }

  private folder(name: string): string {
    const path = join(this.world.folder, this.name, name);
    mkdirSync(path, { recursive: true, mode: 0o755 });
    chownSync(path, UID, UID);
    return path;
  }

  /** A certificate for 127.0.0.1, and one for the authority that signed it. */
  private certificate(): void {
    const tls = this.folder('tls');
    const script = `
      openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=authority -keyout ca.key -out ca.crt
      openssl req -newkey rsa:2048 -nodes -subj /CN=server -keyout tls.key -out tls.csr
      printf 'subjectAltName=IP:127.0.0.1' >extensions
      openssl x509 -req -in tls.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 -extfile extensions -out tls.crt
      chown ${UID}:${UID} tls.key && cp ca.crt '${this.folder('authority')}/'`;
    const { status, stderr } = spawnSync('sh', ['-ec', script], { cwd: tls, encoding: 'utf8' });
    if (status !== 0) throw new Error(`openssl made no certificate: ${stderr}`);
  }

  private base(): Pick<ContainerSpec, 'root' | 'mounts' | 'log'> {
    return {
      root: this.world.programs.roots.mysql,
      mounts: {
        '/var/lib/mysql': this.folder('volume'),
        '/etc/strata': this.folder('config'),
        '/etc/mysql/tls': this.folder('tls'),
        '/run/accounts': this.folder('accounts'),
        // /var/run is a link to /run
        '/run/mysqld': this.folder('socket'),
      },
      log: join(this.world.folder, `${this.name}.log`),
    };
  }
}
