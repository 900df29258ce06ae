import { Root } from '../argocd/root';
import { addNetworkPolicies } from '../charts/core/policies';
import {
  componentsOf,
  declarationsOf,
  objectsOf,
  type Declarations,
  type RenderedObject,
} from '../charts/core/render';
import { buildPlatform } from '../charts/platform';
import type { ClusterSettings } from '../clusters/settings';

/** What the settings of one cluster become. */
export interface RenderedCluster {
  readonly objects: readonly RenderedObject[];
  readonly declarations: Declarations;
}

/** Settings → constructs → objects. Pure: the same settings give the same result. */
export function renderCluster(settings: ClusterSettings): RenderedCluster {
  const cluster = buildPlatform(settings);
  addNetworkPolicies(cluster, componentsOf(cluster));
  new Root(cluster, componentsOf(cluster));
  const components = componentsOf(cluster);
  return { objects: objectsOf(components), declarations: declarationsOf(cluster, components) };
}
