import { oddValues } from '../../../checks/schema/odd-values';
import { schema } from '../../../checks/schema/schema';
import { unknownFields } from '../../../checks/schema/unknown-fields';
import { brief, findingsAfter, monoInput, pick, schemaFindings, settled } from '../mutation';
import { fields, findingsOfRule } from '../plain';

type Input = ReturnType<typeof monoInput>;

test('every object of the unbroken set fits its schema', () => {
  expect(schema.check(monoInput())).toEqual([]);
});

test.each<[string, (input: Input) => void]>([
  ['a wrong field', (input) => (xwiki(input).replicas = '1')],
  [
    'an unknown kind',
    (input) => Object.assign(pick(input, 'ConfigMap', 'prod/xwiki'), { kind: 'ConfigMapp' }),
  ],
])('of %s it says the same where it is not asked about untouched objects', (_, breakIt) => {
  const broken = monoInput();
  breakIt(broken);
  const input = settled(broken);
  expect(schemaFindings(input)).toHaveLength(1);
  expect(schema.check(input)).toEqual(schemaFindings(input));
});

const xwiki = (input: Input): any => pick(input, 'Deployment', 'prod/xwiki').spec;
const pod = (input: Input): any => xwiki(input).template.spec;

test.each<[string, (input: Input) => void, string, string]>([
  [
    'an unknown field, far inside',
    (input) => (pod(input).containers[0].readinessProbe.httpGet.headers = ['a']),
    'Deployment prod/xwiki spec.template.spec.containers[0].readinessProbe.httpGet.headers',
    'there is no field headers here',
  ],
  [
    'an unknown field that holds nothing',
    (input) => (pod(input).dnsConfg = {}),
    'Deployment prod/xwiki spec.template.spec.dnsConfg',
    'there is no field dnsConfg here',
  ],
  [
    'an unknown field at the top',
    (input) => Object.assign(pick(input, 'StorageClass', 'longhorn'), { alowVolumeExpansion: true }),
    'StorageClass longhorn alowVolumeExpansion',
    'there is no field alowVolumeExpansion here',
  ],
  [
    'an unknown field in the metadata',
    (input) => (pick(input, 'ConfigMap', 'prod/xwiki').metadata['lables'] = {}),
    'ConfigMap prod/xwiki metadata.lables',
    'there is no field lables here',
  ],
  [
    'an unknown field in the metadata of pods',
    (input) => (xwiki(input).template.metadata.anotations = {}),
    'Deployment prod/xwiki spec.template.metadata.anotations',
    'there is no field anotations here',
  ],
  [
    '[SYNTH-04] an unknown field of a custom resource',
    (input) => (pick(input, 'Application', 'argocd/mysql-prod').spec.source.pathh = 'x'),
    'Application argocd/mysql-prod spec.source.pathh',
    'there is no field pathh here',
  ],
  [
    'a number where a text is meant',
    (input) => (pod(input).containers[0].env[0].value = 3306),
    'Deployment prod/xwiki spec.template.spec.containers[0].env[0].value',
    'it must be string',
  ],
  [
    'a label that is a number',
    (input) => Object.assign(pick(input, 'ConfigMap', 'prod/xwiki').metadata.labels!, { version: 17 }),
    'ConfigMap prod/xwiki metadata.labels.version',
    'it must be string',
  ],
  [
    'an annotation that is true',
    (input) => Object.assign(xwiki(input).template.metadata.annotations, { 'a.b/c': true }),
    'Deployment prod/xwiki spec.template.metadata.annotations["a.b/c"]',
    'it must be string',
  ],
  [
    'a value that is none of an enumeration',
    (input) => (pod(input).dnsPolicy = 'ClusterLast'),
    'Deployment prod/xwiki spec.template.spec.dnsPolicy',
    'it must be one of ["ClusterFirst","ClusterFirstWithHostNet","Default","None"]',
  ],
  [
    'a field that is missing',
    (input) => delete pick(input, 'Ingress', 'prod/xwiki').spec.rules[0].http.paths[0].pathType,
    'Ingress prod/xwiki spec.rules[0].http.paths[0].pathType',
    'it is missing',
  ],
  [
    'a null',
    (input) => (pod(input).nodeSelector = null),
    'Deployment prod/xwiki spec.template.spec.nodeSelector',
    'it is null',
  ],
  [
    'a null where a value is needed, once',
    (input) => (xwiki(input).progressDeadlineSeconds = null),
    'Deployment prod/xwiki spec.progressDeadlineSeconds',
    'it is null',
  ],
  [
    'a quantity of no unit, once',
    (input) =>
      (pick(input, 'StatefulSet', 'recette/mysql').spec.template.spec.volumes[2].emptyDir.sizeLimit = '1MB'),
    'StatefulSet recette/mysql spec.template.spec.volumes[2].emptyDir.sizeLimit',
    '"1MB" is no quantity',
  ],
  [
    'a quantity that the schema takes and the API server refuses',
    (input) => (pick(input, 'LimitRange', 'prod/limits').spec.limits[0].default.memory = '1h'),
    'LimitRange prod/limits spec.limits[0].default.memory',
    '"1h" is no quantity',
  ],
  [
    '[SYNTH-04] a duration of a custom resource, by its schema',
    (input) => (pick(input, 'ServiceMonitor', 'prod/mysql').spec.endpoints[0].interval = '15 s'),
    'ServiceMonitor prod/mysql spec.endpoints[0].interval',
    expect.stringContaining('it must match pattern') as unknown as string,
  ],
  [
    '[SYNTH-04] a duration that the schema leaves open',
    (input) => (pick(input, 'Certificate', 'prod/mysql-tls').spec.renewBefore = '30d'),
    'Certificate prod/mysql-tls spec.renewBefore',
    '"30d" is no duration',
  ],
])('found, and nothing else: %s', (_, change, place, problem) => {
  const findings = findingsAfter((input) => void change(input));
  expect(brief(findings)).toEqual([`schema: ${place}`]);
  expect(findings[0]?.problem).toEqual(problem);
});

