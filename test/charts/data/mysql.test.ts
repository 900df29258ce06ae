import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { containersOf, podTemplates } from '../../../checks/core/workloads';
import { loadClusters } from '../../../cli/load';
import { Cluster } from '../../../charts/core/cluster';
import type { KubeObject } from '../../../charts/core/objects';
import { objectsOf } from '../../../charts/core/render';
import { Mysql, type MysqlProps } from '../../../charts/data/mysql/mysql';
import { mysqlTuning } from '../../../charts/data/mysql/configuration';

const root = join(__dirname, '../../..');
const [mono] = loadClusters(join(root, 'clusters'), ['mono']).clusters;
if (!mono) throw new Error('mono does not load');
const { settings } = mono;
const [prod] = settings.environments;
if (!prod) throw new Error('mono has no environment');

const identity = (id: string) => ({ id, namespace: 'elsewhere' });
const MINIMAL: MysqlProps = {
  ...Mysql.definition.settings.parse({ databases: ['xwiki'] }),
  storage: { component: identity('storage-classes'), name: 'longhorn-db' },
  tls: { component: identity('cert-manager'), name: 'internal' },
};

function render(props: Partial<MysqlProps> = {}) {
  const cluster = new Cluster(settings);
  const mysql = new Mysql(cluster, prod!, { ...MINIMAL, ...props });
  const rendered = objectsOf([mysql]);
  const objects = rendered.map(({ object }) => object);
  const pick = (kind: string, name: string) => {
    const found = objects.find((object) => object.kind === kind && object.metadata.name === name);
    if (!found) throw new Error(`no ${kind} ${name}`);

    return found as KubeObject & Record<string, any>;
  };
  const [pod] = podTemplates(rendered);
  if (!pod) throw new Error('no pod');
  const container = (name: string) => {
    const found = containersOf(pod).find((placed) => placed.container.name === name);
    if (!found) throw new Error(`no container ${name}`);
    return found.container;
  };
  return { cluster, mysql, objects, pick, pod, container, config: pick('ConfigMap', 'mysql')['data'] };
}

/** Variables of an option file. */
const variables = (file: string): Map<string, string> =>
  new Map(
    file
      .split('\n')
      .filter((line) => /^[a-z]/.test(line))
      .map((line) => line.split(' = ', 2) as [string, string]),
  );

