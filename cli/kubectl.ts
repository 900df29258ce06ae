import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { StrataError } from '../charts/core/errors';
import { codeOf } from './replace-files';
import { UsageError } from './usage-error';

/** A connection that kubectl keeps to one cluster, with whatever credentials the kubeconfig names. */
export interface Proxy {
  /** Unix socket that speaks HTTP with the API server. */
  readonly socket: string;
  close(): void;
}

const PROGRAM = 'kubectl';
/** Seconds that kubectl may take to listen: it reads files only. */
const START_SECONDS = 15;
/** What kubectl proxy prints when it listens. */
const LISTENS = 'Starting to serve';
/** A dry run is a PATCH. Nothing else that changes something gets through, whatever this program does. */
const REJECTED_METHODS = '^(POST|PUT|DELETE|CONNECT)$';
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Milliseconds between two looks at a run, which takes minutes. */
const FOLLOW_MILLISECONDS = 2_000;

/** What is read of a Pod (core/v1 PodStatus). */
interface PodJson {
  readonly status?: {
    readonly initContainerStatuses?: readonly ContainerJson[];
    readonly containerStatuses?: readonly ContainerJson[];
  };
}

interface ContainerJson {
  readonly name: string;
  readonly state?: {
    readonly waiting?: { readonly reason?: string };
    readonly running?: object;
    readonly terminated?: { readonly exitCode: number };
  };
}

