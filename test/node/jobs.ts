import type { LiveObject } from '../e2e/api';
import type { Stage } from './stage';

export interface JobRun {
  readonly succeeded: boolean;
  /** What all containers wrote. */
  readonly log: string;
  readonly seconds: number;
}

/** Seconds that a run may take on a busy machine. */
const PATIENCE_SECONDS = 240;

let count = 0;

/** Starts a CronJob now, as a person does, and waits for its end. */
export async function runCronJob(stage: Stage, namespace: string, cronJob: string): Promise<JobRun> {
  const name = `${cronJob.slice(0, 50)}-${++count}`;
  const made = await stage.kubectl(['create', 'job', '-n', namespace, `--from=cronjob/${cronJob}`, name]);
  if (made.code !== 0) throw new Error(`CronJob ${namespace}/${cronJob}: ${made.errors.trim()}`);
  return ended(stage, namespace, name);
}

/** Waits for the end of a Job. */
export async function ended(stage: Stage, namespace: string, name: string): Promise<JobRun> {
  const start = performance.now();
  const verdict = await stage.until(`end of Job ${namespace}/${name}`, PATIENCE_SECONDS, async () => {
    const { status } = await stage.live('batch/v1', 'Job', namespace, name);
    return verdictOf(status);
  });
  return {
    succeeded: verdict === 'Complete',
    log: await logOf(stage, namespace, name),
    seconds: (performance.now() - start) / 1000,
  };
}

/** What its containers wrote, in their order. One after the other: of those that never began there is nothing, which is no error here. */
async function logOf(stage: Stage, namespace: string, name: string): Promise<string> {
  const { spec } = await stage.live('batch/v1', 'Job', namespace, name);
  const { initContainers = [], containers } = spec.template.spec as Record<string, { name: string }[]>;
  const logs = [];
  for (const container of [...initContainers, ...(containers ?? [])])
    logs.push(
      await stage.kubectl(['logs', '-n', namespace, `job/${name}`, '-c', container.name, '--tail=-1']),
    );
  return logs
    .map(({ output }) => output)
    .join('')
    .trim();
}

const verdictOf = (status: LiveObject['status']): 'Complete' | 'Failed' | undefined =>
  ((status?.conditions ?? []) as { type: string; status: string }[]).find(
    (condition) => condition.status === 'True' && ['Complete', 'Failed'].includes(condition.type),
  )?.type as 'Complete' | 'Failed' | undefined;

/** Last lines of a log, for a message. */
export const tail = (log: string, lines = 6): string => log.split('\n').slice(-lines).join('\n');
