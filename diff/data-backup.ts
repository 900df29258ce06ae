import { asText, at, isObject } from '../checks/core/workloads';
import { lineOf, type ObjectChange, type Scene } from './changes';
import { runsPerWeek } from './cron';
import { shown, type FieldChange } from './fields';
import type { Line, Said } from './line';
import { amountOf } from './quantity';

const LABEL = 'strata.dev/backup';
const PROTECTS = 'strata.dev/protects';

/** Kinds of operators that make backups, restore or drill. */
const KINDS = /^(ScheduledBackup|Backup|ObjectStore|RecurringJob|Schedule|VolumeSnapshotClass|BackupTarget)$/;

const labelOf = (object: unknown, label: string): string | undefined => {
  const labels = at(object, 'metadata.labels');
  return isObject(labels) ? asText(labels[label]) : undefined;
};

/** Backups, checks and drills that go, rest, or promise less. */
export const backupLines = (scene: Scene): Line[] =>
  scene.changes.flatMap((change) => {
    const step =
      labelOf(change.object, LABEL) ?? (KINDS.test(change.object.kind) ? change.object.kind : undefined);
    const streams = step === undefined && change.fields.some(({ path }) => isEnvironment(path));
    if (step === undefined && !streams) return [];
    const whose = labelOf(change.object, PROTECTS) ?? change.component;
    return saidOf(change, step ?? 'stream', whose).map((said) => lineOf(scene, 'data', change, said));
  });

function saidOf(change: ObjectChange, step: string, whose: string): Said[] {
  if (change.action === 'removed')
    return [
      {
        consequence: `the ${step} of ${whose} goes: ${LOST[step] ?? 'its data is backed up no more'}`,
        remedy: 'Keep it while the data is there',
        rank: 1,
      },
    ];
  if (change.action === 'added') return [];
  return change.fields.flatMap((field) => fieldSaid(field, step, whose) ?? []);
}

const LOST: Readonly<Record<string, string>> = {
  backup: 'what is written from now on exists once',
  check: 'a damaged set is noticed only when it is needed',
  drill: 'nobody knows any more whether it can be restored',
};

function fieldSaid(field: FieldChange, step: string, whose: string): Said | undefined {
  const { path, old, new: wanted } = field;
  const both = { field: path, old: shown(old), new: shown(wanted) };
  if (/^spec\.suspend$/.test(path) && wanted === true)
    return {
      ...both,
      consequence: `the ${step} of ${whose} rests: ${LOST[step] ?? 'no backup is made'}`,
      remedy: 'Take maintenance: true out of the settings of the component when the work is done',
      rank: 1,
    };
  if (/^spec\.(schedule|cron)$/.test(path)) return scheduleSaid(field, step, whose);
  if (/retention/i.test(path)) return retentionSaid(field, whose);
  const name = isEnvironment(path) ? (ENVIRONMENT.exec(path)?.[1] ?? '') : '';
  if (name === 'RETENTION_DAYS') return retentionSaid(field, whose);
  const rule = ENVIRONMENT_RULES[name];
  return rule && { ...both, ...rule };
}

const ENVIRONMENT = /\.env\[(\w+)\]\.value$/;
const isEnvironment = (path: string): boolean => {
  const name = ENVIRONMENT.exec(path)?.[1] ?? '';
  return name === 'RETENTION_DAYS' || name in ENVIRONMENT_RULES;
};

/** What backups are told by environment (charts/core/backup.ts). */
const ENVIRONMENT_RULES: Readonly<Record<string, Omit<Said, 'field' | 'old' | 'new'>>> = {
  BUCKET: {
    consequence:
      'backups go to another bucket: the sets in the old one are neither read nor removed any more',
    remedy: 'Keep the old bucket until the new one has a set whose drill recovered',
    rank: 3,
  },
  RCLONE_S3_ENDPOINT: {
    consequence: 'backups go to another store: the sets in the old one are neither read nor removed any more',
    remedy: 'Keep the old store until the new one has a set whose drill recovered',
    rank: 3,
  },
  RECIPIENT: {
    consequence: 'new sets are encrypted to another key: the old key still is what opens the old sets',
    remedy: 'Keep both identities, and put the new one into the namespace of drills',
    rank: 2,
  },
};

function scheduleSaid({ path, old, new: wanted }: FieldChange, step: string, whose: string): Said {
  const [before, after] = [runsPerWeek(asText(old) ?? ''), runsPerWeek(asText(wanted) ?? '')];
  const isLess = before !== undefined && after !== undefined && after < before;
  const often =
    before === undefined || after === undefined ? '' : ` (${perWeek(before)} → ${perWeek(after)})`;
  return {
    field: path,
    old: shown(old),
    new: shown(wanted),
    consequence: isLess
      ? `the ${step} of ${whose} runs less often${often}: more is lost with the data since the last one`
      : `the ${step} of ${whose} runs at other times${often}`,
    remedy: isLess ? 'Put the schedule back' : undefined,
    rank: isLess ? 2 : 7,
  };
}

const perWeek = (runs: number): string => `${Math.round(runs * 10) / 10} a week`;

function retentionSaid({ path, old, new: wanted }: FieldChange, whose: string): Said | undefined {
  const number = (value: unknown): number | undefined =>
    amountOf(value) ?? amountOf(/^\d+/.exec(asText(value) ?? '')?.[0]);
  const [before, after] = [number(old), number(wanted)];
  if (before === undefined || after === undefined) return undefined;
  const both = { field: path, old: shown(old), new: shown(wanted) };
  return after < before
    ? {
        ...both,
        consequence: `backups of ${whose} are kept for a shorter time: older ones are removed with the next run`,
        remedy: 'Copy what is still wanted elsewhere first',
        rank: 2,
      }
    : { ...both, consequence: `backups of ${whose} are kept for a longer time, and take more room`, rank: 8 };
}
