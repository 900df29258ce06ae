import { checkAll } from '../../../checks/all';
import { CATALOGUE } from '../../../charts/catalogue';
import type { Definition } from '../../../charts/core/definition';
import { buildPlatform } from '../../../charts/platform';
import { loadClusters } from '../../../cli/load';
import { renderCluster } from '../../../cli/pipeline';
import { readRunbooks } from '../../../cli/runbooks';
import { BROKEN, GOOD } from '../../policies/cases';

const [mono, staging] = loadClusters('clusters', ['mono', 'staging']).clusters.map(
  ({ settings }) => settings,
);
const runbooks = readRunbooks('.');

/** A cluster with these blocks, on nodes that have room for them. */
function settingsWith(base: typeof mono, blocks: Record<string, object | undefined>) {
  const settings = structuredClone(base) as any;
  Object.assign(settings.components, blocks);
  for (const node of settings.nodes) Object.assign(node, { cpu: 32, memory: '128Gi' });
  return settings;
}

function build(base = mono, action = 'Deny') {
  const settings = settingsWith(base, {
    kyverno: { enabled: true, failurePolicy: 'Ignore' },
    policies: { enabled: true, action },
  });
  const { objects, declarations, kustomizations } = renderCluster(settings);
  const input = { settings, objects, declarations, kustomizations, runbooks, today: '2026-11-20' };
  const policies = objects
    .map(({ object }) => object as any)
    .filter(({ kind }) => kind === 'ValidatingPolicy');
  return { objects, policies, findings: () => checkAll(input) };
}

describe('the policies', () => {
  test.each([
    ['mono', mono],
    ['staging', staging],
  ])('the set of %s has no finding', (_, settings) => {
    expect(build(settings).findings()).toEqual([]);
  });

  test('[SEC-07] [SEC-08] [SEC-09] [SEC-10] [SEC-11] each has objects that it must refuse', () => {
    const names = build().policies.map(({ metadata }) => metadata.name);
    expect(Object.keys(BROKEN).sort()).toEqual(names.sort());
    for (const cases of Object.values(BROKEN)) expect(cases.length).toBeGreaterThan(0);
    expect(GOOD.length).toBeGreaterThan(0);
  });

  test('judge environments, and no namespace that a cluster needs to start', () => {
    const { objects, policies } = build();
    const namespaces = objects
      .map(({ object }) => object as any)
      .filter(({ kind }) => kind === 'Namespace')
      .map(({ metadata }) => ({ name: metadata.name, labels: metadata.labels }));
    const environments = mono!.environments.map(({ namespace }) => namespace).sort();
    for (const { metadata, spec } of policies) {
      const [{ key, operator, values }] = spec.matchConstraints.namespaceSelector.matchExpressions;
      expect(operator).toBe('In');
      if (metadata.name === 'disallow-default-namespace') {
        expect([key, values]).toEqual(['kubernetes.io/metadata.name', ['default']]);
        continue;
      }
      const judged = namespaces.filter(({ labels }) => values.includes(labels[key]));
      expect(judged.map(({ name }) => name).sort()).toEqual(environments);
    }
  });

  test('become policies of the API server: they ask for it, and none has what Kyverno alone could judge', () => {
    for (const { spec } of build().policies) {
      expect(spec.autogen).toEqual({ validatingAdmissionPolicy: { enabled: true } });
      const expressions = [...(spec.matchConditions ?? []), ...(spec.variables ?? []), ...spec.validations];
      for (const { expression } of expressions)
        expect(expression).not.toMatch(
          /(?<![.\w'])(image|images|resource|http|globalContext|exceptions)\s*[.(]/,
        );
    }
  });

  test('refuse, or warn and note it where the settings say so', () => {
    const actions = (action: string) =>
      build(mono, action).policies.map(({ spec }) => spec.validationActions);
    expect(new Set(actions('Deny').map(String))).toEqual(new Set(['Deny']));
    expect(new Set(actions('Warn').map(String))).toEqual(new Set(['Warn,Audit']));
  });

  test('allow the registries of the settings only', () => {
    const settings = settingsWith(mono, {
      kyverno: { enabled: true, failurePolicy: 'Ignore' },
      policies: { enabled: true, action: 'Deny' },
    });
    settings.images.registries = ['registry.example.com'];
    const [policy] = renderCluster(settings)
      .objects.map(({ object }) => object as any)
      .filter(({ metadata }) => metadata.name === 'restrict-image-registries');
    const variable = (name: string) => policy.spec.variables.find((one: any) => one.name === name).expression;
    expect(variable('registries')).toBe("['registry.example.com/']");
    expect(variable('hub')).toBe('false');
  });

  test('are not there unless the settings name them, and need Kyverno', () => {
    const without = settingsWith(mono, { policies: undefined });
    expect(renderCluster(without).objects.filter(({ component }) => component === 'policies')).toEqual([]);
    const alone = settingsWith(mono, { policies: { enabled: true, action: 'Deny' }, kyverno: undefined });
    expect(buildPlatform(alone).mistakes.map(({ problem }) => problem)).toEqual([
      'policies needs kyverno, which is off',
    ]);
  });

  test('forbid nothing that a component of environments has a row for', () => {
    const forbidden = /^(host-|run-as-root|capability:|privileged)/;
    const rows = (CATALOGUE as readonly Definition[])
      .filter(({ scope }) => scope === 'environment')
      .flatMap(({ name, exceptions = [] }) => exceptions.map((row) => `${name}: ${row.exception}`));
    expect(rows.filter((row) => forbidden.test(row.split(': ')[1]!))).toEqual([]);
  });
});
