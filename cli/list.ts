import { cpu, memory } from '../charts/core/quantities';
import type { PodSources } from '../checks/core/declared-pods';
import { demandOf } from '../checks/capacity/demand';
import type { ClusterSettings } from '../settings/base';
import { load, renderAndCheck, type Failure, type Workspace } from './session';

/** One component of one cluster. */
interface ListRow {
  readonly cluster: string;
  readonly component: string;
  readonly layer: string;
  readonly namespace: string;
  readonly wave: number;
  readonly objects: number;
  readonly version: string | undefined;
  /** Requests of all its pods; a DaemonSet counts once per node. */
  readonly cpu: string;
  readonly memory: string;
  readonly source: string;
  readonly description: string;
}

export interface ListOutcome {
  readonly rows: readonly ListRow[];
  readonly failures: readonly Failure[];
}

/** The components of the named clusters, or of all, in the order in which they roll out. */
export function list(workspace: Workspace, names: readonly string[]): ListOutcome {
  const { clusters, failures } = load(workspace, names);
  const rows: ListRow[] = [];
  for (const cluster of clusters) {
    const checked = renderAndCheck(workspace, cluster);
    if (!('rendered' in checked)) {
      failures.push(checked);
      continue;
    }
    const { objects, declarations } = checked.rendered;
    for (const component of [...declarations.components].sort((a, b) => a.wave - b.wave)) {
      const own = objects.filter((object) => object.component === component.id);
      const pods = declarations.pods.filter((declared) => declared.component === component.id);
      const sources = { objects: own, declarations: { pods } };
      const { id, layer, namespace, wave, version, source, description } = component;
      rows.push({
        ...{ cluster: cluster.name, component: id, layer, namespace, wave, version, source, description },
        ...{ objects: own.length, ...requests(sources, cluster.settings) },
      });
    }
  }
  return { rows, failures };
}

function requests(sources: PodSources, settings: ClusterSettings): { cpu: string; memory: string } {
  const demand = demandOf(sources, settings);
  return { cpu: demand.cpu ? cpu(demand.cpu) : '-', memory: demand.memory ? memory(demand.memory) : '-' };
}