describe('MySQL', () => {
  it('[MYSQL-01] is a StatefulSet of one 8.0 server on 50 GiB of the database class that no sync takes away', () => {
    const { pick, container } = render({ version: '8.0' });
    const set = pick('StatefulSet', 'mysql');
    expect(set['spec'].replicas).toBe(1);
    expect(container('mysql').image).toMatch(/^docker\.io\/library\/mysql:8\.0\.\d+@sha256:[0-9a-f]{64}$/);
    const [claim] = set['spec'].volumeClaimTemplates;
    expect(claim.metadata.name).toBe('data');
    expect(claim.spec).toMatchObject({
      storageClassName: 'longhorn-db',
      resources: { requests: { storage: '50Gi' } },
    });
    for (const { metadata } of [set, claim])
      expect(metadata.annotations).toEqual({
        'argocd.argoproj.io/sync-options': 'Prune=false,Delete=false',
      });
  });

  it('[MYSQL-01] takes series, sizes and CPU from its props', () => {
    const { container, pick } = render({ version: '8.4', size: '5Gi', memory: '768Mi', cpu: '500m' });
    expect(container('mysql').image).toMatch(/mysql:8\.4\.\d+@/);
    expect(container('prepare').image).toBe(container('mysql').image);
    expect(container('mysql').resources).toEqual({
      requests: { cpu: '500m', memory: '768Mi' },
      limits: { memory: '768Mi' },
    });
    expect(pick('StatefulSet', 'mysql')['spec'].volumeClaimTemplates[0].spec.resources.requests.storage).toBe(
      '5Gi',
    );
  });

  it('[MYSQL-02] [K8S-09] is probed by a handshake on port 3306, with ten minutes for the start', () => {
    const { container } = render();
    const server = container('mysql');
    expect(server.ports).toContainEqual(expect.objectContaining({ name: 'mysql', containerPort: 3306 }));
    for (const probe of [server.startupProbe, server.readinessProbe, server.livenessProbe] as {
      exec: { command: string[] };
    }[])
      expect(probe.exec.command).toEqual(
        expect.arrayContaining(['mysqladmin', 'ping', '--protocol=tcp', '--port=3306']),
      );
    const { periodSeconds, failureThreshold } = server.startupProbe as Record<string, number>;
    expect(periodSeconds! * failureThreshold!).toBeGreaterThanOrEqual(600);
  });

  it('[MYSQL-03] has an exporter beside it that logs in over the socket and is scraped by name of its port', () => {
    const { container, pick, cluster } = render();
    const exporter = container('exporter');
    expect(exporter.image).toMatch(/mysqld-exporter:v0\.20\.0@/);
    expect(exporter.ports).toEqual([{ name: 'metrics', containerPort: 9104, protocol: 'TCP' }]);
    expect(exporter.args).toContain('--mysqld.address=unix:///var/run/mysqld/mysqld.sock');
    const socketOf = (name: string) =>
      container(name).volumeMounts?.find(({ mountPath }) => mountPath === '/var/run/mysqld')?.name;
    expect(socketOf('exporter')).toBeDefined();
    expect(socketOf('exporter')).toBe(socketOf('mysql'));
    expect(variables(render().config['my.cnf']).get('socket')).toBe('/var/run/mysqld/mysqld.sock');
    const monitor = pick('ServiceMonitor', 'mysql')['spec'];
    expect(monitor.endpoints[0].port).toBe('metrics');
    expect(pick('Service', 'mysql').metadata.labels).toMatchObject(monitor.selector.matchLabels);
    expect(pick('Service', 'mysql')['spec'].ports).toContainEqual(
      expect.objectContaining({ name: 'metrics', port: 9104 }),
    );
    expect(cluster.flows).toContainEqual(
      expect.objectContaining({ from: cluster.scraper, ports: [{ port: 9104, protocol: 'TCP' }] }),
    );
  });

  it('[SEC-06] names a Secret for every password and holds none', () => {
    const { cluster, container, objects } = render({ databases: ['xwiki', 'shop_eu'] });
    const declared = cluster.secrets.map(({ name }) => name);
    expect(declared.sort()).toEqual([
      'mysql-backup',
      'mysql-exporter',
      'mysql-root',
      'mysql-shop-eu',
      'mysql-xwiki',
    ]);
    expect(objects.map(({ kind }) => kind)).not.toContain('Secret');
    const passwords = ['prepare', 'mysql', 'exporter'].flatMap((name) =>
      (container(name).env ?? []).filter((variable) => /password/i.test(variable.name ?? '')),
    );
    expect(passwords).toHaveLength(6);
    for (const { valueFrom } of passwords) expect(declared).toContain(valueFrom?.secretKeyRef?.name);
    // the server itself knows none
    expect(container('mysql').env).toBeUndefined();
  });

  it('[SEC-10] runs as the mysql user of the image, with a read-only root and scratch space where it writes', () => {
    const { pod, container } = render();
    expect(pod.spec.securityContext).toMatchObject({ runAsUser: 999, runAsGroup: 999, fsGroup: 999 });
    const writable = (container('mysql').volumeMounts ?? [])
      .filter((mount) => !('readOnly' in mount))
      .map(({ mountPath }) => mountPath);
    const files = variables(render().config['my.cnf']);
    for (const name of ['datadir', 'tmpdir', 'socket', 'pid_file'])
      expect(writable.some((folder) => files.get(name)?.startsWith(`${folder}/`))).toBe(true);
  });

  it('demands TLS, with a certificate of the internal authority for the names of its Service', () => {
    const { pick, config, mysql, container } = render();
    const { spec } = pick('Certificate', 'mysql-tls');
    expect((spec as { issuerRef: unknown }).issuerRef).toMatchObject({
      kind: 'ClusterIssuer',
      name: 'internal',
    });
    expect((spec as { dnsNames: string[] }).dnsNames).toContain(mysql.endpoint.host);
    expect(mysql.dependencies).toContain('cert-manager');
    const files = variables(config['my.cnf']);
    expect(files.get('require_secure_transport')).toBe('ON');
    const folder = container('mysql').volumeMounts?.find(({ name }) => name === 'mysql-tls')?.mountPath;
    expect(files.get('ssl_cert')).toBe(`${folder}/tls.crt`);
    expect(files.get('ssl_key')).toBe(`${folder}/tls.key`);
  });

  it('offers each database with endpoint, account and authority', () => {
    const { mysql } = render({ databases: ['xwiki', 'shop_eu'] });
    expect([...mysql.databases.keys()]).toEqual(['xwiki', 'shop_eu']);
    expect(mysql.databases.get('shop_eu')).toMatchObject({
      endpoint: { host: 'mysql.prod.svc', port: 3306 },
      database: 'shop_eu',
      username: 'shop_eu',
      secret: { name: 'mysql-shop-eu', namespace: 'prod' },
      authority: { secret: 'mysql-tls', key: 'ca.crt' },
    });
  });

  it.each([
    'root',
    'mysql',
    'exporter',
    'backup',
    'restore',
    'backup_s3',
    'strata',
    'tls',
    'performance_schema',
  ])('refuses a database named %s, whose account or Secret is the server its own', (name) => {
    const { definition } = Mysql;
    const block = definition.settings.parse({ databases: ['app', name] });
    expect(definition.mistakes!(block, {})).toMatchObject([
      { path: ['databases', 1], problem: `"${name}" is a name of the MySQL server itself` },
    ]);
  });

  it('names its data directory once, since it is made under another name', () => {
    const files = variables(render().config['my.cnf']);
    const folder = files.get('datadir') ?? '';
    expect([...files].filter(([, value]) => value.startsWith(folder)).map(([name]) => name)).toEqual([
      'datadir',
    ]);
    expect(files.get('log_bin')).toBe('binlog');
  });

  it('keeps what it commits, and has no variable that 8.4 removed', () => {
    const files = variables(render().config['my.cnf']);
    expect(files.get('innodb_flush_log_at_trx_commit')).toBe('1');
    expect(files.get('sync_binlog')).toBe('1');
    expect(files.get('character_set_server')).toBe('utf8mb4');
    // removed in 8.4 ("What Is New in MySQL 8.4", removed features): mysqld would not start
    for (const removed of [
      'default_authentication_plugin',
      'expire_logs_days',
      'skip_host_cache',
      'innodb_log_file_size',
    ])
      expect(files.has(removed)).toBe(false);
  });

  it('has alerts that look at its own namespace and its own volume only', () => {
    const { pick, objects } = render();
    const rules = pick('PrometheusRule', 'mysql')['spec'].groups[0].rules as {
      alert: string;
      expr: string;
    }[];
    expect(rules.length).toBeGreaterThan(3);
    for (const { expr } of rules) {
      const selectors = expr.match(/\{[^}]*\}/g) ?? [];
      expect(selectors.length).toBeGreaterThan(0);
      for (const selector of selectors) expect(selector).toContain('namespace="prod"');
    }
    const set = objects.find(({ kind }) => kind === 'StatefulSet');
    const volume = `data-${set?.metadata.name}-0`;
    expect(rules.find(({ alert }) => alert === 'MysqlVolumeFillingUp')?.expr).toContain(
      `persistentvolumeclaim="${volume}"`,
    );
  });

  it('[OBS-08] has a section in its runbook for each alert', () => {
    const runbook = readFileSync(join(root, 'charts/data/mysql/runbook.md'), 'utf8');
    const rules = render().pick('PrometheusRule', 'mysql')['spec'].groups[0].rules as { alert: string }[];
    for (const { alert } of rules) expect(runbook.split('\n')).toContain(`## ${alert}`);
  });
});

