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
    expect(podRequests({ containers })).toEqual({ cpu: 200, memory: 2 * GIBI, disk: 0 });
    expect(
      podRequests({ containers, initContainers: [container('1', '1Gi'), container('50m', '3Gi')] }),
    ).toEqual({
      cpu: 1000,
      memory: 3 * GIBI,
      disk: 0,
    });
  });

  test('counts native sidecars with the containers, and with the init containers after them', () => {
    const sidecar = container('100m', '1Gi', { restartPolicy: 'Always' });
    const containers = [container('100m', '1Gi')];
    expect(podRequests({ containers, initContainers: [sidecar] }).cpu).toBe(200);
    expect(podRequests({ containers, initContainers: [sidecar, container('1', '1Gi')] }).cpu).toBe(1100);
    expect(podRequests({ containers, initContainers: [container('1', '1Gi'), sidecar] }).cpu).toBe(1000);
  });

  test('takes a limit for the request where only that is given, and adds the overhead', () => {
    const limited = [{ resources: { limits: { cpu: '1', memory: '1Gi' } } }];
    expect(podRequests({ containers: limited, overhead: { cpu: '10m' } })).toEqual({
      cpu: 1010,
      memory: GIBI,
      disk: 0,
    });
  });

  test('counts the disk that logs and scratch take, like memory', () => {
    const scratch = (size: string) => ({ resources: { requests: { 'ephemeral-storage': size } } });
    const init = [scratch('3Gi'), { ...scratch('1Gi'), restartPolicy: 'Always' }];
    const spec = { containers: [scratch('1Gi'), scratch('512Mi')], initContainers: init };
    expect(podRequests(spec).disk).toBe(3 * GIBI);
    expect(podRequests({ ...spec, initContainers: init.slice(1) }).disk).toBe(2.5 * GIBI);
  });

  test('is nothing where it cannot be read', () => {
    expect(podRequests({ containers: [container('much', 'a lot')] })).toEqual({ cpu: 0, memory: 0, disk: 0 });
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
  expect(
    demandOf(
      { objects, declarations: { pods: [] } },
      { distribution: 'kubeadm', nodes: [node(4, 8, '64Gi')] },
    ),
  ).toEqual({
    cpu: 300 + 400 + 2000,
    memory: (3 + 4 + 4) * GIBI,
    disk: 0,
    storage: 35 * GIBI,
  });
});

