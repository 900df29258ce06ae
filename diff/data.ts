import { annotationOf, asArray, asText, at, groupKindOf } from '../checks/core/workloads';
import { backupLines } from './data-backup';
import { engineLines } from './data-engine';
import { lineOf, type ObjectChange, type Scene } from './changes';
import { renamedObjects } from './fails-names';
import { shown, type FieldChange } from './fields';
import { count, type Line } from './line';
import { holdsData, replicasOf } from './pods';
import { amountOf, sameAmount } from './quantity';

/** Class 2: what can lose data, or the way back to it. */
export const data = (scene: Scene): Line[] => [
  ...scene.changes.flatMap((change) => goneLines(scene, change)),
  ...scene.changes.flatMap((change) => protectionLines(scene, change)),
  ...scene.changes.flatMap((change) => scaleLines(scene, change)),
  ...scene.changes.flatMap((change) => volumeLines(scene, change)),
  ...engineLines(scene),
  ...backupLines(scene),
];

const SYNC_OPTIONS = 'argocd.argoproj.io/sync-options';

const optionsOf = (object: unknown): readonly string[] =>
  (annotationOf(object, SYNC_OPTIONS) ?? '').split(',').map((option) => option.trim());

/** Kinds that hold data, or take everything of theirs along. */
const HOLDERS: Readonly<Record<string, string>> = {
  '/PersistentVolumeClaim': 'its volume',
  '/Namespace': 'everything in it, claims included',
  '/PersistentVolume': 'its volume',
  'postgresql.cnpg.io/Cluster': 'its servers and their volumes',
  'apiextensions.k8s.io/CustomResourceDefinition': 'all objects of its kind',
};

/** What a deletion of the object takes along; undefined where that is no data. */
function loss(object: ObjectChange['object']): string | undefined {
  if (object.kind === 'StatefulSet' && asArray(at(object, 'spec.volumeClaimTemplates')).length)
    return 'its servers';
  return HOLDERS[groupKindOf(object)];
}

function goneLines(scene: Scene, change: ObjectChange): Line[] {
  const what = loss(change.object);
  if (change.action !== 'removed') return what === undefined ? [] : movedFolder(scene, change, what);
  if (what === undefined) return change.object.kind === 'Application' ? applicationGone(scene, change) : [];
  if (renamedObjects(scene).some(({ old }) => old === change)) return [leftUnderOldName(scene, change, what)];
  const isKept = optionsOf(change.before).includes('Prune=false');
  return [
    lineOf(scene, 'data', change, {
      consequence: isKept
        ? `it is no longer in git, and stays in the cluster (Prune=false): ${what} left behind, and nobody looks after it`
        : `the sync deletes it, and ${what} with it`,
      remedy: isKept
        ? 'When the data is wanted no more: a last backup, then delete it by hand'
        : 'Keep it, or take a backup and restore it elsewhere first; Prune=false,Delete=false would keep it',
      rank: isKept ? 3 : 0,
    }),
  ];
}

const leftUnderOldName = (scene: Scene, change: ObjectChange, what: string): Line =>
  lineOf(scene, 'data', change, {
    field: 'metadata.name',
    consequence: `its data does not move to the new name: ${what} left behind under the old one`,
    remedy: 'Keep the name, or restore a backup under the new one',
    rank: 1,
  });

function movedFolder(scene: Scene, change: ObjectChange, what: string): Line[] {
  if (change.from === undefined || optionsOf(change.after).includes('Delete=false')) return [];
  return [
    lineOf(scene, 'data', change, {
      old: change.from,
      new: change.component,
      consequence: `when Application ${change.from} goes, it deletes this object, and ${what} with it`,
      remedy: 'Add Delete=false to its sync options, or keep the folder',
      rank: 1,
    }),
  ];
}

/** A component that goes as a whole: what its Application deletes is decided by its finalizer. */
function applicationGone(scene: Scene, change: ObjectChange): Line[] {
  const folder = change.object.metadata.name;
  const claims = scene.before
    .ofKinds(['StatefulSet', 'PersistentVolumeClaim', 'Cluster'], { component: folder })
    .filter(({ object }) => loss(object) !== undefined);
  const isMoved = scene.changes.some(({ from }) => from === folder);
  if (!claims.length || isMoved) return [];
  const cascades = asArray(change.object.metadata['finalizers']).some((name) =>
    asText(name)?.startsWith('resources-finalizer'),
  );
  const kept = claims.filter(({ object }) => optionsOf(object).includes('Delete=false')).length;
  return [
    lineOf(scene, 'data', change, {
      consequence:
        `the component ${folder} goes: ` +
        (cascades
          ? `its finalizer deletes what it rendered, but for the ${kept} of ${count(claims.length, 'object')} with data that say Delete=false`
          : 'its objects stay in the cluster, and nobody looks after them'),
      remedy: 'Take a last backup; what is kept is deleted by hand when nobody wants it any more',
      rank: kept === claims.length || !cascades ? 3 : 0,
    }),
  ];
}