describe('the tuning of MySQL', () => {
  it.each(['640Mi', '768Mi', '1Gi', '2Gi', '5Gi', '16Gi'] as const)('fits into %s', (memory) => {
    const limit = { '640Mi': 640, '768Mi': 768, '1Gi': 1024, '2Gi': 2048, '5Gi': 5120, '16Gi': 16384 }[
      memory
    ];
    const { connections, bufferPool, instances } = mysqlTuning(memory, 'test');
    expect(bufferPool / 2 ** 20 + 400 + connections * 2).toBeLessThanOrEqual(limit);
    // mysqld rounds up to a multiple of chunk size and instances: it must be one already
    expect(bufferPool % (32 * 2 ** 20 * instances)).toBe(0);
    // the pool of XWiki has 50 connections, the exporter 3
    expect(connections).toBeGreaterThanOrEqual(53);
  });

  it('gives most of a larger limit to the buffer pool', () => {
    const small = mysqlTuning('1Gi', 'test');
    const large = mysqlTuning('4Gi', 'test');
    expect(large.bufferPool - small.bufferPool).toBeGreaterThan(2 * 2 ** 30);
    expect(large.redoLog).toBeGreaterThan(small.redoLog);
    const config = (memory: '1Gi' | '4Gi') => variables(render({ memory }).config['my.cnf']);
    expect(config('4Gi').get('innodb_buffer_pool_size')).toBe(String(large.bufferPool));
    expect(config('1Gi').get('max_connections')).toBe(String(small.connections));
  });

  it('refuses a limit that leaves no room for data', () => {
    expect(() => render({ memory: '512Mi' })).toThrow(
      'mysql-prod: memory: 512Mi leaves no room for a buffer pool of 128Mi. Give MySQL at least 640Mi',
    );
  });
});

