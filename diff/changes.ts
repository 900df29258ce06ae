import type { KubeObject } from '../charts/core/objects';
import { groupKindOf, nameOf, namespaceOf } from '../checks/core/workloads';
import { completed } from './completed';
import { differences, type FieldChange } from './fields';
import type { Line, Said, ChangeClass } from './line';
import { isSealed, type Placed, type RenderedSet } from './set';

/** What became of one object. */
export interface ObjectChange {
  readonly action: 'added' | 'removed' | 'changed';
  /** As it is now, or was where it is gone. */
  readonly object: KubeObject;
  readonly before: KubeObject | undefined;
  readonly after: KubeObject | undefined;
  /** Folder in dist/<cluster>/: the new one, or the old one where it is gone. */
  readonly component: string;
  /** Relative to dist/<cluster>/. */
  readonly file: string;
  /** Folder that it came from, where that is another. */
  readonly from: string | undefined;
  /** What differs; none for an object that came, went or only moved. */
  readonly fields: readonly FieldChange[];
}

/** Everything that the rules look at, of one cluster. */
export interface Scene {
  readonly cluster: string;
  readonly before: RenderedSet;
  readonly after: RenderedSet;
  readonly changes: readonly ObjectChange[];
  /** imports/images.yaml and imports/crds.yaml at both moments; empty where there is none. */
  readonly locks: Locks;
  /** Nodes that pods run on, as the settings count them at both moments: a DaemonSet has a pod on each. */
  readonly nodes: readonly [number, number];
}

export interface Locks {
  /** Text of imports/images.yaml, now. */
  readonly images: string;
  /** Text of imports/crds.yaml at the base, and now. */
  readonly crds: readonly [string, string];
}

/** `apps/StatefulSet prod/postgresql`: the API server knows an object by no more than that. */
const identityOf = (object: KubeObject): string =>
  `${groupKindOf(object)} ${namespaceOf(object)}/${object.metadata.name}`;

/** All objects that differ between two sets. Only files whose bytes differ are read. */
export function changesOf(before: RenderedSet, after: RenderedSet): ObjectChange[] {
  const old = byIdentity(before, differing(before, after));
  const wanted = byIdentity(after, differing(after, before));
  const changes: ObjectChange[] = [];
  for (const [identity, placed] of old) {
    const now = wanted.get(identity);
    if (!now) changes.push(changeOf('removed', placed, undefined));
    else {
      const fields = differences(completed(placed.object), completed(now.object));
      if (fields.length || placed.component !== now.component)
        changes.push(changeOf('changed', placed, now, fields));
    }
  }
  for (const [identity, placed] of wanted)
    if (!old.has(identity)) changes.push(changeOf('added', undefined, placed));
  return changes.sort((one, other) => (one.file < other.file ? -1 : one.file > other.file ? 1 : 0));
}

/** Files that another set has not, or has with other bytes. */
const differing = (set: RenderedSet, other: RenderedSet): readonly string[] =>
  set.paths.filter(
    (path) =>
      /\.ya?ml$/.test(path) &&
      !isSealed(path) &&
      set.idOf(path) !== other.idOf(path) &&
      !(other.has(path) && set.textOf(path) === other.textOf(path)),
  );

function byIdentity(set: RenderedSet, paths: readonly string[]): Map<string, Placed> {
  return new Map(
    paths.flatMap((path) => set.objectsIn(path)).map((placed) => [identityOf(placed.object), placed]),
  );
}

function changeOf(
  action: ObjectChange['action'],
  before: Placed | undefined,
  after: Placed | undefined,
  fields: readonly FieldChange[] = [],
): ObjectChange {
  const here = after ?? before;
  if (!here) throw new Error('a change has at least one side');
  return {
    action,
    object: here.object,
    before: before?.object,
    after: after?.object,
    component: here.component,
    file: here.file,
    from: before && after && before.component !== after.component ? before.component : undefined,
    fields,
  };
}

/** A line about a changed object. */
export function lineOf(
  { cluster }: Scene,
  changeClass: ChangeClass,
  { object, component, file }: Pick<ObjectChange, 'object' | 'component' | 'file'>,
  said: Said,
): Line {
  return {
    class: changeClass,
    cluster,
    component,
    object: nameOf(object),
    file: `dist/${cluster}/${file}`,
    field: said.field ?? '',
    consequence: said.consequence,
    rank: said.rank ?? 5,
    ...(said.old !== undefined && { old: said.old }),
    ...(said.new !== undefined && { new: said.new }),
    ...(said.remedy !== undefined && { remedy: said.remedy }),
  };
}
