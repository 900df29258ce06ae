import { bootstrap } from '../argocd/bootstrap';
import type { Cluster } from '../charts/core/cluster';
import { componentsOf } from '../charts/core/components';
import {
  declarationsOf,
  kustomizationsOf,
  objectsOf,
  type Declarations,
  type RenderedKustomization,
  type RenderedObject,
} from '../charts/core/render';
import { derive } from '../charts/derived';
import { buildPlatform } from '../charts/platform';
import type { ClusterSettings } from '../charts/settings';
import type { Mistake } from '../settings/problem';

/** What the settings of one cluster become. */
export interface RenderedCluster {
  readonly objects: readonly RenderedObject[];
  readonly kustomizations: readonly RenderedKustomization[];
  readonly declarations: Declarations;
}

/** Settings that are right in themselves and want what cannot be had: every mistake of a cluster at once. */
export class SettingsError extends Error {
  constructor(readonly mistakes: readonly Mistake[]) {
    super(mistakes.map(({ path, problem, remedy }) => `${path.join('.')}: ${problem}. ${remedy}`).join('\n'));
    this.name = 'SettingsError';
  }
}

/** The cluster with all that its settings want. Throws a SettingsError. */
export function platformOf(settings: ClusterSettings): Cluster {
  const cluster = buildPlatform(settings);
  if (cluster.mistakes.length) throw new SettingsError(cluster.mistakes);
  return cluster;
}

/** Settings → constructs → objects. Pure: the same settings give the same result. Throws a SettingsError. */
export const renderCluster = (settings: ClusterSettings): RenderedCluster => render(platformOf(settings));

/** A cluster whose components are wired becomes objects, with what follows from all of them. */
export function render(cluster: Cluster): RenderedCluster {
  derive(cluster);
  const components = componentsOf(cluster);
  const objects = objectsOf(components);
  return {
    objects,
    kustomizations: [...kustomizationsOf(components), bootstrap(objects)],
    declarations: declarationsOf(cluster, components),
  };
}
