import { SELECTOR, templateOf } from './samples';

const own = { matchLabels: SELECTOR };

test('pods spread over the nodes by themselves, and no pod waits for it', () => {
  const { spec } = templateOf({});
  expect(spec.topologySpreadConstraints).toEqual([
    {
      maxSkew: 1,
      topologyKey: 'kubernetes.io/hostname',
      whenUnsatisfiable: 'ScheduleAnyway',
      labelSelector: own,
    },
  ]);
  expect(spec).not.toHaveProperty('affinity');
  expect(spec).not.toHaveProperty('tolerations');
  expect(spec).not.toHaveProperty('nodeSelector');
});

test('an empty list of spreads leaves it to the scheduler, others replace the default', () => {
  expect(templateOf({ spread: [] }).spec).not.toHaveProperty('topologySpreadConstraints');
  const zones = { topologyKey: 'topology.kubernetes.io/zone', maxSkew: 2, required: true };
  expect(templateOf({ spread: [zones] }).spec.topologySpreadConstraints).toEqual([
    {
      maxSkew: 2,
      topologyKey: 'topology.kubernetes.io/zone',
      whenUnsatisfiable: 'DoNotSchedule',
      labelSelector: own,
    },
  ]);
});

test('a toleration without a value is for every value, without a key for every taint', () => {
  const { tolerations } = templateOf({
    tolerations: [
      {},
      { key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' },
      { key: 'dedicated', value: 'storage', effect: 'NoExecute', seconds: 60 },
    ],
  }).spec;
  expect(tolerations).toEqual([
    { operator: 'Exists' },
    { key: 'node-role.kubernetes.io/control-plane', operator: 'Exists', effect: 'NoSchedule' },
    { key: 'dedicated', operator: 'Equal', value: 'storage', effect: 'NoExecute', tolerationSeconds: 60 },
  ]);
});

test('anti-affinity keeps pods of the same workload apart, not all pods that carry one of its labels', () => {
  const term = { topologyKey: 'kubernetes.io/hostname', labelSelector: own };
  expect(templateOf({ antiAffinity: 'required' }).spec.affinity).toEqual({
    podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] },
  });
  expect(templateOf({ antiAffinity: 'preferred' }).spec.affinity).toEqual({
    podAntiAffinity: {
      preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm: term }],
    },
  });
});

test('node affinity: one of the lists wholly, and wishes by weight; beside other affinities', () => {
  const { affinity, nodeSelector } = templateOf({
    nodeSelector: { 'kubernetes.io/os': 'linux' },
    beside: { app: 'volume' },
    antiAffinity: 'preferred',
    nodeAffinity: {
      required: [
        [
          { key: 'disk', operator: 'In', values: ['nvme', 'ssd'] },
          { key: 'gpu', operator: 'DoesNotExist' },
        ],
        [{ key: 'cores', operator: 'Gt', values: ['8'] }],
      ],
      preferred: [{ weight: 10, requirements: [{ key: 'zone', operator: 'In', values: ['a'] }] }],
    },
  }).spec;
  expect(nodeSelector).toEqual({ 'kubernetes.io/os': 'linux' });
  expect(Object.keys(affinity).sort()).toEqual(['nodeAffinity', 'podAffinity', 'podAntiAffinity']);
  const { nodeAffinity } = affinity;
  const terms = nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms;
  expect(terms).toHaveLength(2);
  expect(terms[0].matchExpressions).toEqual([
    { key: 'disk', operator: 'In', values: ['nvme', 'ssd'] },
    { key: 'gpu', operator: 'DoesNotExist' },
  ]);
  expect(nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution).toEqual([
    { weight: 10, preference: { matchExpressions: [{ key: 'zone', operator: 'In', values: ['a'] }] } },
  ]);
});
