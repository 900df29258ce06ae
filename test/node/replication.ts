import type { ClusterSettings } from '../../charts/settings';
import type { Outcome } from '../e2e/report';
import type { Done } from './exec';
import { Findings } from './findings';
import { tail } from './jobs';
import { samplesOf } from './metrics';
import { PLACE, SERVERS, sql, superuser } from './postgresql';
import type { Scene } from './scene';
import type { Stage } from './stage';

const { environment, namespace } = PLACE;
const PODS = ['postgresql-0', 'postgresql-1', 'postgresql-2'] as const;

/** Seconds for a pod to start again, read who is the primary, and catch up, on a busy machine. */
const PATIENCE_SECONDS = 180;
/** Keeps pods that are gone from coming back: as if their node were gone. */
const TAINT = 'strata-e2e/gone=yes:NoSchedule';

/** Two standbys, built by themselves; the primary dies, hands over, and is lost; whoever was one before takes no write. */
export async function replicationScenario({ stage, settings, report, name }: Scene): Promise<void> {
  const with_ = (primary: number): ClusterSettings => replicated(settings, primary);
  const up = await report.group(`${name} up`, () => stage.bring(with_(0), SERVERS));
  if (!up) return;
  await report.group(`${name} streams`, () => streams(stage));
  await report.group(`${name} observed`, () => observed(stage, with_(0)));
  await report.group(`${name} killed`, () => killed(stage));
  await report.group(`${name} switchover`, () => switchover(stage, with_(1)));
  await report.group(`${name} promotion`, () => promotion(stage, with_(2)));
}

const replicated = (settings: ClusterSettings, primary: number): ClusterSettings => ({
  ...settings,
  environments: settings.environments.map((one) => {
    const { postgresql } = one.components;
    if (one.name !== environment || !postgresql) return one;
    const changed = { ...postgresql, standbys: PODS.length - 1, synchronous: true, primary };
    return { ...one, components: { ...one.components, postgresql: changed } };
  }),
});

const RECOVERING = 'SELECT pg_is_in_recovery()';
const COUNT = 'SELECT count(*) FROM orders';
const inDatabase = (stage: Stage, pod: string, statement: string): Promise<string> =>
  superuser(stage, pod, statement, PLACE.database);

/** Waits until a query on a server has this answer; gives the last one. */
async function becomes(stage: Stage, pod: string, statement: string, wanted: string): Promise<string> {
  let last = '';
  await stage
    .until(`${pod}: ${statement}`, PATIENCE_SECONDS, async () => {
      last = await inDatabase(stage, pod, statement);
      return last === wanted ? true : undefined;
    })
    .catch(() => undefined);
  return last;
}

/** Waits until the application's statement goes through. */
async function goesThrough(stage: Stage, statement: string): Promise<string> {
  let last = '';
  await stage
    .until(statement, PATIENCE_SECONDS, async () => {
      last = await sql(stage, 'client', statement);
      return last.startsWith('refused') ? undefined : true;
    })
    .catch(() => undefined);
  return last;
}

const insert = (id: number): string => `INSERT INTO orders VALUES (${id}, 'r') RETURNING id`;

async function everyoneHas(stage: Stage, found: Findings): Promise<string> {
  const rows = await sql(stage, 'client', COUNT);
  for (const pod of PODS) found.is(`rows on ${pod}`, await becomes(stage, pod, COUNT, rows), rows);
  return rows;
}

/** Only this one takes writes; the others say so. */
async function onePrimary(stage: Stage, primary: string, found: Findings): Promise<void> {
  for (const pod of PODS) {
    const wanted = pod === primary ? 'f' : 't';
    found.is(`${pod} recovers`, await becomes(stage, pod, RECOVERING, wanted), wanted);
    if (pod !== primary)
      found.is(`a write on ${pod}`, await inDatabase(stage, pod, insert(-1)), /read-only transaction/);
  }
}

async function streams(stage: Stage): Promise<Outcome> {
  const found = new Findings();
  const streaming = `SELECT count(*) FILTER (WHERE state = 'streaming' AND sync_state = 'quorum') FROM pg_stat_replication`;
  found.is('standbys that confirm commits', await becomes(stage, PODS[0], streaming, '2'), '2');
  found.is('the application writes', await goesThrough(stage, insert(100)), '100');
  const rows = await everyoneHas(stage, found);
  await onePrimary(stage, PODS[0], found);
  return found.outcome(`two standbys built by themselves, ${rows} rows on each`);
}

