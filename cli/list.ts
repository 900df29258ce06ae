import { containersOf, podTemplates } from '../checks/workloads';
import { bytesOf, cpu, memory, millicoresOf } from '../charts/core/quantities';
import type { RenderedObject } from '../charts/core/render';
import { load, renderAndCheck, type Failure, type Workspace } from './session';

/** One component of one cluster. */
export interface ListRow {
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
    const nodes = cluster.settings.nodes
      .filter((node) => node.schedulable)
      .reduce((sum, { count }) => sum + count, 0);
    for (const component of [...declarations.components].sort((a, b) => a.wave - b.wave)) {
      const own = objects.filter((object) => object.component === component.id);
      const { id, layer, namespace, wave, version, source, description } = component;
      rows.push({
        ...{ cluster: cluster.name, component: id, layer, namespace, wave, version, source, description },
        ...{ objects: own.length, ...requests(own, nodes) },
      });
    }
  }
  return { rows, failures };
}

function requests(objects: readonly RenderedObject[], nodes: number): { cpu: string; memory: string } {
  let millicores = 0;
  let bytes = 0;
  for (const template of podTemplates(objects).filter(({ finite }) => !finite)) {
    const times = template.replicas === 'per-node' ? nodes : template.replicas;
    for (const { container } of containersOf(template).filter(({ init }) => !init)) {
      millicores += times * millicoresOf(container.resources?.requests?.['cpu'] ?? 0);
      bytes += times * bytesOf(container.resources?.requests?.['memory'] ?? 0);
    }
  }
  return { cpu: millicores ? cpu(millicores) : '-', memory: bytes ? memory(bytes) : '-' };
}
