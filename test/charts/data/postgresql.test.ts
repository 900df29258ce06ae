import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { containersOf, podTemplates } from '../../../checks/core/workloads';
import { Cluster } from '../../../charts/core/cluster';
import type { KubeObject } from '../../../charts/core/objects';
import { bytesOf } from '../../../charts/core/quantities';
import { objectsOf } from '../../../charts/core/render';
import { Postgresql, type PostgresqlProps } from '../../../charts/data/postgresql/postgresql';
import { hostAuthentication } from '../../../charts/data/postgresql/hba';
import { postgresqlTuning } from '../../../charts/data/postgresql/tuning';
import { loadClusters } from '../../../cli/load';

const root = join(__dirname, '../../..');
const [mono] = loadClusters(join(root, 'clusters'), ['mono']).clusters;
if (!mono) throw new Error('mono does not load');
const { settings } = mono;
const [prod] = settings.environments;
if (!prod) throw new Error('mono has no environment');

const identity = (id: string) => ({ id, namespace: 'elsewhere' });
const MINIMAL: PostgresqlProps = {
  ...Postgresql.definition.settings.parse({ databases: ['shop', 'web_app'] }),
  storage: { component: identity('storage-classes'), name: 'longhorn-db' },
  tls: { component: identity('cert-manager'), name: 'internal-ca' },
};

function render(props: Partial<PostgresqlProps> = {}) {
  const cluster = new Cluster(settings);
  const postgresql = new Postgresql(cluster, prod!, { ...MINIMAL, ...props });
  const rendered = objectsOf([postgresql]);
  const objects = rendered.map(({ object }) => object);
  const pick = (kind: string, name: string) => {
    const found = objects.find((object) => object.kind === kind && object.metadata.name === name);
    if (!found) throw new Error(`no ${kind} ${name}`);
    return found as KubeObject & Record<string, any>;
  };
  const pod = podTemplates(rendered).find(({ rendered: { object } }) => object.kind === 'StatefulSet');
  if (!pod) throw new Error('no pod');
  const container = (name: string) => {
    const found = containersOf(pod).find((placed) => placed.container.name === name);
    if (!found) throw new Error(`no container ${name}`);
    return found.container;
  };
  const config = pick('ConfigMap', 'postgresql')['data'] as Record<string, string>;
  return { cluster, postgresql, objects, pick, pod, container, config };
}

/** Where a block contradicts itself. */
function mistakesIn(block: object): string[] {
  const { definition } = Postgresql;
  return definition.mistakes!(definition.settings.parse(block), {}).map(({ path }) => path.join('.'));
}

/** Variables of postgresql.conf, without their quotes. */
const variables = (file = ''): Map<string, string> =>
  new Map([...file.matchAll(/^([a-z_.]+) = '(.*)'$/gm)].map(([, name = '', value = '']) => [name, value]));

