import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import type { ClusterSettings } from '../../charts/settings';
import type { Outcome } from '../e2e/report';
import { constant, judgeAlerts, type Look } from './alerts';
import { cycle, drillOf, filesOf, idOf, runStep, setsOf, SUCCESS, successOf, type Protected } from './cycle';
import { attemptLong } from './exec';
import { Findings } from './findings';
import { ended, tail } from './jobs';
import { results, type Samples } from './metrics';
import { PLACE, RESTART_SECONDS, sql, superuser } from './postgresql';
import type { Scene } from './scene';
import type { Stage } from './stage';

const { environment, namespace, database } = PLACE;
const DRILLS = 'drills';
const LOGICAL: Protected = { name: 'postgresql', environment, namespace, kind: 'logical' };
const COMPONENT = idOf(LOGICAL);

/** Rows beyond those of the scenario before: enough for a dump to have a size. */
const ROWS = 20_000;

/** Backups by the rendered CronJobs: made, read back, restored in a drill; lost data restored; damage found out, and alerted of. */
export async function backupScenario(scene: Scene): Promise<void> {
  const { stage, bucket, settings, report, name } = scene;
  if (!bucket) return;
  const up = await report.group(`${name} applied`, () => stage.apply(settings, [drillOf(LOGICAL)]));
  if (!up) return;
  await report.group(`${name} data`, () => fill(stage));
  const sums = await sumOf(stage);
  await report.group(`${name} ${LOGICAL.kind}`, () =>
    cycle(scene, LOGICAL, ['PGDMP', 'CREATE ROLE', 'orders']),
  );
  await report.group(`${name} restore`, () => restored(scene, sums));
  await report.group(`${name} broken`, () => broken(scene, bucket.folder));
}

async function fill(stage: Stage): Promise<Outcome> {
  const found = new Findings();
  const statement = `INSERT INTO orders SELECT n, md5(n::text) FROM generate_series(1000, ${999 + ROWS}) AS n`;
  found.is('rows are written through the pooler', await sql(stage, 'client', statement), '');
  return found.outcome(`${ROWS} rows`);
}

/** Something that no two states of the table share. */
const sumOf = (stage: Stage): Promise<string> =>
  sql(stage, 'client', 'SELECT count(*), sum(hashtextextended(o::text, 0)::numeric) FROM orders AS o');

/**
 * `strata restore` as its notes say: it refuses a database that holds something, brings back what a lost volume held, and with the word
 * for it goes over what is there.
 */
async function restored({ stage, settings }: Scene, sums: string): Promise<Outcome> {
  const found = new Findings();
  const told: string[] = [];
  const run = async (what: string, options: readonly string[]): Promise<void> => {
    const { succeeded, log, seconds } = await restore(stage, settings, options);
    found.holds(`the restore ${what} failed:\n${tail(log, 12)}`, succeeded);
    found.is(`rows and their sum, ${what}`, await sumOf(stage), sums);
    told.push(`${what} after ${seconds.toFixed(0)} s`);
  };

  const refused = await restore(stage, settings, []);
  found.holds(`a restore went over a database that holds data:\n${tail(refused.log)}`, !refused.succeeded);
  found.is('the refusal', refused.log, /not empty/);
  found.is('nothing changed by it', await sumOf(stage), sums);

  stage.loseVolume(namespace, 'data-postgresql-0');
  await stage.kubectl(['delete', 'pod', '-n', namespace, 'postgresql-0', '--grace-period=0', '--force']);
  await stage.until(
    'an empty server',
    RESTART_SECONDS,
    async () => /relation "orders" does not exist/.test(await sumOf(stage)) || undefined,
  );
  await run('of a lost volume', []);

  found.is(
    'a row is changed',
    await sql(stage, 'client', "UPDATE orders SET what = 'wrong' WHERE id = 1"),
    '',
  );
  found.holds('the sum does not see a changed row', (await sumOf(stage)) !== sums);
  await run('over what is there', ['--overwrite', COMPONENT]);
  found.is(
    'the application writes',
    await sql(stage, 'client', "INSERT INTO orders VALUES (3, 'x') RETURNING id"),
    '3',
  );
  return found.outcome(`${sums.split('|')[0]} rows are back, ${told.join(', ')}`);
}

