import type { KubeObject } from '../../../charts/core/objects';
import { podDeclaration, type ManagedPodsSpec, type PodDeclaration } from '../../../charts/core/managed-pods';
import { claimVolume, secretVolume } from '../../../charts/core/volumes';
import { templateVolume } from '../../../charts/core/workload';
import { alerts } from '../../../checks/alerts/alerts';
import { backup } from '../../../checks/backup/backup';
import { capacity } from '../../../checks/capacity/capacity';
import { identity } from '../../../checks/identity/identity';
import { image } from '../../../checks/images/image';
import { network } from '../../../checks/network/network';
import { podSecurity } from '../../../checks/pods/pod-security';
import { rbac } from '../../../checks/rbac/rbac';
import { reference } from '../../../checks/reference/reference';
import { resources } from '../../../checks/pods/resources';
import type { Finding, Rule } from '../../../checks/core/rule';
import { secret } from '../../../checks/secrets/secret';
import { selector } from '../../../checks/reference/selector';
import { container as server } from '../../charts/core/pod/samples';
import { deploymentOf, findingsOfRule, hardenedPod, namespaceAt } from '../plain';

const component = { id: 'sample', namespace: 'sample' };
const container = { ...server, readiness: { tcp: 'http' }, liveness: { tcp: 'http' } };
const healthy: ManagedPodsSpec = {
  resource: { apiVersion: 'monitoring.coreos.com/v1', kind: 'Prometheus', name: 'main' },
  name: 'main',
  labels: { 'operator.prometheus.io/name': 'main' },
  replicas: 2,
  user: { uid: 1000, gid: 1000 },
  containers: [container],
};
const storage = { name: 'fast', component };
const claim = { name: 'data', size: '10Gi', storage } as const;

/** The object that the pods are made for: the rules know nothing of its fields. */
const owner: KubeObject = {
  apiVersion: 'monitoring.coreos.com/v1',
  kind: 'Prometheus',
  metadata: { name: 'main', namespace: 'sample' },
  spec: {},
};
const service = (labels: Record<string, string>): KubeObject => ({
  ...{ apiVersion: 'v1', kind: 'Service', metadata: { name: 'main', namespace: 'sample' } },
  spec: { selector: labels, ports: [{ name: 'http', port: 80, targetPort: 'http' }] },
});

type Change = Parameters<typeof findingsOfRule>[2];

/** What a rule finds about the declared pods of one Prometheus, and what else lies beside it. */
const judge = (
  rule: Rule,
  more: Partial<ManagedPodsSpec>,
  beside: readonly KubeObject[] = [],
  change: Change = () => undefined,
): Finding[] =>
  findingsOfRule(rule, [namespaceAt('privileged'), owner, ...beside], (input) => {
    const pods: PodDeclaration[] = [podDeclaration(component, { ...healthy, ...more })];
    input.declarations = { ...input.declarations, pods };
    change(input);
  });
const places = (findings: readonly Finding[]): string[] =>
  findings.map(({ object, file, field }) => `${object} ${file} ${field}`);
const PLACE = 'Prometheus sample/main sample/prometheus-main.yaml managedPods.main';
const MAIN = `${PLACE}.spec.containers[0]`;
const one = (more: Partial<typeof container & Record<string, unknown>>): Partial<ManagedPodsSpec> => ({
  containers: [{ ...container, ...more }],
});

test.each<[string, Rule]>([
  ...[podSecurity, resources, image, capacity, identity, rbac, reference, secret, selector, backup].map(
    (rule): [string, Rule] => [rule.name, rule],
  ),
])('healthy pods of a controller are no finding of %s', (_, rule) => {
  expect(judge(rule, {}, [service(healthy.labels)])).toEqual([]);
});