describe('PostgreSQL', () => {
  it('[PG-01] is a StatefulSet of one server of version 17 on the database class that no sync takes away', () => {
    const { pick, container } = render();
    const set = pick('StatefulSet', 'postgresql');
    expect(set['spec'].replicas).toBe(1);
    expect(container('postgresql').image).toMatch(
      /^docker\.io\/library\/postgres:17\.\d+-bookworm@sha256:[0-9a-f]{64}$/,
    );
    const [claim] = set['spec'].volumeClaimTemplates;
    expect(claim.spec).toMatchObject({
      storageClassName: 'longhorn-db',
      resources: { requests: { storage: '20Gi' } },
    });
    for (const { metadata } of [set, claim])
      expect(metadata.annotations).toEqual({
        'argocd.argoproj.io/sync-options': 'Prune=false,Delete=false',
      });
  });

  it.each(['16', '18'] as const)('[PG-01] takes version %s, sizes and CPU from its props', (version) => {
    const { container, pick } = render({ version, size: '5Gi', memory: '2Gi', cpu: '500m' });
    expect(container('postgresql').image).toContain(`postgres:${version}.`);
    expect(container('prepare').image).toBe(container('postgresql').image);
    expect(container('postgresql').resources).toEqual({
      requests: { cpu: '500m', memory: '2Gi' },
      limits: { memory: '2Gi' },
    });
    const [claim] = pick('StatefulSet', 'postgresql')['spec'].volumeClaimTemplates;
    expect(claim.spec.resources.requests.storage).toBe('5Gi');
  });

  it('[PG-01] [K8S-09] is probed by what it is, and never given up while it starts', () => {
    const server = render().container('postgresql');
    expect(server.readinessProbe).toMatchObject({ exec: { command: ['pg_isready', '--quiet'] } });
    expect(server.livenessProbe).toMatchObject({ exec: { command: ['bash', '/etc/strata/probe.sh'] } });
    expect(server.startupProbe).toBeUndefined();
  });

  it('[SEC-06] names a Secret for every password, and gives none to the server', () => {
    const { cluster, container, objects } = render();
    const declared = cluster.secrets.map(({ name }) => name).sort();
    expect(declared).toEqual([
      'postgresql-backup',
      'postgresql-exporter',
      'postgresql-pgbouncer',
      'postgresql-shop',
      'postgresql-shop-owner',
      'postgresql-web-app',
      'postgresql-web-app-owner',
    ]);
    expect(objects.map(({ kind }) => kind)).not.toContain('Secret');
    const passwords = (container('prepare').env ?? []).filter(({ name }) => name?.startsWith('PASSWORD_'));
    expect(passwords.map(({ valueFrom }) => valueFrom?.secretKeyRef?.name).sort()).toEqual(declared);
    for (const { valueFrom } of container('postgresql').env ?? [])
      expect(valueFrom?.secretKeyRef).toBeUndefined();
  });

  it('[SEC-10] runs as the postgres user of the image, and its exporter as another, whom the socket does not make the superuser', () => {
    const { pod, container } = render();
    expect(pod.spec.securityContext).toMatchObject({ runAsUser: 999, fsGroup: 999, runAsNonRoot: true });
    expect(container('postgresql').securityContext).toMatchObject({ readOnlyRootFilesystem: true });
    expect(container('exporter').securityContext?.['runAsUser']).toBe(65534);
    expect(pod.spec.automountServiceAccountToken).toBe(false);
  });

  it('writes only where a volume is', () => {
    const { container, config } = render();
    const writable = (container('postgresql').volumeMounts ?? [])
      .filter((mount) => !('readOnly' in mount))
      .map(({ mountPath }) => mountPath);
    const env = new Map((container('postgresql').env ?? []).map(({ name, value }) => [name, value]));
    expect(writable).toEqual(
      expect.arrayContaining([env.get('VOLUME'), env.get('PGHOST'), '/dev/shm', '/tmp']),
    );
    expect(env.get('PGDATA')?.startsWith(`${env.get('VOLUME')}/`)).toBe(true);
    expect(variables(config['postgresql.conf']).get('unix_socket_directories')).toBe(env.get('PGHOST'));
  });

  it('[PG-06] demands TLS with a certificate of the internal authority', () => {
    const { pick, config, postgresql } = render();
    const { spec } = pick('Certificate', 'postgresql-tls') as unknown as {
      spec: { dnsNames: string[]; issuerRef: object };
    };
    expect(spec.issuerRef).toMatchObject({ kind: 'ClusterIssuer', name: 'internal-ca' });
    expect(spec.dnsNames).toContain(postgresql.endpoint.host);
    const conf = variables(config['postgresql.conf']);
    expect(conf.get('ssl')).toBe('on');
    expect(conf.get('ssl_min_protocol_version')).toBe('TLSv1.2');
    expect(conf.get('password_encryption')).toBe('scram-sha-256');
  });

  it('[PG-06] lets in by SCRAM over TLS only, each account to its own database, the superuser over the socket only', () => {
    const lines = hostAuthentication(['shop']).trimEnd().split('\n');
    for (const line of lines) expect(line).toMatch(/ (scram-sha-256|reject|peer)$/);
    expect(lines.filter((line) => line.endsWith('peer'))).toEqual(['local all postgres peer']);
    expect(
      lines.filter((line) => /^host(nossl)? /.test(line)).every((line) => line.endsWith(' reject')),
    ).toBe(true);
    expect(lines.filter((line) => line.includes('shop'))).toEqual([
      'hostssl shop shop,shop_owner all scram-sha-256',
    ]);
    const remote = lines
      .filter((line) => line.startsWith('hostssl'))
      .flatMap((line) => line.split(' ')[2]?.split(','));
    expect(remote).not.toContain('postgres');
    expect(remote).not.toContain('all');
  });

  it('[PG-06] is private: cluster-internal Services, and no flow to it but the declared ones', () => {
    const { objects, cluster } = render();
    const services = objects.filter(({ kind }) => kind === 'Service') as (KubeObject & { spec: any })[];
    expect(services.map(({ spec }) => spec.type)).toEqual(['ClusterIP', 'ClusterIP']);
    expect(objects.map(({ kind }) => kind)).not.toContain('Ingress');
    const into = cluster.flows.filter(({ to }) => to.kind === 'pods' && to.name === 'postgresql');
    expect(into.map(({ from, ports }) => [from.name, ports.map(({ port }) => port)])).toEqual([
      [cluster.scraper.name, [9187]],
    ]);
  });

  it('offers each database with an account for the application and one for migrations', () => {
    const { postgresql } = render();
    const shop = postgresql.databases.get('web_app');
    const common = { database: 'web_app', endpoint: { host: 'postgresql.prod.svc', port: 5432 } };
    expect(shop?.app).toMatchObject({
      ...common,
      username: 'web_app',
      secret: { name: 'postgresql-web-app' },
    });
    expect(shop?.owner).toMatchObject({
      ...common,
      username: 'web_app_owner',
      secret: { name: 'postgresql-web-app-owner' },
      authority: { secret: 'postgresql-tls', key: 'ca.crt' },
    });
    expect(postgresql.pooling).toMatchObject({
      username: 'pgbouncer',
      secret: { name: 'postgresql-pgbouncer' },
    });
  });

  it.each(['postgres', 'template1', 'exporter', 'tls', 'strata', 'shop_owner'])(
    'refuses a database named %s, whose account or Secret is another one',
    (name) => {
      expect(mistakesIn({ databases: ['app', name] })).toEqual(['databases.1']);
    },
  );

  it('refuses what one server cannot do, and writes that one standby would stop', () => {
    expect(mistakesIn({ instances: 2 })).toEqual(['instances']);
    expect(mistakesIn({ engine: 'cloudnative-pg', instances: 2, synchronous: 'required' })).toEqual([
      'synchronous',
    ]);
    expect(mistakesIn({ engine: 'cloudnative-pg', instances: 3, synchronous: 'required' })).toEqual([]);
  });

  it('[PG-07] logs slow queries without their values, and lets no forgotten client hold locks for long', () => {
    const { config } = render();
    const conf = variables(config['postgresql.conf']);
    expect(conf.get('log_min_duration_statement')).toBe('2s');
    expect(conf.get('log_parameter_max_length')).toBe('0');
    expect(conf.get('pg_stat_statements.track_utility')).toBe('off');
    expect(config['prepare.sh']).toContain("idle_in_transaction_session_timeout = '10min'");
  });

  it('[PG-07] looks with its alerts at its own pods and volumes only, and has a section for each in the runbook', () => {
    const { pick } = render();
    const rules = pick('PrometheusRule', 'postgresql')['spec'].groups[0].rules as {
      alert: string;
      expr: string;
    }[];
    const sections = readFileSync(join(root, 'charts/data/postgresql/runbook.md'), 'utf8');
    for (const { alert, expr } of rules) {
      const selectors = expr.match(/\{[^}]*\}/g) ?? [];
      expect(selectors.length).toBeGreaterThan(0);
      for (const selector of selectors) expect(selector).toContain('namespace="prod"');
      expect(sections).toContain(`\n## ${alert}\n`);
    }
    const names = rules.map(({ alert }) => alert);
    expect(names).toEqual(
      expect.arrayContaining([
        'PostgresqlDown',
        'PostgresqlTooManyConnections',
        'PostgresqlWraparoundNear',
        'PostgresqlVolumeFillingUp',
      ]),
    );
  });
});

