import type { RenderedObject } from '../../charts/core/render';
import type { ClusterSettings } from '../../settings/settings';
import { bytes, NOTHING, plus, podRequests, times, type Requests } from '../core/requests';
import { asArray, asText, at, namespaceOf, podTemplates, type PodTemplate } from '../core/workloads';

/** What objects request from a cluster while nothing is being rolled out. */
export interface Demand extends Requests {
  /** Bytes of claims, each counted once. */
  readonly storage: number;
}

/** One pod template with what one of its pods asks for, and how many run. */
export interface PodDemand {
  readonly pod: PodTemplate;
  readonly each: Requests;
  readonly count: number;
}

/** One claim, or a template of as many claims as there are pods. */
export interface ClaimDemand {
  readonly rendered: RenderedObject;
  readonly storageClass: string | undefined;
  readonly bytes: number;
  readonly count: number;
}

/**
 * CPU, memory and claims of all objects together; a DaemonSet counts once per schedulable node. Jobs take turns: the largest counts,
 * separately for CPU and memory.
 */
export function demandOf(objects: readonly RenderedObject[], nodes: number): Demand {
  const { cpu, memory } = sumOf(podDemands(podTemplates(objects), nodes));
  const storage = claimDemands(objects).reduce((sum, claim) => sum + claim.bytes * claim.count, 0);
  return { cpu, memory, storage };
}

/** How many nodes ordinary pods run on. */
export const schedulableNodes = ({ nodes }: Pick<ClusterSettings, 'nodes'>): number =>
  nodes.reduce((sum, { count, schedulable }) => sum + (schedulable ? count : 0), 0);

export const podDemands = (pods: readonly PodTemplate[], nodes: number): PodDemand[] =>
  pods.map((pod) => ({
    pod,
    each: podRequests(pod.spec),
    count: pod.replicas === 'per-node' ? nodes : pod.replicas,
  }));

/** Long-running pods together, and the largest of those that end. */
export function sumOf(demands: readonly PodDemand[]): Requests {
  let running = NOTHING;
  let cpu = 0;
  let memory = 0;
  for (const { pod, each, count } of demands) {
    if (!pod.finite) running = plus(running, times(each, count));
    else {
      cpu = Math.max(cpu, each.cpu);
      memory = Math.max(memory, each.memory);
    }
  }
  return plus(running, { cpu, memory });
}

/** What a roll-out of all Deployments at once would need on top, for a moment. */
export function surgeOf(demands: readonly PodDemand[]): Requests {
  return demands
    .filter(({ pod }) => pod.rendered.object.kind === 'Deployment')
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

export function claimDemands(objects: readonly RenderedObject[]): ClaimDemand[] {
  return objects.flatMap((rendered) => {
    const { object } = rendered;
    if (object.kind === 'PersistentVolumeClaim') return [claimDemand(rendered, object, 1)];
    if (object.kind !== 'StatefulSet') return [];
    const replicas = at(object, 'spec.replicas');
    const count = typeof replicas === 'number' ? replicas : 1;
    return asArray(at(object, 'spec.volumeClaimTemplates')).map((claim) =>
      claimDemand(rendered, claim, count),
    );
  });
}

const claimDemand = (rendered: RenderedObject, claim: unknown, count: number): ClaimDemand => ({
  rendered,
  count,
  storageClass: asText(at(claim, 'spec.storageClassName')),
  bytes: bytes(at(claim, 'spec.resources.requests.storage')) ?? 0,
});

export const demandNamespace = ({ pod }: PodDemand): string => pod.namespace;
export const claimNamespace = ({ rendered }: ClaimDemand): string =>
  namespaceOf(rendered.object) || 'default';
