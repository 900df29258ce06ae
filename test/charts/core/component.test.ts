import { Cluster } from '../../../charts/core/cluster';
import { Component } from '../../../charts/core/component';
import { componentsOf } from '../../../charts/core/components';
import { component } from '../../../charts/core/definition';
import type { ManagedPodsSpec } from '../../../charts/core/managed-pods';
import type { ContainerSpec, Resources } from '../../../charts/core/pod';
import { derive } from '../../../charts/derived';
import { declarationsOf, objectsOf } from '../../../charts/core/render';
import { keyOf, random } from '../../../charts/core/secrets';
import { configVolume, scratch, secretVolume } from '../../../charts/core/volumes';
import { templateVolume } from '../../../charts/core/workload';
import { INTERNET, tcp } from '../../../charts/core/network';
import { image } from '../../../imports/images';
import { loadClusters } from '../../../cli/load';

const [mono] = loadClusters('clusters', ['mono']).clusters;
const settings = mono!.settings;

const container: ContainerSpec = {
  name: 'server',
  image: image('traefik'),
  ports: { http: 8080 },
  resources: { cpu: '100m', memory: '64Mi' },
};

/** A component of which each test builds just what it looks at. */
class Demo extends Component {
  constructor(cluster: Cluster, name: string, build: (demo: Demo) => void = () => undefined) {
    super(cluster, {
      definition: component({
        name,
        layer: 'data',
        scope: 'cluster',
        description: 'demo',
        settings: null,
        exceptions: [{ subject: 'agent', exception: 'host-network', reason: 'the tests of flows' }],
      }),
      namespace: 'prod',
    });
    build(this);
  }
  // what subclasses may call, opened for the tests
  open = {
    deployment: this.deployment.bind(this),
    statefulSet: this.statefulSet.bind(this),
    service: this.service.bind(this),
    connect: this.connect.bind(this),
    reach: this.reach.bind(this),
    reachApiServer: this.reachApiServer.bind(this),
    configMap: this.configMap.bind(this),
    secret: this.secret.bind(this),
    scrape: this.scrape.bind(this),
    sized: this.sized.bind(this),
    managedPods: this.managedPods.bind(this),
    budget: this.budget.bind(this),
  };
}

function build(...components: ((cluster: Cluster) => unknown)[]) {
  const cluster = new Cluster(settings);
  for (const make of components) make(cluster);
  derive(cluster);
  const all = componentsOf(cluster);
  const objects = objectsOf(all).map(({ object }) => object);
  const find = (kind: string, name: string) =>
    objects.find((object) => object.kind === kind && object.metadata.name === name) as any;
  return { find, objects, declarations: () => declarationsOf(cluster, all) };
}

