import { bytesOf, millicoresOf } from '../../charts/core/quantities';
import { StrataError } from '../../charts/core/errors';
import { asArray, at, isObject, type PodSpecJson } from './workloads';

/** What a pod or a group of pods asks the scheduler for. */
export interface Requests {
  /** Thousandths of a core. */
  readonly cpu: number;
  /** Bytes. */
  readonly memory: number;
  /** Bytes of the node's disk for logs, emptyDir volumes and writable layers (ephemeral storage). */
  readonly disk: number;
}

export const NOTHING: Requests = { cpu: 0, memory: 0, disk: 0 };

export const plus = (one: Requests, other: Requests): Requests => ({
  cpu: one.cpu + other.cpu,
  memory: one.memory + other.memory,
  disk: one.disk + other.disk,
});

export const minus = (one: Requests, other: Requests): Requests => plus(one, times(other, -1));

export const times = (one: Requests, count: number): Requests => ({
  cpu: one.cpu * count,
  memory: one.memory * count,
  disk: one.disk * count,
});

/** The larger of each. */
export const most = (one: Requests, other: Requests): Requests => ({
  cpu: Math.max(one.cpu, other.cpu),
  memory: Math.max(one.memory, other.memory),
  disk: Math.max(one.disk, other.disk),
});

/** Bytes of a quantity; undefined where there is none, or it is none. */
export const bytes = (quantity: unknown): number | undefined => read(quantity, bytesOf);

/** Thousandths of a core of a quantity; undefined where there is none, or it is none. */
export const millicores = (quantity: unknown): number | undefined => read(quantity, millicoresOf);

function read(quantity: unknown, parse: (text: string | number) => number): number | undefined {
  if (typeof quantity !== 'string' && typeof quantity !== 'number') return undefined;
  try {
    return parse(quantity);
  } catch (error) {
    if (error instanceof StrataError) return undefined;
    throw error;
  }
}

/**
 * What the scheduler reserves for one pod: the larger of two sums, and the overhead of its runtime class. One sum is that of all containers
 * and sidecars. The other is that of the largest init container and the sidecars that started before it.
 *
 * @see Kubernetes, "Sidecar Containers", section on resource sharing (KEP-753)
 */
export function podRequests(spec: PodSpecJson): Requests {
  let sidecars = NOTHING;
  let largestInit = NOTHING;
  for (const container of asArray(spec.initContainers)) {
    const own = containerRequests(container);
    if (at(container, 'restartPolicy') === 'Always') {
      sidecars = plus(sidecars, own);
      largestInit = most(largestInit, sidecars);
    } else largestInit = most(largestInit, plus(sidecars, own));
  }
  const running = asArray(spec.containers).map(containerRequests).reduce(plus, sidecars);
  return plus(most(running, largestInit), amounts(spec['overhead']));
}

/** Where only a limit is given, the API server takes it for the request. */
function containerRequests(container: unknown): Requests {
  const limits = at(container, 'resources.limits');
  const requests = at(container, 'resources.requests');
  return amounts({ ...(isObject(limits) && limits), ...(isObject(requests) && requests) });
}

const amounts = (list: unknown): Requests => ({
  cpu: millicores(at(list, 'cpu')) ?? 0,
  memory: bytes(at(list, 'memory')) ?? 0,
  disk: bytes(at(list, 'ephemeral-storage')) ?? 0,
});
