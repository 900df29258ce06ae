import { statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { checkAll } from '../checks/all';
import type { Finding } from '../checks/core/rule';
import type { LoadedCluster } from './load';
import { readRendered } from './rendered';
import { checkInput, failureOf, load, renderAndCheck, type Failure, type Workspace } from './session';

export interface CheckOutcome {
  /** Clusters without a finding, with the number of objects that were looked at. */
  readonly passed: readonly {
    readonly cluster: string;
    readonly objects: number;
    readonly seconds: number;
    /** What the settings accept, with their reason. */
    readonly accepted: readonly string[];
  }[];
  readonly failures: readonly Failure[];
}

/** Checks fresh renders of the named clusters (or all), or with `folder` the YAML files that lie there. Writes nothing. */
export function check(workspace: Workspace, names: readonly string[], folder?: string): CheckOutcome {
  return folder === undefined ? checkClusters(workspace, names) : checkFolder(workspace, names, folder);
}

function checkClusters(workspace: Workspace, names: readonly string[]): CheckOutcome {
  const { clusters, failures } = load(workspace, names);
  const passed: CheckOutcome['passed'][number][] = [];
  for (const cluster of clusters) {
    const checked = renderAndCheck(workspace, cluster);
    if (!('rendered' in checked)) failures.push(checked);
    else if (checked.findings.length) failures.push(failureOf(cluster.name, checked.findings));
    else
      passed.push({
        cluster: cluster.name,
        objects: checked.rendered.objects.length,
        seconds: checked.seconds,
        accepted: acceptedIn(cluster),
      });
  }
  return { passed, failures };
}

/** The folder's files against what its cluster's constructs declare. */
function checkFolder(workspace: Workspace, names: readonly string[], folder: string): CheckOutcome {
  const start = performance.now();
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory())
    return refused(`${folder}: there is no such folder. Name one that holds YAML files`);
  if (names.length > 1)
    return refused(`${folder}: it is one cluster's, and ${names.length} are named. Name one`);
  const { clusters, failures } = load(workspace, [names[0] ?? basename(resolve(folder))]);
  const [cluster] = clusters;
  if (!cluster) return { passed: [], failures };
  const checked = renderAndCheck(workspace, cluster);
  if (!('rendered' in checked)) return { passed: [], failures: [checked] };
  const { problems, ...read } = readRendered(folder);
  const known = new Map(checked.findings.map((finding) => [keyOf(finding), finding]));
  const findings = checkAll(checkInput(workspace, cluster, { ...checked.rendered, ...read })).map(
    // what only the folder has comes from no setting
    (finding) => known.get(keyOf(finding)) ?? finding,
  );
  const messages = [
    ...problems.map((problem) => `${folder}/${problem}`),
    ...failureOf(cluster.name, findings, folder).messages,
  ];
  if (messages.length) return { passed: [], failures: [{ cluster: cluster.name, messages, findings }] };
  return {
    passed: [
      {
        cluster: cluster.name,
        objects: read.objects.length,
        seconds: (performance.now() - start) / 1000,
        accepted: acceptedIn(cluster),
      },
    ],
    failures: [],
  };
}

const keyOf = ({ rule, object, file, field, problem }: Finding): string =>
  JSON.stringify([rule, object, file, field, problem]);

const acceptedIn = ({ settings }: LoadedCluster): string[] =>
  settings.environments.flatMap(({ name, noBackup }) =>
    noBackup === undefined ? [] : [`environment ${name} has no backups: ${noBackup}`],
  );

const refused = (message: string): CheckOutcome => ({
  passed: [],
  failures: [{ messages: [message], findings: [], isWrongUse: true }],
});
