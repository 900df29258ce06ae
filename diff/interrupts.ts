import { annotationOf, asText, at, isObject } from '../checks/core/workloads';
import { behindHash } from './config';
import { lineOf, type ObjectChange, type Scene } from './changes';
import { refusesShared, renamesOf, type Rename } from './fails-names';
import { isBelow, shown, type FieldChange } from './fields';
import { imageOf } from './images';
import { count, listed, type Line, type Said } from './line';
import { duration, holdsData, podOf, replicasOf, RESTARTED, restartSeconds, TEMPLATE_STEPS } from './pods';
import { dependentsOf, waitersOf } from './interrupts-others';

/** Class 3: which pods stop, start or restart, for how long, and who notices. */
export const interrupts = (scene: Scene): Line[] => [
  ...scene.changes.flatMap((change) => [
    ...restartLines(scene, change),
    ...replicaLines(scene, change),
    ...comeAndGoLines(scene, change),
    ...runLines(scene, change),
    ...budgetLines(scene, change),
  ]),
  ...moveLines(scene),
];

/** Fields of the pod template that differ: each of them makes new pods (its hash is what a controller compares). */
export function templateChanges({ object, fields }: ObjectChange): readonly FieldChange[] {
  const steps = TEMPLATE_STEPS[object.kind];
  return steps ? fields.filter((field) => isBelow(field, ...steps)) : [];
}

function restartLines(scene: Scene, change: ObjectChange): Line[] {
  const { after } = change;
  if (change.action !== 'changed' || !after || !RESTARTED.has(after.kind)) return [];
  const fields = templateChanges(change);
  const first = fields.find((field) => !isHash(field)) ?? fields[0];
  if (!first) return [];
  const pods = after.kind === 'DaemonSet' ? 'its pod on each node' : count(replicasOf(after), 'pod');
  const how = howOf(scene, after);
  const others = how.isRestart ? othersOf(scene, change) : '';
  const single =
    fields.length === 1 && !isHash(first) && !isTree(first)
      ? { old: shown(first.old), new: shown(first.new) }
      : {};
  return [
    lineOf(scene, 'interrupts', change, {
      field: first.path,
      ...single,
      consequence: `${how.isRestart ? `restarts ${pods}` : how.text}: ${reasonsOf(scene, change, fields)}${how.isRestart ? `; ${how.text}${others}` : ''}`,
      remedy: how.remedy,
      rank: how.rank,
    }),
  ];
}

const HASH = /annotations\["checksum\//;
const isHash = ({ path }: FieldChange): boolean => HASH.test(path);

/** A part of an object, which a line has no room for. */
const isTree = ({ old, new: wanted }: FieldChange): boolean =>
  [old, wanted].some((value) => typeof value === 'object' && value !== null);

/** Why pods restart: what changed behind the hash of configuration first, then each field once. */
function reasonsOf(scene: Scene, change: ObjectChange, fields: readonly FieldChange[]): string {
  const own = fields.filter((field) => !isHash(field) && !/metadata\.labels/.test(field.path));
  const reasons = [
    ...(fields.some(isHash) ? [behindHash(scene, change) ?? 'its configuration hash (checksum/config)'] : []),
    ...own.map(reasonOf),
  ];
  return listed([...new Set(reasons.length ? reasons : ['labels of its pods'])], 5);
}

/** `postgresql: memory 1Gi → 2Gi`: of a container, what people call the field. */
function reasonOf({ path, old, new: wanted, order }: FieldChange): string {
  const [, container, inner] = /ontainers\[([^\]]+)\](?:\.(.+))?$/.exec(path) ?? [];
  const field =
    inner?.replace(/^resources\.(?:limits|requests)\./, '').replace(/^env\[(\w+)\]\.value$/, '$1') ?? '';
  const name =
    container === undefined
      ? templatePath(path)
      : field
        ? `${container}: ${field}`
        : `container ${container}`;
  if (order) return `the order of ${name}`;
  if (field === 'image') return `${container ?? ''}: image ${imageText(old)} → ${imageText(wanted)}`;
  if (old === undefined) return `${name} is new`;
  if (wanted === undefined) return `${name} goes`;
  if (typeof old === 'object' || typeof wanted === 'object') return name;
  return `${name} ${shown(old) ?? ''} → ${shown(wanted) ?? ''}`;
}

const imageText = (reference: unknown): string => {
  const { repository, tag } = imageOf(asText(reference) ?? '');
  return `${repository.slice(repository.lastIndexOf('/') + 1)}:${tag}`;
};

/** `terminationGracePeriodSeconds`, of a field of the pod template. */
const templatePath = (path: string): string =>
  path.replace(/^spec\.(?:jobTemplate\.spec\.)?template\.(?:spec\.|metadata\.)?/, '');

