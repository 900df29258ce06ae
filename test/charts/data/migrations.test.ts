import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { containersOf, podTemplates } from '../../../checks/core/workloads';
import { loadClusters } from '../../../cli/load';
import { Cluster } from '../../../charts/core/cluster';
import type { KubeObject } from '../../../charts/core/objects';
import { objectsOf } from '../../../charts/core/render';
import { Migrations, type MigrationsProps } from '../../../charts/data/migrations/migrations';
import { MIGRATIONS, migrationsOf } from '../../../charts/data/migrations/catalogue';
import { newestVersion, type MigrationFiles } from '../../../charts/data/migrations/files';
import gate from '../../../charts/data/migrations/gate.sh';
import { Pgbouncer } from '../../../charts/data/pgbouncer/pgbouncer';
import { postgresqlServer } from './postgresql-server';

const root = join(__dirname, '../../..');
const [mono] = loadClusters(join(root, 'clusters'), ['mono']).clusters;
if (!mono) throw new Error('mono does not load');
const { settings } = mono;
const [prod] = settings.environments;
if (!prod) throw new Error('mono has no environment');

const server = postgresqlServer(['shop', 'shop_eu', 'empty']);
const FILES = {
  shop: { 'V1__orders.sql': 'CREATE TABLE orders ();', 'V2__more.sql': 'ALTER TABLE orders ADD x int;' },
  shop_eu: { 'V1__orders.sql': 'CREATE TABLE orders ();', 'R__views.sql': 'CREATE OR REPLACE VIEW …' },
};

function render(props: Partial<MigrationsProps> = {}) {
  const cluster = new Cluster(settings);
  const pgbouncer = new Pgbouncer(cluster, prod!, {
    server,
    tls: { component: { id: 'cert-manager', namespace: 'cert-manager' }, name: 'internal' },
  });
  const migrations = new Migrations(cluster, prod!, {
    databases: server.databases,
    access: pgbouncer.databases,
    files: FILES,
    ...props,
  });
  const rendered = objectsOf([migrations]);
  const pick = (kind: string, name: string) => {
    const found = rendered.find(({ object }) => object.kind === kind && object.metadata.name === name);
    if (!found) throw new Error(`no ${kind} ${name}`);

    return found.object as KubeObject & Record<string, any>;
  };
  const flyway = (job: string) => {
    const pod = podTemplates(rendered).find((candidate) => candidate.rendered.object.metadata.name === job);
    const [placed] = pod ? containersOf(pod) : [];
    if (!pod || !placed) throw new Error(`no Job ${job}`);
    const variables = new Map((placed.container.env ?? []).map((variable) => [variable.name, variable]));
    return { pod, container: placed.container, variables };
  };
  return { cluster, migrations, pgbouncer, rendered, pick, flyway };
}

const waveOf = (object: KubeObject): number =>
  Number(object.metadata.annotations?.['argocd.argoproj.io/sync-wave'] ?? 0);

