import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { checkAll } from '../../checks/all';
import { writeCluster } from '../../cli/dist';
import { renderCluster } from '../../cli/pipeline';
import { filesOf } from '../../cli/render-files';
import { readRunbooks } from '../../cli/runbooks';
import type { ClusterSettings } from '../../charts/settings';
import { loadClusters } from '../../cli/load';

// `npm run bench`: medians, on the machine it names. It reports; nothing fails by a time. Machines differ by several times, and the same one
// from hour to hour, so each figure is also told as a multiple of an empty node process, measured beside it.

const RUNS = 5;
const root = process.cwd();

/** A copy in which each host has a name of its own: one name leads to one page. */
const ownHosts = <T extends object>(environment: T, prefix: string): T =>
  JSON.parse(
    JSON.stringify(environment, (key, value: unknown) =>
      key === 'host' && typeof value === 'string' ? `${prefix}.${value}` : value,
    ),
  ) as T;

/** mono with as many environments, each with its pair of instances, as give about `objects` objects. */
function scaled(objects: number): ClusterSettings {
  const [cluster] = loadClusters(join(root, 'clusters'), ['mono']).clusters;
  const prod = cluster?.settings.environments.find(({ name }) => name === 'prod');
  if (!cluster || !prod) throw new Error('clusters/mono has no environment prod');
  const withCopies = (copies: number): ClusterSettings => ({
    ...cluster.settings,
    nodes: cluster.settings.nodes.map((node) => ({ ...node, count: copies })),
    environments: Array.from({ length: copies }, (_, index) => ({
      ...ownHosts(prod, `e${index}`),
      name: `e${index}`,
      namespace: `e${index}`,
    })),
  });
  const [few, more] = [1, 11].map((copies) => renderCluster(withCopies(copies)).objects.length) as [
    number,
    number,
  ];
  return withCopies(Math.ceil((objects - few) / ((more - few) / 10)) + 1);
}

interface Figures {
  /** Seconds that an empty node process took just before. */
  readonly empty: number;
  readonly objects: number;
  readonly findings: number;
  readonly render: number;
  readonly check: number;
  readonly write: number;
  readonly total: number;
  /** Peak memory of the process, MiB. */
  readonly memory: number;
}

/** Settings → files in an empty folder, in this process. Seconds. */
function measure(objects: number): Omit<Figures, 'empty'> {
  const settings = scaled(objects);
  const runbooks = readRunbooks(root);
  const folder = mkdtempSync(join(tmpdir(), 'strata-bench-'));
  try {
    const start = performance.now();
    const rendered = renderCluster(settings);
    const afterRender = performance.now();
    const findings = checkAll({ ...rendered, settings, runbooks, today: '2026-11-20' });
    const afterCheck = performance.now();
    writeCluster(join(folder, 'bench'), filesOf(rendered));
    const end = performance.now();
    const seconds = (from: number, to: number) => (to - from) / 1000;
    return {
      objects: rendered.objects.length,
      findings: findings.length,
      render: seconds(start, afterRender),
      check: seconds(afterRender, afterCheck),
      write: seconds(afterCheck, end),
      total: seconds(start, end),
      memory: process.resourceUsage().maxRSS / 1024,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;

/** Each run in a process of its own, so that none profits from the one before. */
function inProcesses(objects: number): Figures {
  const runs = Array.from({ length: RUNS }, () => {
    const empty = emptyProcess();
    const { stdout, stderr } = spawnSync(
      process.execPath,
      ['cli/bundle.cjs', 'test/bench/bench.ts', String(objects)],
      { cwd: root, encoding: 'utf8' },
    );
    if (!stdout) throw new Error(stderr);
    return { ...(JSON.parse(stdout) as Omit<Figures, 'empty'>), empty };
  });
  const of = (field: keyof Figures) => median(runs.map((run) => run[field]));
  return {
    empty: of('empty'),
    objects: of('objects'),
    findings: of('findings'),
    render: of('render'),
    check: of('check'),
    write: of('write'),
    total: of('total'),
    memory: of('memory'),
  };
}

/** Seconds from the start of a process to its end. */
function secondsOf(args: readonly string[]): number {
  const start = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${args.join(' ')}: ${stderr}`);
  return (performance.now() - start) / 1000;
}

const emptyProcess = (): number => median(Array.from({ length: RUNS }, () => secondsOf(['-e', ''])));

/** A whole command, and an empty process beside it. */
function command(args: readonly string[], before: () => void = () => undefined) {
  const runs = Array.from({ length: RUNS }, () => {
    before();
    return { empty: secondsOf(['-e', '']), seconds: secondsOf(args) };
  });
  return {
    empty: median(runs.map(({ empty }) => empty)),
    seconds: median(runs.map(({ seconds }) => seconds)),
  };
}

/** `3.41 s (24.4 ×)`: seconds, and how many empty node processes would have run meanwhile. */
const told = (seconds: number, empty: number): string =>
  `${seconds.toFixed(2)} s (${(seconds / empty).toFixed(1)} ×)`;

function report(): void {
  const say = (line: string) => process.stdout.write(`${line}\n`);
  say(
    `${cpus().length} × ${cpus()[0]?.model ?? 'unknown CPU'}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}; medians of ${RUNS}`,
  );
  const noBundle = () => rmSync(join(root, 'node_modules/.cache/strata'), { recursive: true, force: true });
  const sayCommand = (name: string, { seconds, empty }: ReturnType<typeof command>) => {
    say(`${name.padEnd(38)} ${told(seconds, empty)}`);
  };
  say(`(×: as long as so many empty node processes, of ${emptyProcess().toFixed(2)} s now)`);
  sayCommand('synth mono, sources bundled anew', command(['cli/strata.cjs', 'synth', 'mono'], noBundle));
  sayCommand('synth mono, nothing changed', command(['cli/strata.cjs', 'synth', 'mono']));
  const sizes = [2_500, 10_000, 40_000].map((size) => inProcesses(size));
  for (const { objects, render, check, write, total, memory, findings, empty } of sizes) {
    const parts = `render ${told(render, empty)} + check ${told(check, empty)} + write ${told(write, empty)}`;
    say(
      `${String(objects).padStart(6)} objects: ${told(total, empty)} = ${parts}; peak ${memory.toFixed(0)} MiB; ${findings} findings`,
    );
  }
  sayCommand(
    'diff of all clusters, nothing changed',
    command(['cli/strata.cjs', 'diff', '--base', 'HEAD', '--fail-on', 'fails']),
  );
  spawnSync(process.execPath, ['cli/bundle.cjs', 'test/bench/diff.ts'], { cwd: root, stdio: 'inherit' });
  const [, middle, large] = sizes;
  if (middle && large) {
    say(
      `${(large.objects / middle.objects).toFixed(2)} × objects take ${(large.total / middle.total).toFixed(2)} × time`,
    );
  }
}

const [objects] = process.argv.slice(2);
if (objects === undefined) report();
else process.stdout.write(JSON.stringify(measure(Number(objects))));
