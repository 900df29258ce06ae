import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { containersOf, podTemplates } from '../../../checks/core/workloads';
import { loadClusters } from '../../../cli/load';
import { Cluster } from '../../../charts/core/cluster';
import type { KubeObject } from '../../../charts/core/objects';
import { objectsOf } from '../../../charts/core/render';
import { Pgbouncer, type PgbouncerProps } from '../../../charts/data/pgbouncer/pgbouncer';
import { clientsOf } from '../../../charts/data/pgbouncer/configuration';
import { postgresqlServer } from './postgresql-server';

const root = join(__dirname, '../../..');
const [mono] = loadClusters(join(root, 'clusters'), ['mono']).clusters;
if (!mono) throw new Error('mono does not load');
const { settings } = mono;
const [prod] = settings.environments;
if (!prod) throw new Error('mono has no environment');

const SERVER = postgresqlServer(['shop', 'shop_eu']);

function render(props: Partial<PgbouncerProps> = {}) {
  const cluster = new Cluster(settings);
  const pgbouncer = new Pgbouncer(cluster, prod!, {
    server: SERVER,
    tls: { component: { id: 'cert-manager', namespace: 'cert-manager' }, name: 'internal' },
    ...props,
  });
  const rendered = objectsOf([pgbouncer]);
  const objects = rendered.map(({ object }) => object);
  const pick = (kind: string, name = 'pgbouncer') => {
    const found = objects.find((object) => object.kind === kind && object.metadata.name === name);
    if (!found) throw new Error(`no ${kind} ${name}`);

    return found as KubeObject & Record<string, any>;
  };
  const [pod] = podTemplates(rendered);
  if (!pod) throw new Error('no pod');
  const [placed] = containersOf(pod);
  if (!placed) throw new Error('no container');
  return { cluster, pgbouncer, objects, pick, pod, container: placed.container };
}

/** Sections of pgbouncer.ini, each a map of its keys. */
function sections(text: string): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const result = new Map<string, Map<string, string>>();
  for (const line of text.split('\n')) {
    const [, name] = /^\[(.*)\]$/.exec(line) ?? [];
    if (name !== undefined) result.set(name, new Map());
    const [, key, value] = /^([a-z_*]+) = ?(.*)$/.exec(line) ?? [];
    if (key !== undefined) [...result.values()].at(-1)?.set(key, value ?? '');
  }
  return result;
}
const iniOf = (props: Partial<PgbouncerProps> = {}): string =>
  render(props).pick('ConfigMap')['data']['pgbouncer.ini'] as string;
const option = (name: string, props: Partial<PgbouncerProps> = {}): string | undefined =>
  sections(iniOf(props)).get('pgbouncer')?.get(name);

