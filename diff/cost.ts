import { nameOf } from '../checks/core/workloads';
import { lineOf, type ObjectChange, type Scene } from './changes';
import { amountText } from './fails-capacity';
import { shown } from './fields';
import { listed, type Line } from './line';
import { amountOf, sameAmount } from './quantity';
import { AMOUNTS, roomsOf, type Amount, type Room } from './room';

/** Class 7: what is asked of the nodes, by namespace, and what is left. */
export const cost = (scene: Scene): Line[] => [
  ...[...roomsOf(scene)].flatMap(([namespace, [before, after]]) =>
    namespaceLines(scene, namespace, before, after),
  ),
  ...scene.changes.flatMap((change) => limitLines(scene, change)),
];

const WORDS: Readonly<Record<Amount, string>> = { cpu: 'CPU', memory: 'memory', storage: 'claims' };

function namespaceLines(scene: Scene, namespace: string, before: Room, after: Room): Line[] {
  const lines = AMOUNTS.flatMap((amount) => {
    const same = before[amount] === after[amount] && before.quota[amount] === after.quota[amount];
    if (same) return [];
    return [
      about(scene, namespace, {
        field: `requests.${amount}`,
        old: amountText(before[amount], amount),
        new: amountText(after[amount], amount),
        consequence: `${namespace} requests ${change(before[amount], after[amount], amount)}${headroom(before, after, amount)}`,
        rank: isTight(after, amount) ? 3 : 6,
      }),
    ];
  });
  return [...lines, ...surgeLines(scene, namespace, before, after)];
}

function change(old: number, wanted: number, amount: Amount): string {
  const difference = wanted - old;
  if (difference === 0) return `${WORDS[amount]} as before, ${amountText(wanted, amount)}`;
  return `${amountText(Math.abs(difference), amount)} ${difference > 0 ? 'more' : 'less'} of ${WORDS[amount]}, ${amountText(wanted, amount)}`;
}

function headroom(before: Room, after: Room, amount: Amount): string {
  const left = (room: Room): number | undefined => {
    const limit = room.quota[amount];
    return limit === undefined ? undefined : limit - room[amount];
  };
  const [old, now] = [left(before), left(after)];
  if (now === undefined) return '';
  const earlier = old === undefined ? '' : ` (before: ${amountText(old, amount)})`;
  return now < 0
    ? `; ${amountText(-now, amount)} beyond its quota${earlier}`
    : `; ${amountText(now, amount)} of its quota left${earlier}`;
}

const TIGHT = 0.1;
const isTight = (room: Room, amount: Amount): boolean => {
  const limit = room.quota[amount];
  return limit !== undefined && limit > 0 && (limit - room[amount]) / limit < TIGHT;
};

/** A quota that lets no roll-out of all Deployments happen at once. */
function surgeLines(scene: Scene, namespace: string, before: Room, after: Room): Line[] {
  return (['cpu', 'memory'] as const).flatMap((amount) => {
    const waits = (room: Room): boolean => {
      const limit = room.quota[amount];
      return limit !== undefined && room[amount] <= limit && room[amount] + room.surge[amount] > limit;
    };
    if (!waits(after) || waits(before)) return [];
    return [
      about(scene, namespace, {
        field: `requests.${amount}`,
        consequence: `${namespace} has no room for the ${amountText(after.surge[amount], amount)} of ${WORDS[amount]} that a roll-out of all its Deployments adds: they go on one by one`,
        remedy: 'Raise the quota by that',
        rank: 4,
      }),
    ];
  });
}

/** A line about a namespace: the file is its quota's, where it has one. */
function about(scene: Scene, namespace: string, said: Parameters<typeof lineOf>[3]): Line {
  const [quota] = scene.after.ofKinds(['ResourceQuota'], { namespace });
  const object = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } };
  return lineOf(scene, 'cost', { object, component: quota?.component ?? '', file: quota?.file ?? '' }, said);
}

/** Memory limits: beyond them a container is killed, and no sum of requests shows it. */
function limitLines(scene: Scene, { fields, ...rest }: ObjectChange): Line[] {
  const limits = fields.filter(
    ({ path, old, new: wanted }) => /\.resources\.limits(\.\w+)?$/.test(path) && !sameAmount(old, wanted),
  );
  const [first] = limits;
  if (!first) return [];
  const parts = limits.map(({ path, old, new: wanted }) => {
    const container = /ontainers\[([^\]]+)\]/.exec(path)?.[1] ?? '';
    return `${container} ${shown(old) ?? 'no limit'} → ${shown(wanted) ?? 'no limit'}`;
  });
  const isLess = limits.some(
    ({ old, new: wanted }) => (amountOf(wanted) ?? Infinity) < (amountOf(old) ?? Infinity),
  );
  return [
    lineOf(
      scene,
      'cost',
      { ...rest },
      {
        field: first.path,
        old: limits.length === 1 ? shown(first.old) : undefined,
        new: limits.length === 1 ? shown(first.new) : undefined,
        consequence: `limits of ${nameOf(rest.object)}: ${listed(parts)}${isLess ? '; a container above the lower one is killed' : ''}`,
        rank: isLess ? 4 : 7,
      },
    ),
  ];
}