/** What is read of a Job (batch/v1 JobStatus). */
interface JobJson {
  readonly status?: {
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

/** `load runs`, `load failed (1)`: what is new is told. */
function stepsOf({ status }: PodJson): string[] {
  const all = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  return all.flatMap(({ name, state }) => {
    if (state?.running) return [`${name} runs`];
    if (state?.terminated)
      return [state.terminated.exitCode ? `${name} failed (${state.terminated.exitCode})` : `${name} done`];
    const reason = state?.waiting?.reason;
    return reason && reason !== 'PodInitializing' ? [`${name} waits: ${reason}`] : [];
  });
}

/** Whether a Job succeeded; undefined while it runs. */
function endOf({ status }: JobJson): boolean | undefined {
  const is = (type: string): boolean =>
    (status?.conditions ?? []).some((condition) => condition.type === type && condition.status === 'True');
  if (is('Complete')) return true;
  return is('Failed') ? false : undefined;
}

/** The kubectl in PATH: it knows every way of logging in, and the person who runs it has it set up. */
export class Kubectl {
  private readonly options: readonly string[];

  /** @param kubeconfig file; kubectl's own choice where undefined ($KUBECONFIG, ~/.kube/config) */
  constructor(private readonly kubeconfig: string | undefined) {
    this.options = kubeconfig === undefined ? [] : [`--kubeconfig=${kubeconfig}`];
  }

  /** Names of all contexts. Throws a StrataError where there is no kubectl, or it cannot read its kubeconfig. */
  contexts(): string[] {
    // kubectl takes a file that is not there for an empty one
    if (this.kubeconfig !== undefined && !existsSync(this.kubeconfig))
      throw new UsageError(
        `--kubeconfig ${this.kubeconfig}`,
        'there is no such file',
        'Name one that is there',
      );
    const args = [...this.options, 'config', 'get-contexts', '--output=name'];
    const { error, status, stdout, stderr } = spawnSync(PROGRAM, args, {
      encoding: 'utf8',
      env: process.env,
    });
    if (error) throw notStarted(error);
    if (status !== 0)
      throw new StrataError(PROGRAM, `cannot list contexts: ${stderr.trim()}`, 'Mend the kubeconfig');
    return stdout.split('\n').filter(Boolean);
  }

  /** Runs kubectl against a context and gives what it prints. Throws a StrataError with kubectl's own words. */
  private run(context: string, args: readonly string[]): string {
    const all = [...this.options, `--context=${context}`, ...args];
    const { error, status, stdout, stderr } = spawnSync('kubectl', all, {
      encoding: 'utf8',
      maxBuffer: 64 * 2 ** 20,
    });
    if (error) throw notStarted(error);
    if (status !== 0)
      throw new StrataError(
        `context ${context}`,
        `kubectl ${args[0]}: ${stderr.trim()}`,
        'See whether kubectl itself may do that',
      );
    return stdout;
  }

  /** Starts a CronJob's Job now, tells of each step that begins, prints the log of all at the end, and says whether it succeeded. */
  async follow(
    context: string,
    namespace: string,
    cronJob: string,
    job: string,
    progress: (line: string) => void,
  ): Promise<boolean> {
    const home = `--namespace=${namespace}`;
    this.run(context, ['create', 'job', job, `--from=cronjob/${cronJob}`, home]);
    const told = new Set<string>();
    for (;;) {
      const pods = JSON.parse(
        this.run(context, [
          'get',
          'pods',
          home,
          `--selector=batch.kubernetes.io/job-name=${job}`,
          '-o',
          'json',
        ]),
      ) as { items: PodJson[] };
      for (const step of pods.items.flatMap(stepsOf))
        if (!told.has(step)) {
          told.add(step);
          progress(`${job}: ${step}`);
        }
      const end = endOf(JSON.parse(this.run(context, ['get', 'job', job, home, '-o', 'json'])) as JobJson);
      if (end !== undefined) {
        progress(this.logs(context, home, job));
        return end;
      }
      await new Promise((resolve) => setTimeout(resolve, FOLLOW_MILLISECONDS));
    }
  }

  /** What the steps of a run said; the run counts without it, where its node does not answer any more. */
  private logs(context: string, home: string, job: string): string {
    try {
      return this.run(context, ['logs', home, `job/${job}`, '--all-containers', '--prefix', '--tail=100']);
    } catch (error) {
      if (!(error instanceof StrataError)) throw error;
      return `${job}: no logs: ${error.message}`;
    }
  }

  /**
   * Connects to the cluster of a context. The socket lies in a folder that only this user can enter: a port would give everybody on
   * this machine the user's rights. Throws a StrataError with kubectl's own words.
   */
  async connect(context: string): Promise<Proxy> {
    const folder = mkdtempSync(join(tmpdir(), 'strata-'));
    const socket = join(folder, 's');
    const args = [
      ...[...this.options, `--context=${context}`, 'proxy', `--unix-socket=${socket}`],
      ...[`--reject-methods=${REJECTED_METHODS}`, '--append-server-path'],
    ];
    const child = spawn(PROGRAM, args, { stdio: ['ignore', 'pipe', 'pipe'], env: process.env });
    const close = closing(child, folder);
    try {
      await listening(child, context);
      return { socket, close };
    } catch (error) {
      close();
      throw error;
    }
  }
}

const notStarted = (error: Error): StrataError =>
  codeOf(error) === 'ENOENT'
    ? new StrataError(
        PROGRAM,
        'is not in PATH, and clusters are reached through it',
        'Install it (https://kubernetes.io/docs/tasks/tools/), or add its folder to PATH',
      )
    : new StrataError(PROGRAM, `cannot be started: ${error.message}`, 'Mend its installation');

/** Ends the child and its folder when called, and when this program ends in any way that it can notice. */
function closing(child: ChildProcess, folder: string): () => void {
  const interrupted = (signal: (typeof SIGNALS)[number]): never =>
    // as shells have it; the handler of `exit` closes
    process.exit(128 + constants.signals[signal]);
  const close = (): void => {
    process.off('exit', close);
    for (const signal of SIGNALS) process.off(signal, interrupted);
    child.kill();
    rmSync(folder, { recursive: true, force: true });
  };
  process.once('exit', close);
  for (const signal of SIGNALS) process.once(signal, interrupted);
  return close;
}

function listening(child: ChildProcess, context: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const texts: string[] = [];
    const fail = (problem: string): void =>
      reject(
        new StrataError(`context ${context}`, problem, 'See whether kubectl itself can use the context'),
      );
    const late = setTimeout(
      () => fail(`kubectl does not listen after ${START_SECONDS} s`),
      START_SECONDS * 1000,
    );
    child.stdout?.on('data', (chunk: Buffer) => {
      if (String(chunk).includes(LISTENS)) settle(resolve);
    });
    child.stderr?.on('data', (chunk: Buffer) => texts.push(String(chunk)));
    child.once('error', (error) => settle(() => reject(notStarted(error))));
    child.once('close', (code) => settle(() => fail(texts.join('').trim() || `kubectl ended with ${code}`)));
    const settle = (then: () => void): void => {
      clearTimeout(late);
      then();
    };
  });
}

/**
 * The context to use: the named one, else the one that is called like the cluster. Never the current one, which may be any cluster.
 * Throws a StrataError that lists what there is.
 */
export function contextFor(cluster: string, named: string | undefined, contexts: readonly string[]): string {
  if (!contexts.length)
    throw new StrataError(
      PROGRAM,
      'its kubeconfig holds no context',
      'Name the file of the cluster: --kubeconfig <file>',
    );
  const wanted = named ?? cluster;
  if (contexts.includes(wanted)) return wanted;
  const choice = `--context ${[...contexts].sort().join(' | ')}`;
  throw named === undefined
    ? new UsageError(
        cluster,
        'no context is called like the cluster, and the current one may be any cluster',
        `Name it: ${choice}`,
      )
    : new UsageError(`--context ${named}`, 'there is no such context', `Name one that is there: ${choice}`);
}
