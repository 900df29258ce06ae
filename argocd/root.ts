import type { Cluster } from '../charts/core/cluster';
import { Component } from '../charts/core/component';
import { objectsOf } from '../charts/core/render';
import { waves } from '../charts/core/waves';
import { Application, AppProject } from '../imports/models';
import { environmentPermissions, layerPermissions } from './permissions';
import { syncPolicy } from './sync';
import { ARGOCD_NAMESPACE } from '../charts/core/namespaces';
import { root } from './definition';

/** The cluster that Argo CD itself runs in. */
const IN_CLUSTER = 'https://kubernetes.default.svc';
/** An Application that goes takes its objects with it (docs/user-guide/app_deletion.md of v3.5.1). */
const CASCADE = 'resources-finalizer.argocd.argoproj.io/foreground';
/** A project that goes waits for its Applications (docs/operator-manual/project.yaml of v3.5.1). */
const WAIT = 'resources-finalizer.argocd.argoproj.io';

/**
 * The app-of-apps: one Application per component, one AppProject per layer of the platform and per environment, and the Application of this
 * folder itself. Built after every other component, since a project allows just what its components render.
 */
export class Root extends Component {
  /** @param before what has to be there before the first Application: its kind, its namespace, who reads it */
  constructor(cluster: Cluster, others: readonly Component[], before: readonly Component[]) {
    super(cluster, {
      definition: root,
      namespace: ARGOCD_NAMESPACE.name,
      source: 'argocd/root.ts',
    });
    for (const { id } of before) this.dependencies.add(id);
    const components = [...others, this];
    const order = waves(components);
    for (const component of components) this.application(component, order.get(component.id) ?? 0);
    for (const [name, members] of groupedByProject(components)) this.projectOf(name, members);
  }

  private application(component: Component, wave: number): void {
    const { settings } = this.cluster;
    this.add(Application, {
      metadata: {
        name: component.id,
        annotations: { 'argocd.argoproj.io/sync-wave': String(wave) },
        // what is taken out of git goes with its objects, but for those that hold data; the root takes nothing with it
        ...(component !== this && { finalizers: [CASCADE] }),
      },
      spec: {
        project: component.project,
        source: {
          repoURL: settings.gitops.repository,
          targetRevision: settings.gitops.revision,
          path: `dist/${settings.name}/${component.id}`,
        },
        destination: { server: IN_CLUSTER, namespace: component.namespace },
        syncPolicy: syncPolicy(component.definition.takesOver ?? false),
        revisionHistoryLimit: 10,
      },
    });
  }

  private projectOf(name: string, members: readonly Component[]): void {
    // the environment that all of them lie in
    const environment = members.find(({ layer }) => layer !== name)?.environment;
    const allowed = (environment ? environmentPermissions : layerPermissions)(members, objectsOf(members));
    this.add(AppProject, {
      metadata: {
        name,
        // a project comes before the Applications in it
        annotations: { 'argocd.argoproj.io/sync-wave': '-1' },
        // and goes after them: without it, nothing would be taken away with them
        finalizers: [WAIT],
      },
      spec: {
        description: environment
          ? `The environment ${environment.name} and its components`
          : `Components of the layer ${name}`,
        sourceRepos: [this.cluster.settings.gitops.repository],
        destinations: allowed.namespaces.map((namespace) => ({ server: IN_CLUSTER, namespace })),
        clusterResourceWhitelist: allowed.clusterKinds,
        namespaceResourceWhitelist: allowed.namespacedKinds,
      },
    });
  }
}

function groupedByProject(components: readonly Component[]): ReadonlyMap<string, readonly Component[]> {
  const groups = new Map<string, Component[]>();
  for (const component of components) {
    const group = groups.get(component.project);
    if (group) group.push(component);
    else groups.set(component.project, [component]);
  }
  return groups;
}
