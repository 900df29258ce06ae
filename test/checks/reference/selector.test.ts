import { selector } from '../../../checks/reference/selector';
import { brief, findingsAfter, monoInput, pick } from '../mutation';
import { deploymentOf, fields, findingsOfRule } from '../plain';

type Input = ReturnType<typeof monoInput>;
const COMPONENT = 'app.kubernetes.io/component';

test('[K8S-04] every selector of the unbroken set selects what is meant', () => {
  expect(selector.check(monoInput())).toEqual([]);
});

test.each<[string, (input: Input) => unknown, string, string]>([
  [
    'a Service that selects nothing',
    (input) => (pick(input, 'Service', 'prod/mysql-headless').spec.selector[COMPONENT] = 'mysqld'),
    'Service prod/mysql-headless spec.selector',
    `Did you mean ${COMPONENT}: mysql?`,
  ],
  [
    'a Service without a selector',
    (input) => (pick(input, 'Service', 'prod/mysql-headless').spec.selector = {}),
    'Service prod/mysql-headless spec.selector',
    'Name labels of the pods meant',
  ],
  [
    'a budget that selects nothing',
    (input) =>
      (pick(input, 'PodDisruptionBudget', 'prod/mysql').spec.selector.matchLabels[COMPONENT] = 'sql'),
    'PodDisruptionBudget prod/mysql spec.selector',
    'Name the labels of the pods meant, or remove it',
  ],
  [
    'a budget that selects all pods of its namespace',
    (input) => (pick(input, 'PodDisruptionBudget', 'prod/mysql').spec.selector = {}),
    'PodDisruptionBudget prod/mysql spec.selector',
    'Name labels of the pods meant',
  ],
  [
    'a budget that selects pods of two workloads',
    (input) =>
      (pick(input, 'PodDisruptionBudget', 'prod/mysql').spec.selector = {
        matchExpressions: [{ key: 'app.kubernetes.io/name', operator: 'In', values: ['mysql', 'xwiki'] }],
      }),
    'PodDisruptionBudget prod/mysql spec.selector',
    'Name a label that only the pods meant carry, such as app.kubernetes.io/component',
  ],
  [
    'a monitor that selects every Service',
    (input) => (pick(input, 'ServiceMonitor', 'ingress/traefik').spec.selector = {}),
    'ServiceMonitor ingress/traefik spec.selector',
    'Name labels of the Services meant',
  ],
  [
    'pods that are not spread by their own labels',
    (input) =>
      (pick(
        input,
        'Deployment',
        'prod/xwiki',
      ).spec.template.spec.topologySpreadConstraints[0].labelSelector.matchLabels = { app: 'xwiki' }),
    'Deployment prod/xwiki spec.template.spec.topologySpreadConstraints[0].labelSelector',
    "Name the pods' own labels",
  ],
  [
    'a workload that does not select its own pods',
    (input) => (pick(input, 'Deployment', 'prod/xwiki').spec.selector.matchLabels.tier = 'web'),
    'Deployment prod/xwiki spec.selector',
    'Give the selector and the template the same labels',
  ],
  [
    "a workload that selects another's pods",
    (input) =>
      (pick(input, 'Deployment', 'prod/xwiki').spec.selector.matchLabels = {
        'app.kubernetes.io/part-of': 'strata',
      }),
    'Deployment prod/xwiki spec.selector',
    'Name a label that only the pods meant carry, such as app.kubernetes.io/component',
  ],
  [
    'a workload that selects everything',
    (input) => (pick(input, 'Deployment', 'prod/xwiki').spec.selector = {}),
    'Deployment prod/xwiki spec.selector',
    'Name labels of its pods',
  ],
])('[K8S-04] found, and nothing else: %s', (_, change, place, remedy) => {
  const findings = findingsAfter((input) => void change(input));
  expect(brief(findings)).toEqual([`selector: ${place}`]);
  expect(findings[0]?.remedy).toBe(remedy);
});

test('[K8S-04] a Service that selects pods of two workloads is found, and names both', () => {
  const findings = findingsAfter((input) => {
    pick(input, 'Service', 'prod/mysql-headless').spec.selector = { 'app.kubernetes.io/part-of': 'strata' };
  });
  expect(brief(findings)).toEqual([
    // whose pods do not all have the port
    'reference: Service prod/mysql-headless spec.ports[0].targetPort',
    'selector: Service prod/mysql-headless spec.selector',
  ]);
  expect(findings[1]?.problem).toMatch(
    /^it selects pods of .*StatefulSet prod\/mysql and .*Deployment prod\/xwiki/,
  );
});

test('[OBS-03] a monitor that selects no Service is found', () => {
  const findings = findingsAfter((input) => {
    pick(input, 'ServiceMonitor', 'prod/mysql').spec.selector.matchLabels[COMPONENT] = 'mysqld';
  });
  expect(brief(findings)).toEqual([
    'selector: ServiceMonitor prod/mysql spec.selector',
    // whose port now nobody reads
    'alerts: StatefulSet prod/mysql spec.template.spec.containers[1].ports[0]',
  ]);
});