describe('the workload builder', () => {
  test('[SEC-01] [SEC-10] gives pods that the level restricted admits, without a token', () => {
    const { find } = build((cluster) =>
      new Demo(cluster, 'demo').open.deployment({
        name: 'demo',
        replicas: 1,
        user: { uid: 1000, gid: 1000 },
        containers: [container],
      }),
    );
    const { spec } = find('Deployment', 'demo').spec.template;
    expect(spec.automountServiceAccountToken).toBe(false);
    expect(spec.securityContext).toMatchObject({
      runAsNonRoot: true,
      runAsUser: 1000,
      fsGroup: 1000,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    expect(spec.containers[0].securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    expect(spec.containers[0].resources).toEqual({
      requests: { cpu: '100m', memory: '64Mi' },
      limits: { memory: '64Mi' },
    });
    expect(spec.containers[0].image).toMatch(/@sha256:[0-9a-f]{64}$/);
  });

  test('a changed ConfigMap changes the pod template, an equal one does not', () => {
    const hashOf = (data: string) =>
      build((cluster) => {
        const demo = new Demo(cluster, 'demo');
        const config = demo.open.configMap('demo', { 'demo.conf': data });
        const mounted = {
          ...container,
          mounts: { '/etc/demo': configVolume(config), '/tmp': scratch('tmp', '16Mi') },
        };
        demo.open.deployment({
          name: 'demo',
          replicas: 1,
          user: { uid: 1000, gid: 1000 },
          containers: [mounted],
        });
      }).find('Deployment', 'demo').spec.template.metadata.annotations['checksum/config'] as string;
    expect(hashOf('a')).toBe(hashOf('a'));
    expect(hashOf('a')).not.toBe(hashOf('b'));
  });

  test('a volume that two containers mount is one volume of the pod', () => {
    const { find } = build((cluster) => {
      const demo = new Demo(cluster, 'demo');
      const secret = demo.open.secret('demo', { password: random() });
      const mounts = { '/secret': secretVolume(secret) };
      demo.open.deployment({
        name: 'demo',
        replicas: 1,
        user: { uid: 1000, gid: 1000 },
        containers: [
          { ...container, mounts, env: { PASSWORD: keyOf(secret, 'password') } },
          { ...container, name: 'second', ports: {}, mounts },
        ],
      });
    });
    const { spec } = find('Deployment', 'demo').spec.template;
    expect(spec.volumes).toEqual([{ name: 'demo', secret: { secretName: 'demo', defaultMode: 0o440 } }]);
    expect(spec.containers[0].env).toEqual([
      { name: 'PASSWORD', valueFrom: { secretKeyRef: { name: 'demo', key: 'password' } } },
    ]);
  });

  test('claims of a StatefulSet, and the set itself, outlive a sync and the Application', () => {
    const { find } = build((cluster) => {
      const demo = new Demo(cluster, 'demo');
      const claim = { name: 'data', size: '1Gi' as const, storage: { name: 'fast', component: demo } };
      const mounts = { '/data': templateVolume(claim) };
      demo.open.statefulSet({
        name: 'demo',
        replicas: 1,
        serviceName: 'demo',
        claims: [claim],
        user: { uid: 1000, gid: 1000 },
        containers: [{ ...container, mounts }],
      });
    });
    const set = find('StatefulSet', 'demo');
    const keep = { 'argocd.argoproj.io/sync-options': 'Prune=false,Delete=false' };
    expect(set.metadata.annotations).toEqual(keep);
    expect(set.spec.volumeClaimTemplates[0].metadata.annotations).toEqual(keep);
    expect(set.spec.template.spec.volumes).toBeUndefined();
  });
});

describe('a declared flow', () => {
  const pair = build((cluster) => {
    const server = new Demo(cluster, 'server');
    const workload = server.open.deployment({
      name: 'server',
      replicas: 1,
      user: { uid: 1, gid: 1 },
      containers: [container],
    });
    const service = server.open.service(workload, { http: 80 });
    server.open.scrape(service, { port: 'http' });
    const client = new Demo(cluster, 'client');
    const caller = client.open.deployment({
      name: 'client',
      replicas: 1,
      user: { uid: 1, gid: 1 },
      containers: [container],
    });
    client.open.connect(caller, service.endpoint('http'));
    client.open.reach(caller, INTERNET, [tcp(443)]);
  });

  test('[SEC-02] opens the port that the container listens on, on both sides and for nobody else', () => {
    const ports = [{ port: 8080, protocol: 'TCP' }];
    const server = pair.find('NetworkPolicy', 'server').spec;
    expect(server.ingress).toEqual([
      {
        from: [
          {
            namespaceSelector: {
              matchLabels: { 'kubernetes.io/metadata.name': settings.monitoring.namespace },
            },
            podSelector: { matchLabels: { 'app.kubernetes.io/name': 'prometheus' } },
          },
        ],
        ports,
      },
      {
        from: [
          {
            podSelector: {
              matchLabels: { 'app.kubernetes.io/name': 'client', 'app.kubernetes.io/component': 'client' },
            },
          },
        ],
        ports,
      },
    ]);
    // the API server would drop an empty list
    expect(server).not.toHaveProperty('egress');
    expect(server.policyTypes).toContain('Egress');
    const [toServer, toInternet, toDns] = pair.find('NetworkPolicy', 'client').spec.egress;
    expect(toServer.to[0].podSelector.matchLabels['app.kubernetes.io/name']).toBe('server');
    expect(toServer.ports).toEqual(ports);
    expect(toInternet.to[0].ipBlock.except).toContain('169.254.0.0/16');
    expect(toDns.ports).toEqual([
      { port: 53, protocol: 'UDP' },
      { port: 53, protocol: 'TCP' },
    ]);
  });

  test('[GITOPS-04] orders the two, and both after namespaces', () => {
    const order = new Map(pair.declarations().components.map(({ id, wave }) => [id, wave]));
    expect([order.get('environment-prod'), order.get('server'), order.get('client')]).toEqual([0, 1, 2]);
  });

  test('the Service has the port that was asked for, and leads to the named port', () => {
    expect(pair.find('Service', 'server').spec.ports).toEqual([
      { name: 'http', port: 80, targetPort: 'http', protocol: 'TCP' },
    ]);
  });
});

describe('a Service', () => {
  const service = (options: Parameters<Demo['open']['service']>[2]) =>
    build((cluster) => {
      const demo = new Demo(cluster, 'demo');
      const workload = demo.open.deployment({
        name: 'demo',
        replicas: 1,
        user: { uid: 1, gid: 1 },
        labels: { 'example.org/found-by': 'others' },
        containers: [container],
      });
      demo.open.service(workload, { http: true }, options);
    });

  test('can name pods that are not ready, and say what is spoken on a port', () => {
    const { spec } = service({
      headless: true,
      publishNotReadyAddresses: true,
      appProtocols: { http: 'kubernetes.io/h2c' },
    }).find('Service', 'demo');
    expect(spec).toMatchObject({ type: 'ClusterIP', clusterIP: 'None', publishNotReadyAddresses: true });
    expect(spec.ports[0].appProtocol).toBe('kubernetes.io/h2c');
  });

  test('selects by what never changes, whatever labels the pods carry beside', () => {
    const { find } = service({});
    const { metadata, spec } = find('Deployment', 'demo');
    const more = { 'example.org/found-by': 'others' };
    expect([metadata.labels, spec.template.metadata.labels]).toEqual([
      expect.objectContaining(more),
      expect.objectContaining(more),
    ]);
    const selector = { 'app.kubernetes.io/name': 'demo', 'app.kubernetes.io/component': 'demo' };
    expect(spec.selector.matchLabels).toEqual(selector);
    expect(find('Service', 'demo').spec.selector).toEqual(selector);
    expect(find('Service', 'demo').spec.ports[0]).not.toHaveProperty('appProtocol');
  });
});

test('sizing by the profile changes CPU and memory, and leaves disk and devices as they are', () => {
  const { sized } = new Demo(new Cluster({ ...settings, profile: 'standard' }), 'demo').open;
  const base: Resources = {
    ...({ cpu: '100m', memory: '64Mi' } as const),
    ...({ ephemeralStorage: '1Gi', extended: { 'nvidia.com/gpu': 1 } } as const),
  };
  const { cpu, memory, ...rest } = sized(base);
  expect([cpu, memory]).toEqual(['200m', '128Mi']);
  expect(rest).toEqual({ ephemeralStorage: '1Gi', extended: { 'nvidia.com/gpu': 1 } });
});

describe('pods that a controller makes', () => {
  const labels = { 'operator.prometheus.io/name': 'main' };
  const spec: ManagedPodsSpec = {
    resource: { apiVersion: 'monitoring.coreos.com/v1', kind: 'Prometheus', name: 'main' },
    name: 'main',
    labels,
    replicas: 2,
    user: { uid: 1000, gid: 2000 },
    containers: [container],
  };
  const set = build((cluster) => {
    const server = new Demo(cluster, 'server');
    const claim = { name: 'data', size: '1Gi' as const, storage: { name: 'fast', component: server } };
    const pods = server.open.managedPods({ ...spec, claims: [claim] });
    const service = server.open.service(pods, { http: 80 }, { headless: true });
    server.open.scrape(service, { port: 'http' });
    server.open.budget(pods);
    const client = new Demo(cluster, 'client');
    const caller = client.open.deployment({
      ...{ name: 'client', replicas: 1, user: { uid: 1, gid: 1 }, containers: [container] },
    });
    client.open.connect(caller, service.endpoint('http'));
  });

  test('are served, kept, scraped and called by the labels that the controller gives them', () => {
    expect(set.find('Service', 'main').spec.selector).toEqual(labels);
    expect(set.find('PodDisruptionBudget', 'main').spec.selector.matchLabels).toEqual(labels);
    expect(set.find('ServiceMonitor', 'main').spec.selector.matchLabels).toEqual(labels);
    const policy = set.find('NetworkPolicy', 'main').spec;
    expect(policy.podSelector.matchLabels).toEqual(labels);
    expect(policy.ingress).toHaveLength(2);
    expect(set.find('NetworkPolicy', 'client').spec.egress[0].to[0].podSelector.matchLabels).toEqual(labels);
  });

  test('are no object, but declared as plain data', () => {
    expect(set.objects.filter(({ kind }) => kind === 'Prometheus' || kind === 'StatefulSet')).toEqual([]);
    const [pods, ...more] = set.declarations().pods;
    expect(more).toEqual([]);
    expect(JSON.parse(JSON.stringify(pods))).toEqual(pods);
    expect(pods).toMatchObject({ name: 'main', namespace: 'prod', component: 'server', replicas: 2 });
    expect(pods?.template.spec).toMatchObject({ securityContext: { runAsUser: 1000, runAsGroup: 2000 } });
    expect(pods?.claims[0]?.spec).toMatchObject({ storageClassName: 'fast' });
  });

  test('need rows for what is less than the default, as rendered ones do', () => {
    const declare = (more: Partial<ManagedPodsSpec>) => () =>
      build((cluster) => new Demo(cluster, 'demo').open.managedPods({ ...spec, ...more }));
    expect(declare({ replicas: 'per-node' })).not.toThrow();
    expect(declare({ containers: [{ ...container, privileged: true }] })).toThrow(
      'Workload main of demo wants privileged',
    );
  });
});

describe('mistakes in wiring are named', () => {
  const deployed = (cluster: Cluster) => {
    const demo = new Demo(cluster, 'demo');
    return {
      demo,
      workload: demo.open.deployment({
        name: 'demo',
        replicas: 1,
        user: { uid: 1, gid: 1 },
        containers: [container],
      }),
    };
  };

  test('a port that the workload lacks', () => {
    expect(() =>
      build((cluster) => {
        const { demo, workload } = deployed(cluster);
        demo.open.service(workload, { https: 443 });
      }),
    ).toThrow('Workload prod/demo has no port "https"');
  });

  test('a port that the Service lacks', () => {
    expect(() =>
      build((cluster) => {
        const { demo, workload } = deployed(cluster);
        demo.open.service(workload, { http: 80 }).endpoint('metrics');
      }),
    ).toThrow('Service prod/demo has no port "metrics"');
  });

  test('a key that the Secret lacks', () => {
    expect(() =>
      build((cluster) => keyOf(deployed(cluster).demo.open.secret('demo', { password: random() }), 'token')),
    ).toThrow('has no key "token", only password');
  });

  test('an image or a line that the lock lacks', () => {
    expect(() => image('postgres')).toThrow('Add it with its digest');
    expect(() => image('mysql')).toThrow('Choose one of the lines 8.0, 8.4');
  });
});
