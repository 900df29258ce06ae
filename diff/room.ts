import { claimDemands, podDemands, sumOf, surgeOf } from '../checks/capacity/demand';
import type { Node } from '../checks/capacity/nodes';
import { NOTHING } from '../checks/core/requests';
import { at, isObject, namespaceOf, podTemplates } from '../checks/core/workloads';
import type { Scene } from './changes';
import { TEMPLATE_STEPS } from './pods';
import { amountOf } from './quantity';
import type { RenderedSet } from './set';

/** What a namespace asks for, and may ask for: cores, and bytes. */
export interface Room {
  readonly cpu: number;
  readonly memory: number;
  readonly storage: number;
  /** More for the moment of a roll-out of all Deployments. */
  readonly surge: { readonly cpu: number; readonly memory: number };
  /** Limits of its quota; undefined where it sets none. */
  readonly quota: Readonly<Record<Amount, number | undefined>>;
}

export type Amount = 'cpu' | 'memory' | 'storage';
export const AMOUNTS: readonly Amount[] = ['cpu', 'memory', 'storage'];

/** A node that takes every pod: what a DaemonSet asks for is counted by their number. */
const PLAIN: Node = { has: NOTHING, labels: {}, taint: undefined };

const DEMANDING = [...Object.keys(TEMPLATE_STEPS), 'PersistentVolumeClaim', 'Pod'];

/** Fields that change what is asked for: amounts, counts, and containers as a whole. */
const ASKS = /resources|replicas|overhead|ontainers(\[[^\]]+\])?$/;

/** Requests and claims of a namespace on one side of a change, and the room that its quota leaves. */
function roomOf(set: RenderedSet, namespace: string, nodes: number): Room {
  const objects = set.ofKinds(DEMANDING, { namespace });
  // pods that controllers make are declared by constructs, which a folder of files does not hold
  const pods = podDemands(podTemplates(objects), Array<Node>(nodes).fill(PLAIN));
  const { cpu, memory } = sumOf(pods);
  const surge = surgeOf(pods);
  const storage = claimDemands(objects, pods).reduce((sum, claim) => sum + claim.bytes * claim.count, 0);
  const [quota] = set.ofKinds(['ResourceQuota'], { namespace });
  const hard = at(quota?.object, 'spec.hard');
  const limit = (name: Amount): number | undefined =>
    isObject(hard) ? amountOf(hard[`requests.${name}`] ?? hard[name]) : undefined;
  return {
    ...{ cpu: cpu / 1000, memory, storage },
    surge: { cpu: surge.cpu / 1000, memory: surge.memory },
    quota: { cpu: limit('cpu'), memory: limit('memory'), storage: limit('storage') },
  };
}

/** Namespaces whose requests, claims or quotas changed, with both sides. */
export function roomsOf(scene: Scene): ReadonlyMap<string, readonly [Room, Room]> {
  const before = known.get(scene);
  if (before) return before;
  const rooms = computed(scene);
  known.set(scene, rooms);
  return rooms;
}

const known = new WeakMap<Scene, ReadonlyMap<string, readonly [Room, Room]>>();

function computed(scene: Scene): Map<string, readonly [Room, Room]> {
  const namespaces = new Set(
    scene.changes
      .filter(({ object, fields, action }) => {
        if (object.kind === 'ResourceQuota') return true;
        if (!DEMANDING.includes(object.kind)) return false;
        return action !== 'changed' || fields.some(({ path }) => ASKS.test(path));
      })
      .map(({ object }) => namespaceOf(object) || 'default'),
  );
  return new Map(
    [...namespaces]
      .sort()
      .map((namespace) => [
        namespace,
        [roomOf(scene.before, namespace, scene.nodes[0]), roomOf(scene.after, namespace, scene.nodes[1])],
      ]),
  );
}
