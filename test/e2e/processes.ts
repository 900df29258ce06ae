import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { ProgrammeError } from './report';

/** Milliseconds between two looks at the memory. */
const SAMPLE_MILLISECONDS = 500;
/** Lines of a log that a message shows. */
const SHOWN_LINES = 8;

interface Running {
  readonly name: string;
  readonly child: ChildProcess;
  readonly log: string;
}

/** The processes of one run: each writes a log into the run's folder, and none outlives the run. */
export class Processes {
  /** Of all runs of this programme: they share the machine's memory. */
  private static readonly every: Processes[] = [];
  private readonly running: Running[] = [];
  private readonly sampler: NodeJS.Timeout;
  private peak = 0;

  /** @param folder gets a log per process */
  constructor(private readonly folder: string) {
    Processes.every.push(this);
    this.sampler = setInterval(() => this.sample(), SAMPLE_MILLISECONDS);
    this.sampler.unref();
    // also where the run ends by an error that nobody awaited
    process.on('exit', () => this.kill());
  }

  /** @param env what it finds in its environment beside our own */
  start(name: string, program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): void {
    const log = join(this.folder, `${name}.log`);
    const descriptor = openSync(log, 'a');
    const child = spawn(program, args, {
      cwd: this.folder,
      env: { ...process.env, ...env },
      stdio: ['ignore', descriptor, descriptor],
      // Ctrl-C is for the run, which ends them: out of a terminal's process group, none dies first and is taken for a failure
      detached: true,
    });
    closeSync(descriptor);
    // a program that cannot be started has no exit code; check() tells
    child.on('error', () => undefined);
    this.running.push({ name, child, log });
  }

  /** Resolves when a process has ended by itself. */
  async ended(name: string): Promise<void> {
    const child = this.running.find((process) => process.name === name)?.child;
    if (child?.exitCode === null) await new Promise((resolve) => child.once('exit', resolve));
  }

  /** Throws where a process has ended by itself: nothing that is observed after that means anything. */
  check(): void {
    const dead = this.running.find(
      ({ child }) => child.pid === undefined || child.exitCode !== null || child.signalCode !== null,
    );
    if (!dead) return;
    const lines = readFileSync(dead.log, 'utf8').trimEnd().split('\n').slice(-SHOWN_LINES);
    throw new ProgrammeError(
      `${dead.name} ended by itself (${dead.child.exitCode ?? dead.child.signalCode ?? 'not started'}); last lines of ${dead.log}:\n${lines.join('\n')}`,
    );
  }

  /** Ends all; their state goes with the folder, so none is asked to save any. */
  async stop(): Promise<void> {
    this.sample();
    const ended = this.running
      .filter(({ child }) => child.pid !== undefined && child.exitCode === null && child.signalCode === null)
      .map(({ child }) => new Promise((resolve) => child.once('exit', resolve)));
    this.kill();
    await Promise.all(ended);
    clearInterval(this.sampler);
    this.running.length = 0;
  }

  get pids(): number[] {
    return this.running.flatMap(({ child }) => child.pid ?? []);
  }

  /** Most bytes that all processes of all runs, and this one, held at once while this run was on; undefined where there is no /proc. */
  get peakBytes(): number | undefined {
    return this.peak || undefined;
  }

  private kill(): void {
    for (const { child } of this.running) child.kill('SIGKILL');
  }

  private sample(): void {
    this.peak = Math.max(
      this.peak,
      [process.pid, ...Processes.every.flatMap(({ pids }) => pids)].reduce(
        (sum, pid) => sum + residentBytes(pid),
        0,
      ),
    );
  }
}

/** Those of the processes that still run. */
export const survivors = (pids: readonly number[]): number[] =>
  pids.filter((pid) => {
    try {
      // signal 0 only asks
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  });

/** Resident memory of a process; 0 where it is gone. */
function residentBytes(pid: number): number {
  try {
    const kibi = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return Number(kibi ?? 0) * 1024;
  } catch {
    return 0;
  }
}

/** Free ports of the loopback device. Another process may take one before ours does: whoever starts a server has to look again then. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, () => {
      const server = createServer();
      return new Promise<typeof server>((resolve, reject) => {
        server.once('error', reject);
        server.listen(0, '127.0.0.1', () => resolve(server));
      });
    }),
  );
  const ports = servers.map((server) => {
    const address = server.address();
    return typeof address === 'object' && address ? address.port : 0;
  });
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

export const sleep = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));