interface How {
  readonly text: string;
  readonly isRestart: boolean;
  readonly remedy?: string;
  readonly rank: number;
}

const DOWN = 'Merge it when its users can miss it';

/** How a controller replaces the pods, and for how long they are away. */
function howOf(scene: Scene, object: ObjectChange['object']): How {
  const type = asText(at(object, 'spec.updateStrategy.type') ?? at(object, 'spec.strategy.type'));
  const replicas = replicasOf(object);
  if (object.kind !== 'DaemonSet' && replicas === 0)
    return { text: 'nothing runs, so nothing restarts', isRestart: false, rank: 8 };
  if (type === 'OnDelete')
    return {
      text: 'nothing restarts until a person deletes the pods',
      isRestart: false,
      remedy: 'Delete them one by one',
      rank: 6,
    };
  const each = timesOf(object);
  if (object.kind === 'DaemonSet') {
    const surge = at(object, 'spec.updateStrategy.rollingUpdate.maxSurge');
    const isDown = surge === undefined || surge === 0;
    const single = scene.nodes[1] <= 1;
    return isDown
      ? ({
          text: `${single ? 'down' : 'node by node, down on each'} for ${each}`,
          isRestart: true,
          remedy: single ? DOWN : undefined,
          rank: single ? 2 : 4,
        } as How)
      : { text: `rolling, the new pod first on each node`, isRestart: true, rank: 6 };
  }
  if (object.kind === 'StatefulSet') {
    const partition = at(object, 'spec.updateStrategy.rollingUpdate.partition');
    if (typeof partition === 'number' && partition >= replicas)
      return { text: `nothing restarts below the partition ${partition}`, isRestart: false, rank: 7 };
    return replicas === 1
      ? {
          text: `it is the only one: down for ${each}`,
          isRestart: true,
          remedy: DOWN,
          rank: holdsData(object) ? 1 : 2,
        }
      : { text: `rolling, one after the other, each away for ${each}`, isRestart: true, rank: 4 };
  }
  if (type === 'Recreate')
    return {
      text: `all at once (Recreate): down for ${each}`,
      isRestart: true,
      remedy: DOWN,
      rank: holdsData(object) ? 1 : 2,
    };
  const unavailable = at(object, 'spec.strategy.rollingUpdate.maxUnavailable');
  const away = awayOf(unavailable, replicas);
  if (away >= replicas)
    return { text: `all at once (maxUnavailable): down for ${each}`, isRestart: true, remedy: DOWN, rank: 2 };
  return {
    text: away === 0 ? 'rolling, new pods first' : `rolling, up to ${away} of ${replicas} away at a time`,
    isRestart: true,
    rank: 6,
  };
}

/** maxUnavailable is a number, or a share rounded down; 25 % unless set. */
function awayOf(value: unknown, replicas: number): number {
  if (typeof value === 'number') return value;
  const percent = /^(\d+)%$/.exec(asText(value) ?? '25%')?.[1];
  return Math.floor((replicas * Number(percent ?? 25)) / 100);
}

function timesOf(object: ObjectChange['object']): string {
  const { stop, start } = restartSeconds(object);
  if (start === undefined) return `at most ${duration(stop)} to stop, and its start`;
  return `at most ${duration(stop + start)} (${duration(stop)} to stop, ${duration(start)} to start)`;
}

function othersOf(scene: Scene, change: ObjectChange): string {
  const users = dependentsOf(scene, change);
  const waiting = waitersOf(scene, change.component);
  return [
    users.length ? `; used by ${listed(users)}` : '',
    waiting
      ? `; ${count(waiting, 'Application')} of later waves ${waiting === 1 ? 'waits' : 'wait'} for it in a sync of all`
      : '',
  ].join('');
}

function replicaLines(scene: Scene, change: ObjectChange): Line[] {
  const { before, after } = change;
  if (change.action !== 'changed' || !before || !after || !RESTARTED.has(after.kind)) return [];
  const field = change.fields.find(({ path }) => path === 'spec.replicas');
  if (!field) return [];
  const [old, wanted] = [replicasOf(before), replicasOf(after)];
  const users = wanted < old ? dependentsOf(scene, change) : [];
  const said: Said =
    wanted === 0
      ? {
          consequence: `all ${count(old, 'pod')} stop, and stay away${users.length ? `; used by ${listed(users)}` : ''}`,
          remedy: DOWN,
          rank: 0,
        }
      : wanted < old
        ? {
            consequence: `${count(old - wanted, 'pod')} less${wanted === 1 ? ': the next restart is a downtime' : ''}`,
            rank: 5,
          }
        : { consequence: `${count(wanted - old, 'pod')} more${old === 0 ? ': it runs again' : ''}`, rank: 7 };
  return [
    lineOf(scene, 'interrupts', change, {
      field: field.path,
      old: String(old),
      new: String(wanted),
      ...said,
    }),
  ];
}