/** `Prune=false` and `Delete=false` taken away from what holds data. */
function protectionLines(scene: Scene, change: ObjectChange): Line[] {
  if (change.action !== 'changed') return [];
  const places: [string, unknown, unknown][] = [['', change.before, change.after]];
  return places.flatMap(([path, before, after]) => {
    const lost = ['Prune=false', 'Delete=false'].filter(
      (option) => optionsOf(before).includes(option) && !optionsOf(after).includes(option),
    );
    if (!lost.length) return [];
    return [
      lineOf(scene, 'data', change, {
        field: `${path}metadata.annotations["${SYNC_OPTIONS}"]`,
        old: optionsOf(before).join(','),
        new: optionsOf(after).join(',') || 'nothing',
        consequence: `nothing protects it any more (${lost.join(', ')}): a sync that does not find it in git, or a deleted Application, deletes it with ${loss(change.object) ?? 'its content'}`,
        remedy: `Put ${lost.join(',')} back`,
        rank: 1,
      }),
    ];
  });
}

/** Servers of data that are stopped, or fewer. */
function scaleLines(scene: Scene, change: ObjectChange): Line[] {
  const { before, after } = change;
  if (!before || !after || !holdsData(after)) return [];
  const field = change.fields.find(({ path }) => path === 'spec.replicas');
  if (!field) return [];
  const [old, wanted] = [replicasOf(before), replicasOf(after)];
  const both = { field: 'spec.replicas', old: String(old), new: String(wanted) };
  if (wanted === 0)
    return [
      lineOf(scene, 'data', change, {
        ...both,
        consequence:
          'it is stopped (maintenance): nobody reads or writes this data, and backups of it fail until it is switched on again',
        remedy: 'Switch it on again when the work is done',
        rank: 4,
      }),
    ];
  if (wanted >= old || after.kind !== 'StatefulSet') return [];
  const deletes = at(after, 'spec.persistentVolumeClaimRetentionPolicy.whenScaled') === 'Delete';
  return [
    lineOf(scene, 'data', change, {
      ...both,
      consequence: deletes
        ? `${count(old - wanted, 'server')} less, and the claims of those are deleted (whenScaled: Delete)`
        : `${count(old - wanted, 'server')} less: fewer copies of the data; the claims of those stay, and nothing uses them`,
      remedy: deletes
        ? 'Set whenScaled to Retain first'
        : 'Make sure that what goes is no primary; remove its claims by hand later',
      rank: deletes ? 0 : 3,
    }),
  ];
}

interface VolumeRule {
  readonly is: RegExp;
  readonly said: (field: FieldChange) => { consequence: string; remedy?: string; rank: number } | undefined;
}

const VOLUME_RULES: readonly VolumeRule[] = [
  {
    is: /^spec\.persistentVolumeClaimRetentionPolicy\.(whenDeleted|whenScaled)$/,
    said: ({ new: wanted }) =>
      wanted === 'Delete'
        ? {
            consequence: 'claims are deleted with the StatefulSet or its replicas',
            remedy: 'Put Retain back',
            rank: 0,
          }
        : undefined,
  },
  {
    is: /^reclaimPolicy$/,
    said: ({ new: wanted }) =>
      wanted === 'Delete'
        ? { consequence: 'the volume of a deleted claim is deleted too', remedy: 'Put Retain back', rank: 1 }
        : undefined,
  },
  {
    is: /storageClassName$/,
    said: () => ({
      consequence: 'another class of storage: data does not move by itself',
      remedy: 'Restore a backup into a claim of the new class',
      rank: 2,
    }),
  },
  {
    is: /^parameters\.numberOfReplicas$/,
    said: ({ old, new: wanted }) =>
      (amountOf(old) ?? 0) > (amountOf(wanted) ?? 0)
        ? { consequence: 'new volumes of this class have fewer copies: one node less may be lost', rank: 2 }
        : undefined,
  },
  {
    is: /resources\.requests\.storage$|torage\.size$/,
    said: ({ old, new: wanted }) =>
      (amountOf(wanted) ?? 0) > (amountOf(old) ?? 0)
        ? {
            consequence:
              'the volume grows, and never shrinks again; the file system may grow at the next restart only',
            remedy: 'Look at the claim after the sync: `kubectl get pvc`',
            rank: 6,
          }
        : { consequence: 'a volume never shrinks', remedy: 'Put the size back', rank: 2 },
  },
];

function volumeLines(scene: Scene, change: ObjectChange): Line[] {
  if (change.action !== 'changed') return [];
  const isStorage =
    change.object.kind === 'StorageClass' || holdsData(change.object) || loss(change.object) !== undefined;
  if (!isStorage) return [];
  return change.fields.flatMap((field) => {
    const said = VOLUME_RULES.find(({ is }) => is.test(field.path))?.said(field);
    if (!said || sameAmount(field.old, field.new)) return [];
    return [
      lineOf(scene, 'data', change, {
        ...said,
        field: field.path,
        old: shown(field.old),
        new: shown(field.new),
      }),
    ];
  });
}
