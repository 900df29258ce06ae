import { NOTHING, plus, type Requests } from '../core/requests';
import type { PodDemand } from './demand';

/** Whether something of this size fits into what is left. */
export const fits = (size: Requests, space: Requests): boolean =>
  size.cpu <= space.cpu && size.memory <= space.memory;

/**
 * The first pod that finds no node, or undefined. The pods of DaemonSets take their room on every node. Then the others are placed one by
 * one, the largest first, each on the first node with room for it. The scheduler sometimes places more pods than this does; where all pods
 * are placed here, there is a way for the scheduler too.
 */
export function homeless(demands: readonly PodDemand[], nodes: readonly Requests[]): PodDemand | undefined {
  const everywhere = demands.filter(isPerNode).reduce((sum, { each }) => plus(sum, each), NOTHING);
  const left = nodes.map(({ cpu, memory }) => ({
    cpu: cpu - everywhere.cpu,
    memory: memory - everywhere.memory,
  }));
  const most = largest(nodes);
  const share = ({ each }: PodDemand): number => Math.max(each.cpu / most.cpu, each.memory / most.memory);
  const ordinary = demands.filter((demand) => !isPerNode(demand) && !demand.pod.finite && share(demand) > 0);
  for (const demand of ordinary.sort((one, other) => share(other) - share(one))) {
    for (let placed = 0; placed < demand.count; placed++) {
      const node = left.find((space) => fits(demand.each, space));
      if (!node) return demand;
      node.cpu -= demand.each.cpu;
      node.memory -= demand.each.memory;
    }
  }
  return undefined;
}

const isPerNode = ({ pod }: PodDemand): boolean => pod.replicas === 'per-node';

/** The most CPU and the most memory that one node has. */
const largest = (nodes: readonly Requests[]): Requests => ({
  cpu: Math.max(0, ...nodes.map(({ cpu }) => cpu)),
  memory: Math.max(0, ...nodes.map(({ memory }) => memory)),
});
