import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Outcome } from '../e2e/report';
import { Findings } from './findings';
import { runCronJob, tail, type JobRun } from './jobs';
import { results, valueOf, type Samples } from './metrics';
import type { Scene } from './scene';
import type { Stage } from './stage';

const DRILLS = 'drills';

/** One kind of backup of one datastore. */
export interface Protected {
  /** `postgresql` */
  readonly name: string;
  readonly environment: string;
  readonly namespace: string;
  /** `logical` */
  readonly kind: string;
}

/** The newest good run of each step, as alerts read it. */
export const SUCCESS = {
  backup: 'strata_backup_last_success_timestamp_seconds',
  check: 'strata_backup_check_last_success_timestamp_seconds',
  drill: 'strata_backup_drill_last_success_timestamp_seconds',
} as const;
export type Step = keyof typeof SUCCESS;

export const idOf = ({ name, environment }: Protected): string => `${name}-${environment}`;

/** Id of the component of its drill. */
export const drillOf = ({ name, kind, environment }: Protected): string =>
  `${name}-${kind}-drill-${environment}`;

const labelsOf = (of: Protected) => ({ component: idOf(of), kind: of.kind });

/** Runs the CronJob of a step now. */
export const runStep = (stage: Stage, step: Step, of: Protected): Promise<JobRun> =>
  step === 'drill'
    ? runCronJob(stage, DRILLS, drillOf(of))
    : runCronJob(stage, of.namespace, `${of.name}-${step}-${of.kind}`);

/** When a step last succeeded, as it says itself: seconds since 1970. */
export const successOf = (samples: Samples, step: Step, of: Protected): number =>
  valueOf(samples, SUCCESS[step], labelsOf(of));

/**
 * Backup, check and drill: each succeeds, and says so where alerts look.
 *
 * @param secrets texts of the data and of the form of a dump, which nobody may find in the bucket
 */
export async function cycle(
  { stage, settings, bucket }: Scene,
  of: Protected,
  secrets: readonly string[],
): Promise<Outcome> {
  const found = new Findings();
  const told: string[] = [];
  for (const step of ['backup', 'check', 'drill'] as const) {
    const began = Math.floor(Date.now() / 1000);
    const { succeeded, log, seconds } = await runStep(stage, step, of);
    found.holds(`${step} of ${of.kind} failed:\n${tail(log, 12)}`, succeeded);
    if (!succeeded) return found.outcome(told.join(', '));
    told.push(`${step} ${seconds.toFixed(0)} s`);
    const samples = await results(stage, settings.monitoring.namespace);
    const when = successOf(samples, step, of);
    found.holds(`${SUCCESS[step]} is ${when}, and the run began at ${began}`, when >= began - 1);
    if (step !== 'drill') continue;
    for (const figure of ['rpo', 'rto']) {
      const value = valueOf(samples, `strata_backup_drill_${figure}_seconds`, labelsOf(of));
      found.holds(`the drill measured no ${figure}: ${value}`, value >= 0);
      told.push(`${figure.toUpperCase()} ${value} s`);
    }
  }
  const sets = setsOf(bucket?.folder ?? '', settings.name, of);
  found.is('sets in the bucket with a manifest', String(sets.length), '1');
  for (const text of secrets)
    found.holds(
      `"${text}" can be read in a set`,
      !sets.some((set) => filesOf(set).some((file) => readFileSync(file).includes(text))),
    );
  return found.outcome(told.join(', '));
}

/** Folders of the sets that are complete, oldest first. */
export function setsOf(bucket: string, cluster: string, of: Protected): string[] {
  const folder = join(bucket, cluster, idOf(of), of.kind);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .sort()
    .map((name) => join(folder, name))
    .filter((set) => existsSync(join(set, 'manifest.json')));
}

/** Encrypted files of a set. */
export const filesOf = (set: string): string[] =>
  readdirSync(join(set, 'data')).map((name) => join(set, 'data', name));