/** What the notes of `strata restore` say, in that order. */
async function restore(stage: Stage, { name }: ClusterSettings, options: readonly string[]) {
  const printed = await attemptLong(process.execPath, [
    ...[resolve('cli/strata.cjs'), 'restore', name, COMPONENT, ...options],
  ]);
  if (printed.code !== 0) throw new Error(`strata restore: ${printed.output}${printed.errors}`);
  const job = /^kind: Job\nmetadata:\n {2}name: (\S+)$/m.exec(printed.output)?.[1] ?? '';
  // the client has ended; its connection would stay in the pooler for ten minutes, and a restore is refused as long
  const pooled = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '${database}'`;
  await superuser(stage, 'postgresql-0', pooled);
  const { output: identity } = await stage.kubectl([
    ...['get', 'secret', '-n', DRILLS, 'backup-identity', '-o', 'yaml'],
  ]);
  const moved = identity.replace(`namespace: ${DRILLS}`, `namespace: ${namespace}`);
  for (const input of [moved, printed.output]) {
    const { code, errors } = await stage.kubectl(['apply', '-f', '-'], input);
    if (code !== 0) throw new Error(errors);
  }
  const run = await ended(stage, namespace, job);
  await stage.kubectl(['delete', 'secret', '-n', namespace, 'backup-identity']);
  await stage.kubectl(['delete', 'job', '-n', namespace, job, '--wait']);
  return run;
}

/** One byte of the newest set is changed: check and drill fail, nobody is told of a success, and the alerts fire in their time. */
async function broken(scene: Scene, bucket: string): Promise<Outcome> {
  const { stage, settings } = scene;
  const found = new Findings();
  const before = await results(stage, settings.monitoring.namespace);
  damage(scene, setsOf(bucket, settings.name, LOGICAL).pop() ?? '');
  for (const step of ['check', 'drill'] as const) {
    const { succeeded, log } = await runStep(stage, step, LOGICAL);
    found.holds(`the ${step} says a damaged set is good:\n${tail(log)}`, !succeeded);
    found.is(`what the ${step} says`, log, /damaged/);
  }
  const after = await results(stage, settings.monitoring.namespace);
  for (const step of ['check', 'drill'] as const)
    found.is(
      `last success of the ${step}, after one that failed`,
      String(successOf(after, step, LOGICAL)),
      String(successOf(before, step, LOGICAL)),
    );
  found.add(await alertsOf(stage, settings, after));
  return found.outcome(
    'a damaged set is found by check and drill; neither reports a success, and their alerts fire in time',
  );
}

/** Changes one byte of the largest file of a set, by way of the S3 API: for the bucket it is an object as good as before. */
function damage({ stage, bucket }: Scene, set: string): void {
  const [largest = ''] = filesOf(set).sort((one, other) => statSync(other).size - statSync(one).size);
  const content = readFileSync(largest);
  const middle = content.length >> 1;
  content.writeUInt8(content.readUInt8(middle) ^ 1, middle);
  const file = join(stage.folder, 'damaged');
  writeFileSync(file, content);
  bucket?.put(file, relative(bucket.folder, largest));
}

const HOUR = 3600;
const DAY = 24 * HOUR;

/** The alerts on the ages that were recorded, by the rules as rendered: none fires the day after, each does when its time has come. */
async function alertsOf(stage: Stage, settings: ClusterSettings, samples: Samples): Promise<string[]> {
  const rule = stage.rendered(settings, COMPONENT).find((object) => object.kind === 'PrometheusRule');
  if (!rule) return [`${COMPONENT} has no alerts`];
  const now = Date.now() / 1000;
  const recorded = [...samples]
    .filter(([series]) => Object.values(SUCCESS).some((metric) => series.startsWith(`${metric}{`)))
    .map(([series, timestamp]) => constant(series, timestamp, now, 38 * DAY));
  const labels = { component: COMPONENT, kind: LOGICAL.kind };
  // the ages that the runbook names: 30 hours for a backup, a day more for its check, 36 days for a drill; and what each alert waits
  const times = {
    PostgresqlBackupOverdue: 30 * HOUR,
    PostgresqlBackupCheckOverdue: 54 * HOUR,
    PostgresqlDrillOverdue: 36 * DAY,
  };
  const looks = Object.entries(times).flatMap(([alert, time]): Look[] => [
    { after: time - HOUR, alert, labels, fires: false },
    { after: time + 2 * HOUR, alert, labels, fires: true },
  ]);
  return judgeAlerts(stage.programs.kubernetes.promtool, stage.folder, rule, recorded, looks);
}
