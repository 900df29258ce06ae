import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { containersOf, podTemplates } from '../../../checks/core/workloads';
import { loadClusters } from '../../../cli/load';
import { Xwiki, type XwikiProps } from '../../../charts/apps/xwiki/xwiki';
import { Cluster } from '../../../charts/core/cluster';
import type { KubeObject } from '../../../charts/core/objects';
import { INTERNET, tcp } from '../../../charts/core/network';
import { objectsOf } from '../../../charts/core/render';
import { image } from '../../../imports/images';

const root = join(__dirname, '../../..');
const [mono] = loadClusters(join(root, 'clusters'), ['mono']).clusters;
if (!mono) throw new Error('mono does not load');
const { settings } = mono;
const [prod] = settings.environments;
if (!prod) throw new Error('mono has no environment');

const identity = (id: string, namespace = 'elsewhere') => ({ id, namespace });
const mysql = identity('mysql-prod', 'prod');
const pods = (name: string, namespace: string, hostNetwork = false) => ({
  kind: 'pods' as const,
  name,
  namespace,
  labels: { 'app.kubernetes.io/name': name },
  hostNetwork,
  owner: null,
});
const step = {
  name: 'database',
  image: image('mysql', '8.0'),
  resources: { cpu: '10m', memory: '32Mi' },
  scripts: { 'database.sh': 'true\n' },
} as const;
const MINIMAL: XwikiProps = {
  ...Xwiki.definition.settings.parse({ host: 'xwiki.logo-solutions.fr' }),
  database: {
    component: mysql,
    endpoint: {
      component: mysql,
      pods: pods('mysql', 'prod'),
      service: 'mysql',
      host: 'mysql.prod.svc',
      port: 3307,
      portName: 'mysql',
      containerPort: tcp(3306),
    },
    database: 'wiki',
    username: 'writer',
    secret: {
      name: 'mysql-wiki',
      namespace: 'prod',
      keys: { password: { kind: 'random', length: 32 } },
      declaredBy: mysql,
    },
    authority: { secret: 'mysql-tls', namespace: 'prod', key: 'ca.crt' },
    steps: { session: step, dump: step, load: step, restore: step, before: 'Unlock the account' },
  },
  storage: { component: identity('storage-classes'), name: 'longhorn' },
  ingress: {
    component: identity('traefik'),
    className: 'traefik',
    pods: pods('traefik', 'traefik', true),
    annotations: { 'example.org/headers': 'secure' },
  },
  issuer: { component: identity('cert-manager'), name: 'letsencrypt-prod' },
};

function render(props: Partial<XwikiProps> = {}) {
  const cluster = new Cluster(settings);
  const xwiki = new Xwiki(cluster, prod!, { ...MINIMAL, ...props });
  const rendered = objectsOf([xwiki]);
  const pick = (kind: string, name: string) => {
    const found = rendered.find(({ object }) => object.kind === kind && object.metadata.name === name);
    if (!found) throw new Error(`no ${kind} ${name}`);

    return found.object as KubeObject & Record<string, any>;
  };
  const [pod] = podTemplates(rendered);
  if (!pod) throw new Error('no pod');
  const container = (name: string) => {
    const found = containersOf(pod).find((placed) => placed.container.name === name);
    if (!found) throw new Error(`no container ${name}`);
    return found.container;
  };
  const variable = (name: string) => container('xwiki').env?.find((entry) => entry.name === name);
  return {
    cluster,
    xwiki,
    rendered,
    pick,
    pod,
    container,
    variable,
    config: pick('ConfigMap', 'xwiki')['data'],
  };
}

