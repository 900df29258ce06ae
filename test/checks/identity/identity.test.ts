import { identity } from '../../../checks/identity/identity';
import { child } from '../../../checks/core/workloads';
import { brief, findingsAfter, monoInput, pick } from '../mutation';
import { fields, findingsOfRule, rendered } from '../plain';

type Input = ReturnType<typeof monoInput>;

test('[SYNTH-06] names of the unbroken set are legal and unique', () => {
  expect(identity.check(monoInput())).toEqual([]);
});

/** A copy of an object of the set, in a file of its own. */
const copied = (input: Input, kind: string, path: string, change: (copy: any) => void): void => {
  const copy: any = structuredClone(pick(input, kind, path));
  change(copy);
  const [one] = rendered([copy], 'mysql-prod');
  input.objects.push({ ...one!, file: 'mysql-prod/copy.yaml' });
};

test.each<[string, (input: Input) => void, string]>([
  [
    'a second object of the same name',
    (input) => copied(input, 'Service', 'prod/mysql-headless', () => undefined),
    'Service prod/mysql-headless metadata.name',
  ],
  [
    'a name that is no DNS name',
    (input) => void (pick(input, 'LimitRange', 'integration/limits').metadata.name = 'Limits'),
    'LimitRange integration/Limits metadata.name',
  ],
  [
    'a label value with a space',
    (input) => void (pick(input, 'ConfigMap', 'prod/xwiki').metadata.labels!['team'] = 'the wiki'),
    'ConfigMap prod/xwiki metadata.labels.team',
  ],
  [
    'a label value that is too long, on pods',
    (input) =>
      void (pick(input, 'Deployment', 'prod/xwiki').spec.template.metadata.labels[
        'app.kubernetes.io/version'
      ] = 'v'.repeat(64)),
    'Deployment prod/xwiki spec.template.metadata.labels["app.kubernetes.io/version"]',
  ],
  [
    'a label value that is too long, on claims',
    (input) =>
      void (pick(input, 'StatefulSet', 'prod/mysql').spec.volumeClaimTemplates[0].metadata.labels.team =
        't'.repeat(64)),
    'StatefulSet prod/mysql spec.volumeClaimTemplates[0].metadata.labels.team',
  ],
  [
    'a label key with two slashes',
    (input) => void (pick(input, 'ConfigMap', 'prod/xwiki').metadata.labels!['a/b/c'] = 'x'),
    'ConfigMap prod/xwiki metadata.labels["a/b/c"]',
  ],
  [
    'an annotation whose prefix is no domain',
    (input) => void (pick(input, 'ConfigMap', 'prod/xwiki').metadata.annotations = { '-x/y': 'z' }),
    'ConfigMap prod/xwiki metadata.annotations["-x/y"]',
  ],
  [
    'a key of a ConfigMap that no file can be named',
    (input) => {
      const config = pick(input, 'ConfigMap', 'prod/xwiki') as unknown as { data: Record<string, string> };
      config.data['conf/x'] = '';
    },
    'ConfigMap prod/xwiki data["conf/x"]',
  ],
  [
    'a variable that is there twice',
    (input) => {
      const { env } = pick(input, 'Deployment', 'prod/xwiki').spec.template.spec.containers[0];
      env.push({ ...env[1] });
    },
    'Deployment prod/xwiki spec.template.spec.containers[0].env[8].name',
  ],
  [
    'a variable that no shell can read',
    (input) =>
      pick(input, 'Deployment', 'prod/xwiki').spec.template.spec.containers[0].env.push({
        name: '1ST',
        value: '',
      }),
    'Deployment prod/xwiki spec.template.spec.containers[0].env[8].name',
  ],
  [
    'two volumes at one path',
    (input) => {
      const { volumeMounts } = pick(input, 'Deployment', 'prod/xwiki').spec.template.spec.containers[0];
      volumeMounts.push({ name: 'tmp', mountPath: '/tmp' });
    },
    'Deployment prod/xwiki spec.template.spec.containers[0].volumeMounts[8].mountPath',
  ],
  [
    'a volume that is there twice',
    (input) => {
      const { volumes } = pick(input, 'Deployment', 'prod/xwiki').spec.template.spec;
      volumes.push(volumes[4]);
    },
    'Deployment prod/xwiki spec.template.spec.volumes[8].name',
  ],
  [
    'a volume of the name of a claim',
    (input) => {
      const { spec } = pick(input, 'StatefulSet', 'prod/mysql');
      spec.template.spec.volumes.push({ name: 'data', emptyDir: {} });
    },
    'StatefulSet prod/mysql spec.volumeClaimTemplates[0].metadata.name',
  ],
  [
    'a container of the name of another',
    (input) =>
      void (pick(input, 'StatefulSet', 'prod/mysql').spec.template.spec.containers[1].name = 'prepare'),
    'StatefulSet prod/mysql spec.template.spec.containers[1].name',
  ],
  [
    'a port number that another container has',
    (input) =>
      void (pick(input, 'StatefulSet', 'prod/mysql').spec.template.spec.containers[1].ports[0].containerPort =
        3306),
    'StatefulSet prod/mysql spec.template.spec.containers[1].ports[0].containerPort',
  ],
  [
    'a port with a name of 16 characters',
    (input) =>
      pick(input, 'Deployment', 'prod/xwiki').spec.template.spec.containers[0].ports.push({
        name: 'a-very-long-port',
        containerPort: 9999,
      }),
    'Deployment prod/xwiki spec.template.spec.containers[0].ports[1].name',
  ],
])('[SYNTH-06] found, and nothing else: %s', (_, change, expected) => {
  expect(brief(findingsAfter(change))).toEqual([`identity: ${expected}`]);
});