/** The exporters show every metric that an alert of the server asks for: one that does not exist never fires. */
async function observed(stage: Stage, settings: ClusterSettings): Promise<Outcome> {
  const found = new Findings();
  const shown = new Set<string>();
  for (const pod of PODS)
    for (const series of (await samplesOf(stage, namespace, 'pods', `${pod}:9187`)).keys())
      shown.add(series.replace(/\{.*/, ''));
  const rules = stage
    .rendered(settings, `postgresql-${environment}`)
    .filter(({ kind }) => kind === 'PrometheusRule')
    .flatMap(({ spec }) => (spec as { groups: { rules: { expr: string }[] }[] }).groups)
    .flatMap((group) => group.rules);
  const asked = new Set(rules.flatMap(({ expr }) => expr.match(/\bpg_\w+/g) ?? []));
  found.holds('no alert asks for a metric of the server', asked.size > 0);
  for (const metric of asked) found.holds(`no exporter shows ${metric}`, shown.has(metric));
  return found.outcome(`${asked.size} metrics that alerts ask for are there`);
}

async function killed(stage: Stage): Promise<Outcome> {
  const found = new Findings();
  found.is('a row is committed', await sql(stage, 'client', insert(101)), '101');
  const start = performance.now();
  await remove(stage, PODS[0]);
  found.is('the application writes again', await goesThrough(stage, insert(102)), '102');
  const seconds = ((performance.now() - start) / 1000).toFixed(0);
  await everyoneHas(stage, found);
  await onePrimary(stage, PODS[0], found);
  return found.outcome(
    `the primary's pod was killed: writes again after ${seconds} s, nothing lost, the same primary`,
  );
}

const remove = (stage: Stage, pod: string): Promise<Done> =>
  stage.kubectl(['delete', 'pod', '-n', namespace, pod, '--grace-period=0', '--force']);

/** The command of the runbook. */
const promote = (
  stage: Stage,
  pod: string,
  options: readonly string[] = [],
  before: readonly string[] = [],
) =>
  stage.kubectl([
    ...['exec', '-n', namespace, pod, '-c', 'postgresql', '--', ...before, 'bash', '/etc/strata/promote.sh'],
    ...options,
  ]);

async function switchover(stage: Stage, settings: ClusterSettings): Promise<Outcome> {
  const found = new Findings();
  found.is('a row is committed', await sql(stage, 'client', insert(103)), '103');
  const start = performance.now();
  found.add((await stage.apply(settings, SERVERS)).problems);
  const { code, output, errors } = await promote(stage, PODS[1]);
  found.holds(`promote.sh failed: ${tail(output + errors)}`, code === 0);
  found.is('the application writes', await goesThrough(stage, insert(104)), '104');
  const seconds = ((performance.now() - start) / 1000).toFixed(0);
  await everyoneHas(stage, found);
  await onePrimary(stage, PODS[1], found);
  return found.outcome(`handed over in ${seconds} s, nothing lost, the old primary follows`);
}

/** The primary is gone; another is promoted; then the old one comes back, with the data of a primary. */
async function promotion(stage: Stage, settings: ClusterSettings): Promise<Outcome> {
  const found = new Findings();
  found.is('a row is committed', await sql(stage, 'client', insert(105)), '105');
  await stage.kubectl(['taint', 'nodes', '--all', TAINT]);
  await remove(stage, PODS[1]);
  // it would go on waiting for the settings
  const early = await promote(stage, PODS[2], ['--accept-loss'], ['timeout', '5']);
  found.is(
    'promote.sh, while the settings do not name the server',
    early.output,
    /waiting: the settings name/,
  );
  found.is('the server meanwhile', await inDatabase(stage, PODS[2], RECOVERING), 't');
  found.add((await stage.apply(settings, SERVERS)).problems);
  const { code, output, errors } = await promote(stage, PODS[2], ['--accept-loss']);
  found.holds(`promote.sh failed: ${tail(output + errors)}`, code === 0);
  found.is('the application writes', await goesThrough(stage, insert(106)), '106');
  found.is(
    'what was committed before the loss',
    await sql(stage, 'client', 'SELECT id FROM orders WHERE id = 105'),
    '105',
  );
  await stage.kubectl(['taint', 'nodes', '--all', `${TAINT}-`]);
  found.is('the old primary is back, as a standby', await becomes(stage, PODS[1], RECOVERING, 't'), 't');
  await everyoneHas(stage, found);
  await onePrimary(stage, PODS[2], found);
  return found.outcome(
    'another was promoted, nothing that was committed is lost, the old primary came back fenced',
  );
}
