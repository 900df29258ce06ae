import type { Cluster } from '../charts/core/cluster';
import { Component } from '../charts/core/component';
import type { Layer } from '../charts/core/layers';
import { objectsOf } from '../charts/core/render';
import { waves } from '../charts/core/waves';
import { Application, AppProject } from '../imports/models';
import { permissions } from './permissions';
import { SYNC_POLICY } from './sync';
import { ARGOCD_NAMESPACE } from '../charts/core/namespaces';
import { root } from './definition';

/** The cluster that Argo CD itself runs in. */
const IN_CLUSTER = 'https://kubernetes.default.svc';
/** An Application that goes takes its objects with it (docs/user-guide/app_deletion.md of v3.5.1). */
const CASCADE = 'resources-finalizer.argocd.argoproj.io/foreground';
/** A project that goes waits for its Applications (docs/operator-manual/project.yaml of v3.5.1). */
const WAIT = 'resources-finalizer.argocd.argoproj.io';

/**
 * The app-of-apps: one Application per component, one AppProject per layer, and the Application of this folder itself. Built after
 * every other component, since a project allows just what its components render.
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
    for (const layer of new Set(components.map((component) => component.layer)))
      this.project(layer, components);
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
        project: component.layer,
        source: {
          repoURL: settings.gitops.repository,
          targetRevision: settings.gitops.revision,
          path: `dist/${settings.name}/${component.id}`,
        },
        destination: { server: IN_CLUSTER, namespace: component.namespace },
        syncPolicy: SYNC_POLICY,
        revisionHistoryLimit: 10,
      },
    });
  }

  private project(layer: Layer, components: readonly Component[]): void {
    const members = components.filter((component) => component.layer === layer);
    const { namespaces, clusterKinds, namespacedKinds } = permissions(
      members,
      objectsOf(members),
      this.cluster.settings.environments.map(({ namespace }) => namespace),
    );
    this.add(AppProject, {
      metadata: {
        name: layer,
        // a project comes before the Applications in it
        annotations: { 'argocd.argoproj.io/sync-wave': '-1' },
        // and goes after them: without it, nothing would be taken away with them
        finalizers: [WAIT],
      },
      spec: {
        description: `Components of the layer ${layer}`,
        sourceRepos: [this.cluster.settings.gitops.repository],
        destinations: namespaces.map((namespace) => ({ server: IN_CLUSTER, namespace })),
        clusterResourceWhitelist: clusterKinds,
        namespaceResourceWhitelist: namespacedKinds,
      },
    });
  }
}
