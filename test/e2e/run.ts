import { chmodSync, existsSync, lstatSync, mkdtempSync, readdirSync, rmdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { findBinaries } from './binaries';
import { choose } from './choice';
import { runCluster } from './cluster';
import { runGitOps } from './gitops';
import { canSwitchOff } from './gitops-switch';
import { NEW_CLUSTERS, typeNewCluster, type Typed } from './new-clusters';
import { Processes } from './processes';
import { ProgrammeError, Report } from './report';
import { settingsOf } from './settings';
import { STAND_INS } from './stand-ins';

interface Options {
  readonly dist: string;
  readonly crds?: string;
  readonly from?: string;
  readonly timeout: number;
  readonly faults: boolean;
  readonly gitops: boolean;
  readonly standIns?: boolean;
}

/** Seconds that a run may take, beside the build of programs. */
const TIMEOUT_SECONDS = 1800;

/** Exit code of a run that a signal ended: 128 and the number of SIGINT, as shells have it. */
const STOPPED = 130;

const report = new Report();
/** One per control plane. */
const started: Processes[] = [];
/** All state of the run, and its logs. */
let folder: string | undefined;
let ending = false;

// At Go's default of 100, the API server and Argo CD spend a fifth of their time on garbage (pprof): less often, in 2 GiB at the most. An API
// server with all definitions takes that, and would collect all the time in half of it.
process.env['GOGC'] ??= '400';
process.env['GOMEMLIMIT'] ??= '2GiB';

void main();

async function main(): Promise<void> {
  const { args, options } = readArguments();
  if (options.standIns) return sayStandIns();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => void end(STOPPED, `stopped by ${signal}`));
  process.once('uncaughtException', (error) => void end(1, error.stack ?? error.message));
  try {
    await runAll(args, options);
    await end(report.ok ? 0 : 1);
  } catch (error) {
    await end(1, error instanceof ProgrammeError ? error.message : String((error as Error).stack));
  }
}

function readArguments(): { args: string[]; options: Options } {
  const command = new Command('npm run e2e --')
    .description(
      'Proves on a real API server and a real Argo CD that rendered clusters are accepted, get their pods, and are kept as git says.',
    )
    .argument(
      '[clusters...]',
      `names of clusters, rendered or to be made (${[...NEW_CLUSTERS.keys()].join(', ')}); all that are rendered and new-k3s by default`,
    )
    .option('--dist <folder>', 'rendered clusters', 'dist')
    .option(
      '--crds <folder>',
      'CustomResourceDefinitions, a folder per component of imports/crds.yaml; else fetched',
    )
    .option('--from <revision>', 'commit to upgrade from; by default the newest with another dist/<cluster>')
    .option('--timeout <seconds>', 'how long the run may take', wholeSeconds, TIMEOUT_SECONDS)
    .option('--no-faults', 'leave out the proof that every assertion can fail')
    .option('--no-gitops', 'leave out Argo CD')
    .option('--stand-ins', 'say what in a run is not as on a cluster, and end')
    .parse();
  return { args: command.args, options: command.opts<Options>() };
}

async function runAll(named: readonly string[], options: Options): Promise<void> {
  const { rendered: names, made } = choose(clustersIn(options.dist), named, options);
  const binaries = await report.step('programs', () =>
    findBinaries(resolve('test/e2e/tools'), (line) => report.say(line)),
  );
  const home = mkdtempSync(join(tmpdir(), 'strata-e2e-'));
  folder = home;
  setTimeout(() => void end(1, `not done after ${options.timeout} s`), options.timeout * 1000).unref();
  // where most can be tried: once is enough
  const stage = names.findLast((name) => canSwitchOff(settingsOf(name))) ?? names.at(-1);
  // they are of the assertions, not of a cluster
  const last = names.at(-1);
  const { dist, crds, from, faults, gitops } = options;
  const accept = (name: string): Promise<void> => {
    const own = join(home, name);
    const isLast = name === last;
    const given = { name, binaries, report, dist, crds, from, unusedToo: isLast, faults: faults && isLast };
    return runCluster({ ...given, folder: own, processes: processesIn(own) });
  };
  const follow = async (name: string): Promise<void> => {
    if (!gitops) return;
    const own = join(home, name, 'gitops');
    const given = { name, root: '.', binaries, report, dist, crds, faults, scenarios: name === stage };
    await runGitOps({ ...given, folder: own, processes: processesIn(own) });
  };
  const make = async (name: string): Promise<void> => {
    const own = join(home, name, 'gitops');
    const given = { name, binaries, report, crds, faults, scenarios: false, processes: processesIn(own) };
    let typed: Typed | undefined;
    await report.group(
      `${name} typed`,
      async () => (typed = await typeNewCluster(name, join(home, name, 'person'))),
    );
    if (typed) await runGitOps({ ...given, ...typed, dist: join(typed.root, 'dist'), folder: own });
  };
  // Argo CD keeps one core busy, or waits: the longest of its runs goes beside all others
  const [longest, others] = [names.filter((name) => name === stage), names.filter((name) => name !== stage)];
  const beside = async (): Promise<void> => {
    await inTurn(names, accept);
    await inTurn(others, follow);
    await inTurn(made, make);
  };
  await Promise.all([inTurn(longest, follow), beside()]);
}

async function inTurn(names: readonly string[], work: (name: string) => Promise<void>): Promise<void> {
  for (const name of names) await work(name);
}

function processesIn(place: string): Processes {
  const processes = new Processes(place);
  started.push(processes);
  return processes;
}

/** Names of the clusters in a folder. */
function clustersIn(dist: string): string[] {
  if (!existsSync(dist)) return [];
  const entries = readdirSync(dist, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

/** Ends all processes and removes all state; after a failure the logs stay, unless somebody wanted the end. */
async function end(code: number, reason?: string): Promise<void> {
  if (ending) return;
  ending = true;
  report.stop(reason);
  await Promise.all(started.map((processes) => processes.stop()));
  const peaks = started.flatMap(({ peakBytes }) => peakBytes ?? []);
  if (folder !== undefined) {
    openFolders(folder);
    if (code && code !== STOPPED) keepLogs(folder);
    else rmSync(folder, { recursive: true, force: true });
    report.summary(peaks.length ? Math.max(...peaks) : undefined);
  }
  process.exit(code);
}

/** Argo CD closes the folders of its working copies to everybody: only opened ones can be removed. */
function openFolders(home: string): void {
  chmodSync(home, 0o700);
  for (const entry of readdirSync(home, { withFileTypes: true }))
    if (entry.isDirectory()) openFolders(join(home, entry.name));
}

/** Takes away all but the logs; deepest first, so that folders are empty when their turn comes. */
function keepLogs(home: string): void {
  const paths = readdirSync(home, { recursive: true, encoding: 'utf8' }).map((path) => join(home, path));
  for (const path of paths.sort().reverse()) {
    if (path.endsWith('.log')) continue;
    if (!lstatSync(path).isDirectory()) rmSync(path);
    else if (!readdirSync(path).length) rmdirSync(path);
  }
  report.say(`\nlogs     ${home}`);
}

function sayStandIns(): void {
  for (const { what, instead, reason } of Object.values(STAND_INS))
    report.say(`${what}\n  instead: ${instead}\n  since:   ${reason}`);
}

function wholeSeconds(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError('Write a whole number of seconds.');
  return Number(text);
}
