import { bootstrap } from '../argocd/bootstrap';
import { Root } from '../argocd/root';
import type { Cluster } from '../charts/core/cluster';
import { addNetworkPolicies } from '../charts/core/policies';
import {
  componentsOf,
  declarationsOf,
  kustomizationsOf,
  objectsOf,
  type Declarations,
  type RenderedKustomization,
  type RenderedObject,
} from '../charts/core/render';
import { buildPlatform } from '../charts/platform';
import type { ClusterSettings } from '../settings/settings';

/** What the settings of one cluster become. */
export interface RenderedCluster {
  readonly objects: readonly RenderedObject[];
  readonly kustomizations: readonly RenderedKustomization[];
  readonly declarations: Declarations;
}

/** Settings → constructs → objects. Pure: the same settings give the same result. */
export const renderCluster = (settings: ClusterSettings): RenderedCluster => render(buildPlatform(settings));

/** A cluster whose components are wired becomes objects, with what follows from all of them: network policies, Applications, the bootstrap. */
export function render(cluster: Cluster): RenderedCluster {
  addNetworkPolicies(cluster, componentsOf(cluster));
  new Root(cluster, componentsOf(cluster));
  const components = componentsOf(cluster);
  const objects = objectsOf(components);
  return {
    objects,
    kustomizations: [...kustomizationsOf(components), bootstrap(objects)],
    declarations: declarationsOf(cluster, components),
  };
}