const config = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace: 'prod' } };

test('a namespaced object without a namespace is found', () => {
  expect(fields(findingsOfRule(schema, [{ ...config, metadata: { name: 'a' } }]))).toEqual([
    'metadata.namespace',
  ]);
  expect(findingsOfRule(schema, [config])).toEqual([]);
});

test('a cluster-scoped object with a namespace is found', () => {
  const level = { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', value: 1 };
  const named = (metadata: object) => fields(findingsOfRule(schema, [{ ...level, metadata } as never]));
  expect(named({ name: 'a', namespace: 'prod' })).toEqual(['metadata.namespace']);
  expect(named({ name: 'a' })).toEqual([]);
});

test('a kind without a schema is found, and the near one offered', () => {
  const [found, ...more] = findingsOfRule(schema, [config, { ...config, kind: 'ConfigMaps' }]);
  expect(found).toMatchObject({ field: 'kind', remedy: 'Did you mean v1/ConfigMap?' });
  expect(more).toEqual([]);
});

test('the same mistake in two objects is found in both', () => {
  const wrong = { ...config, data: { key: 1 } };
  const found = findingsOfRule(schema, [
    wrong,
    { ...wrong, metadata: { name: 'b', namespace: 'prod' } },
  ] as never);
  expect(brief(found)).toEqual(['schema: ConfigMap prod/a data.key', 'schema: ConfigMap prod/b data.key']);
});

test('an unknown field has the near one as remedy', () => {
  const [found] = findingsAfter((input) => (pod(input).dnsConfg = {}));
  expect(found?.remedy).toBe('Did you mean dnsConfig?');
});

test('fields called description, which the models lost, are known where upstream has them, and nowhere else', () => {
  const priority = {
    apiVersion: 'scheduling.k8s.io/v1',
    kind: 'PriorityClass',
    metadata: { name: 'a' },
    value: 1,
  };
  const check = (object: object) => fields(findingsOfRule(schema, [object as never]));
  expect(check({ ...priority, description: 'x' })).toEqual([]);
  expect(check({ ...config, description: 'x' })).toEqual(['description']);
});

test('free-form values are left alone', () => {
  const findings = findingsAfter((input) => {
    pick(input, 'Application', 'argocd/mysql-prod').spec.source.helm = {
      valuesObject: { anything: null, port: 70_000, deep: { requests: { cpu: 'x' } } },
    };
  });
  expect(brief(findings).filter((line) => line.startsWith('schema'))).toEqual([]);
});

const odd = (object: object): string[] =>
  oddValues({ apiVersion: 'v1', kind: 'Pod', ...object }).map(({ field }) => field);

test.each([1, 80, 65_535])('%i is a port', (port) => {
  expect(odd({ spec: { ports: [{ port, targetPort: port, containerPort: port }] } })).toEqual([]);
});

test('[SEC-02] an empty list, which the API server would drop at every apply, is found', () => {
  const findings = findingsAfter((input) => {
    pick(input, 'NetworkPolicy', 'prod/mysql').spec.egress = [];
  });
  expect(brief(findings)).toEqual(['schema: NetworkPolicy prod/mysql spec.egress']);
});

test.each([0, -1, 65_536, 70_000, 80.5])('%d is no port', (port) => {
  expect(odd({ spec: { ports: [{ containerPort: port }] } })).toEqual(['spec.ports[0].containerPort']);
  expect(odd({ backend: { service: { port: { number: port } } } })).toEqual(['backend.service.port.number']);
  expect(odd({ spec: { number: port, port: 'http' } })).toEqual([]);
});

test.each(['0', '1', 2, 0.5, '.5', '1.', '500m', '1.5Gi', '100k', '1e3', '1E-3', '2Ei', '5n', '+1'])(
  '%s is a quantity',
  (value) => expect(odd({ resources: { limits: { memory: value } } })).toEqual([]),
);

test.each(['', 'x', '1 Gi', '1gi', '1K', '1MB', '1h', '1d', '1,5', '-1', '1ee3', 'Gi', '1.2.3'])(
  '"%s" is no quantity',
  (value) => {
    expect(odd({ resources: { requests: { cpu: value } } })).toEqual(['resources.requests.cpu']);
    expect(odd({ kind: 'ResourceQuota', spec: { hard: { pods: value } } })).toEqual(['spec.hard.pods']);
    expect(odd({ kind: 'LimitRange', spec: { limits: [{ max: { cpu: value } }] } })).toEqual([
      'spec.limits[0].max.cpu',
    ]);
    expect(odd({ spec: { max: { cpu: value } } })).toEqual([]);
  },
);

test.each(['720h', '1h30m', '1.5h', '10s', '300ms', '0'])('%s is a duration', (duration) => {
  expect(odd({ kind: 'Certificate', spec: { duration } })).toEqual([]);
});

test.each(['30d', '720', 'h', '1 h', ''])('[SYNTH-04] "%s" is no duration', (duration) => {
  expect(odd({ kind: 'Certificate', spec: { duration } })).toEqual(['spec.duration']);
});

describe('the stand-in that notes what a validator asks for', () => {
  const paths = (data: object, validate: (data: any) => void) =>
    unknownFields(data, validate).map(({ path }) => path.join('/'));

  test('what it never asks for is unknown, where it asks for anything', () => {
    const asks = (data: any) => data.a?.b;
    expect(paths({ a: { b: 1, c: 2 }, d: 3 }, asks)).toEqual(['d', 'a/c']);
    expect(paths({ a: { b: { x: 1 } } }, asks)).toEqual([]);
  });

  test('where it walks over all keys, all are fine', () => {
    const walks = (data: any) => {
      for (const key in data.map) void data.map[key].a;
    };
    expect(paths({ map: { x: { a: 1, b: 2 }, y: { a: 1 } } }, walks)).toEqual(['map/x/b']);
  });

  test('lists have no unknown fields, but their items have', () => {
    const walks = (data: any) => data.list.map((item: any) => item.a);
    expect(paths({ list: [{ a: 1 }, { b: 1 }] }, walks)).toEqual(['list/1/b']);
  });
});