describe('Migrations', () => {
  it('[PG-05] are a Job of Flyway for each database that has files', () => {
    const { rendered, pick, flyway } = render();
    const jobs = rendered.filter(({ object }) => object.kind === 'Job');
    expect(jobs.map(({ object }) => object.metadata.name).sort()).toEqual([
      'migrations-shop',
      'migrations-shop-eu',
    ]);
    expect(flyway('migrations-shop').container.image).toMatch(
      /^docker\.io\/flyway\/flyway:13\.\d+\.\d+-alpine@sha256:[0-9a-f]{64}$/,
    );
    const { data } = pick('ConfigMap', 'migrations-shop-eu');
    expect(data).toMatchObject(FILES.shop_eu);
    const mounted = flyway('migrations-shop-eu').container.volumeMounts?.map(({ mountPath }) => mountPath);
    const [, folder] =
      flyway('migrations-shop-eu').variables.get('FLYWAY_LOCATIONS')?.value?.split(':') ?? [];
    expect(mounted).toContain(folder);
  });

  it('[PG-05] run in the middle of a sync: what they need is there, and what says they are done comes after', () => {
    const { rendered, pick } = render();
    const job = pick('Job', 'migrations-shop');
    expect(job.metadata.annotations).toMatchObject({
      'argocd.argoproj.io/hook': 'Sync',
      'argocd.argoproj.io/hook-delete-policy': 'BeforeHookCreation',
    });
    expect(waveOf(job)).toBeGreaterThan(waveOf(pick('ConfigMap', 'migrations-shop')));
    const done = pick('ConfigMap', 'migrated');
    expect(waveOf(done)).toBeGreaterThan(waveOf(job));
    // Argo CD says nothing of hooks in the health of an Application: this one must be no hook, and the last to come
    for (const { object } of rendered) if (object !== done) expect(waveOf(object)).toBeLessThan(waveOf(done));
    expect(done.metadata.annotations).not.toHaveProperty('argocd.argoproj.io/hook');
  });

  it('[PG-05] leave the Application out of sync until they are through, whatever changed in them', () => {
    const doneOf = (shop: MigrationFiles) =>
      render({ files: { shop } }).pick('ConfigMap', 'migrated')['data'] as Record<string, string>;
    const before = doneOf(FILES.shop)['shop'];
    expect(before).toMatch(/^version 2, content [0-9a-f]{16}$/);
    expect(doneOf({ ...FILES.shop, 'V3__x.sql': 'SELECT 1;' })['shop']).toMatch(/^version 3,/);
    expect(doneOf({ ...FILES.shop, 'R__x.sql': 'SELECT 1;' })['shop']).not.toBe(before);
    expect(doneOf(FILES.shop)['shop']).toBe(before);
  });

  it('[PG-05] connect as the owner, straight to the server, which they verify', () => {
    const { cluster, flyway } = render();
    const { variables } = flyway('migrations-shop-eu');
    const url = new URL(variables.get('FLYWAY_URL')?.value?.replace(/^jdbc:/, '') ?? '');
    expect(`${url.host}${url.pathname}`).toBe('postgresql.prod.svc:5432/shop_eu');
    expect(url.searchParams.get('sslmode')).toBe('verify-full');
    expect(url.searchParams.get('options')).toBe('-c lock_timeout=10s');
    expect(variables.get('FLYWAY_USER')?.value).toBe('shop_eu_owner');
    expect(variables.get('FLYWAY_PASSWORD')?.valueFrom?.secretKeyRef).toEqual({
      name: 'postgresql-shop-eu-owner',
      key: 'password',
    });
    const flows = cluster.flows.filter(({ from }) => from.name.startsWith('migrations-'));
    expect(flows.map(({ to, ports }) => [to.name, ports[0]?.port])).toEqual([
      ['postgresql', 5432],
      ['postgresql', 5432],
    ]);
  });

  it('[SEC-10] run without root and write to /tmp only, within a deadline', () => {
    const { flyway, pick } = render({ deadlineSeconds: 60, memory: '512Mi' });
    const { pod, container } = flyway('migrations-shop');
    expect(pod.spec.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 1000 });
    const writable = (container.volumeMounts ?? []).filter((mount) => !('readOnly' in mount));
    expect(writable.map(({ mountPath }) => mountPath)).toEqual(['/tmp']);
    expect(pick('Job', 'migrations-shop')['spec']).toMatchObject({
      activeDeadlineSeconds: 60,
      backoffLimit: 0,
    });
    expect(container.resources).toMatchObject({ limits: { memory: '512Mi' } });
  });

  it('refuse a database that the server does not have', () => {
    expect(() => render({ files: { shoop: FILES.shop } })).toThrow(
      'charts/data/migrations/shoop: prod has no database "shoop", only shop, shop_eu, empty. ' +
        'Add it to the databases of postgresql',
    );
  });

  it.each([
    ['v1__orders.sql', 'is no name of a migration'],
    ['V1_orders.sql', 'is no name of a migration'],
    ['V1__Orders.SQL', 'is no name of a migration'],
    ['V1.1__orders.sql', 'is no name of a migration'],
    ['V20260101__orders.sql', 'number 1 is missing'],
    ['V01__orders.sql', 'is no name of a migration'],
    ['U1__orders.sql', 'is no name of a migration'],
    ['afterMigrate.sql', 'is no name of a migration'],
    ['notes.txt', 'is no name of a migration'],
  ])('refuse a file named %s', (name, problem) => {
    expect(() => newestVersion('shop', { [name]: 'SELECT 1;' })).toThrow(problem);
    expect(() => newestVersion('shop', { [name]: 'SELECT 1;' })).toThrow('charts/data/migrations/shop/');
  });

  it.each<[string, MigrationFiles, string]>([
    [
      'a number that is there twice',
      { 'V1__a.sql': 'SELECT 1;', 'V1__b.sql': 'SELECT 1;' },
      'charts/data/migrations/shop/V1__b.sql: V1__a.sql has number 1 too. Give the newer one the next number',
    ],
    [
      'a gap',
      { 'V1__a.sql': 'SELECT 1;', 'V3__b.sql': 'SELECT 1;' },
      'charts/data/migrations/shop/: number 2 is missing. Number the files from 1 without a gap: V1__a.sql, V3__b.sql',
    ],
    ['an empty file', { 'V1__a.sql': ' \n' }, 'shop/V1__a.sql: the file is empty'],
    ['a command of psql', { 'V1__a.sql': 'SELECT 1;\n\\copy t FROM x' }, '"\\c" is a command of psql'],
    ['more than a ConfigMap holds', { 'V1__a.sql': 'x'.repeat(1_000_001) }, 'do not fit into a ConfigMap'],
  ])('refuse %s', (_, files, message) => {
    expect(() => newestVersion('shop', files)).toThrow(message);
  });

  it('[PG-04] are shown in the documentation as they are, with row-level security that the owner cannot pass', () => {
    const page = readFileSync(join(root, 'docs/row-level-security.md'), 'utf8');
    const example = MIGRATIONS['app']?.['V1__notes.sql'] ?? '';
    expect(page).toContain(`\`\`\`sql\n${example}\`\`\``);
    for (const text of Object.values(MIGRATIONS).flatMap((files) => Object.values(files))) {
      const tables = [...text.matchAll(/CREATE TABLE (\w+) \(([^;]*)\);/g)];
      for (const [, table] of tables.filter(([, , columns]) => columns?.includes('organization_id')))
        for (const action of ['ENABLE', 'FORCE'])
          expect(text).toContain(`ALTER TABLE ${table} ${action} ROW LEVEL SECURITY;`);
    }
  });

  it('take files in any order, the tenth after the ninth', () => {
    const versions = [10, 2, 1, 9, 8, 7, 6, 5, 4, 3].map((version) => [`V${version}__x.sql`, 'SELECT 1;']);
    expect(newestVersion('shop', Object.fromEntries(versions) as MigrationFiles)).toBe(10);
    expect(newestVersion('shop', { 'R__only.sql': 'SELECT 1;' })).toBe(0);
  });

  it('[OBS-08] have a section in their runbook for their alert, which is about their own Jobs', () => {
    const { pick } = render();
    const runbook = readFileSync(join(root, 'charts/data/migrations/runbook.md'), 'utf8').split('\n');
    const rules = pick('PrometheusRule', 'migrations')['spec'].groups[0].rules as {
      alert: string;
      expr: string;
    }[];
    expect(rules).toHaveLength(1);
    for (const { alert, expr } of rules) {
      expect(runbook).toContain(`## ${alert}`);
      const pattern = /job_name=~"([^"]+)"/.exec(expr)?.[1];
      expect(pick('Job', 'migrations-shop-eu').metadata.name).toMatch(new RegExp(`^${pattern}$`));
    }
  });

  it('have a line in the catalogue for every file of their folders', () => {
    const folder = join(root, 'charts/data/migrations');
    const onDisk = readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => [
        name,
        Object.fromEntries(
          readdirSync(join(folder, name)).map((file) => [
            file,
            readFileSync(join(folder, name, file), 'utf8'),
          ]),
        ),
      ]);
    expect(MIGRATIONS).toEqual(Object.fromEntries(onDisk));
    expect(migrationsOf(['app', 'other'])).toEqual({ app: MIGRATIONS['app'] });
    expect(migrationsOf([])).toEqual({});
    for (const [database, files] of Object.entries(MIGRATIONS))
      expect(newestVersion(database, files)).toBeGreaterThan(0);
  });
});

