import { join, posix } from 'node:path';
import { StrataError } from '../charts/core/errors';
import { checkAll } from '../checks/all';
import type { CheckInput } from '../checks/core/rule';
import { settingsFile } from '../checks/core/workloads';
import type { Problem } from '../settings/problem';
import { settled, type SettledFinding } from './finding-setting';
import { formatProblem, loadClusters, type LoadedCluster } from './load';
import { renderCluster, SettingsError, type RenderedCluster } from './pipeline';
import { readRunbooks } from './runbooks';
import { UsageError } from './usage-error';

/** What went wrong with one cluster: text ready to print, and the same in parts for programs. */
export interface Failure {
  /** Undefined where the cluster could not even be named. */
  readonly cluster?: string;
  /** Those of problems and findings come last, in that order. */
  readonly messages: readonly string[];
  /** Mistakes in settings. */
  readonly problems?: readonly Problem[];
  readonly findings: readonly SettledFinding[];
  /** Nothing was looked at, since what the command names is not there. */
  readonly isWrongUse?: true;
}

/** One cluster that was rendered, with what the rules say of it. */
export interface Checked {
  readonly cluster: LoadedCluster;
  readonly rendered: RenderedCluster;
  readonly findings: readonly SettledFinding[];
  /** From settings to findings, in seconds. */
  readonly seconds: number;
}

/** The folders of the repository that the commands read. */
export interface Workspace {
  readonly root: string;
  /** Day of the run, YYYY-MM-DD: ends of life are compared with it. */
  readonly today: string;
}

/** Loads the settings of the named clusters, or of all. Every problem of every file is in the result. */
export function load(
  workspace: Workspace,
  names: readonly string[],
): { clusters: LoadedCluster[]; failures: Failure[] } {
  const { clusters, problems, unknown } = loadClusters(
    join(workspace.root, 'clusters'),
    names.length ? [...names] : undefined,
  );
  const failures: Failure[] = problems.length
    ? [
        {
          messages: problems.map(formatProblem),
          problems,
          findings: [],
          ...(unknown.length ? { isWrongUse: true } : {}),
        },
      ]
    : [];
  return { clusters, failures };
}

/** What a mistake means for one cluster. Throws again what is none: that is a fault of Strata itself. */
export function failureFrom(cluster: string, error: unknown): Failure {
  if (!(error instanceof StrataError)) throw error;
  const failure = { cluster, messages: [error.message], findings: [] };
  return error instanceof UsageError ? { ...failure, isWrongUse: true } : failure;
}

/** The same for what settings become: each mistake has its place in the cluster's file. */
export function failureIn({ name, file, locate }: LoadedCluster, error: unknown): Failure {
  if (error instanceof SettingsError) {
    const problems = locate(error.mistakes);
    return { cluster: name, messages: problems.map(formatProblem), problems, findings: [] };
  }
  const failure = failureFrom(name, error);
  return failure.isWrongUse
    ? failure
    : { ...failure, messages: failure.messages.map((text) => `${file}: ${text}`) };
}

/** Findings on one cluster, ready to be told. */
export const failureOf = (
  cluster: string,
  findings: readonly SettledFinding[],
  folder?: string,
): Failure => ({
  cluster,
  findings,
  messages: findings.map((finding) => formatFinding(cluster, finding, folder)),
});

/** Renders one cluster and runs every rule. A mistake that only a construct can see becomes a Failure. */
export function renderAndCheck(workspace: Workspace, cluster: LoadedCluster): Checked | Failure {
  const start = performance.now();
  try {
    const rendered = renderCluster(cluster.settings);
    const findings = settled(cluster, rendered, checkAll(checkInput(workspace, cluster, rendered)));
    return { cluster, rendered, findings, seconds: (performance.now() - start) / 1000 };
  } catch (error) {
    return failureIn(cluster, error);
  }
}

/** What rules look at, for objects that were rendered or read from a folder. */
export function checkInput(
  workspace: Workspace,
  cluster: LoadedCluster,
  rendered: RenderedCluster,
): CheckInput {
  const runbooks = readRunbooks(workspace.root);
  return { ...rendered, settings: cluster.settings, today: workspace.today, runbooks };
}

/**
 * `dist/mono/mysql-prod/statefulset-mysql.yaml spec.replicas: [rule] StatefulSet prod/mysql: problem. remedy. Set at
 * clusters/mono/cluster.yaml:14:7 environments.0.components.mysql`. `folder` is where the files lie; what a finding says of a source is
 * named from the repository. A finding about the settings begins with their place.
 */
function formatFinding(
  cluster: string,
  finding: SettledFinding,
  folder = posix.join('dist', cluster),
): string {
  const { file, field, rule, object, problem, remedy, at } = finding;
  if (at && file === settingsFile(cluster))
    return `${at.file}:${at.line}:${at.column} ${field}: [${rule}] ${object}: ${problem}. ${remedy}`;
  const home = file.startsWith('../') ? posix.join('dist', cluster) : folder;
  const place = [posix.join(home, file), field].filter(Boolean).join(' ');
  const set = at ? `. Set at ${at.file}:${at.line}:${at.column} ${at.path}` : '';
  return `${place}: [${rule}] ${object}: ${problem}. ${remedy}${set}`;
}
