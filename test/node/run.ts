import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { ProgrammeError } from '../e2e/report';
import { findNodePrograms } from './programs';
import { requireHost } from './host';
import { removeCgroup } from './namespace';
import { cgroupOf, LOGS, type Plan } from './plan';
import { sayStandIns } from './stand-ins';

interface Options {
  readonly only?: string;
  readonly timeout: number;
  readonly keep?: boolean;
  readonly standIns?: boolean;
}

const PLAN = 'plan.json';
/** Seconds that a run may take, beside the making of programs. */
const TIMEOUT_SECONDS = 1800;
/** Exit code of a run that a signal ended: 128 and the number of SIGINT, as shells have it. */
const STOPPED = 130;

/** How long the inside has to end its processes before all are killed with it. */
const STOP_MILLISECONDS = 10_000;

/** Namespaces of its own: with them go devices, addresses, packet filters, mounts and every process, however the run ends. */
const NAMESPACES = ['--net', '--mount', '--pid', '--ipc', '--uts', '--fork', '--kill-child', '--mount-proc'];

const say = (line: string): void => void process.stdout.write(`${line}\n`);

void main();

async function main(): Promise<void> {
  const { cluster, options } = readArguments();
  if (options.standIns) return sayStandIns(say);
  try {
    process.exitCode = await runNode(cluster, options);
  } catch (error) {
    process.stderr.write(
      `${error instanceof ProgrammeError ? error.message : String((error as Error).stack)}\n`,
    );
    process.exitCode = 1;
  }
}

function readArguments(): { cluster: string; options: Options } {
  const command = new Command('npm run e2e:node --')
    .description(
      'Proves on a real node (kubelet, containerd, kube-proxy, DNS) that the rendered datastores run, are backed up, restored and drilled. Needs root.',
    )
    .argument('[cluster]', 'name of a cluster', 'mono')
    .option('--only <text>', 'scenarios whose name has this text, and those that they stand on')
    .option('--timeout <seconds>', 'how long the run may take', wholeSeconds, TIMEOUT_SECONDS)
    .option('--keep', 'leave the node running at the end, until Ctrl-C')
    .option('--stand-ins', 'say what in a run is not as on a cluster, and end')
    .parse();
  return { cluster: command.args[0] ?? 'mono', options: command.opts<Options>() };
}

/** Makes what a node needs of this machine, then runs the rest in namespaces of its own. Gives the exit code. */
async function runNode(cluster: string, options: Options): Promise<number> {
  const plugins = requireHost();
  const programs = await findNodePrograms(say);
  const folder = mkdtempSync(join(tmpdir(), 'strata-node-'));
  const plan: Plan = {
    ...{ cluster, folder, plugins, programs },
    keep: options.keep ?? false,
    only: options.only ?? '',
  };
  writeFileSync(join(folder, PLAN), JSON.stringify(plan));
  if (plan.keep) say(lookAround(plan));
  const code = await inNamespaces(folder, options.timeout);
  await removeCgroup(cgroupOf(folder));
  cleanUp(folder, code);
  return code;
}

function inNamespaces(folder: string, timeout: number): Promise<number> {
  const program = [process.execPath, resolve('cli/bundle.cjs'), 'test/node/inside.ts', join(folder, PLAN)];
  // it ends by itself when its input ends: with this process, however that ends
  const child = spawn('unshare', [...NAMESPACES, ...program], {
    stdio: ['pipe', 'inherit', 'inherit'],
    detached: true,
  });
  let stopped: number | undefined;
  const stop = (code: number, why: string): void => {
    stopped = code;
    process.stderr.write(`${why}\n`);
    child.stdin.end();
    // it may be waiting for a program that it started
    setTimeout(() => child.kill('SIGKILL'), STOP_MILLISECONDS).unref();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => stop(STOPPED, `stopped by ${signal}`));
  setTimeout(() => stop(1, `not done after ${timeout} s`), timeout * 1000).unref();
  return codeOf(child).then((code) => stopped ?? code);
}

/** How a person gets in: the inside does not know its process id out here. */
const lookAround = ({ folder, programs }: Plan): string =>
  `to look around:\n  nsenter --target $(pgrep -f '^${process.execPath} .*${join(folder, PLAN)}') --net --mount --pid \\
    ${programs.kubernetes.kubectl} --kubeconfig ${join(folder, LOGS, 'kubeconfig')} get pods -A`;

const codeOf = (child: ChildProcess): Promise<number> =>
  new Promise((done, fail) => {
    child.once('error', fail);
    child.once('close', (code) => done(code ?? 1));
  });

/** Removes all state; after a failure the logs stay: of the node's programs, and of the pods that are still there. */
function cleanUp(folder: string, code: number): void {
  if (!code || code === STOPPED) return rmSync(folder, { recursive: true, force: true });
  for (const name of readdirSync(folder))
    if (name !== LOGS) rmSync(join(folder, name), { recursive: true, force: true });
  const logs = join(folder, LOGS);
  for (const { name, isDirectory } of readdirSync(logs, { withFileTypes: true }).map((entry) => ({
    name: entry.name,
    isDirectory: entry.isDirectory(),
  })))
    if (isDirectory ? name !== 'pods' : !name.endsWith('.log')) rmSync(join(logs, name), { recursive: true });
  say(`\nlogs     ${logs}`);
}

function wholeSeconds(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError('Write a whole number of seconds.');
  return Number(text);
}