describe('jobs that end', () => {
  const cronJob = (
    name: string,
    schedule: string,
    hours: number | undefined,
    more: object = {},
  ): KubeObject => ({
    ...{ apiVersion: 'batch/v1', kind: 'CronJob', metadata: { name, namespace: 'sample' } },
    spec: {
      ...{ schedule, timeZone: 'Etc/UTC', ...more },
      jobTemplate: {
        spec: {
          ...(hours !== undefined && { activeDeadlineSeconds: hours * 3600 }),
          template: { spec: { containers: [container('100m', '1Gi')] } },
        },
      },
    },
  });
  const memoryOf = (...objects: KubeObject[]): number =>
    demandOf(
      { objects: rendered(objects), declarations: { pods: [] } },
      { distribution: 'k3s', nodes: [node(1, 8, '64Gi')] },
    ).memory / GIBI;

  type Times = [schedule: string, hours: number | undefined];
  test.each<[string, number, Times, Times]>([
    ['in the same minute', 2, ['30 5 2 * *', 1], ['30 5 2 * *', 1]],
    ['one after the other', 1, ['30 5 2 * *', 1], ['30 6 2 * *', 1]],
    ['one before the other ends', 2, ['30 5 2 * *', 1], ['29 6 2 * *', 1]],
    ['over midnight', 2, ['0 23 * * *', 3], ['30 1 * * *', 1]],
    ['not quite over midnight', 1, ['0 23 * * *', 2], ['30 1 * * *', 1]],
    ['on several hours', 2, ['0 1-9/4 * * *', 1], ['30 9 * * *', 1]],
    ['without an end', 2, ['0 1 * * *', undefined], ['0 20 * * *', 1]],
    ['at a time that nobody can read', 2, ['whenever', 1], ['0 20 * * *', 1]],
  ])('%s: %d count', (_, count, one, other) => {
    expect(memoryOf(cronJob('one', ...one), cronJob('other', ...other))).toBe(count);
  });

  test('another time zone may be any hour of UTC', () => {
    const other = cronJob('other', '0 20 * * *', 1, { timeZone: 'Asia/Tokyo' });
    expect(memoryOf(cronJob('one', '0 1 * * *', 1), other)).toBe(2);
  });

  test('what is too much for the nodes says how much of it are jobs', () => {
    const jobs = ['a', 'b', 'c'].map((name) => cronJob(name, '0 1 * * *', 1));
    const [found] = check([workload('server', '100m', '1Gi'), ...jobs], [node(2, 8, '1Gi')]);
    expect(found?.problem).toContain('pods request 4 Gi of 2 Gi, 3 Gi of it for jobs that can run at once,');
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
    expect(findings[0]?.problem).toMatch(
      /^pods request [\d.]+ Gi of 5.12 Gi, 1.88 Gi of it for jobs that can run at once, with 10 % in reserve/,
    );
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

describe('which nodes count', () => {
  const master = (cpu: number) =>
    ({ ...node(1, cpu, '16Gi'), role: 'control-plane', schedulable: false }) as const;
  const TOLERATED = { key: 'node-role.kubernetes.io/control-plane', operator: 'Exists' };
  const placed = (object: KubeObject, more: object): KubeObject => {
    Object.assign((object as any).spec.template.spec, more);
    return object;
  };
  const findings = (objects: KubeObject[], nodes: Settings['nodes'], distribution: 'k3s' | 'kubeadm') =>
    findingsOfRule(capacity, objects, ({ settings }) => {
      setNodes(settings, nodes);
      settings.distribution = distribution;
      settings.capacity.reserve = 0;
    });
  const kubeadm = (object: KubeObject) =>
    brief(findings([object], [master(8), node(1, 2, '16Gi')], 'kubeadm'));

  test.each<[string, object, boolean]>([
    ['nothing', {}, false],
    ['another taint', { tolerations: [{ key: 'dedicated', operator: 'Exists' }] }, false],
    ['its evictions only', { tolerations: [{ ...TOLERATED, effect: 'NoExecute' }] }, false],
    ['a value that it has not', { tolerations: [{ ...TOLERATED, operator: 'Equal', value: 'yes' }] }, false],
    ['the taint of the control plane', { tolerations: [TOLERATED] }, true],
    ['its effect', { tolerations: [{ ...TOLERATED, effect: 'NoSchedule' }] }, true],
    ['everything', { tolerations: [{ operator: 'Exists' }] }, true],
  ])('a pod that tolerates %s has the room of the control plane: %#', (_, more, fits) => {
    expect(kubeadm(placed(workload('a', '4', '1Gi'), more))).toEqual(
      fits ? [] : ['capacity: Deployment sample/a spec.template.spec'],
    );
  });

  test('a node selector leaves only the nodes that carry the label', () => {
    const selector = { 'node-role.kubernetes.io/control-plane': '' };
    const tolerant = { nodeSelector: selector, tolerations: [TOLERATED] };
    const small = [master(1), node(1, 8, '16Gi')];
    const [found] = findings([placed(workload('a', '2', '1Gi'), tolerant)], small, 'kubeadm');
    expect(found?.problem).toMatch(/^one pod requests 2 cores .* more than any node has/);
    const three = placed(workload('a', '500m', '1Gi', 3), tolerant);
    const [short] = findings([three], small.concat(node(1, 8, '16Gi')), 'kubeadm');
    expect(short?.problem).toMatch(/^pods that can run on 1 of the nodes only request 1.5 cores of 1,/);
    expect(findings([placed(workload('a', '500m', '1Gi', 2), tolerant)], small, 'kubeadm')).toEqual([]);
  });

  test('a pod that no node lets run is found, and so is an agent that would run nowhere', () => {
    const nowhere = { nodeSelector: { 'kubernetes.io/os': 'windows' } };
    const objects = [
      placed(workload('a', '1', '1Gi'), nowhere),
      placed(workload('agent', '1', '1Gi', 1, 'DaemonSet'), nowhere),
      placed(workload('none', '1', '1Gi', 0), nowhere),
    ];
    const found = findings(objects, [node(1, 8, '16Gi')], 'kubeadm');
    expect(brief(found)).toEqual([
      'capacity: Deployment sample/a spec.template.spec',
      'capacity: DaemonSet sample/agent spec.template.spec',
    ]);
    expect(found[0]?.problem).toMatch(/^no node of the settings lets the pod run/);
  });

  test('the label of the control plane has the value that the distribution gives it', () => {
    const select = (value: string) =>
      placed(workload('a', '1', '1Gi'), {
        nodeSelector: { 'node-role.kubernetes.io/control-plane': value },
      });
    const server = [{ ...node(1, 8, '16Gi'), role: 'control-plane' }] as const;
    expect(findings([select('true')], [...server], 'k3s')).toEqual([]);
    expect(findings([select('')], [...server], 'k3s')).toHaveLength(1);
    expect(findings([select('')], [...server], 'kubeadm')).toEqual([]);
  });

  test('of labels that the settings do not know, every node may carry each', () => {
    const unknown = placed(workload('a', '1', '1Gi'), { nodeSelector: { disk: 'nvme' } });
    expect(findings([unknown], [node(1, 8, '16Gi')], 'kubeadm')).toEqual([]);
  });

  test('required node affinity counts, one of its terms wholly; preferred affinity does not', () => {
    const absent = { key: 'node-role.kubernetes.io/control-plane', operator: 'DoesNotExist' };
    const exists = { ...absent, operator: 'Exists' };
    const affinity = (...terms: object[][]) => ({
      tolerations: [{ operator: 'Exists' }],
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: terms.map((matchExpressions) => ({ matchExpressions })),
          },
        },
      },
    });
    const large = (more: object) => kubeadm(placed(workload('a', '4', '1Gi'), more));
    expect(large(affinity([exists]))).toEqual([]);
    expect(large(affinity([absent]))).toHaveLength(1);
    expect(large(affinity([absent], [exists]))).toEqual([]);
    expect(large(affinity([absent, exists]))).toHaveLength(1);
    expect(large(affinity([exists, { key: 'disk', operator: 'Exists' }]))).toEqual([]);
    const wish = [{ weight: 1, preference: { matchExpressions: [absent] } }];
    const preferred = { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: wish } };
    expect(large({ tolerations: [TOLERATED], affinity: preferred })).toEqual([]);
  });

  test("an agent's pods take room on the nodes that let it run, and on no others", () => {
    const agent = (more: object) => placed(workload('agent', '1', '1Mi', 1, 'DaemonSet'), more);
    const nodes = [master(1), node(1, 2, '16Gi')];
    const beside = workload('a', '1', '1Mi');
    expect(findings([agent({}), beside], nodes, 'kubeadm')).toEqual([]);
    // everywhere: the control plane's one core is gone as well
    const everywhere = agent({ tolerations: [{ operator: 'Exists' }] });
    const tolerant = placed(workload('b', '1', '1Mi'), { tolerations: [TOLERATED] });
    expect(findings([everywhere, beside], nodes, 'kubeadm')).toEqual([]);
    expect(findings([agent({}), beside, tolerant], nodes, 'kubeadm')).toEqual([]);
    expect(brief(findings([everywhere, beside, tolerant], nodes, 'kubeadm'))).toEqual([
      'capacity: Cluster mono nodes.cpu',
    ]);
  });

  test('pods that must be apart need a node each', () => {
    const apart = (key: string, app: string) => ({
      affinity: {
        podAntiAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: [
            { topologyKey: key, labelSelector: { matchLabels: { app } } },
          ],
        },
      },
    });
    const pods = (more: object) => {
      const object = placed(workload('a', '100m', '1Mi', 3), more);
      (object as any).spec.template.metadata = { labels: { app: 'a' } };
      return brief(findings([object], [node(2, 8, '16Gi')], 'kubeadm'));
    };
    expect(pods(apart('kubernetes.io/hostname', 'a'))).toEqual([
      'capacity: Deployment sample/a spec.template.spec',
    ]);
    expect(pods(apart('kubernetes.io/hostname', 'another'))).toEqual([]);
    expect(pods({})).toEqual([]);
  });
});