describe('PgBouncer', () => {
  it('[PG-03] pools transactions of each database of the server, and of nothing else', () => {
    const ini = sections(iniOf());
    expect([...(ini.get('databases') ?? [])]).toEqual([
      ['shop', 'host=postgresql.prod.svc port=5432 dbname=shop'],
      ['shop_eu', 'host=postgresql.prod.svc port=5432 dbname=shop_eu'],
    ]);
    expect(ini.get('pgbouncer')?.get('pool_mode')).toBe('transaction');
  });

  it('[PG-03] offers each database as the server does, at its own endpoint and with its own authority', () => {
    const { pgbouncer } = render();
    const direct = SERVER.databases.get('shop_eu')?.app;
    expect(pgbouncer.databases.get('shop_eu')).toEqual({
      ...direct,
      component: pgbouncer,
      endpoint: pgbouncer.endpoint,
      authority: { secret: 'pgbouncer-tls', namespace: 'prod', key: 'ca.crt' },
    });
    expect(pgbouncer.endpoint).toMatchObject({ host: 'pgbouncer.prod.svc', port: 6432 });
    expect([...pgbouncer.databases.keys()]).toEqual([...SERVER.databases.keys()]);
  });

  it('[PG-03] never holds more connections of a role than the server grants it, a roll-out included', () => {
    for (const replicas of [1, 2, 3])
      for (const connections of [4, 30, 97]) {
        const server = postgresqlServer(['shop'], connections);
        const size = Number(option('default_pool_size', { server, replicas }));
        expect(size * (replicas + 1)).toBeLessThanOrEqual(connections);
        expect((size + 1) * (replicas + 1)).toBeGreaterThan(connections);
      }
    expect(() => render({ server: postgresqlServer(['shop'], 2), replicas: 2 })).toThrow(
      'pgbouncer-prod: replicas: 2 connections of a role are too few for 2 pods',
    );
  });

  it('takes as many clients as fit into its memory', () => {
    expect(option('max_client_conn')).toBe('1024');
    expect(option('max_client_conn', { memory: '128Mi' })).toBe(String(clientsOf('128Mi', 'test')));
    expect(clientsOf('128Mi', 'test') * 32 * 2 ** 10 + 32 * 2 ** 20).toBeLessThanOrEqual(128 * 2 ** 20);
    expect(() => render({ memory: '39Mi' })).toThrow(
      'pgbouncer-prod: memory: 39Mi is too little for 256 clients. Give it at least 40Mi',
    );
    expect(render({ memory: '40Mi' }).container.resources).toMatchObject({ limits: { memory: '40Mi' } });
  });

  it('[SEC-06] knows one password, from a Secret, and asks the server for the others', () => {
    const { objects, cluster, container } = render();
    const [declared] = cluster.secrets;
    expect(cluster.secrets).toHaveLength(1);
    expect(declared?.keys).toEqual({
      password: {
        kind: 'copy',
        of: { secret: 'postgresql-pgbouncer', namespace: 'prod', key: 'password' },
      },
      'userlist.txt': { kind: 'template', template: '"pgbouncer" "{password}"\n' },
    });
    expect(container.env).toBeUndefined();
    expect(objects.map(({ kind }) => kind)).not.toContain('Secret');
    expect(option('auth_type')).toBe('scram-sha-256');
    expect(option('auth_user')).toBe('pgbouncer');
    expect(option('auth_query')).toContain('strata.get_auth($1)');
    // one connection per pod, since the server grants the role few
    expect(option('auth_dbname')).toBe('shop');
    expect(() => render({ server: postgresqlServer([]) })).toThrow(
      'pgbouncer-prod: server: it has no database',
    );
  });

  it('[SEC-06] mounts of the Secrets that it reads what it needs: not the key of the server', () => {
    const { pod, container } = render();
    const mounted = (container.volumeMounts ?? []).map(({ name, mountPath }) => {
      const volume = (pod.spec.volumes ?? []).find((candidate) => candidate.name === name);
      const secret = volume?.['secret'] as { secretName: string; items?: { key: string }[] } | undefined;
      return [mountPath, secret?.secretName, secret?.items?.map(({ key }) => key)] as const;
    });
    expect(mounted).toContainEqual(['/etc/pgbouncer-auth', 'pgbouncer', ['userlist.txt']]);
    expect(mounted).toContainEqual(['/etc/pgbouncer-server', 'postgresql-tls', ['ca.crt']]);
    expect(mounted).toContainEqual(['/etc/pgbouncer-tls', 'pgbouncer-tls', undefined]);
    for (const name of [
      'auth_file',
      'server_tls_ca_file',
      'client_tls_ca_file',
      'client_tls_cert_file',
      'client_tls_key_file',
    ])
      expect(mounted.some(([folder]) => option(name)?.startsWith(`${folder}/`))).toBe(true);
  });

  it('speaks TLS only: verified to the server, with a certificate of the internal authority to clients', () => {
    const { pick, pgbouncer } = render();
    expect(option('client_tls_sslmode')).toBe('require');
    expect(option('server_tls_sslmode')).toBe('verify-full');
    const { spec } = pick('Certificate', 'pgbouncer-tls') as unknown as {
      spec: { dnsNames: string[]; issuerRef: object };
    };
    expect(spec.dnsNames).toContain(pgbouncer.endpoint.host);
    expect(spec.issuerRef).toMatchObject({ kind: 'ClusterIssuer', name: 'internal' });
    expect([...pgbouncer.dependencies].sort()).toEqual(['cert-manager', 'postgresql-prod']);
  });

  it('ignores no startup parameter, which is what CVE-2026-107349 needs', () => {
    expect(option('ignore_startup_parameters')).toBe('');
  });

  it('[PG-06] connects to the server, and to nothing else', () => {
    const { cluster } = render();
    expect(cluster.flows).toEqual([
      {
        from: expect.objectContaining({ name: 'pgbouncer' }) as unknown,
        to: SERVER.endpoint.pods,
        ports: [{ port: 5432, protocol: 'TCP' }],
      },
    ]);
  });

  it('is asked on its socket whether it lives, since a process that spins still accepts connections', () => {
    const { container, pod } = render();
    const writable = (container.volumeMounts ?? []).filter((mount) => !('readOnly' in mount));
    expect(writable.map(({ mountPath }) => mountPath)).toEqual([option('unix_socket_dir')]);
    for (const probe of [container.readinessProbe, container.livenessProbe] as {
      exec: { command: string[] };
    }[])
      expect(probe.exec.command).toEqual(
        expect.arrayContaining(['pg_isready', '-h', option('unix_socket_dir'), option('listen_port')]),
      );
    expect(pod.spec.securityContext).toMatchObject({ runAsUser: 70, fsGroup: 70 });
  });

  it('lets transactions finish when it is told to end, within its grace', () => {
    const { pod, container } = render();
    const { lifecycle } = container as { lifecycle?: { preStop: { exec: { command: string[] } } } };
    const [, , script = ''] = lifecycle?.preStop.exec.command ?? [];
    expect(script).toMatch(/^sleep \d+; kill -INT 1; sleep \d+$/);
    const waits = [...script.matchAll(/sleep (\d+)/g)].map(([, seconds]) => Number(seconds));
    const total = waits.reduce((sum, seconds) => sum + seconds, 0);
    expect(total).toBeLessThan(Number(pod.spec['terminationGracePeriodSeconds']));
    expect(total).toBeGreaterThan(30);
  });

  it('keeps a client at one pod, so that the query it cancels is there', () => {
    expect(render().pick('Service')['spec'].sessionAffinity).toBe('ClientIP');
  });

  it('runs as many pods as the profile has for controllers, and warns of a missing one where there are two', () => {
    const alertsOf = (replicas?: number) =>
      (
        render(replicas === undefined ? {} : { replicas }).pick('PrometheusRule')['spec'].groups[0].rules as {
          alert: string;
        }[]
      ).map(({ alert }) => alert);
    expect(render().pick('Deployment')['spec'].replicas).toBe(1);
    expect(alertsOf()).not.toContain('PgbouncerPodMissing');
    expect(render({ replicas: 2 }).pick('Deployment')['spec'].replicas).toBe(2);
    expect(alertsOf(2)).toContain('PgbouncerPodMissing');
  });

  it('[OBS-08] has a section in its runbook for each alert, about its own Deployment', () => {
    const { pick } = render({ replicas: 2 });
    const runbook = readFileSync(join(root, 'charts/data/pgbouncer/runbook.md'), 'utf8').split('\n');
    const rules = pick('PrometheusRule')['spec'].groups[0].rules as { alert: string; expr: string }[];
    const { name } = pick('Deployment').metadata;
    expect(rules.length).toBeGreaterThan(2);
    for (const { alert, expr } of rules) {
      expect(runbook).toContain(`## ${alert}`);
      for (const selector of expr.match(/\{[^}]*\}/g) ?? ['none']) {
        expect(selector).toContain('namespace="prod"');
        expect(selector).toMatch(new RegExp(`(deployment|container)="${name}"`));
      }
    }
  });
});
