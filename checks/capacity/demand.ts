import type { RenderedObject } from '../../charts/core/render';
import type { ClusterSettings } from '../../settings/base';
import { podsOf, type PodSources } from '../core/declared-pods';
import { mayRunOn, nodesOf, type Node } from './nodes';
import { bytes, NOTHING, plus, podRequests, times, type Requests } from '../core/requests';
import { asText, at, namespaceOf, type PodTemplate } from '../core/workloads';
import { mostAtOnce } from './together';

/** What objects request from a cluster while nothing is being rolled out. */
export interface Demand extends Requests {
  /** Bytes of claims, each counted once. */
  readonly storage: number;
}

/** One pod template with what one of its pods asks for, how many run, and where. */
export interface PodDemand {
  readonly pod: PodTemplate;
  readonly each: Requests;
  readonly count: number;
  /** Numbers of the nodes that let its pods run; the same list for all pods that have the same choice. */
  readonly nodes: readonly number[];
}

/** One claim, or a template of as many claims as there are pods. */
export interface ClaimDemand {
  readonly namespace: string;
  readonly storageClass: string | undefined;
  readonly bytes: number;
  readonly count: number;
}

/**
 * CPU, memory and claims of all pods and claims together; what runs once per node counts once for each node that it may run on. Of what
 * ends, what can run together counts (together.ts).
 */
export function demandOf(
  sources: PodSources,
  settings: Pick<ClusterSettings, 'nodes' | 'distribution'>,
): Demand {
  const demands = podDemands(podsOf(sources), nodesOf(settings));
  const storage = claimDemands(sources.objects, demands).reduce(
    (sum, claim) => sum + claim.bytes * claim.count,
    0,
  );
  return { ...sumOf(demands), storage };
}

export function podDemands(pods: readonly PodTemplate[], nodes: readonly Node[]): PodDemand[] {
  const choices = new Map<string, readonly number[]>();
  const choiceOf = (pod: PodTemplate): readonly number[] => {
    const { nodeSelector, tolerations } = pod.spec;
    const key = JSON.stringify([nodeSelector, tolerations, at(pod.spec, 'affinity.nodeAffinity')]);
    const choice = choices.get(key) ?? nodes.flatMap((node, number) => (mayRunOn(pod, node) ? [number] : []));
    choices.set(key, choice);
    return choice;
  };
  return pods.map((pod) => {
    const choice = choiceOf(pod);
    const count = pod.replicas === 'per-node' ? choice.length : pod.replicas;
    return { pod, each: podRequests(pod.spec), count, nodes: choice };
  });
}

/** Long-running pods together, and those that end as far as they can meet. */
export const sumOf = (demands: readonly PodDemand[]): Requests =>
  demands
    .filter(({ pod }) => !pod.finite)
    .reduce((sum, { each, count }) => plus(sum, times(each, count)), mostAtOnce(demands));

/** What a roll-out of all Deployments at once would need on top, for a moment. */
export function surgeOf(demands: readonly PodDemand[]): Requests {
  return demands
    .filter(({ pod }) => pod.kind === 'Deployment')
    .filter(({ pod }) => at(pod.rendered.object, 'spec.strategy.type') !== 'Recreate')
    .reduce((sum, { pod, each, count }) => plus(sum, times(each, surgePods(pod, count))), NOTHING);
}

/** maxSurge is a number or a share, rounded up; 25 % unless set. */
function surgePods({ rendered }: PodTemplate, replicas: number): number {
  const surge = at(rendered.object, 'spec.strategy.rollingUpdate.maxSurge') ?? '25%';
  if (typeof surge === 'number') return surge;
  const percent = /^([0-9]+)%$/.exec(asText(surge) ?? '')?.[1];
  return percent === undefined ? 0 : Math.ceil((replicas * Number(percent)) / 100);
}

export const claimDemands = (
  objects: readonly RenderedObject[],
  demands: readonly PodDemand[],
): ClaimDemand[] => [
  ...objects
    .filter(({ object }) => object.kind === 'PersistentVolumeClaim')
    .map(({ object }) => claimDemand(object, namespaceOf(object) || 'default', 1)),
  ...demands.flatMap(({ pod, count }) =>
    pod.claims.map(({ claim }) => claimDemand(claim, pod.namespace, count)),
  ),
];

const claimDemand = (claim: unknown, namespace: string, count: number): ClaimDemand => ({
  namespace,
  count,
  storageClass: asText(at(claim, 'spec.storageClassName')),
  bytes: bytes(at(claim, 'spec.resources.requests.storage')) ?? 0,
});