describe('sizes of PostgreSQL', () => {
  const tuned = (memory: `${number}Mi` | `${number}Gi`, databases = 1, size = '20Gi' as const) =>
    postgresqlTuning({ memory, size, databases }, 'here');

  it.each(['512Mi', '1Gi', '4Gi', '64Gi'] as const)('[PG-07] of %s are not promised twice', (memory) => {
    const { connections, sharedBuffers, workMem, maintenanceWorkMem } = tuned(memory);
    const promised = sharedBuffers + connections * (workMem + 4 * 2 ** 20) + 3 * maintenanceWorkMem;
    expect(promised).toBeLessThan(bytesOf(memory));
    expect(workMem).toBeGreaterThanOrEqual(2 ** 20);
    expect(sharedBuffers / bytesOf(memory)).toBeCloseTo(0.25, 1);
  });

  it.each([1, 2, 4])(
    '[PG-07] of %d database(s) leave each application its connections when all others hold theirs',
    (databases) => {
      const { connections, connectionsPerDatabase } = tuned('2Gi', databases);
      // 3 of the superuser, 3 of the exporter, 5 of backups, 4 of PgBouncer, 3 of each owner
      expect(databases * (connectionsPerDatabase + 3) + 15).toBeLessThanOrEqual(connections);
      expect(connectionsPerDatabase).toBeGreaterThan(5);
    },
  );

  it('of too little memory are an error that says how much is needed', () => {
    expect(() => tuned('256Mi')).toThrow(/here: memory: 256Mi is too little for 1 .* at least 512Mi/);
    expect(() => tuned('512Mi', 9)).toThrow(/too little for 9/);
  });

  it('of WAL leave most of the volume to the data', () => {
    const { maxWalSize, slotWal } = tuned('1Gi');
    expect(maxWalSize + slotWal).toBeLessThan(bytesOf('20Gi') / 2);
  });
});
