import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { findBinaries } from '../e2e/binaries';
import { ProgrammeError } from '../e2e/report';
import { cover, type Covered } from './coverage';
import { exampleProblems } from './example';
import { brokenTests, unnoticed, untilOneFails } from './mutations';
import { judge } from './promtool';
import { readRuleSets, renderRuleSets, type RuleSet } from './rules';
import { alertmanagerText, routeProblems } from './routes';
import { unitTest } from './unit-test';

interface Options {
  readonly dist: string;
  readonly proof: boolean;
}

/** Settings with alerts that no cluster of the repository has. */
const OPTIONS = 'test/alerts/clusters';

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const count = { passed: 0, failed: 0 };

void main();

async function main(): Promise<void> {
  const { args, options } = readArguments();
  try {
    await runAll(args, options);
    say(`\n${count.passed} passed, ${count.failed} failed`);
    process.exitCode = count.failed ? 1 : 0;
  } catch (error) {
    process.stderr.write(
      `${error instanceof ProgrammeError ? error.message : String((error as Error).stack)}\n`,
    );
    process.exitCode = 1;
  }
}

function readArguments(): { args: string[]; options: Options } {
  const command = new Command('npm run test:alerts --')
    .description(
      'Proves by promtool that each rendered alert fires when it should, is silent when it should, and recovers.',
    )
    .argument('[components...]', 'names of components; all that have alerts by default')
    .option('--dist <folder>', 'rendered clusters', 'dist')
    .option('--no-proof', 'leave out the proof that every test fails on an alert that is wrong')
    .addHelpText(
      'after',
      '\npromtool comes from KUBEBUILDER_ASSETS, else from the cache, else it is built with Go: test/e2e/README.md.',
    )
    .parse();
  return { args: command.args, options: command.opts<Options>() };
}

async function runAll(named: readonly string[], { dist, proof }: Options): Promise<void> {
  const committed = clustersOf(dist).flatMap((cluster) => readRuleSets(join(dist, cluster)));
  const sets = [...renderRuleSets(OPTIONS), ...committed];
  const components = [...new Set(sets.map(({ component }) => component))].sort();
  const unknown = named.filter((name) => !components.includes(name));
  if (unknown.length)
    throw new ProgrammeError(`${unknown.join(', ')}: only ${components.join(', ')} have alerts`);
  const { covered, problems } = cover(sets);
  for (const problem of problems) fail(problem);
  const { promtool } = await findBinaries(resolve('test/e2e/tools'), say, ['promtool']);
  for (const component of named.length ? named : components)
    await runComponent(
      promtool,
      component,
      covered.filter(({ set }) => set.component === component),
      proof,
    );
  if (!named.length || named.includes('alertmanager')) await runRoutes(sets);
  if (!named.length) runExample();
}

function runExample(): void {
  const problems = exampleProblems();
  problems.forEach(fail);
  if (!problems.length) count.passed++;
  say(`${problems.length ? 'FAIL' : 'ok  '}  example of CONTRIBUTING.md`);
}

/** Who is told of what, by the configuration of each cluster that has Alertmanager. */
async function runRoutes(sets: readonly RuleSet[]): Promise<void> {
  const texts = new Map(
    sets.flatMap(({ cluster, objects }) => {
      const text = alertmanagerText(objects);
      return text === undefined ? [] : [[cluster, text] as const];
    }),
  );
  if (!texts.size) return;
  const { amtool } = await findBinaries(resolve('test/e2e/tools'), say, ['amtool']);
  for (const [cluster, text] of texts) {
    const problems = await routeProblems(amtool, cluster, text);
    problems.forEach(fail);
    if (!problems.length) count.passed++;
    say(`${problems.length ? 'FAIL' : 'ok  '}  routes of ${cluster}`);
  }
}

function clustersOf(dist: string): string[] {
  const clusters = existsSync(dist)
    ? readdirSync(dist, { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map(({ name }) => name)
    : [];
  if (!clusters.length) throw new ProgrammeError(`${dist} holds no cluster. Render them: npm run synth`);
  return clusters.sort();
}

/** All instances by their tests; then one of them with each of its alerts broken in each place, where the tests must fail. */
async function runComponent(
  promtool: string,
  component: string,
  covered: readonly Covered[],
  proof: boolean,
): Promise<void> {
  const start = performance.now();
  const failedBefore = count.failed;
  const tests = covered.map(({ set, rule, test }) => unitTest(set, rule, test));
  const verdicts = await judge(promtool, tests);
  for (const problem of verdicts.flat()) fail(problem);
  count.passed += verdicts.filter((problems) => !problems.length).length;

  const names = new Set<string>();
  const once = covered.filter(({ rule: { alert } }) => !names.has(alert) && names.add(alert));
  const broken = proof ? once.flatMap(({ set, rule, test }) => brokenTests(set, rule, test)) : [];
  const missed = unnoticed(broken, await untilOneFails(broken, (some) => judge(promtool, some)));
  for (const problem of missed) fail(problem);

  const timelines = tests.reduce((sum, test) => sum + test.count, 0);
  const seconds = ((performance.now() - start) / 1000).toFixed(1).padStart(5);
  const proved = `${names.size} alerts, ${tests.length} rendered, ${timelines} timelines, ${broken.length - missed.length} of ${broken.length} broken ones found`;
  say(`${count.failed > failedBefore ? 'FAIL' : 'ok  '}  ${component.padEnd(14)} ${seconds} s  ${proved}`);
}

function fail(problem: string): void {
  count.failed++;
  say(problem);
}
