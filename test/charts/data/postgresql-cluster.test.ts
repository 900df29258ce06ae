import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KubeObject } from '../../../charts/core/objects';
import { bytesOf } from '../../../charts/core/quantities';
import type { PostgresqlSettings } from '../../../charts/data/postgresql/definition';
import { postgresql } from '../../../charts/data/postgresql/definition';
import { hostRules } from '../../../charts/data/postgresql/cloudnative-pg/host-rules';
import { platformOf, render, SettingsError, type RenderedCluster } from '../../../cli/pipeline';
import { loadClusters } from '../../../cli/load';

const root = join(__dirname, '../../..');
const [staging] = loadClusters(join(root, 'clusters'), ['staging']).clusters;
if (!staging) throw new Error('staging does not load');
const { settings } = staging;

const BLOCK = postgresql.settings.parse({
  engine: 'cloudnative-pg',
  databases: ['shop', 'web_app'],
  instances: 3,
});

/** staging with this PostgreSQL and nothing else in its environment. */
function settingsWith(block: Partial<PostgresqlSettings> = {}, change: object = {}) {
  const environments = settings.environments.map((one) => ({
    ...one,
    components: { postgresql: { ...BLOCK, ...block } },
  }));
  return { ...settings, environments, ...change } as typeof settings;
}

function rendered(block: Partial<PostgresqlSettings> = {}, change: object = {}) {
  const result: RenderedCluster = render(platformOf(settingsWith(block, change)));
  const objects = result.objects
    .filter(({ component }) => component === 'postgresql-staging')
    .map(({ object }) => JSON.parse(JSON.stringify(object)) as KubeObject);
  const all = (kind: string) =>
    objects.filter((object) => object.kind === kind) as (KubeObject & Record<string, any>)[];
  const pick = (kind: string, name: string) => {
    const found = all(kind).find(({ metadata }) => metadata.name === name);
    if (!found) throw new Error(`no ${kind} ${name}, only ${all(kind).map(({ metadata }) => metadata.name)}`);
    return found;
  };
  return { ...result, objects, all, pick };
}

const whole = rendered();
const spec = whole.pick('Cluster', 'postgresql-v1')['spec'];