function comeAndGoLines(scene: Scene, change: ObjectChange): Line[] {
  const { object, action } = change;
  if (!podOf(object) || change.action === 'changed') return [];
  if (action === 'added')
    return [
      lineOf(scene, 'interrupts', change, { consequence: 'new: its pods start for the first time', rank: 8 }),
    ];
  const isKept = JSON.stringify(object.metadata.annotations ?? {}).includes('Prune=false');
  const users = dependentsOf(scene, change);
  return [
    lineOf(scene, 'interrupts', change, {
      consequence: isKept
        ? 'it is no longer in git, and goes on running (Prune=false)'
        : `it goes, and its pods stop${users.length ? `; used by ${listed(users)}` : ''}`,
      rank: isKept || object.kind === 'CronJob' || object.kind === 'Job' ? 6 : 0,
    }),
  ];
}

/** Jobs and CronJobs restart nothing: they run anew, or differently next time. */
function runLines(scene: Scene, change: ObjectChange): Line[] {
  const { after } = change;
  if (change.action !== 'changed' || !after || (after.kind !== 'Job' && after.kind !== 'CronJob')) return [];
  const fields = templateChanges(change);
  const [first] = fields;
  if (!first) return [];
  const isHook =
    isObject(after.metadata.annotations) && 'argocd.argoproj.io/hook' in after.metadata.annotations;
  const when =
    after.kind === 'CronJob'
      ? 'restarts nothing: its next run is different'
      : isHook
        ? 'runs again in every sync'
        : 'is a Job: what ran does not run again by itself';
  return [
    lineOf(scene, 'interrupts', change, {
      field: first.path,
      consequence: `${when}: ${reasonsOf(scene, change, fields)}`,
      rank: 9,
    }),
  ];
}

/** Budgets under which a node can never be emptied. */
function budgetLines(scene: Scene, change: ObjectChange): Line[] {
  const { after } = change;
  if (
    after?.kind !== 'PodDisruptionBudget' ||
    !change.fields.some(({ path }) => /spec\.(minAvailable|maxUnavailable)/.test(path))
  )
    return [];
  const most = at(after, 'spec.maxUnavailable');
  const least = at(after, 'spec.minAvailable');
  if (most !== 0 && most !== '0%' && least !== '100%') return [];
  const field = most === undefined ? 'spec.minAvailable' : 'spec.maxUnavailable';
  return [
    lineOf(scene, 'interrupts', change, {
      field,
      new: shown(most ?? least),
      consequence: 'no pod may be evicted any more: emptying a node for an upgrade waits for ever',
      remedy: 'Let one be away',
      rank: 4,
    }),
  ];
}

/** Objects that are away for a moment while they move to another Application. One that takes over what it finds lets none be away. */
function moveLines(scene: Scene): Line[] {
  return renamesOf(scene).flatMap((rename) => {
    const { from, to, changes } = rename;
    const goes = scene.changes.some(
      ({ object, action }) =>
        object.kind === 'Application' && action === 'removed' && object.metadata.name === from,
    );
    return goes
      ? goingLines(scene, rename)
      : prunedLines(scene, { from, to, changes: changes.filter(isPruned) });
  });
}

function goingLines(scene: Scene, { from, to, changes }: Rename): Line[] {
  const [first] = changes;
  if (!first || !refusesShared(scene, to)) return [];
  return [
    lineOf(scene, 'interrupts', first, {
      old: from,
      new: to,
      consequence: `the component's folder ${from} is now ${to}: ${count(changes.length, 'object')} move to another Application, and are deleted with the old one before they come back`,
      rank: 3,
    }),
  ];
}

/** An Application that stays looks at git by itself, before the root brings the new owner. */
function prunedLines(scene: Scene, { from, to, changes }: Rename): Line[] {
  const [first] = changes;
  if (!first) return [];
  return [
    lineOf(scene, 'interrupts', first, {
      old: from,
      new: to,
      consequence: `${count(changes.length, 'object')} move from ${from} to ${to}: Application ${from} deletes them, and they are away until Application ${to} creates them again`,
      rank: 3,
    }),
  ];
}

const isPruned = ({ before }: ObjectChange): boolean =>
  !(annotationOf(before, 'argocd.argoproj.io/sync-options') ?? '').split(',').includes('Prune=false');