describe('pods that a controller makes are judged like rendered ones:', () => {
  test('security, by the name of their workload', () => {
    const findings = judge(podSecurity, { hostPID: true, ...one({ writableRoot: true }) });
    expect(places(findings)).toEqual([
      `${PLACE}.spec.hostPID`,
      `${MAIN}.securityContext.readOnlyRootFilesystem`,
    ]);
    const restricted = judge(podSecurity, { hostPID: true }, [namespaceAt('restricted')]);
    expect(restricted[0]?.problem).toContain('which Pod Security "restricted" of namespace sample forbids');
  });

  test('probes and limits', () => {
    const { liveness, ...mortal } = container;
    expect(liveness).toBeDefined();
    expect(places(judge(resources, { containers: [mortal] }))).toEqual([`${MAIN}.livenessProbe`]);
  });

  test('images', () => {
    const unknown = { ...container.image, reference: 'docker.io/library/a:1' };
    expect(places(judge(image, one({ image: unknown })))).toEqual([`${MAIN}.image`]);
  });

  test('capacity, with each replica and each of its claims', () => {
    const large = judge(capacity, one({ resources: { cpu: '64', memory: '1Gi' } }));
    expect(places(large)).toEqual([`${PLACE}.spec`]);
    const many = judge(capacity, { replicas: 500 });
    expect(many.map(({ field }) => field)).toEqual(['nodes.cpu', 'nodes.memory']);
    const quota: KubeObject = {
      ...{ apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'quota', namespace: 'sample' } },
      spec: { hard: { 'requests.storage': '15Gi', 'requests.cpu': '150m' } },
    };
    expect(judge(capacity, { claims: [claim] }, [quota]).map(({ field }) => field)).toEqual([
      'spec.hard["requests.cpu"]',
      'spec.hard["requests.storage"]',
    ]);
  });

  test('capacity of what runs on each node', () => {
    const settings =
      (count: number): Change =>
      (input) => {
        const [first] = input.settings.nodes;
        (input.settings as { nodes: unknown }).nodes = [{ ...first, count }];
        input.settings.capacity.reserve = 0;
      };
    const quota: KubeObject = {
      ...{ apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'quota', namespace: 'sample' } },
      spec: { hard: { 'requests.cpu': '250m' } },
    };
    expect(judge(capacity, { replicas: 'per-node' }, [quota], settings(2))).toEqual([]);
    expect(judge(capacity, { replicas: 'per-node' }, [quota], settings(3))).toHaveLength(1);
  });

  test('selectors: a Service of other labels, and labels that others carry too', () => {
    const wrong = judge(selector, {}, [service({ 'operator.prometheus.io/name': 'maim' })]);
    expect(wrong).toMatchObject([
      { object: 'Service sample/main', remedy: 'Did you mean operator.prometheus.io/name: main?' },
    ]);
    const twin = deploymentOf(hardenedPod(), { ...healthy.labels, app: 'twin' });
    expect(places(judge(selector, {}, [twin]))).toEqual([`${PLACE}.metadata.labels`]);
  });

  test('flows: nobody may call them as long as no policy allows it', () => {
    const group = { kind: 'pods', namespace: 'sample', hostNetwork: false, owner: 'sample' } as const;
    const callee = { ...group, name: 'main', labels: healthy.labels };
    const caller = { ...group, name: 'caller', labels: { app: 'sample' } };
    const deny: KubeObject = {
      ...{ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy' },
      metadata: { name: 'default-deny', namespace: 'sample' },
      spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] },
    };
    const findings = judge(network, {}, [deny, deploymentOf(hardenedPod())], (input) => {
      const ports = [{ port: 8080, protocol: 'TCP' }] as const;
      input.declarations = { ...input.declarations, flows: [{ from: caller, to: callee, ports }] };
    });
    expect(places(findings)).toContain(`${PLACE}.metadata.labels`);
  });

  test('references: secrets, claims, classes and volumes that are not there', () => {
    const mounts = {
      '/tls': secretVolume({ name: 'tls' }),
      '/old': claimVolume('old'),
      '/data': templateVolume(claim),
    };
    expect(places(judge(reference, one({ mounts }))).sort()).toEqual([
      `${MAIN}.volumeMounts[2].name`,
      `${PLACE}.spec.volumes[0].secret.secretName`,
      `${PLACE}.spec.volumes[1].persistentVolumeClaim.claimName`,
    ]);
    const withClaim = { ...one({ mounts: { '/data': templateVolume(claim) } }), claims: [claim] };
    expect(places(judge(reference, withClaim))).toEqual([`${PLACE}.claims[0].spec.storageClassName`]);
  });

  test('values of secrets in clear, and declared Secrets that only they use', () => {
    const env = { DB_PASSWORD: 'correct horse battery staple' };
    expect(places(judge(secret, one({ env })))).toEqual([`${MAIN}.env[0].value`]);
    const declared: Change = (input) => {
      const keys = { password: { kind: 'random', length: 32 } } as const;
      const account = { name: 'account', namespace: 'sample', keys, labels: {}, component: 'sample' };
      input.declarations = { ...input.declarations, secrets: [account] };
    };
    expect(judge(secret, {}, [], declared)).toHaveLength(1);
    const mounts = { '/account': secretVolume({ name: 'account' }) };
    expect(judge(secret, one({ mounts }), [], declared)).toEqual([]);
  });

  test('tokens of accounts without rights, unless the controller gives them one of its own', () => {
    const place = `${PLACE}.spec.automountServiceAccountToken`;
    expect(places(judge(rbac, { token: true, serviceAccount: 'main' }))).toEqual([place]);
    expect(judge(rbac, { token: true })).toEqual([]);
  });

  test('names inside of a pod', () => {
    const twice = { containers: [container, { ...container, name: 'second' }] };
    expect(places(judge(identity, twice))).toContain(`${PLACE}.spec.containers[1].ports[0].name`);
  });

  test('metrics that nobody reads', () => {
    expect(places(judge(alerts, one({ ports: { http: 80, metrics: 9100 } })))).toEqual([`${MAIN}.ports[1]`]);
  });

  test('volumes without backup, check and drill', () => {
    const findings = judge(backup, { claims: [claim] });
    expect(new Set(places(findings))).toEqual(new Set([`${PLACE}.claims`]));
    expect(findings).toHaveLength(3);
  });
});

test('pods that are declared for an object which is not rendered are found, and judged all the same', () => {
  const gone = { ...healthy.resource, name: 'other' };
  expect(judge(reference, { resource: gone })).toMatchObject([
    {
      object: 'Prometheus sample/other',
      field: 'managedPods.main',
      problem: 'pods main are declared for Prometheus other, which is not there',
    },
  ]);
  expect(judge(podSecurity, { resource: gone, hostPID: true })).toHaveLength(1);
});

test('two workloads of one object are told apart', () => {
  const pods = ['one', 'two'].map((name) =>
    podDeclaration(component, { ...healthy, name, labels: { ...healthy.labels, pool: name } }),
  );
  const both = service(healthy.labels);
  const findings = findingsOfRule(selector, [owner, both], (input) => {
    input.declarations = { ...input.declarations, pods };
  });
  expect(findings).toMatchObject([{ object: 'Service sample/main', field: 'spec.selector' }]);
});
