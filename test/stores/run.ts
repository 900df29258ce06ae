import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { ProgrammeError } from '../e2e/report';
import { findRoots, writeHosts, type Roots } from './programs';
import type { Suite } from './suite';
import { suites } from './suites';

interface Options {
  readonly only?: string;
  readonly list?: boolean;
}

/** Seconds that a case may take. */
const CASE_SECONDS = 600;
/** Tells the run that it is the one inside: nothing else of the machine listens there, whatever its ports are. */
const INSIDE = 'STRATA_STORES_INSIDE';
/** Names of Services that clients of the cases use, in the namespace of staging. */
const HOSTS = ['redis', 'rabbitmq', 'object-store'].map((name) => `${name}.viridial-staging.svc`);

let passed = 0;
let failed = 0;

void main();

async function main(): Promise<void> {
  const options = new Command('npm run test:stores --')
    .description(
      'Runs the stores as they are rendered: real programs, real configuration. Needs root, debootstrap and pip.',
    )
    .option('--only <text>', 'cases whose suite or title has this text')
    .option('--list', 'say the cases, and end')
    .parse()
    .opts<Options>();
  // what runs is ended when this process exits
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => process.exit(130));
  try {
    const wanted = chosen(options);
    if (options.list)
      return wanted.forEach(({ name, cases }) => cases.forEach(({ title }) => say(`${name}: ${title}`)));
    const roots = findRoots(say);
    if (process.env[INSIDE] === undefined) process.exit(await again());
    await runAll(wanted, roots);
    say(`\n${passed} passed, ${failed} failed`);
    process.exit(failed ? 1 : 0);
  } catch (error) {
    process.stderr.write(
      `${error instanceof ProgrammeError ? error.message : String((error as Error).stack)}\n`,
    );
    process.exit(1);
  }
}

function chosen({ only = '' }: Options): readonly Suite[] {
  const wanted = suites
    .map((suite) => ({
      ...suite,
      cases: suite.cases.filter(({ title }) => `${suite.name}: ${title}`.includes(only)),
    }))
    .filter(({ cases }) => cases.length);
  if (!wanted.length) throw new ProgrammeError(`no case has "${only}" in its name: --list says them all`);
  return wanted;
}

/** The same run, in a network of its own with a loopback device only. */
function again(): Promise<number> {
  const entry = ['cli/bundle.cjs', 'test/stores/run.ts', ...process.argv.slice(2)];
  const inside = ['sh', '-c', 'ip link set lo up && exec "$@"', 'sh', process.execPath, ...entry];
  const child = spawn('unshare', ['--net', ...inside], {
    stdio: 'inherit',
    env: { ...process.env, [INSIDE]: 'true' },
  });
  // it ends what it started
  process.once('exit', () => child.kill());
  return new Promise((ended) => {
    child.once('error', (error) => {
      process.stderr.write(`unshare: ${error.message}\n`);
      ended(1);
    });
    child.once('exit', (code) => ended(code ?? 1));
  });
}

async function runAll(wanted: readonly Suite[], roots: Roots): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), 'strata-stores-'));
  writeHosts(roots, HOSTS);
  const start = performance.now();
  for (const suite of wanted) await runSuite(suite, roots, join(home, suite.name));
  say(`\ntime     ${((performance.now() - start) / 1000).toFixed(1)} s`);
  if (failed) say(`logs     ${home}`);
  else rmSync(home, { recursive: true, force: true });
}

async function runSuite(suite: Suite, roots: Roots, folder: string): Promise<void> {
  const stage = suite.stage(roots, folder);
  for (const { title, run } of suite.cases) {
    const start = performance.now();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`not done after ${CASE_SECONDS} s`)), CASE_SECONDS * 1000);
    });
    let problem: unknown;
    let note: string | void = undefined;
    try {
      note = await Promise.race([run(stage), late]);
      passed++;
    } catch (error) {
      problem = error;
      failed++;
    }
    clearTimeout(timer);
    const seconds = ((performance.now() - start) / 1000).toFixed(1).padStart(5);
    say(
      `${problem ? 'FAIL' : 'ok  '} ${seconds} s  ${suite.name.padEnd(12)}  ${title}${note ? ` (${note})` : ''}`,
    );
    if (problem) say(`      ${String((problem as Error).stack ?? problem).replaceAll('\n', '\n      ')}`);
  }
  stage.end();
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
