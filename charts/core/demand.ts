import type { NodeSettings } from '../../settings/base';
import type { ContainerSpec, PodSpec } from './pod';
import { bytesOf, cpu, memory, millicoresOf } from './quantities';
import type { Workload } from './workload';

/** What pods of one workload request at most at once, roll-outs included. */
export interface Demand {
  readonly namespace: string;
  readonly pod: Requests;
  /** Bytes of the claims of each pod. */
  readonly storage: number;
  /** Pods at once. */
  readonly count: number;
}

interface Requests {
  /** Thousandths of a core. */
  readonly cpu: number;
  readonly bytes: number;
}

/** Requests of a pod: what runs side by side together, or the largest of what runs before (Kubernetes, "Resource sharing within containers"). */
export function requestsOf({ initContainers = [], containers }: PodSpec): Requests {
  const sidecars = initContainers.filter(({ sidecar }) => sidecar);
  const before = initContainers.filter(({ sidecar }) => !sidecar);
  const together = [...containers, ...sidecars].map(ofContainer);
  const sum = (pick: (one: Requests) => number) => together.reduce((total, one) => total + pick(one), 0);
  const most = (pick: (one: Requests) => number) => Math.max(sum(pick), ...before.map(ofContainer).map(pick));
  return { cpu: most((one) => one.cpu), bytes: most((one) => one.bytes) };
}

const ofContainer = ({ resources }: ContainerSpec): Requests => ({
  cpu: millicoresOf(resources.cpu),
  bytes: bytesOf(resources.memory),
});

/** Pods of a workload that are there at once, at the most: one more while a Deployment rolls out. */
export function podsAtOnce(
  kind: Workload['kind'],
  { strategy, tolerations }: { readonly strategy?: string; readonly tolerations?: readonly unknown[] },
  replicas: number,
  nodes: readonly NodeSettings[],
): number {
  if (kind === 'DaemonSet')
    return nodes.reduce((sum, node) => sum + (node.schedulable || tolerations?.length ? node.count : 0), 0);
  return kind === 'Deployment' && strategy !== 'Recreate' ? replicas + 1 : replicas;
}

interface Quota {
  readonly cpu: string;
  readonly memory: string;
  readonly storage: string;
}

/** The quota of a namespace: what it is given, or more where what is rendered there wants more. */
export function quotaFor(given: Quota, namespace: string, demands: readonly Demand[]): Quota {
  const own = demands.filter((demand) => demand.namespace === namespace);
  const sum = (pick: (demand: Demand) => number) =>
    own.reduce((total, demand) => total + pick(demand) * demand.count, 0);
  const wanted = {
    cpu: sum(({ pod }) => pod.cpu),
    memory: sum(({ pod }) => pod.bytes),
    storage: sum(({ storage }) => storage),
  };
  return {
    cpu: wanted.cpu > millicoresOf(given.cpu) ? cpu(wanted.cpu) : given.cpu,
    memory: wanted.memory > bytesOf(given.memory) ? memory(wanted.memory) : given.memory,
    storage: wanted.storage > bytesOf(given.storage) ? memory(wanted.storage) : given.storage,
  };
}
