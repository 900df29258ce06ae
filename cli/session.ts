import { join, posix } from 'node:path';
import { StrataError } from '../charts/core/errors';
import { checkAll } from '../checks/all';
import type { CheckInput, Finding } from '../checks/core/rule';
import { formatProblem, loadClusters, type LoadedCluster } from '../settings/load';
import { renderCluster, type RenderedCluster } from './pipeline';
import { readRunbooks } from './runbooks';

/** What went wrong with one cluster: text ready to print, and findings for programs. */
export interface Failure {
  /** Undefined where the cluster could not even be named. */
  readonly cluster?: string;
  readonly messages: readonly string[];
  readonly findings: readonly Finding[];
}

/** One cluster that was rendered, with what the rules say of it. */
export interface Checked {
  readonly cluster: LoadedCluster;
  readonly rendered: RenderedCluster;
  readonly findings: readonly Finding[];
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
  const { clusters, problems } = loadClusters(
    join(workspace.root, 'clusters'),
    names.length ? [...names] : undefined,
  );
  const failures = problems.length ? [{ messages: problems.map(formatProblem), findings: [] }] : [];
  return { clusters, failures };
}

/** Renders one cluster and runs every rule. A mistake that only a construct can see becomes a Failure. */
export function renderAndCheck(workspace: Workspace, cluster: LoadedCluster): Checked | Failure {
  const start = performance.now();
  try {
    const rendered = renderCluster(cluster.settings);
    const findings = checkAll(checkInput(workspace, cluster, rendered));
    return { cluster, rendered, findings, seconds: (performance.now() - start) / 1000 };
  } catch (error) {
    if (!(error instanceof StrataError)) throw error;
    return { cluster: cluster.name, messages: [`${cluster.file}: ${error.message}`], findings: [] };
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
 * `dist/mono/mysql-prod/statefulset-mysql.yaml spec.replicas: [rule] StatefulSet prod/mysql: problem. remedy`. `folder` is where the files
 * lie; what a finding says of a source is named from the repository.
 */
export function formatFinding(
  cluster: string,
  finding: Finding,
  folder = posix.join('dist', cluster),
): string {
  const { file, field, rule, object, problem, remedy } = finding;
  const home = file.startsWith('../') ? posix.join('dist', cluster) : folder;
  const place = [posix.join(home, file), field].filter(Boolean).join(' ');
  return `${place}: [${rule}] ${object}: ${problem}. ${remedy}`;
}
