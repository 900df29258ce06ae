import { readFileSync } from 'node:fs';
import { checkAll } from '../../../checks/all';
import { loadClusters } from '../../../cli/load';
import { renderCluster } from '../../../cli/pipeline';
import { readRunbooks } from '../../../cli/runbooks';
import { problemsOnOneNode } from '../one-node';

const [mono, staging] = loadClusters('clusters', ['mono', 'staging']).clusters.map(
  ({ settings }) => settings,
);
const runbooks = readRunbooks('.');

/** A cluster with Kyverno, on nodes that have room for it. */
function build(block: Record<string, unknown> = {}, base = mono) {
  const settings = structuredClone(base) as any;
  settings.components.kyverno = { enabled: true, failurePolicy: 'Ignore', ...block };
  for (const node of settings.nodes) Object.assign(node, { cpu: 32, memory: '128Gi' });
  const { objects, declarations, kustomizations } = renderCluster(settings);
  const input = { settings, objects, declarations, kustomizations, runbooks, today: '2026-11-20' };
  const all = objects.map(({ object }) => object) as any[];
  const find = (kind: string, name: string) =>
    all.find(
      ({ kind: own, metadata }) =>
        own === kind && metadata.name === name && [undefined, 'kyverno'].includes(metadata.namespace),
    );
  const container = (name: string) => find('Deployment', name).spec.template.spec.containers[0];
  return { objects: all, find, container, findings: () => checkAll(input) };
}

/** What a file with this block, of a cluster of this size, is told. */
const problems = (block: string, profile: string, count: number): string[] =>
  problemsOnOneNode(`{ longhorn: {}, kyverno: ${block} }`, (text) =>
    text
      .replace('profile: mono', `profile: ${profile}`)
      .replace('{ nodes: 10.0.0.0/24 }', '{ nodes: 10.0.0.0/24, hosts: [] }')
      .replace('control-plane,', `control-plane, count: ${count},`),
  );

const CONTROLLERS = ['admission', 'background', 'cleanup', 'reports'].map(
  (name) => `kyverno-${name}-controller`,
);

describe('Kyverno', () => {
  test.each([
    ['mono', mono],
    ['staging', staging],
  ])('the set of %s has no finding', (_, settings) => {
    expect(build({}, settings).findings()).toEqual([]);
  });

  test('with all settings the set has no finding', () => {
    const built = build({ cpu: '300m', memory: '512Mi', replicas: 3, failurePolicy: 'Fail' }, staging);
    expect(built.findings()).toEqual([]);
    expect(built.container('kyverno-admission-controller').resources.requests).toEqual({
      cpu: '300m',
      memory: '512Mi',
    });
    for (const name of CONTROLLERS) {
      expect(built.find('Deployment', name).spec.replicas).toBe(3);
      expect(built.find('PodDisruptionBudget', name)).toBeDefined();
    }
  });

  test('is not there unless the settings name it', () => {
    const { objects } = renderCluster(mono!);
    expect(objects.filter(({ component }) => component === 'kyverno')).toEqual([]);
  });

  test('forces every webhook to Ignore, unless the settings want Fail', () => {
    const flag = (value: string, base: typeof mono) =>
      build({ failurePolicy: value }, base)
        .container('kyverno-admission-controller')
        .args.filter((argument: string) => argument.startsWith('--forceFailurePolicyIgnore='));
    expect(flag('Ignore', mono)).toEqual(['--forceFailurePolicyIgnore=true']);
    expect(flag('Fail', staging)).toEqual(['--forceFailurePolicyIgnore=false']);
  });

  test('refuses Fail where one restart would freeze the cluster', () => {
    expect(problems('{ failurePolicy: Fail, replicas: 2 }', 'small', 3)).toEqual([]);
    expect(problems('{ failurePolicy: Ignore }', 'mono', 1)).toEqual([]);
    expect(problems('{ failurePolicy: Fail }', 'mono', 3)).toEqual([
      expect.stringContaining('with one pod of Kyverno'),
    ]);
    expect(problems('{ failurePolicy: Fail }', 'small', 1)).toEqual([
      expect.stringContaining('on a cluster of one node'),
    ]);
  });

  test('is asked about environments only, so that a cluster can start without it', () => {
    const { find, objects } = build();
    const { data } = find('ConfigMap', 'kyverno');
    const [selector, ...others] = JSON.parse(data.webhooks).namespaceSelector.matchExpressions;
    expect(others).toEqual([]);
    expect(selector.operator).toBe('In');
    const judged = objects
      .filter(
        ({ kind, metadata }) =>
          kind === 'Namespace' && selector.values.includes(metadata.labels[selector.key]),
      )
      .map(({ metadata }) => metadata.name);
    expect(judged.sort()).toEqual(mono!.environments.map(({ namespace }) => namespace).sort());
    expect(data.resourceFilters.split(' ')).toEqual(
      expect.arrayContaining(['[*/*,kyverno,*]', '[*/*,kube-system,*]']),
    );
  });

  test('[SEC-02] opens its webhooks to the nodes, where the API server is, and its metrics to Prometheus', () => {
    const { find } = build();
    for (const name of ['kyverno-admission-controller', 'kyverno-cleanup-controller']) {
      const { ingress } = find('NetworkPolicy', name).spec;
      const https = ingress.find(({ ports }: any) => ports[0].port === 9443);
      expect(https.from).toContainEqual({ ipBlock: { cidr: mono!.network.nodes } });
    }
  });

  test('looks for its certificates where its account may write them', () => {
    const { find, container } = build();
    const names = container('kyverno-cleanup-controller')
      .args.filter((argument: string) => /^--(ca|tls)SecretName=/.test(argument))
      .map((argument: string) => argument.split('=')[1]);
    const rules = find('Role', 'kyverno:cleanup-controller').rules;
    const secrets = rules.find(
      ({ resourceNames, resources }: any) => resourceNames && resources[0] === 'secrets',
    );
    expect(secrets.resourceNames).toEqual(names);
  });

  test('alerts are explained in the runbook', () => {
    const [{ rules }] = build({ failurePolicy: 'Fail' }, staging).find('PrometheusRule', 'kyverno').spec
      .groups;
    const headings = readFileSync('charts/policy/kyverno/runbook.md', 'utf8').match(/^## .*$/gm);
    for (const { alert } of rules) expect(headings).toContain(`## ${alert}`);
    const least = build().find('PrometheusRule', 'kyverno').spec.groups[0].rules;
    expect(least.map(({ alert }: any) => alert)).not.toContain('KyvernoRefusesChanges');
  });
});