describe('XWiki', () => {
  it('[XWIKI-01] is one replica, never two at once, with its volume at /usr/local/xwiki', () => {
    const { pick, pod, container } = render();
    const { spec } = pick('Deployment', 'xwiki');
    expect(spec).toMatchObject({ replicas: 1, strategy: { type: 'Recreate' } });
    const claim = pick('PersistentVolumeClaim', 'xwiki-data');
    expect(claim['spec']).toMatchObject({
      storageClassName: 'longhorn',
      resources: { requests: { storage: '10Gi' } },
    });
    expect(claim.metadata.annotations).toEqual({
      'argocd.argoproj.io/sync-options': 'Prune=false,Delete=false',
    });
    const mounted = container('xwiki').volumeMounts?.find(
      ({ mountPath }) => mountPath === '/usr/local/xwiki',
    );
    expect(pod.spec.volumes?.find(({ name }) => name === mounted?.name)).toMatchObject({
      persistentVolumeClaim: { claimName: 'xwiki-data' },
    });
  });

  it.each([
    ['17.10', /^docker\.io\/library\/xwiki:17\.10\.\d+-mysql-tomcat@sha256:/],
    ['17.3', /^docker\.io\/library\/xwiki:17\.3\.0-mysql-tomcat@sha256:/],
  ] as const)('[XWIKI-01] runs %s when asked to, prepared by the same image', (version, reference) => {
    const { container } = render({ version });
    expect(container('xwiki').image).toMatch(reference);
    expect(container('prepare').image).toBe(container('xwiki').image);
  });

  it('[XWIKI-01] [SEC-06] takes its database from the contract, with the password from the Secret', () => {
    const { variable, container, rendered } = render();
    expect(variable('DB_HOST')?.value).toBe('mysql.prod.svc:3307');
    expect(variable('DB_DATABASE')?.value).toBe('wiki');
    expect(variable('DB_USER')?.value).toBe('writer');
    expect(variable('DB_PASSWORD')).toEqual({
      name: 'DB_PASSWORD',
      valueFrom: { secretKeyRef: { name: 'mysql-wiki', key: 'password' } },
    });
    expect(container('prepare').command?.slice(-2)).toEqual(['mysql.prod.svc', '3307']);
    expect(rendered.map(({ object }) => object.kind)).not.toContain('Secret');
  });

  it('verifies the database by name, against an authority that it gets without the server key', () => {
    const { variable, pod, container } = render();
    const url = new URL((variable('JDBC_PARAMS')?.value ?? '').replaceAll('&amp;', '&'), 'mysql://host');
    expect(url.searchParams.get('sslMode')).toBe('VERIFY_IDENTITY');
    // what prepare.sh writes is what the driver reads, on a volume that both mount
    const store = url.searchParams.get('trustCertificateKeyStoreUrl')?.replace('file:', '');
    expect(container('prepare').command).toContain(store);
    expect(container('xwiki').volumeMounts?.some(({ mountPath }) => store?.startsWith(`${mountPath}/`))).toBe(
      true,
    );
    // a bare & would break the XML that it goes into
    expect(variable('JDBC_PARAMS')?.value).not.toMatch(/&(?!amp;)/);
    const volumes = (pod.spec.volumes ?? []).filter((volume) => 'secret' in volume);
    expect(volumes).toEqual([
      {
        name: 'database-authority',
        secret: { secretName: 'mysql-tls', items: [{ key: 'ca.crt', path: 'ca.crt' }], defaultMode: 0o440 },
      },
    ]);
  });

  it('[XWIKI-02] is published at its host over TLS, with a certificate of the issuer', () => {
    const { pick, xwiki } = render();
    const ingress = pick('Ingress', 'xwiki');
    expect(ingress.metadata.annotations).toEqual({
      'example.org/headers': 'secure',
      'cert-manager.io/cluster-issuer': 'letsencrypt-prod',
    });
    expect(ingress['spec'].tls).toEqual([{ hosts: ['xwiki.logo-solutions.fr'], secretName: 'xwiki-tls' }]);
    expect(ingress['spec'].rules[0].host).toBe('xwiki.logo-solutions.fr');
    const { service } = ingress['spec'].rules[0].http.paths[0].backend;
    const [port] = pick('Service', service.name)['spec'].ports;
    expect(port).toMatchObject({ name: service.port.name, port: 80 });
    expect([...xwiki.dependencies].sort()).toEqual(
      expect.arrayContaining(['cert-manager', 'mysql-prod', 'storage-classes', 'traefik']),
    );
  });

  it('[SEC-02] declares its flows: from the ingress, to the database, to xwiki.org', () => {
    const { cluster, container } = render();
    const flows = cluster.flows.map(({ from, to, ports }) => [from.name, to.name, ports[0]?.port]);
    expect(flows.sort()).toEqual([
      ['traefik', 'xwiki', 8080],
      ['xwiki', INTERNET.name, 443],
      ['xwiki', 'mysql', 3306],
    ]);
    expect(container('xwiki').ports).toContainEqual(expect.objectContaining({ containerPort: 8080 }));
  });

  it('[K8S-09] is probed at its REST entry point, with half an hour for a start that migrates', () => {
    const { container } = render();
    const { startupProbe, readinessProbe, livenessProbe } = container('xwiki');
    for (const probe of [startupProbe, readinessProbe, livenessProbe])
      expect(probe).toMatchObject({ httpGet: { path: '/rest', port: 'http' } });
    const { periodSeconds, failureThreshold } = startupProbe as Record<string, number>;
    expect(periodSeconds! * failureThreshold!).toBe(1800);
    const liveness = livenessProbe as Record<string, number>;
    expect(liveness['periodSeconds']! * liveness['failureThreshold']!).toBeGreaterThanOrEqual(180);
  });

  it.each([
    ['1536Mi', 768],
    ['2Gi', 1024],
    ['6Gi', 3072],
  ] as const)('gives half of %s to the heap, as a number that setenv.sh leaves alone', (memory, heap) => {
    const { variable, container } = render({ memory });
    expect(variable('JAVA_OPTS')?.value).toMatch(new RegExp(`(^| )-Xmx${heap}m( |$)`));
    expect(container('xwiki').resources?.limits).toEqual({ memory });
  });

  it('[SEC-10] runs as an ordinary user and mounts scratch space over every folder of Tomcat that is written', () => {
    const { pod, container } = render();
    expect(pod.spec.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 1000, fsGroup: 1000 });
    expect(container('xwiki').securityContext).toMatchObject({ readOnlyRootFilesystem: true });
    const scratch = (container('xwiki').volumeMounts ?? [])
      .filter(({ name }) => pod.spec.volumes?.some((volume) => volume.name === name && 'emptyDir' in volume))
      .map(({ mountPath }) => mountPath);
    expect(scratch).toEqual(
      expect.arrayContaining(['webapps', 'work', 'temp'].map((folder) => `/usr/local/tomcat/${folder}`)),
    );
    // what is copied is what the main container sees as its web applications
    const copy = container('prepare').volumeMounts?.find(
      ({ mountPath }) => mountPath === container('prepare').command?.[3],
    );
    const used = container('xwiki').volumeMounts?.find(
      ({ mountPath }) => mountPath === container('prepare').command?.[2],
    );
    expect(copy?.name).toBeDefined();
    expect(used?.name).toBe(copy?.name);
  });

  it('has a Tomcat that listens on the declared port and believes the ingress about TLS', () => {
    const { config, container } = render();
    expect(config['server.xml']).toContain(
      `<Connector port="${container('xwiki').ports?.[0]?.containerPort}"`,
    );
    expect(config['server.xml']).toMatch(/RemoteIpValve"[^>]*protocolHeader="X-Forwarded-Proto"/);
    const mounts = container('xwiki').volumeMounts ?? [];
    for (const file of ['server.xml', 'logging.properties'])
      expect(mounts).toContainEqual(
        expect.objectContaining({ mountPath: `/usr/local/tomcat/conf/${file}`, subPath: file }),
      );
  });

  it('[OBS-08] has alerts about its own namespace, each with a section in the runbook', () => {
    const rules = render().pick('PrometheusRule', 'xwiki')['spec'].groups[0].rules as {
      alert: string;
      expr: string;
    }[];
    const runbook = readFileSync(join(root, 'charts/apps/xwiki/runbook.md'), 'utf8').split('\n');
    expect(rules.map(({ alert }) => alert)).toEqual(
      expect.arrayContaining(['XwikiDown', 'XwikiVolumeFillingUp']),
    );
    for (const { alert, expr } of rules) {
      expect(runbook).toContain(`## ${alert}`);
      for (const selector of expr.match(/\{[^}]*\}/g) ?? ['none'])
        expect(selector).toContain('namespace="prod"');
    }
  });
});

