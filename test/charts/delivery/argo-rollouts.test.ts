import { checkAll } from '../../../checks/all';
import { loadClusters } from '../../../cli/load';
import { renderCluster } from '../../../cli/pipeline';
import { readRunbooks } from '../../../cli/runbooks';
import { CRD_SOURCES } from '../../../imports/crds';
import { image } from '../../../imports/images';

const [mono, staging] = loadClusters('clusters', ['mono', 'staging']).clusters.map(
  ({ settings }) => settings,
);

/** A cluster with Argo Rollouts, on nodes that have room for it. */
function build(block: Record<string, unknown> = {}, base = mono) {
  const settings = structuredClone(base) as any;
  settings.components['argo-rollouts'] = { enabled: true, ...block };
  for (const node of settings.nodes) Object.assign(node, { cpu: 32, memory: '128Gi' });
  const { objects, declarations, kustomizations } = renderCluster(settings);
  const input = {
    settings,
    objects,
    declarations,
    kustomizations,
    runbooks: readRunbooks('.'),
    today: '2026-11-20',
  };
  const own = objects
    .filter(({ component }) => component === 'argo-rollouts')
    .map(({ object }) => object) as any[];
  const find = (kind: string, name = 'argo-rollouts') =>
    own.find((object) => object.kind === kind && object.metadata.name === name);
  const definitions = kustomizations.find(({ component }) => component === 'crds')?.content as {
    resources: string[];
  };
  return {
    own,
    find,
    definitions: definitions.resources,
    flows: declarations.flows,
    findings: () => checkAll(input),
  };
}

describe('Argo Rollouts', () => {
  test('is off unless the settings name it, and its definitions with it', () => {
    const { declarations, kustomizations } = renderCluster(mono!);
    expect(declarations.components.map(({ id }) => id)).not.toContain('argo-rollouts');
    expect(JSON.stringify(kustomizations)).not.toContain('argo-rollouts');
  });

  test.each([
    ['mono', mono],
    ['staging', staging],
  ])('the set of %s has no finding with it', (_, settings) => {
    expect(build({}, settings).findings()).toEqual([]);
  });

  test('[GITOPS-11] brings every kind of a release, of the version of its controller', () => {
    const { definitions } = build();
    const [source] = CRD_SOURCES.filter(({ component }) => component === 'argo-rollouts');
    expect(source?.version).toBe(image('argo-rollouts').tag);
    const kinds = source?.files.flatMap((file) => file.kinds) ?? [];
    expect(kinds.map((kind) => kind.replace('argoproj.io/', '')).sort()).toEqual([
      'AnalysisRun',
      'AnalysisTemplate',
      'ClusterAnalysisTemplate',
      'Experiment',
      'Rollout',
    ]);
    for (const { path } of source?.files ?? [])
      expect(definitions.filter((url) => url.includes(source!.commit) && url.endsWith(path))).toHaveLength(1);
  });

  test('takes all that can be said: several pods, of which one works, lose one at a time', () => {
    const { find, findings } = build({ cpu: '50m', memory: '192Mi', replicas: 2 }, staging);
    const { replicas, template } = find('Deployment').spec;
    const [container] = template.spec.containers;
    expect(replicas).toBe(2);
    expect(container.resources).toEqual({
      requests: { cpu: '50m', memory: '192Mi' },
      limits: { memory: '192Mi' },
    });
    expect(find('PodDisruptionBudget').spec.maxUnavailable).toBe(1);
    expect(findings()).toEqual([]);
    // the lease that they take turns with is in their own namespace, and so is the right to it
    expect(container.env).toContainEqual({
      name: 'POD_NAMESPACE',
      valueFrom: { fieldRef: { fieldPath: 'metadata.namespace' } },
    });
    expect(find('Role').rules.flatMap(({ resources }: any) => resources)).toEqual(['leases']);
    expect(find('ClusterRole').rules.flatMap(({ resources }: any) => resources)).not.toContain('leases');
  });

  test("moves traffic with the Traefik that is here: its API group is not the controller's default", () => {
    const [container] = build().find('Deployment').spec.template.spec.containers;
    expect(container.args).toEqual(
      expect.arrayContaining(['--traefik-api-group=traefik.io', '--traefik-api-version=traefik.io/v1alpha1']),
    );
    expect(build().find('ClusterRole').rules).toContainEqual(
      expect.objectContaining({ apiGroups: ['traefik.io'], resources: ['traefikservices'] }),
    );
  });

  test('[SEC-02] analyses reach Prometheus where there is one, and nothing else but the API server and names', () => {
    const targets = (settings = mono) =>
      build({}, settings)
        .flows.filter(({ from }) => from.kind === 'pods' && from.namespace === 'argo-rollouts')
        .map(({ to, ports }) => `${to.name} ${ports.map(({ port }) => port).join(' ')}`)
        .sort();
    expect(targets()).toEqual(['api-server 443', 'api-server-nodes 6443']);
    expect(targets(staging)).toEqual([...targets(), 'cluster-dns 53 53', 'prometheus 9090']);
  });

  test('lets people who may see or edit a namespace see or edit its releases', () => {
    const { own } = build();
    const roles = own.filter(({ metadata }) => /aggregate-to/.test(metadata.name));
    expect(
      roles
        .map(({ metadata }) => Object.keys(metadata.labels).filter((key) => key.includes('aggregate-to')))
        .flat(),
    ).toEqual(['view', 'edit', 'admin'].map((role) => `rbac.authorization.k8s.io/aggregate-to-${role}`));
    const verbs = (role: string) =>
      roles.find(({ metadata }) => metadata.name.endsWith(role)).rules.flatMap((rule: any) => rule.verbs);
    expect(verbs('view')).toEqual(['get', 'list', 'watch']);
    expect(verbs('edit')).toContain('patch');
  });
});