describe('PostgreSQL as a cluster of CloudNativePG', () => {
  it('[PG-01] [PG-02] is a Cluster of as many servers as wanted, each on a node of its own, that no sync takes away', () => {
    expect(spec.instances).toBe(3);
    expect(spec.imageName).toMatch(
      /^ghcr\.io\/cloudnative-pg\/postgresql:17\.\d+-\d+-standard-trixie@sha256:[0-9a-f]{64}$/,
    );
    expect(spec.affinity).toMatchObject({
      podAntiAffinityType: 'required',
      topologyKey: 'kubernetes.io/hostname',
    });
    expect(spec.storage).toMatchObject({ size: '20Gi', storageClass: 'longhorn-db' });
    expect(whole.pick('Cluster', 'postgresql-v1').metadata.annotations).toMatchObject({
      'argocd.argoproj.io/sync-options': 'Prune=false,Delete=false',
    });
  });

  it('[PG-02] waits for any one standby as the settings say, and takes over with all commits only where it must', () => {
    const synchronous = (choice: PostgresqlSettings['synchronous']) =>
      rendered({ synchronous: choice }).pick('Cluster', 'postgresql-v1')['spec'].postgresql.synchronous;
    expect(synchronous('off')).toBeUndefined();
    expect(synchronous('preferred')).toEqual({
      method: 'any',
      number: 1,
      dataDurability: 'preferred',
      failoverQuorum: false,
    });
    expect(synchronous('required')).toEqual({
      method: 'any',
      number: 1,
      dataDurability: 'required',
      failoverQuorum: true,
    });
  });

  it('[BKP-02] archives to a folder of its generation, with base backups as long as backups are kept', () => {
    const store = whole.pick('ObjectStore', 'postgresql')['spec'];
    const { bucket, retentionDays, endpoint } = settings.backup!;
    expect(store.configuration.destinationPath).toBe(`s3://${bucket}/staging/postgresql-staging/physical`);
    expect(store.configuration.endpointURL).toBe(endpoint);
    expect(store.configuration.wal.compression).toBe('gzip');
    expect(store.retentionPolicy).toBe(`${retentionDays}d`);
    expect(spec.plugins).toEqual([
      {
        name: 'barman-cloud.cloudnative-pg.io',
        enabled: true,
        isWALArchiver: true,
        parameters: { barmanObjectName: 'postgresql', serverName: 'postgresql-v1' },
      },
    ]);
    // removed from the operator in 1.31
    expect(spec).not.toHaveProperty('backup');
    const schedule = whole.pick('ScheduledBackup', 'postgresql-v1')['spec'];
    expect(schedule).toMatchObject({ method: 'plugin', immediate: true, cluster: { name: 'postgresql-v1' } });
    // seconds come first: a schedule of five fields would mean another time
    expect(schedule.schedule.split(' ')).toHaveLength(6);
    expect(bytesOf(store.instanceSidecarConfiguration.resources.limits.memory)).toBeGreaterThanOrEqual(
      2 ** 30,
    );
  });

  it('[BKP-02] is brought back to a moment in a new cluster with an archive of its own, beside the old one', () => {
    const recovery = { generation: 1, moment: '2026-11-20T23:59:34Z' };
    const again = rendered({ generation: 2, recovery });
    const { bootstrap, externalClusters, plugins } = again.pick('Cluster', 'postgresql-v2')['spec'];
    expect(bootstrap.initdb).toBeUndefined();
    expect(bootstrap.recovery).toMatchObject({
      source: 'origin',
      recoveryTarget: { targetTime: '2026-11-20T23:59:34Z' },
    });
    const [origin] = externalClusters;
    expect(origin.plugin.parameters.serverName).toBe('postgresql-v1');
    expect(plugins[0].parameters.serverName).toBe('postgresql-v2');
    expect(again.all('Cluster').map(({ metadata }) => metadata.name)).toEqual(['postgresql-v2']);
  });

  it('[PG-06] lets in by SCRAM over TLS only, each account to its own database, and nobody by the last line of the operator', () => {
    const rules = hostRules(['shop']);
    expect(rules).toEqual([
      'hostssl all backup all scram-sha-256',
      'hostssl shop shop,shop_owner all scram-sha-256',
      'host all all all reject',
      'host replication all all reject',
    ]);
    expect(spec.postgresql.pg_hba).toEqual([...hostRules(['shop', 'web_app'])]);
    expect(spec.enableSuperuserAccess).toBe(false);
    for (const role of spec.managed.roles)
      expect(role).toMatchObject({
        superuser: false,
        createrole: false,
        createdb: false,
        replication: false,
      });
    const past = spec.managed.roles.filter(({ bypassrls }: { bypassrls: boolean }) => bypassrls);
    expect(past.map(({ name }: { name: string }) => name)).toEqual(['backup']);
  });

  it('[SEC-06] has a Secret for the password of each role, in the form that the operator reads', () => {
    const { secrets } = whole.declarations;
    for (const { name, passwordSecret, ensure, connectionLimit } of spec.managed.roles) {
      const secret = secrets.find((one) => one.name === passwordSecret.name);
      expect(secret?.keys['username']).toEqual({ kind: 'template', template: name });
      expect(secret?.keys['password']).toMatchObject({ kind: 'random' });
      expect(secret?.labels).toEqual({ 'cnpg.io/reload': '' });
      expect(ensure).toBe('present');
      expect(connectionLimit).toBeGreaterThan(0);
    }
    expect(whole.objects.map(({ kind }) => kind)).not.toContain('Secret');
  });

  it('keeps each database, whose owner is the account for migrations, with a schema for the marks of backups', () => {
    const databases = whole.all('Database').map((object) => object['spec']);
    expect(databases.map(({ name, owner }) => [name, owner])).toEqual([
      ['shop', 'shop_owner'],
      ['web_app', 'web_app_owner'],
    ]);
    for (const database of databases)
      expect(database).toMatchObject({
        databaseReclaimPolicy: 'retain',
        schemas: [{ name: 'strata', owner: 'backup', ensure: 'present' }],
      });
    const job = whole.pick('Job', 'postgresql-accounts');
    expect(job.metadata.annotations).toMatchObject({ 'argocd.argoproj.io/hook': 'Sync' });
    expect(job['spec'].template.spec.containers[0].command).toEqual([
      'bash',
      '/scripts/accounts.sh',
      'shop',
      'web_app',
    ]);
  });

  it('[PG-03] pools transactions, with fewer server connections than a role is granted', () => {
    const { pgbouncer, instances, type } = whole.pick('Pooler', 'postgresql-v1-pooler')['spec'];
    expect(type).toBe('rw');
    expect(pgbouncer.poolMode).toBe('transaction');
    expect(pgbouncer.parameters.client_tls_sslmode).toBe('require');
    expect(pgbouncer.image).toMatch(/@sha256:/);
    const role = spec.managed.roles.find(({ name }: { name: string }) => name === 'shop');
    expect(Number(pgbouncer.parameters.default_pool_size) * (instances + 1)).toBeLessThanOrEqual(
      role.connectionLimit,
    );
    const names = whole.pick('Certificate', 'postgresql-tls')['spec'].dnsNames;
    expect(names).toEqual(
      expect.arrayContaining(
        ['rw', 'ro', 'pooler'].map((role) => `postgresql-v1-${role}.viridial-staging.svc`),
      ),
    );
    expect(rendered({ pooler: false }).all('Pooler')).toEqual([]);
  });

  it('lets Jobs of the operator, which have no role, reach the bucket, the API server and the servers', () => {
    const policy = whole.pick('NetworkPolicy', 'postgresql-v1-all')['spec'];
    expect(policy.podSelector.matchLabels).toEqual({ 'cnpg.io/cluster': 'postgresql-v1' });
    const ports = policy.egress.flatMap((rule: any) => rule.ports.map(({ port }: any) => port));
    expect(ports).toEqual(expect.arrayContaining([443, 6443, 5432, 8000, 53]));
  });

  it('lets the operator ask each server how it is', () => {
    const policy = whole.pick('NetworkPolicy', 'postgresql-v1')['spec'];
    const from = policy.ingress.filter((rule: any) =>
      rule.from.some(
        (peer: any) => peer.namespaceSelector?.matchLabels['kubernetes.io/metadata.name'] === 'cnpg-system',
      ),
    );
    expect(from.flatMap((rule: any) => rule.ports.map(({ port }: any) => port))).toEqual([8000]);
  });

  it('[BKP-01] is dumped every night too: the archive is encrypted by the bucket alone', () => {
    expect(whole.all('CronJob').map(({ metadata }) => metadata.name)).toEqual([
      'postgresql-backup-logical',
      'postgresql-check-logical',
    ]);
  });

  it('[PG-07] has an alert on each server, on the archive of each, and a section for each alert in the runbook', () => {
    const sections = readFileSync(join(root, 'charts/data/postgresql/runbook.md'), 'utf8');
    const [{ rules }] = whole.pick('PrometheusRule', 'postgresql')['spec'].groups;
    for (const { alert } of rules) expect(sections).toContain(`\n## ${alert}\n`);
    const behind = rules.find(({ alert }: { alert: string }) => alert === 'PostgresqlArchiveBehind');
    expect(behind.expr).toContain('by (namespace, pod)');
  });

  it('with one server has no alert that a standby could raise, and no Service for reads', () => {
    const one = rendered({ instances: 1, databases: [] });
    const [{ rules }] = one.pick('PrometheusRule', 'postgresql')['spec'].groups;
    const names = rules.map(({ alert }: { alert: string }) => alert);
    expect(names).not.toContain('PostgresqlReplicationBroken');
    expect(names).not.toContain('PostgresqlPoolerDown');
    expect(one.all('Job')).toEqual([]);
  });

  it('archives nothing without a bucket', () => {
    const without = { ...settingsWith() };
    delete (without as { backup?: unknown }).backup;
    const result = render(platformOf(without));
    const kinds = result.objects.map(({ object }) => object.kind);
    expect(kinds).not.toContain('ObjectStore');
    expect(kinds).not.toContain('ScheduledBackup');
  });

  it.each([
    ['cloudnative-pg', 'postgresql needs cloudnative-pg, which is off'],
    ['barman-cloud', 'postgresql needs barman-cloud, which is off'],
  ])('says that it lacks %s', (name, problem) => {
    const components = { ...settings.components, [name]: undefined };
    const build = () => platformOf(settingsWith({}, { components }));
    expect(build).toThrow(SettingsError);
    expect(build).toThrow(problem);
  });
});