test('[OBS-03] a monitor that reads the same pods through two Services is found', () => {
  const findings = findingsAfter((input) => {
    const { ports } = pick(input, 'Service', 'prod/mysql-headless').spec;
    ports.push({ name: 'metrics', port: 9104, targetPort: 'metrics', protocol: 'TCP' });
  });
  expect(brief(findings)).toEqual(['selector: ServiceMonitor prod/mysql spec.endpoints[0].port']);
});

test('[SEC-02] a policy for pods that nobody makes or declares is found', () => {
  const findings = findingsAfter((input) => {
    const copy = structuredClone(pick(input, 'NetworkPolicy', 'prod/acme-solver'));
    copy.metadata.name = 'solver';
    delete copy.spec.ingress;
    copy.spec.podSelector.matchLabels = { 'app.kubernetes.io/name': 'xwikki' };
    input.objects.push({ object: copy, file: 'environment-prod/solver.yaml', component: 'environment-prod' });
  });
  expect(brief(findings)).toEqual(['selector: NetworkPolicy prod/solver spec.podSelector']);
  expect(findings[0]?.remedy).toBe('Did you mean app.kubernetes.io/name: xwiki?');
});

test('[SEC-02] a policy for pods that others make is fine while a flow names them', () => {
  const solver = (input: Input) =>
    input.objects.filter(({ object }) => object.metadata.name === 'acme-solver').map(({ object }) => object);
  const policies = solver(monoInput());
  const { flows } = monoInput().declarations;
  const check = (declared: typeof flows) =>
    fields(
      findingsOfRule(
        selector,
        policies,
        (input) => (input.declarations = { ...input.declarations, flows: declared }),
      ),
    );
  expect(policies.length).toBeGreaterThan(0);
  expect(check(flows)).toEqual([]);
  expect(check([])).toEqual(policies.map(() => 'spec.podSelector'));
});

const sample = (kind: string, spec: object): any => ({
  apiVersion: 'v1',
  kind,
  metadata: { name: 'sample', namespace: 'sample' },
  spec,
});
const web = (name: string, app: string, more: object = {}): any => {
  const one: any = deploymentOf({}, { app, ...more });
  one.metadata.name = name;
  one.spec.selector = { matchLabels: { app } };
  return one;
};

test('two workloads that select the same pods are found, each', () => {
  expect(brief(findingsOfRule(selector, [web('a', 'x'), web('b', 'x'), web('c', 'y')]))).toEqual([
    'selector: Deployment sample/a spec.selector',
    'selector: Deployment sample/b spec.selector',
  ]);
});

test('an autoscaler scales what exists', () => {
  const scaler = (kind: string, name: string) =>
    sample('HorizontalPodAutoscaler', { scaleTargetRef: { kind, name } });
  const check = (kind: string, name: string) =>
    findingsOfRule(selector, [web('server', 'x'), scaler(kind, name)]);
  expect(check('Deployment', 'server')).toEqual([]);
  expect(fields(check('StatefulSet', 'server'))).toEqual(['spec.scaleTargetRef.name']);
  expect(check('Deployment', 'sever')).toMatchObject([{ remedy: 'Did you mean server?' }]);
});

test('a PodMonitor reads pods that exist, in the namespaces that it names', () => {
  const monitor = (app: string, more: object = {}) =>
    sample('PodMonitor', { selector: { matchLabels: { app } }, ...more });
  const check = (one: object) => fields(findingsOfRule(selector, [web('a', 'x'), one as never]));
  expect(check(monitor('x'))).toEqual([]);
  expect(check(monitor('x', { namespaceSelector: { any: true } }))).toEqual([]);
  expect(check(monitor('y'))).toEqual(['spec.selector']);
  expect(check(monitor('x', { namespaceSelector: { matchNames: ['other'] } }))).toEqual(['spec.selector']);
  expect(check(sample('PodMonitor', { selector: {} }))).toEqual(['spec.selector']);
});

test('expressions select as well as labels', () => {
  const budget = (matchExpressions: object[]) =>
    sample('PodDisruptionBudget', { selector: { matchExpressions } });
  const check = (operator: string, values?: string[]) =>
    fields(findingsOfRule(selector, [web('a', 'x'), budget([{ key: 'app', operator, values }])]));
  expect(check('In', ['x'])).toEqual([]);
  expect(check('Exists')).toEqual([]);
  expect(check('NotIn', ['y'])).toEqual([]);
  expect(check('In', ['y'])).toEqual(['spec.selector']);
  expect(check('DoesNotExist')).toEqual(['spec.selector']);
});

test('a Service of a name outside has no pods', () => {
  expect(
    findingsOfRule(selector, [sample('Service', { type: 'ExternalName', externalName: 'db.example.com' })]),
  ).toEqual([]);
});

test('[PG-02] a Service for one pod of a StatefulSet selects it by its name, and one that is not there is found', () => {
  const select = (number: number) =>
    brief(
      findingsAfter((input) => {
        const service = pick(input, 'Service', 'prod/mysql');
        service.spec.selector['statefulset.kubernetes.io/pod-name'] = `mysql-${number}`;
      }),
    ).filter((line) => line.startsWith('selector'));
  expect(select(0)).toEqual([]);
  expect(select(1)).toContain('selector: Service prod/mysql spec.selector');
});
