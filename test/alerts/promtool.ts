import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { ProgrammeError } from '../e2e/report';
import { explain } from './failures';
import type { UnitTest } from './unit-test';

/** Problems by unit test, in their order; none where it passed. */
export type Verdicts = readonly (readonly string[])[];

/**
 * Memory that Linux offers as a folder: promtool makes a database for each timeline and waits until it is on the disk, which takes a third of
 * the time. Ten megabytes are enough.
 */
const MEMORY = '/dev/shm';

/** Of a process that has a core for itself: collecting garbage of short-lived databases on another took a sixth of the time. */
const ALONE = { GOMAXPROCS: '1', GOGC: '800', GOMEMLIMIT: '700MiB' };

/** Has promtool judge unit tests, on all cores. Throws a ProgrammeError where it gives no verdict on one of them. */
export async function judge(promtool: string, tests: readonly UnitTest[]): Promise<Verdicts> {
  const folder = mkdtempSync(join(existsSync(MEMORY) ? MEMORY : tmpdir(), 'strata-alerts-'));
  try {
    const files = tests.map((test, index) => write(join(folder, String(index)), test));
    const workers = Math.min(availableParallelism(), files.length);
    const shares = Array.from({ length: workers }, (_, worker) =>
      files.filter((_file, index) => index % workers === worker),
    );
    const ended = await Promise.allSettled(
      shares.map((share, worker) => run(promtool, folder, join(folder, `${worker}.xml`), share)),
    );
    // only now, since one that still runs would write into a folder that is being removed
    const failed = ended.find((one) => one.status === 'rejected');
    if (failed) throw failed.reason;
    const verdicts = new Map(ended.flatMap((one) => (one.status === 'fulfilled' ? [...one.value] : [])));
    return files.map((file, index) => {
      const verdict = verdicts.get(file);
      if (!verdict) throw new ProgrammeError(`promtool says nothing of ${tests[index]?.title}`);
      return verdict;
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** JSON is YAML; gives the file with the tests. */
function write(folder: string, { rules, tests }: UnitTest): string {
  mkdirSync(folder);
  writeFileSync(join(folder, 'rules.yaml'), JSON.stringify(rules));
  const file = join(folder, 'tests.yaml');
  writeFileSync(file, JSON.stringify(tests));
  return file;
}

/** Problems by file. promtool's exit code says no more than its report does. */
async function run(
  promtool: string,
  folder: string,
  report: string,
  files: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const child = spawn(promtool, ['test', `--junit=${report}`, 'rules', ...files], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, ...ALONE, TMPDIR: folder },
  });
  let complaint = '';
  child.stderr
    .setEncoding('utf8')
    .on('data', (text: string) => (complaint = (complaint + text).slice(-2000)));
  await new Promise<void>((resolve, reject) => {
    child.on('close', () => resolve());
    child.on('error', (error) => reject(new ProgrammeError(`${promtool}: ${error.message}`)));
  });
  const suites = suitesOf(readFileSync(report, { encoding: 'utf8', flag: 'a+' }));
  if (suites.size !== files.length)
    throw new ProgrammeError(`promtool judged ${suites.size} of ${files.length} files:\n${complaint}`);
  return suites;
}

/** Reads the few elements that promtool's report has (util/junitxml of Prometheus). */
function suitesOf(xml: string): ReadonlyMap<string, readonly string[]> {
  const suites = [...xml.matchAll(/<testsuite name="([^"]*)"[^>]*>(.*?)<\/testsuite>/gs)];
  return new Map(suites.map(([, name = '', cases = '']) => [plain(name), problemsOf(cases)]));
}

function problemsOf(cases: string): string[] {
  return [...cases.matchAll(/<testcase name="([^"]*)">(.*?)<\/testcase>/gs)].flatMap(
    ([, name = '', body = '']) => {
      const complaints = [...body.matchAll(/<(?:failure|error)>(.*?)<\/(?:failure|error)>/gs)];
      return explain(complaints.map(([, text = '']) => plain(text))).map(
        (problem) => `${plain(name)}: ${problem}`,
      );
    },
  );
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

const plain = (text: string): string =>
  text.replace(
    /&(?:#x([0-9A-Fa-f]+)|#(\d+)|(\w+));/g,
    (all, hex?: string, decimal?: string, name?: string) => {
      if (hex) return String.fromCodePoint(parseInt(hex, 16));
      if (decimal) return String.fromCodePoint(Number(decimal));
      return ENTITIES[name ?? ''] ?? all;
    },
  );