describe('the preparation of XWiki', () => {
  let folder: string;
  const path = (name: string): string => join(folder, name);
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'xwiki-'));
    mkdirSync(path('image/ROOT/WEB-INF/classes'), { recursive: true });
    mkdirSync(path('copy'));
    writeFileSync(path('image/ROOT/WEB-INF/xwiki.cfg'), 'original');
    writeFileSync(
      path('image/ROOT/WEB-INF/classes/logback.xml'),
      '<root>\n  <appender-ref ref="stdout"/>\n  <appender-ref ref="filelog"/>\n</root>\n',
    );
    writeFileSync(path('prepare.sh'), render().config['prepare.sh']);
    writeFileSync(path('keytool'), `#!/bin/sh\necho "$@" > ${path('keytool.calls')}\n`);
    chmodSync(path('keytool'), 0o755);
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });
  const run = (port: number, timeout: number) =>
    spawnSync(
      'bash',
      [
        path('prepare.sh'),
        path('image'),
        path('copy'),
        'ca.crt',
        path('trust.jks'),
        '127.0.0.1',
        String(port),
      ],
      { encoding: 'utf8', timeout, env: { PATH: `${folder}:${process.env['PATH']}` } },
    );
  let server: Server;
  const listen = async (): Promise<number> => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  };
  beforeEach(() => {
    server = createServer();
  });
  afterEach(() => {
    server.close();
  });

  it('copies the web application anew, logs to the console only, and makes the trust store', async () => {
    const port = await listen();
    mkdirSync(path('copy/ROOT'));
    writeFileSync(path('copy/ROOT/.first_start_completed'), '');
    expect(run(port, 20_000)).toMatchObject({ status: 0 });
    expect(readFileSync(path('copy/ROOT/WEB-INF/xwiki.cfg'), 'utf8')).toBe('original');
    // the marker would keep the entrypoint from writing the settings
    expect(existsSync(path('copy/ROOT/.first_start_completed'))).toBe(false);
    const logback = readFileSync(path('copy/ROOT/WEB-INF/classes/logback.xml'), 'utf8');
    expect(logback).toContain('ref="stdout"');
    expect(logback).not.toContain('ref="filelog"');
    const [, password] =
      /-storepass ([0-9a-f]{32})$/m.exec(readFileSync(path('keytool.calls'), 'utf8')) ?? [];
    expect(password).toBeDefined();
  });

  it('waits as long as the database does not listen', async () => {
    const port = await listen();
    server.close();
    const { status, stdout } = run(port, 2_000);
    expect(status).toBeNull();
    expect(stdout).toContain(`waiting for 127.0.0.1:${port}`);
  });
});
