import { mkdtempSync, readdirSync, rmdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { ProgrammeError } from '../e2e/report';
import { killSince, runningContainers } from './container';
import { findPrograms, type Programs } from './programs';
import type { Case, Suite } from './suite';
import { suites } from './suites';
import { World } from './world';

interface Options {
  readonly only?: string;
  readonly timeout: number;
  readonly list?: boolean;
  readonly long?: boolean;
}

/** Seconds that a run may take, beside the making of programs. */
const TIMEOUT_SECONDS = 1800;
/** Seconds that a case may take. */
const CASE_SECONDS = 600;
/** Suites at once, the longest first: a third of a case is waiting, so that two leave cores idle. */
const LANES = 3;
const LONG = suites.filter(({ long }) => long).map(({ name }) => name);
const SUITE_WIDTH = Math.max(...suites.map(({ name }) => name.length));
/** Exit code of a run that a signal ended: 128 and the number of SIGINT, as shells have it. */
const STOPPED = 130;

class OutOfTime extends Error {}

let folder: string | undefined;
let ending = false;
let passed = 0;
let failed = 0;

void main();

async function main(): Promise<void> {
  const options = readArguments();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => end(STOPPED, `stopped by ${signal}`));
  process.once('uncaughtException', (error) => end(1, error.stack ?? error.message));
  try {
    await runAll(options);
    end(failed ? 1 : 0);
  } catch (error) {
    end(1, error instanceof ProgrammeError ? error.message : String((error as Error).stack));
  }
}

function readArguments(): Options {
  return new Command('npm run test:servers --')
    .description(
      'Runs the scripts of the data components against real servers. Needs root, Go and debootstrap.',
    )
    .option('--only <text>', 'cases whose suite or title has this text')
    .option('--timeout <seconds>', 'how long the run may take', wholeSeconds, TIMEOUT_SECONDS)
    .option('--list', 'say the cases, and end')
    .option('--long', `also what takes minutes: ${LONG.join(', ')}`)
    .parse()
    .opts<Options>();
}

async function runAll({ only, timeout, list, long = false }: Options): Promise<void> {
  const wanted = suites
    .filter((suite) => long || !suite.long)
    .map(({ name, cases }) => ({
      name,
      cases: cases.filter(({ title }) => `${name}: ${title}`.includes(only ?? '')),
    }))
    .filter(({ cases }) => cases.length);
  if (!wanted.length)
    throw new ProgrammeError(`no case has "${only}" in its name: --list --long says them all`);
  if (list)
    return wanted.forEach(({ name, cases }) => cases.forEach(({ title }) => say(`${name}: ${title}`)));
  const programs = await findPrograms(say);
  const start = performance.now();
  const home = mkdtempSync(join(tmpdir(), 'strata-servers-'));
  folder = home;
  setTimeout(() => end(1, `not done after ${timeout} s`), timeout * 1000).unref();
  const lane = async (): Promise<void> => {
    for (let suite = wanted.shift(); suite; suite = wanted.shift()) await runSuite(suite, programs, home);
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  say(`\ntime     ${((performance.now() - start) / 1000).toFixed(1)} s`);
}

/** One world per suite: its servers start once, and end with its last case. */
async function runSuite({ name, cases }: Suite, programs: Programs, home: string): Promise<void> {
  const world = new World(programs, join(home, name));
  for (const item of cases) await runCase(name, item, world);
  await world.end();
}

async function runCase(suite: string, { title, run }: Case, world: World): Promise<void> {
  const start = performance.now();
  const before = runningContainers();
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new OutOfTime(`not done after ${CASE_SECONDS} s`)), CASE_SECONDS * 1000);
  });
  let problem: unknown;
  let note: string | void = undefined;
  try {
    note = await Promise.race([run(world), limit]);
  } catch (error) {
    problem = error;
  }
  clearTimeout(timer);
  // it would go on, beside the next case
  if (problem instanceof OutOfTime) killSince(before, world.folder);
  if (ending) return;
  const seconds = ((performance.now() - start) / 1000).toFixed(1).padStart(5);
  say(
    `${problem ? 'FAIL' : 'ok  '} ${seconds} s  ${suite.padEnd(SUITE_WIDTH)}  ${title}${note ? ` (${note})` : ''}`,
  );
  if (problem) {
    failed++;
    const text = problem instanceof Error ? (problem.stack ?? problem.message) : JSON.stringify(problem);
    say(`      ${text.replaceAll('\n', '\n      ')}`);
  } else passed++;
}

/** Ends all processes (with the exit of this one) and removes all state; after a failure the logs stay. */
function end(code: number, reason?: string): void {
  if (ending) return;
  ending = true;
  if (reason !== undefined) {
    failed++;
    process.stderr.write(`${reason}\n`);
  }
  process.once('exit', () => {
    if (folder === undefined) return;
    if (code && code !== STOPPED) keepLogs(folder);
    else rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  });
  if (folder !== undefined) say(`\n${passed} passed, ${failed} failed`);
  process.exit(code);
}

/** Takes away all but the logs; deepest first, so that folders are empty when their turn comes. */
function keepLogs(home: string): void {
  const paths = readdirSync(home, { recursive: true, encoding: 'utf8' }).map((path) => join(home, path));
  for (const path of paths.sort().reverse()) {
    if (path.endsWith('.log')) continue;
    const stat = statSync(path, { throwIfNoEntry: false });
    if (!stat?.isDirectory()) rmSync(path, { force: true });
    else if (!readdirSync(path).length) rmdirSync(path);
  }
  process.stderr.write(`logs     ${home}\n`);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function wholeSeconds(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError('Write a whole number of seconds.');
  return Number(text);
}
