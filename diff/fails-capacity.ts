import { asArray, asText, at, isObject } from '../checks/core/workloads';
import { lineOf, type ObjectChange, type Scene } from './changes';
import type { Line } from './line';
import { podOf, replicasOf } from './pods';
import { cores, gibi } from './quantity';
import { AMOUNTS, roomsOf, type Amount, type Room } from './room';

export const amountText = (amount: number, of: Amount): string =>
  of === 'cpu' ? `${cores(amount)} cores` : gibi(amount);

/** Quotas that no longer hold what is in their namespace, and roll-outs that wait for something that never comes. */
export function capacityLines(scene: Scene): Line[] {
  return [
    ...[...roomsOf(scene)].flatMap(([namespace, [, after]]) =>
      AMOUNTS.flatMap((amount) => quotaLines(scene, namespace, after, amount)),
    ),
    ...scene.changes.flatMap((change) => volumeLines(scene, change)),
  ];
}

function quotaLines(scene: Scene, namespace: string, room: Room, amount: Amount): Line[] {
  const limit = room.quota[amount];
  if (limit === undefined) return [];
  const [quota] = scene.after.ofKinds(['ResourceQuota'], { namespace });
  if (!quota) return [];
  const field = `spec.hard["requests.${amount}"]`;
  if (room[amount] <= limit) return [];
  return [
    lineOf(scene, 'fails', quota, {
      field,
      consequence: `namespace ${namespace} requests ${amountText(room[amount], amount)} of ${amountText(limit, amount)}: the last pods or claims are refused, and wait for ever`,
      remedy: 'Raise the quota, or request less',
      rank: 2,
    }),
  ];
}

/** A new pod that waits for a volume which the old one holds until the new one is ready. */
function volumeLines(scene: Scene, change: ObjectChange): Line[] {
  const { after } = change;
  const isTouched = change.action === 'added' || change.fields.some(({ steps }) => steps[1] === 'strategy');
  if (after?.kind !== 'Deployment' || !isTouched || at(after, 'spec.strategy.type') === 'Recreate') return [];
  const claims = asArray(podOf(after)?.spec.volumes).filter((volume) =>
    isObject(at(volume, 'persistentVolumeClaim')),
  );
  if (!claims.length || replicasOf(after) === 0) return [];
  return [
    lineOf(scene, 'fails', change, {
      field: 'spec.strategy.type',
      old: asText(at(change.before, 'spec.strategy.type')) ?? 'nothing',
      new: 'RollingUpdate',
      consequence:
        'the new pod waits for the volume that the old one keeps until the new one is ready: on another node the roll-out never ends',
      remedy: 'Take the strategy Recreate',
      rank: 4,
    }),
  ];
}
