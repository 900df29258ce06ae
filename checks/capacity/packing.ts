import { minus, most, NOTHING, type Requests } from '../core/requests';
import type { PodDemand } from './demand';
import { selects } from '../core/selectors';
import { asArray, at, isObject, type PodTemplate } from '../core/workloads';

/** Whether something of this size fits into what is left. */
export const fits = (size: Requests, space: Requests | undefined): boolean =>
  space !== undefined &&
  size.cpu <= space.cpu &&
  size.memory <= space.memory &&
  // only what asks for disk can find it full
  (size.disk === 0 || size.disk <= space.disk);

export const isPerNode = ({ pod }: PodDemand): boolean => pod.replicas === 'per-node';

/**
 * The first pod that finds no node, or undefined. Pods that run once per node take their room first. Then the others are placed one by one,
 * the largest first, each on the first of its nodes with room for it. The scheduler sometimes places more pods than this does; where all
 * pods are placed here, there is a way for the scheduler too.
 */
export function homeless(demands: readonly PodDemand[], nodes: readonly Requests[]): PodDemand | undefined {
  const left = nodes.map((node) => node);
  const take = (number: number, { each }: PodDemand): void => {
    const space = left[number];
    if (space) left[number] = minus(space, each);
  };
  for (const demand of demands.filter(isPerNode))
    demand.nodes.forEach((number) => {
      take(number, demand);
    });
  const share = shareOf(nodes);
  const ordinary = demands
    .filter((demand) => !isPerNode(demand) && !demand.pod.finite)
    .filter((demand) => share(demand) > 0 || isAlone(demand.pod))
    .sort((one, other) => share(other) - share(one));
  for (const demand of ordinary) {
    const taken = new Set<number>();
    const apart = isAlone(demand.pod);
    for (let placed = 0; placed < demand.count; placed++) {
      const number = demand.nodes.find((node) => !taken.has(node) && fits(demand.each, left[node]));
      if (number === undefined) return demand;
      take(number, demand);
      if (apart) taken.add(number);
    }
  }
  return undefined;
}

/** How much of the largest node a pod takes, by what it takes most of. */
function shareOf(nodes: readonly Requests[]): (demand: PodDemand) => number {
  const largest = nodes.reduce(most, NOTHING);
  return ({ each }) =>
    Math.max(each.cpu / largest.cpu, each.memory / largest.memory, each.disk / largest.disk);
}

/** Whether two of these pods never share a node: a required anti-affinity to themselves. */
const isAlone = ({ spec, labels }: PodTemplate): boolean =>
  asArray(at(spec, 'affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution')).some(
    (term) =>
      at(term, 'topologyKey') === 'kubernetes.io/hostname' &&
      isObject(at(term, 'labelSelector')) &&
      selects(at(term, 'labelSelector'), labels),
  );
