import type { Memory } from '../../../charts/core/quantities';
import { capacity } from '../../../checks/capacity/capacity';
import { demandOf } from '../../../checks/capacity/demand';
import { podRequests } from '../../../checks/core/requests';
import { brief, findingsAfter, monoInput, pick } from '../mutation';
import { findingsOfRule, rendered } from '../plain';
import type { KubeObject } from '../../../charts/core/objects';

const GIBI = 2 ** 30;
const container = (cpu: string, memory: string, more: object = {}) => ({
  resources: { requests: { cpu, memory } },
  ...more,
});
const workload = (
  name: string,
  cpu: string,
  memory: string,
  replicas = 1,
  kind = 'Deployment',
): KubeObject => ({
  ...{ apiVersion: 'apps/v1', kind, metadata: { name, namespace: 'sample' } },
  spec: { replicas, template: { spec: { containers: [container(cpu, memory)] } } },
});
const node = (count: number, cpu: number, memory: Memory) =>
  ({ name: 'node', role: 'worker', count, cpu, memory, disk: '100Gi', schedulable: true }) as const;
type Settings = ReturnType<typeof monoInput>['settings'];
/** Settings with other nodes. */
const setNodes = (settings: Settings, nodes: Settings['nodes']): void => {
  (settings as { nodes: Settings['nodes'] }).nodes = nodes;
};

/** What the rule says of these objects on nodes of that kind, with a reserve in percent. */
const check = (objects: KubeObject[], nodes: Settings['nodes'], reserve = 0) =>
  findingsOfRule(capacity, objects, ({ settings }) => {
    setNodes(settings, nodes);
    settings.capacity.reserve = reserve;
  });

test('the unbroken set fits its node, its disk and its quotas', () => {
  expect(capacity.check(monoInput())).toEqual([]);
});

describe('what one pod requests', () => {
  test('is the sum of its containers, or its largest init container', () => {
    const containers = [container('100m', '1Gi'), container('100m', '1Gi')];
    expect(podRequests({ containers })).toEqual({ cpu: 200, memory: 2 * GIBI });
    expect(
      podRequests({ containers, initContainers: [container('1', '1Gi'), container('50m', '3Gi')] }),
    ).toEqual({
      cpu: 1000,
      memory: 3 * GIBI,
    });
  });

  test('counts native sidecars with the containers, and with the init containers after them', () => {
    const sidecar = container('100m', '1Gi', { restartPolicy: 'Always' });
    const containers = [container('100m', '1Gi')];
    expect(podRequests({ containers, initContainers: [sidecar] })).toEqual({ cpu: 200, memory: 2 * GIBI });
    expect(podRequests({ containers, initContainers: [sidecar, container('1', '1Gi')] }).cpu).toBe(1100);
    expect(podRequests({ containers, initContainers: [container('1', '1Gi'), sidecar] }).cpu).toBe(1000);
  });

  test('takes a limit for the request where only that is given, and adds the overhead', () => {
    const limited = [{ resources: { limits: { cpu: '1', memory: '1Gi' } } }];
    expect(podRequests({ containers: limited, overhead: { cpu: '10m' } })).toEqual({
      cpu: 1010,
      memory: GIBI,
    });
  });

  test('is nothing where it cannot be read', () => {
    expect(podRequests({ containers: [container('much', 'a lot')] })).toEqual({ cpu: 0, memory: 0 });
  });
});

test('demand counts replicas, nodes, claims of each pod, and the largest job', () => {
  const set = workload('set', '100m', '1Gi', 3, 'StatefulSet');
  (set['spec'] as Record<string, unknown>)['volumeClaimTemplates'] = [
    { spec: { resources: { requests: { storage: '10Gi' } } } },
  ];
  const claim: KubeObject = {
    ...{ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'c', namespace: 'sample' } },
    spec: { resources: { requests: { storage: '5Gi' } } },
  };
  const jobs = [workload('small', '2', '1Gi', 1, 'Job'), workload('large', '1', '4Gi', 1, 'Job')];
  const objects = rendered([set, workload('agent', '100m', '1Gi', 1, 'DaemonSet'), claim, ...jobs]);
  expect(demandOf(objects, 4)).toEqual({
    cpu: 300 + 400 + 2000,
    memory: (3 + 4 + 4) * GIBI,
    storage: 35 * GIBI,
  });
});

