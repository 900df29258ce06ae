import { bootstrap } from '../../argocd/bootstrap';
import { renderCluster } from '../../cli/pipeline';
import { loadClusters } from '../../cli/load';

const { settings } = loadClusters('clusters', ['mono']).clusters[0]!;
const { objects, declarations } = renderCluster(settings);
const root = objects.filter(({ component }) => component === 'root').map(({ object }) => object as any);
const applications = root.filter(({ kind }) => kind === 'Application');
const projects = root.filter(({ kind }) => kind === 'AppProject');
const named = (list: any[], name: string) => list.find(({ metadata }) => metadata.name === name);

describe('the app-of-apps', () => {
  test('[GITOPS-01] has one Application for each component, the root among them, on the folder of the component', () => {
    expect(applications.map(({ metadata, spec }) => [metadata.name, spec.source.path]).sort()).toEqual(
      declarations.components.map(({ id }) => [id, `dist/mono/${id}`]).sort(),
    );
    expect(named(applications, 'root')).toBeDefined();
  });

  test('[GITOPS-03] every Application is synced, pruned and healed by itself, and retried', () => {
    for (const { spec } of applications) {
      expect(spec.syncPolicy.automated).toEqual({ enabled: true, prune: true, selfHeal: true });
      expect(spec.syncPolicy.retry.limit).toBeGreaterThan(0);
      expect(spec.syncPolicy.syncOptions).toContain('ServerSideApply=true');
    }
  });

  test('[GITOPS-04] the wiki comes after its database, that after certificates, these after ingress, and kinds come first', () => {
    const wave = (name: string) =>
      Number(named(applications, name).metadata.annotations['argocd.argoproj.io/sync-wave']);
    const order = ['crds', 'traefik', 'cert-manager', 'mysql-prod', 'xwiki-prod'].map(wave);
    expect(order).toEqual([...order].sort((a, b) => a - b));
    expect(new Set(order).size).toBe(order.length);
  });

  test('[GITOPS-05] a project of each layer, and of each environment, names its namespaces and kinds, without a wildcard', () => {
    expect(projects.map(({ metadata }) => metadata.name).sort()).toEqual([
      ...['backup', 'certificates', 'cluster', 'delivery'],
      ...['environment-integration', 'environment-prod', 'environment-recette', 'network', 'storage'],
    ]);
    expect(JSON.stringify(projects)).not.toContain('*');
    expect(named(projects, 'cluster').spec.clusterResourceWhitelist).toContainEqual({
      group: 'apiextensions.k8s.io',
      kind: 'CustomResourceDefinition',
    });
  });

  test('[GITOPS-05] the project of an environment reaches its own namespace only, and gives no rights to anybody', () => {
    const { destinations, clusterResourceWhitelist, namespaceResourceWhitelist } = named(
      projects,
      'environment-prod',
    ).spec;
    expect(destinations).toEqual([{ server: 'https://kubernetes.default.svc', namespace: 'prod' }]);
    expect(clusterResourceWhitelist).toEqual([{ group: '', kind: 'Namespace', name: 'prod' }]);
    expect(namespaceResourceWhitelist).toContainEqual({ group: 'apps', kind: 'StatefulSet' });
    for (const kind of ['Role', 'RoleBinding', 'ServiceAccount', 'Secret'])
      expect(JSON.stringify(namespaceResourceWhitelist)).not.toContain(`"${kind}"`);
  });

  test('[GITOPS-05] Applications of an environment are in its project, and no project of a layer reaches into it', () => {
    const projectOf = (name: string) => named(applications, name).spec.project;
    expect(['environment-prod', 'mysql-prod', 'xwiki-prod'].map(projectOf)).toEqual(
      Array(3).fill('environment-prod'),
    );
    // a drill runs beside those of all others
    expect(projectOf('mysql-logical-drill-prod')).toBe('backup');
    const reaching = projects.filter(({ spec }) =>
      spec.destinations.some(({ namespace }: any) => ['prod', 'integration', 'recette'].includes(namespace)),
    );
    expect(reaching.map(({ metadata }) => metadata.name).sort()).toEqual([
      ...['environment-integration', 'environment-prod', 'environment-recette'],
    ]);
  });

  test('[GITOPS-03] the project of an environment allows the same while components are off: what was there can be taken away', () => {
    const bare = renderCluster({
      ...settings,
      environments: settings.environments.map((one) => ({ ...one, components: {} })),
    });
    const project = bare.objects.find(({ file }) => file === 'root/appproject-environment-prod.yaml')!.object;
    expect(project).toEqual(named(projects, 'environment-prod'));
  });

  test('only Applications of namespaces take over what another one owns', () => {
    const taking = applications.filter(
      ({ spec }) => !spec.syncPolicy.syncOptions.includes('FailOnSharedResource=true'),
    );
    expect(taking.map(({ metadata }) => metadata.name).sort()).toEqual([
      ...['environment-integration', 'environment-prod', 'environment-recette', 'platform-namespaces'],
    ]);
  });

  test('[GITOPS-09] the history of an Application is kept', () => {
    for (const { spec } of applications) expect(spec.revisionHistoryLimit).toBe(10);
  });

  test('[GITOPS-02] the bootstrap is Argo CD with its namespace and the priorities of its pods, the root and its project, and no other component', () => {
    const files = bootstrap(objects).content['resources'] as string[];
    expect(new Set(files.map((file) => file.split('/')[0]))).toEqual(
      new Set(['argocd', 'platform-namespaces', 'root']),
    );
    expect(files.filter((file) => file.startsWith('root/'))).toEqual([
      'root/application-root.yaml',
      'root/appproject-delivery.yaml',
    ]);
    expect(files.filter((file) => file.includes('/namespace-'))).toEqual([
      'platform-namespaces/namespace-argocd.yaml',
    ]);
    // without its class the API server refuses a pod
    const named = objects
      .filter(({ component }) => component === 'argocd')
      .map(({ object }) => (object as any).spec?.template?.spec.priorityClassName as string | undefined)
      .filter((name) => name !== undefined);
    expect(named.length).toBeGreaterThan(0);
    for (const name of named) expect(files).toContain(`platform-namespaces/priorityclass-${name}.yaml`);
  });
});
