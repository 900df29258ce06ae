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

  test('[GITOPS-05] a project of each layer names its namespaces and kinds, without a wildcard', () => {
    expect(projects.map(({ metadata }) => metadata.name).sort()).toEqual(
      [...new Set(declarations.components.map(({ layer }) => layer))].sort(),
    );
    expect(JSON.stringify(projects)).not.toContain('*');
    const data = named(projects, 'data').spec;
    expect(data.destinations.map(({ namespace }: any) => namespace)).toEqual([
      'integration',
      'prod',
      'recette',
    ]);
    expect(data.clusterResourceWhitelist).toEqual([]);
    expect(data.namespaceResourceWhitelist).toContainEqual({ group: 'apps', kind: 'StatefulSet' });
    expect(data.namespaceResourceWhitelist).not.toContainEqual({
      group: 'rbac.authorization.k8s.io',
      kind: 'Role',
    });
    expect(named(projects, 'cluster').spec.clusterResourceWhitelist).toContainEqual({
      group: 'apiextensions.k8s.io',
      kind: 'CustomResourceDefinition',
    });
  });

  test('[GITOPS-09] the history of an Application is kept', () => {
    for (const { spec } of applications) expect(spec.revisionHistoryLimit).toBe(10);
  });

  test('[GITOPS-02] the bootstrap is Argo CD with its namespace, the projects and the root, and no other component', () => {
    const files = bootstrap(objects).content['resources'] as string[];
    expect(new Set(files.map((file) => file.split('/')[0]))).toEqual(
      new Set(['argocd', 'namespaces', 'root']),
    );
    expect(files.filter((file) => file.includes('application-'))).toEqual(
      expect.arrayContaining(['root/application-root.yaml']),
    );
    expect(files).not.toContain('root/application-mysql-prod.yaml');
    expect(files).not.toContain('namespaces/namespace-prod.yaml');
  });
});