test('[SYNTH-06] the same object as another version of its API is the same object', () => {
  const budget = (version: string, name: string) => ({
    apiVersion: `policy/${version}`,
    kind: 'PodDisruptionBudget',
    metadata: { name, namespace: 'default' },
  });
  const two = rendered([budget('v1', 'a'), budget('v1beta1', 'a')]).map((one, index) => ({
    ...one,
    file: `${index}`,
  }));
  const [found, ...more] = findingsOfRule(identity, [], (input) => (input.objects = two));
  expect(found?.problem).toBe('0 holds the same object, as policy/v1: whoever is applied last wins');
  expect(more).toEqual([]);
});

test('[SYNTH-06] objects of other groups, kinds, namespaces or names are other objects', () => {
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace: 'default' } };
  const others = [
    object,
    { ...object, apiVersion: 'example.com/v1' },
    { ...object, kind: 'Secret' },
    { ...object, metadata: { name: 'a', namespace: 'kube-system' } },
    { ...object, metadata: { name: 'b', namespace: 'default' } },
  ];
  const objects = rendered(others).map((one, index) => ({ ...one, file: `${index}` }));
  expect(findingsOfRule(identity, [], (input) => (input.objects = objects))).toEqual([]);
});

test.each([
  ['sample/Role-a.yaml', 'upper and lower case count as one'],
  ['sample/role-a.yaml', 'another object lies in the same file'],
])('[SYNTH-06] two objects cannot share a file: %s', (file, problem) => {
  const role = (name: string) => ({
    apiVersion: 'v1',
    kind: 'Role',
    metadata: { name, namespace: 'default' },
  });
  const objects = rendered([role('a'), role('b')]);
  const found = findingsOfRule(identity, [], (input) => {
    input.objects = [objects[0]!, { ...objects[1]!, file }];
  });
  expect(found.map((one) => one.problem)).toEqual([expect.stringContaining(problem)]);
});

const named = (kind: string, name: string): string[] =>
  fields(findingsOfRule(identity, [{ apiVersion: 'v1', kind, metadata: { name, namespace: 'default' } }]));

test.each([
  ['CronJob', 52],
  ['StatefulSet', 52],
  ['Job', 63],
  ['Service', 63],
  ['Namespace', 63],
  ['Deployment', 253],
])('[SYNTH-06] the name of a %s may have %i characters, and no more', (kind, longest) => {
  expect(named(kind, 'a'.repeat(longest))).toEqual([]);
  expect(named(kind, 'a'.repeat(longest + 1))).toEqual(['metadata.name']);
});

test.each([
  ['Service', 'a1-b', '1a'],
  ['Service', 'a1-b', 'a.b'],
  ['Namespace', '1a', 'a.b'],
  ['StatefulSet', '1a', 'a.b'],
  ['ConfigMap', 'kube-root-ca.crt', 'kube_root'],
  ['ConfigMap', 'a-b.c', 'a-.c'],
  ['Role', 'cert-manager:leader_Election', 'a/b'],
  ['ClusterRoleBinding', 'system:x', '..'],
])('[SYNTH-06] a %s may be called %s, and not %s', (kind, legal, illegal) => {
  expect(named(kind, legal)).toEqual([]);
  expect(named(kind, illegal)).toEqual(['metadata.name']);
});

test('[SYNTH-06] a namespace that nothing makes is found, and the near one is offered', () => {
  const findings = findingsAfter((input) => {
    pick(input, 'LimitRange', 'integration/limits').metadata.namespace = 'integratoin';
  });
  // nor does the environment's project let anything go there
  expect(brief(findings)).toEqual([
    'identity: LimitRange integratoin/limits metadata.namespace',
    'gitops: AppProject argocd/environment-integration spec.destinations',
  ]);
  expect(findings[0]?.remedy).toBe('Did you mean integration?');
});

test('keys with dots and slashes are quoted in paths', () => {
  expect(child('metadata.labels', 'a.b/c')).toBe('metadata.labels["a.b/c"]');
  expect(child('data', 'key-1_x')).toBe('data.key-1_x');
});