describe('disk that pods request', () => {
  const scratch = (size: string, count = 1): KubeObject => {
    const object = workload('a', '100m', '1Mi', count);
    (object as any).spec.template.spec.containers[0].resources.requests['ephemeral-storage'] = size;
    return object;
  };
  const claim: KubeObject = {
    ...{ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'c', namespace: 'sample' } },
    spec: { storageClassName: 'single', resources: { requests: { storage: '150Gi' } } },
  };

  test('counts beside the claims', () => {
    expect(check([claim, scratch('10Gi', 5)], [node(2, 8, '16Gi')])).toEqual([]);
    const [found, ...more] = check([claim, scratch('10Gi', 6)], [node(2, 8, '16Gi')]);
    expect(more).toEqual([]);
    expect(found).toMatchObject({ object: 'Cluster mono', field: 'nodes.disk' });
    expect(found?.problem).toMatch(
      /^claims with their copies take 150 Gi, and 60 Gi that pods request, of 200 Gi/,
    );
  });

  test('of one pod is found where no disk is as large', () => {
    const [found] = check([scratch('120Gi')], [node(2, 8, '16Gi')]);
    expect(found).toMatchObject({ object: 'Deployment sample/a', field: 'spec.template.spec' });
    expect(found?.problem).toContain('and 120 Gi of disk, more than any node has');
    expect(brief(check([scratch('60Gi', 3)], [node(2, 8, '16Gi')]))).toEqual([
      'capacity: Deployment sample/a spec.template.spec',
    ]);
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
  const copies = findingsAfter(({ objects }) => {
    for (const { object } of objects)
      if (object.kind === 'StorageClass') object['parameters'] = { numberOfReplicas: '3' };
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

describe('what a controller runs on each node', () => {
  const overheads = [{ component: 'agent', cpuPercent: 10, cpu: '100m', memory: '1Gi' }] as const;
  /** One pod on one node of 2 cores and 4 Gi, of which the agent takes 300m and 1 Gi. */
  const beside = (cpu: string, memory: string) =>
    findingsOfRule(capacity, [workload('web', cpu, memory)], (input) => {
      setNodes(input.settings, [node(1, 2, '4Gi')]);
      input.settings.capacity.reserve = 0;
      input.declarations = { ...input.declarations, overheads };
    });

  test('leaves the rest to pods', () => {
    expect(beside('1700m', '3Gi')).toEqual([]);
  });

  test.each([
    ['1701m', '3Gi'],
    ['1700m', '3073Mi'],
  ])('is counted before them: %s and %s', (cpu, memory) => {
    const findings = beside(cpu, memory);
    expect(findings).toHaveLength(1);
    expect(findings[0]?.problem).toContain('and what agent runs on each node');
  });
});