describe('nodes', () => {
  test('a node that is too small for all pods together is found, once', () => {
    const findings = findingsAfter(({ settings }) => {
      setNodes(
        settings,
        settings.nodes.map((one) => ({ ...one, memory: '6Gi' })),
      );
    });
    expect(brief(findings)).toEqual(['capacity: Cluster mono nodes.memory']);
    expect(findings[0]?.problem).toMatch(/^pods request [\d.]+ Gi of 5.4 Gi, with 10 % in reserve/);
  });

  test('CPU and memory are each found', () => {
    const findings = check([workload('a', '1', '1Gi', 5)], [node(2, 2, '2Gi')]);
    expect(brief(findings)).toEqual([
      'capacity: Cluster mono nodes.cpu',
      'capacity: Cluster mono nodes.memory',
    ]);
    expect(findings[0]?.problem).toBe(
      'pods request 5 cores of 4, with 0 % in reserve; a roll-out takes up to 2 more',
    );
  });

  test('the reserve stays free', () => {
    expect(check([workload('a', '1', '1Gi', 4)], [node(2, 2, '2Gi')])).toEqual([]);
    expect(brief(check([workload('a', '950m', '1Mi', 2)], [node(1, 2, '2Gi')], 10))).toEqual([
      'capacity: Cluster mono nodes.cpu',
    ]);
  });

  test('nodes that take no ordinary pods do not count', () => {
    const control = { ...node(1, 8, '16Gi'), schedulable: false };
    expect(brief(check([workload('a', '1', '1Gi', 3)], [control, node(1, 2, '16Gi')]))).toEqual([
      'capacity: Cluster mono nodes.cpu',
    ]);
  });

  test('a pod that is larger than every node is found, though all nodes together have room', () => {
    expect(brief(check([workload('a', '3', '1Gi')], [node(3, 2, '4Gi')]))).toEqual([
      'capacity: Deployment sample/a spec.template.spec',
    ]);
  });

  test('pods that fit together but not one by one are found', () => {
    const findings = check([workload('a', '1500m', '1Gi', 3)], [node(2, 3, '8Gi'), node(1, 1, '8Gi')]);
    expect(findings).toEqual([]);
    const [found] = check([workload('a', '1600m', '1Gi', 3)], [node(2, 3, '8Gi')]);
    expect(found).toMatchObject({ object: 'Deployment sample/a', field: 'spec.template.spec' });
    expect(found?.problem).toContain('no node has 1.6 cores and 1 Gi left');
  });

  test("room for a DaemonSet's pods is taken on every node first", () => {
    const agent = workload('agent', '1', '1Mi', 1, 'DaemonSet');
    expect(check([agent, workload('a', '2', '1Mi', 2)], [node(2, 3, '8Gi')])).toEqual([]);
    expect(brief(check([agent, workload('a', '2500m', '1Mi', 1)], [node(2, 3, '8Gi')]))).toEqual([
      'capacity: Deployment sample/a spec.template.spec',
    ]);
  });

  test('a pod count that no cluster has ends in a finding', () => {
    expect(
      check([workload('a', '1', '1Mi', 1e9), workload('b', '0', '0', 1e9)], [node(1, 3, '8Gi')]),
    ).toHaveLength(2);
  });
});

test('claims with all their copies must fit the disks', () => {
  const findings = findingsAfter(({ settings }) => {
    setNodes(
      settings,
      settings.nodes.map((one) => ({ ...one, disk: '70Gi' })),
    );
  });
  expect(brief(findings)).toEqual(['capacity: Cluster mono nodes.disk']);
  const copies = findingsAfter(({ settings }) => {
    settings.storage.classes = settings.storage.classes.map((one) => ({ ...one, replicas: 3 }));
  });
  expect(brief(copies)).toEqual(['capacity: Cluster mono nodes.disk']);
});

test.each([
  ['requests.cpu', '100m'],
  ['requests.memory', '1Gi'],
  ['requests.storage', '1Gi'],
])('[K8S-02] a namespace beyond its quota of %s is found', (name, value) => {
  const findings = findingsAfter((input) => {
    pick(input, 'ResourceQuota', 'prod/quota').spec.hard[name] = value;
  });
  expect(brief(findings)).toEqual([`capacity: ResourceQuota prod/quota spec.hard["${name}"]`]);
});
