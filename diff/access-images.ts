import { asArray, asText } from '../checks/core/workloads';
import { lineOf, type ObjectChange, type Scene } from './changes';
import { endOfLifeOf, imageOf, STEPS, stepOf } from './images';
import { listed, type Line } from './line';
import { namedContainers } from './pods';
import type { RenderedSet } from './set';

/** One image that another took the place of, wherever it is used. */
interface Move {
  readonly old: string;
  readonly wanted: string;
  readonly users: { readonly change: ObjectChange; readonly path: string }[];
}

/** Images that come, go to another version, or come from a registry that nothing came from before. */
export function imageLines(scene: Scene): Line[] {
  const moves = new Map<string, Move>();
  const fresh = new Map<string, Move>();
  for (const change of scene.changes) {
    if (!change.after) continue;
    const before = new Map(
      namedContainers(change.before).map(({ name, container }) => [name, asText(container['image'])]),
    );
    for (const { name, path, container } of namedContainers(change.after)) {
      const wanted = asText(container['image']);
      if (wanted === undefined) continue;
      const old = before.get(name);
      if (old === wanted) continue;
      const group = old === undefined ? fresh : moves;
      const key = `${old ?? ''} ${wanted}`;
      const move = group.get(key) ?? { old: old ?? '', wanted, users: [] };
      move.users.push({ change, path: `${path}.image` });
      group.set(key, move);
    }
  }
  const known = fresh.size ? referencesIn(scene.before) : new Set<string>();
  const come = [...fresh.values()].filter(({ wanted }) => !known.has(wanted));
  return [
    ...[...moves.values()].flatMap((move) => moveLine(scene, move)),
    ...come.flatMap((move) => comeLine(scene, move)),
    ...registryLines(scene, [...moves.values(), ...come]),
  ];
}

const users = ({ users: all }: Move): string => {
  const names = [
    ...new Set(
      all.map(
        ({ change }) =>
          `${change.object.kind} ${change.object.metadata.namespace ?? ''}/${change.object.metadata.name}`,
      ),
    ),
  ];
  return names.length > 1 ? ` (in ${listed(names, 4)})` : '';
};

function moveLine(scene: Scene, move: Move): Line[] {
  const [first] = move.users;
  if (!first) return [];
  const [old, wanted] = [imageOf(move.old), imageOf(move.wanted)];
  const step = stepOf(old, wanted);
  const isSuspect = step === 'digest' && wanted.digest !== old.digest;
  const unpinned = wanted.digest === '';
  return [
    lineOf(scene, 'access', first.change, {
      field: first.path,
      old: text(old),
      new: text(wanted),
      consequence: `${STEPS[step]} of ${wanted.repository} runs${users(move)}${unpinned ? ', and no digest pins it' : ''}${endText(scene, move.wanted)}`,
      remedy: isSuspect ? 'The tag was pushed again: find out by whom and why before it runs' : undefined,
      rank: unpinned ? 1 : { engine: 3, major: 4, minor: 5, patch: 6, downgrade: 3, digest: 2, tag: 5 }[step],
    }),
  ];
}

const text = ({ repository, tag, digest }: ReturnType<typeof imageOf>): string =>
  `${repository}:${tag}${digest ? `@${digest.slice(0, 15)}…` : ''}`;

function endText(scene: Scene, reference: string): string {
  const end = endOfLifeOf(scene.locks.images, reference);
  return end ? `; upstream mends it until ${end}` : '';
}

function comeLine(scene: Scene, move: Move): Line[] {
  const [first] = move.users;
  if (!first) return [];
  const wanted = imageOf(move.wanted);
  return [
    lineOf(scene, 'access', first.change, {
      field: first.path,
      new: text(wanted),
      consequence: `an image that ran nowhere in this cluster before: ${wanted.repository}${users(move)}${wanted.digest ? '' : ', and no digest pins it'}${endText(scene, move.wanted)}`,
      rank: wanted.digest ? 5 : 1,
    }),
  ];
}

function registryLines(scene: Scene, moves: readonly Move[]): Line[] {
  const candidates = new Map(moves.map((move) => [imageOf(move.wanted).registry, move]));
  if (!candidates.size) return [];
  const known = new Set([...referencesIn(scene.before)].map((reference) => imageOf(reference).registry));
  return [...candidates].flatMap(([registry, { users: all }]) => {
    const [first] = all;
    if (known.has(registry) || !first) return [];
    return [
      lineOf(scene, 'access', first.change, {
        field: first.path,
        new: registry,
        consequence: `a registry that nothing came from before: ${registry}`,
        remedy: 'Whoever can push there runs code here: know who that is',
        rank: 2,
      }),
    ];
  });
}

/** All image references of a set, by a search in its texts: parsing every workload would take longer than all the rest. */
const known = new WeakMap<RenderedSet, Set<string>>();

function referencesIn(set: RenderedSet): Set<string> {
  const before = known.get(set);
  if (before) return before;
  const workloads = set.paths.filter((path) =>
    /\/(deployment|statefulset|daemonset|cronjob|job|pod|cluster)-/.test(path),
  );
  const found = new Set(
    workloads
      .flatMap((path) => asArray(set.textOf(path).match(/(?<=^\s+(?:- )?image(?:Name)?: )\S+/gm) ?? []))
      .map(String),
  );
  known.set(set, found);
  return found;
}
