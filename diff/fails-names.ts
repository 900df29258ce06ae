import { asArray, at, isObject } from '../checks/core/workloads';
import { lineOf, type ObjectChange, type Scene } from './changes';
import { count, type Line } from './line';
import { holdsData } from './pods';

/** A component's folder that became another. */
export interface Rename {
  readonly from: string;
  readonly to: string;
  readonly changes: readonly ObjectChange[];
}

/** Objects that are in another component's folder than before, by folder. */
export function renamesOf({ changes }: Scene): Rename[] {
  const renames = new Map<string, ObjectChange[]>();
  for (const change of changes) {
    if (change.from === undefined) continue;
    const key = `${change.from} ${change.component}`;
    renames.set(key, [...(renames.get(key) ?? []), change]);
  }
  return [...renames].map(([key, moved]) => {
    const [from = '', to = ''] = key.split(' ');
    return { from, to, changes: moved };
  });
}

/** An object that went, and the one that came under another name in its place. */
export interface Renamed {
  readonly old: ObjectChange;
  readonly wanted: ObjectChange;
}

/** Objects of one kind in one folder that are alike but for their names. */
export function renamedObjects({ changes }: Scene): Renamed[] {
  const come = changes.filter(({ action }) => action === 'added');
  return changes
    .filter(({ action }) => action === 'removed')
    .flatMap((old) => {
      const likely = come.filter(
        ({ object, component }) => object.kind === old.object.kind && component === old.component,
      );
      const wanted = likely.find((candidate) => isAlike(old, candidate));
      return wanted ? [{ old, wanted }] : [];
    });
}

/** Alike but for the name: in the one place, or wherever the object repeats it. */
function isAlike({ object: one }: ObjectChange, { object: other }: ObjectChange): boolean {
  const blank = (object: ObjectChange['object']): string =>
    JSON.stringify({ ...object, metadata: { ...object.metadata, name: '' } });
  const text = (object: ObjectChange['object']): string =>
    JSON.stringify(object).replaceAll(object.metadata.name, '\u0000');
  return blank(one) === blank(other) || text(one) === text(other);
}

/** Folders and names that move: the old object is deleted, and a new one created. */
export function movedLines(scene: Scene): Line[] {
  return [
    ...renamesOf(scene).flatMap((rename) => folderLines(scene, rename)),
    ...renamedObjects(scene).flatMap((renamed) => nameLines(scene, renamed)),
  ];
}

function folderLines(scene: Scene, { from, to, changes }: Rename): Line[] {
  const [first] = changes;
  if (!first) return [];
  if (!refusesShared(scene, to)) return [];
  const kept = changes.filter(({ object }) => holdsData(object)).length;
  return [
    lineOf(scene, 'fails', first, {
      old: from,
      new: to,
      consequence:
        `the component ${from} becomes ${to}: Application ${to} refuses ${count(changes.length, 'object')} that Application ${from} still owns` +
        (kept ? `, ${kept} of them with data` : ''),
      remedy: `Take the name back; or first remove Application ${from} without its objects: \`argocd app delete ${from} --cascade=false\``,
      rank: 2,
    }),
  ];
}

/** Whether an Application syncs nothing while another one owns any of its objects, instead of taking them over. */
export function refusesShared(scene: Scene, application: string): boolean {
  const { object } = scene.after.find('Application', 'argocd', application) ?? {};
  return asArray(at(object, 'spec.syncPolicy.syncOptions')).includes('FailOnSharedResource=true');
}

/** Kinds whose name others rely on, or that bring their data along by name. */
const NAMED: Readonly<Record<string, string>> = {
  StatefulSet: 'its claims are named after it, so the new one starts on empty volumes',
  PersistentVolumeClaim: 'the new claim is empty, and the data stays in the old one',
  Service: 'who still asks for the old name finds nobody',
  Namespace: 'everything in it is created anew, its claims empty',
};

function nameLines(scene: Scene, { old, wanted }: Renamed): Line[] {
  const why = NAMED[wanted.object.kind];
  if (why === undefined) return [];
  const isProtected =
    isObject(old.object.metadata.annotations) &&
    JSON.stringify(old.object.metadata.annotations).includes('Prune=false');
  return [
    lineOf(scene, 'fails', wanted, {
      field: 'metadata.name',
      old: old.object.metadata.name,
      new: wanted.object.metadata.name,
      consequence: `another name is another object: ${why}${isProtected ? '; the old one is kept by Prune=false, and goes on running' : ''}`,
      remedy: 'Keep the name, or move the data by backup and restore',
      rank: 2,
    }),
  ];
}