describe('the gate of a migrated database', () => {
  const database = () => render().migrations.databases.get('shop')!;
  const folder = mkdtempSync(join(tmpdir(), 'gate-'));
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it('[PG-05] makes whoever takes the database come after the migrations, which come after the pooler', () => {
    const { migrations, pgbouncer } = render();
    expect(database().endpoint.component.id).toBe('migrations-prod');
    expect(database().endpoint.host).toBe('pgbouncer.prod.svc');
    expect(migrations.dependencies).toContain(pgbouncer.id);
    expect(migrations.dependencies).toContain('postgresql-prod');
    expect([...migrations.databases.keys()]).toEqual(['shop', 'shop_eu']);
  });

  it('logs in as the application does, and asks for the newest version', () => {
    const { gate: container, secret } = database();
    expect(container.command?.at(-1)).toBe('2');
    expect(container.env).toMatchObject({
      PGHOST: 'pgbouncer.prod.svc',
      PGPORT: '6432',
      PGDATABASE: 'shop',
      PGUSER: 'shop',
      PGPASSWORD: { secret: secret.name, key: 'password' },
      PGSSLMODE: 'verify-full',
    });
    const authority = Object.entries(container.mounts ?? {}).find(([path]) =>
      String(container.env?.['PGSSLROOTCERT']).startsWith(`${path}/`),
    )?.[1];
    expect(authority).toMatchObject({ source: { secret: { secretName: 'pgbouncer-tls' } } });
  });

  it('[PG-05] waits while the version is missing or the server is away, and then ends', () => {
    // a psql that fails, then finds nothing, then the row; and a sleep that does not
    const answers = join(folder, 'answers');
    writeFileSync(join(folder, 'gate.sh'), gate);
    writeFileSync(answers, 'refused\n0\n1\n');
    const stub = (name: string, body: string): void => {
      writeFileSync(join(folder, name), `#!/bin/sh\n${body}\n`);
      chmodSync(join(folder, name), 0o755);
    };
    stub('sleep', `echo slept "$1"`);
    stub(
      'psql',
      `read -r answer <${answers}; sed -i 1d ${answers}; echo "$answer"; [ "$answer" != refused ]`,
    );
    const { status, stdout } = spawnSync('sh', [join(folder, 'gate.sh'), '2'], {
      encoding: 'utf8',
      env: { PATH: `${folder}:${process.env['PATH']}`, PGDATABASE: 'shop' },
    });
    expect(stdout).toBe('refused\nslept 5\nmigration 2 of shop has not run yet\nslept 5\n');
    expect(status).toBe(0);
  });
});
