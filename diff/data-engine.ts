import { asText } from '../checks/core/workloads';
import { changedKeys } from './config';
import { lineOf, type ObjectChange, type Scene } from './changes';
import { imageOf, isMajor, STEPS, stepOf } from './images';
import type { Line, Said } from './line';
import { holdsData, namedContainers } from './pods';
import { textChanges, type TextChange } from './text-changes';

/** Engines and versions of what holds data, and settings that decide what survives a crash. */
export const engineLines = (scene: Scene): Line[] =>
  scene.changes.flatMap((change) =>
    change.action === 'changed'
      ? [...imageLines(scene, change), ...operatorLines(scene, change), ...durabilityLines(scene, change)]
      : [],
  );

function imageLines(scene: Scene, change: ObjectChange): Line[] {
  const { before, after } = change;
  if (!before || !after || !holdsData(after) || after.kind === 'PersistentVolumeClaim') return [];
  const old = new Map(
    namedContainers(before).map(({ name, container }) => [name, asText(container['image'])]),
  );
  return namedContainers(after).flatMap(({ name, path, container }) => {
    const said = engineSaid(old.get(name), asText(container['image']));
    return said ? [lineOf(scene, 'data', change, { ...said, field: `${path}.image` })] : [];
  });
}

function operatorLines(scene: Scene, change: ObjectChange): Line[] {
  if (!change.object.apiVersion.startsWith('postgresql.cnpg.io/')) return [];
  return change.fields
    .filter(({ path }) => path === 'spec.imageName')
    .flatMap(({ path, old, new: wanted }) => {
      const said = engineSaid(asText(old), asText(wanted));
      return said ? [lineOf(scene, 'data', change, { ...said, field: path })] : [];
    });
}

function engineSaid(old: string | undefined, wanted: string | undefined): Said | undefined {
  if (old === undefined || wanted === undefined || old === wanted) return undefined;
  const [from, to] = [imageOf(old), imageOf(wanted)];
  const step = stepOf(from, to);
  const both = { old: `${from.repository}:${from.tag}`, new: `${to.repository}:${to.tag}` };
  if (step === 'engine')
    return {
      ...both,
      consequence: 'another engine opens the data of the old one',
      remedy: 'Rehearse it on a restored backup; dump and load where the formats differ',
      rank: 1,
    };
  if (step === 'downgrade')
    return {
      ...both,
      consequence: 'an older version opens data that a newer one wrote: most engines refuse, or damage it',
      remedy: 'Stay on the newer version, or restore a backup that the older one made',
      rank: 1,
    };
  if (!isMajor(step, to)) return undefined;
  return {
    ...both,
    consequence: `${STEPS.major} of the engine: the data is converted, and there is no way back but a backup`,
    remedy: 'Take a backup, see its drill recover, rehearse the upgrade elsewhere',
    rank: 2,
  };
}

/** Settings of engines that decide what survives a crash, with the values that do not (manuals of PostgreSQL 17, MySQL 8.4, Redis 8). */
const DURABILITY: readonly { is: RegExp; weak: RegExp; consequence: string }[] = [
  {
    is: /^fsync$/,
    weak: /^'?(off|false|no|0)/,
    consequence: 'a crash of the node can destroy the whole database',
  },
  {
    is: /^full_page_writes$/,
    weak: /^'?(off|false|no|0)/,
    consequence: 'a crash can leave half-written pages',
  },
  {
    is: /^synchronous_commit$/,
    weak: /^'?(off|local)/,
    consequence: 'commits that were confirmed can be lost',
  },
  {
    is: /^archive_mode$/,
    weak: /^'?(off|false|no|0)/,
    consequence: 'no recovery to a moment: the log is no longer kept',
  },
  {
    is: /^synchronous_standby_names$/,
    weak: /^('')?$/,
    consequence: 'no second server confirms a commit any more',
  },
  {
    is: /^innodb[_-]flush[_-]log[_-]at[_-]trx[_-]commit$/,
    weak: /^[02]/,
    consequence: 'commits of the last second can be lost',
  },
  { is: /^sync[_-]binlog$/, weak: /^0/, consequence: 'the binary log can lack what was committed' },
  { is: /^innodb[_-]doublewrite$/, weak: /^(off|0)/i, consequence: 'a crash can leave half-written pages' },
  {
    is: /^appendonly$/,
    weak: /^no/,
    consequence: 'what was written since the last snapshot is lost with a restart',
  },
  { is: /^appendfsync$/, weak: /^no$/, consequence: 'writes of the last half minute can be lost' },
];

const SETTING = /^\s*([\w-]+)\s*[=: ]\s*(.*?)\s*$/;

function durabilityLines(scene: Scene, change: ObjectChange): Line[] {
  if (change.object.kind !== 'ConfigMap') return [];
  return changedKeys(change).flatMap(({ key, old, new: wanted }) =>
    textChanges(old ?? '', wanted ?? '').flatMap((line) => {
      const weak = weakened(line);
      if (!weak) return [];
      return [
        lineOf(scene, 'data', change, {
          field: `data["${key}"]`,
          old: line.old?.trim(),
          new: line.new?.trim() ?? 'nothing',
          consequence: weak,
          remedy: 'Put it back',
          rank: 1,
        }),
      ];
    }),
  );
}

function weakened({ old, new: wanted }: TextChange): string | undefined {
  const [, name = '', value = ''] = SETTING.exec(wanted ?? '') ?? [];
  const rule = DURABILITY.find(({ is }) => is.test(name));
  if (rule?.weak.test(value)) return rule.consequence;
  if (wanted !== undefined) return undefined;
  // a line that goes: the engine's own default is safe for all of these but archiving
  return /^\s*(archive_mode|synchronous_standby_names|appendonly)\b/.test(old ?? '')
    ? DURABILITY.find(({ is }) => is.test(SETTING.exec(old ?? '')?.[1] ?? ''))?.consequence
    : undefined;
}