describe('the preparation of MySQL', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'mysql-'));
    writeFileSync(join(folder, 'prepare.sh'), render().config['prepare.sh']);
    stub('for a; do case $a in --datadir=*) mkdir -p "${a#*=}/mysql" ;; esac; done');
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  /** A mysqld that does no more than the body says. */
  const stub = (body: string): void => {
    writeFileSync(join(folder, 'mysqld'), `#!/bin/sh\necho "$@" >> ${folder}/calls\n${body}\n`);
    chmodSync(join(folder, 'mysqld'), 0o755);
  };
  const run = (passwords: Record<string, string>, ...databases: string[]) =>
    spawnSync(
      'bash',
      [
        join(folder, 'prepare.sh'),
        'my.cnf',
        join(folder, 'volume'),
        join(folder, 'accounts.sql'),
        ...databases,
      ],
      {
        encoding: 'utf8',
        env: {
          PATH: `${folder}:${process.env['PATH']}`,
          ...Object.fromEntries(
            Object.entries(passwords).map(([account, value]) => [`PASSWORD_${account}`, value]),
          ),
        },
      },
    );
  const accounts = (): string => readFileSync(join(folder, 'accounts.sql'), 'utf8');
  /** The text that MySQL reads from a string literal: doubled quotes, backslash escapes ("String Literals"). */
  const textOf = (literal: string): string =>
    literal
      .slice(1, -1)
      .replace(/''|\\([\s\S])/g, (match, escaped?: string) =>
        match === "''" ? "'" : escaped === 'n' ? '\n' : escaped!,
      );

  it.each([
    'plain',
    `it's`,
    `''`,
    'back\\slash',
    'ends with \\',
    `\\'; DROP DATABASE xwiki; --`,
    '$HOME `id` $(id)',
    'two\nlines',
    '& * ? "quoted" %s',
  ])('writes the password %j so that MySQL reads the same', (password) => {
    expect(
      run({ root: password, exporter: password, backup: password, xwiki: password }, 'xwiki'),
    ).toMatchObject({
      status: 0,
    });
    const literals = accounts().match(/(?<=IDENTIFIED BY )'(?:''|\\[^\n]|[^'\\\n])*'(?=;| WITH| REQUIRE)/g);
    expect(literals).toHaveLength(10);
    for (const literal of literals ?? []) expect(textOf(literal)).toBe(password);
    // each line is one statement: nothing of a password got out of its literal
    for (const line of accounts().trimEnd().split('\n'))
      expect(line).toMatch(/^(SET|CREATE|ALTER|GRANT) .*;$/);
  });

  it('[MYSQL-03] locks the account of restores at each start, which may do everything', () => {
    run({ root: 'r', exporter: 'e', backup: 'b', xwiki: 'x' }, 'xwiki');
    const lines = accounts()
      .split('\n')
      .filter((line) => line.includes("'restore'@'%'") && !line.startsWith('GRANT'));
    expect(lines.at(-1)).toBe("ALTER USER 'restore'@'%' IDENTIFIED BY 'r' REQUIRE SSL ACCOUNT LOCK;");
  });

  it('[MYSQL-03] gives each account its own database, the exporter no data, and the backup no password hash', () => {
    run({ root: 'r', exporter: 'e', backup: 'b', xwiki: 'x', shop_eu: 's' }, 'xwiki', 'shop_eu');
    const grants = accounts()
      .split('\n')
      .filter((line) => line.startsWith('GRANT'));
    expect(grants).toEqual([
      "GRANT PROCESS, REPLICATION CLIENT ON *.* TO 'exporter'@'localhost';",
      "GRANT SELECT ON performance_schema.* TO 'exporter'@'localhost';",
      "GRANT SHOW DATABASES, REPLICATION CLIENT ON *.* TO 'backup'@'%';",
      "GRANT FLUSH_TABLES, SHOW_ROUTINE ON *.* TO 'backup'@'%';",
      "GRANT SELECT, INSERT, DELETE, CREATE, SHOW VIEW, TRIGGER, EVENT ON strata.* TO 'backup'@'%';",
      "GRANT ALL PRIVILEGES ON *.* TO 'restore'@'%' WITH GRANT OPTION;",
      "GRANT ALL PRIVILEGES ON `xwiki`.* TO 'xwiki'@'%';",
      "GRANT SELECT, SHOW VIEW, TRIGGER, EVENT ON `xwiki`.* TO 'backup'@'%';",
      // unescaped it would be a grant on shopXeu as well
      "GRANT ALL PRIVILEGES ON `shop\\_eu`.* TO 'shop_eu'@'%';",
      "GRANT SELECT, SHOW VIEW, TRIGGER, EVENT ON `shop\\_eu`.* TO 'backup'@'%';",
    ]);
    expect(accounts()).toContain(
      "ALTER USER 'exporter'@'localhost' IDENTIFIED BY 'e' WITH MAX_USER_CONNECTIONS 3;",
    );
    expect(accounts()).toContain("ALTER USER 'xwiki'@'%' IDENTIFIED BY 'x' REQUIRE SSL;");
    expect(accounts()).toContain("ALTER USER 'backup'@'%' IDENTIFIED BY 'b' REQUIRE SSL;");
    expect(accounts()).toMatch(/^SET SESSION sql_log_bin = 0;\n/);
  });

  it('refuses an empty password', () => {
    const { status, stderr } = run({ root: 'r', exporter: 'e', backup: 'b', xwiki: '' }, 'xwiki');
    expect(status).not.toBe(0);
    expect(stderr).toContain('no password for the account xwiki');
    expect(existsSync(join(folder, 'accounts.sql'))).toBe(false);
  });

  it('lets nobody else read the accounts', () => {
    run({ root: 'r', exporter: 'e', backup: 'b' });
    expect(statSync(join(folder, 'accounts.sql')).mode & 0o777).toBe(0o600);
  });

  it('creates the data directory once, and again where that was interrupted', () => {
    stub('for a; do case $a in --datadir=*) mkdir -p "${a#*=}" ;; esac; done; exit 1');
    expect(run({ root: 'r', exporter: 'e', backup: 'b' }).status).not.toBe(0);
    expect(existsSync(join(folder, 'volume/data'))).toBe(false);
    stub('for a; do case $a in --datadir=*) mkdir -p "${a#*=}/mysql" ;; esac; done');
    expect(run({ root: 'r', exporter: 'e', backup: 'b' }).status).toBe(0);
    expect(existsSync(join(folder, 'volume/data/mysql'))).toBe(true);
    expect(run({ root: 'changed', exporter: 'e', backup: 'b' }).status).toBe(0);
    expect(readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n')).toHaveLength(2);
    expect(accounts()).toContain("'changed'");
  });
});
