import { lstatSync } from 'node:fs';
import { join, posix } from 'node:path';
import { StrataError } from '../charts/core/errors';
import { parseSettings } from '../charts/settings';
import type { Finding } from '../checks/core/rule';
import type { Problem } from '../settings/problem';
import { initialSettings, type InitFlags } from './init-settings';
import { nextSteps, type NextSteps } from './init-next';
import { settingsText } from './init-text';
import type { LoadedCluster } from './load';
import { replaceFiles } from './replace-files';
import { failureFrom, renderAndCheck, type Failure, type Workspace } from './session';

export interface InitOutcome {
  readonly created?: {
    readonly file: string;
    readonly text: string;
    /** Number of objects that it renders. */
    readonly objects: number;
    readonly next: NextSteps;
  };
  readonly isDryRun: boolean;
  readonly failures: readonly Failure[];
}

/**
 * A new cluster's folder. What it would hold is rendered and checked first, and is written only where there is no finding and nothing
 * lies in its place.
 */
export function init(workspace: Workspace, name: string, flags: InitFlags, isDryRun: boolean): InitOutcome {
  const refused = (failure: Failure): InitOutcome => ({ isDryRun, failures: [failure] });
  const file = posix.join('clusters', name, 'cluster.yaml');
  try {
    const text = settingsText(initialSettings(name, flags));
    const { settings, problems, locate } = parseSettings(text, file, name);
    if (!settings) return refused(inFlags(name, problems));
    const cluster = { name, file, settings, locate };
    refuseTaken(workspace, cluster);
    const checked = renderAndCheck(workspace, cluster);
    if (!('rendered' in checked)) return refused(inFlags(name, checked.problems ?? [], checked));
    if (checked.findings.length) return refused(findingsInFlags(name, checked.findings));
    const next = nextSteps(cluster, checked.rendered, flags);
    if (!isDryRun)
      replaceFiles(
        join(workspace.root, 'clusters', name),
        [{ path: 'cluster.yaml', content: () => text, exists: false }],
        [],
      );
    return {
      created: { file, text, objects: checked.rendered.objects.length, next },
      isDryRun,
      failures: [],
    };
  } catch (error) {
    return refused(failureFrom(name, error));
  }
}

function refuseTaken({ root }: Workspace, { name }: LoadedCluster): void {
  const folder = posix.join('clusters', name);
  if (lstatSync(join(root, folder), { throwIfNoEntry: false }))
    throw new StrataError(folder, 'it is there already', 'Choose another name, or edit what lies there');
}

/** Path in the settings → the flag that says it. The first that fits counts. */
const FLAGS: readonly (readonly [RegExp, string])[] = [
  [/^name$/, 'the name of the cluster'],
  [/^distribution/, '--distribution'],
  [/^domain/, '--domain'],
  [/^(nodes|profile)/, '--node'],
  [/^network/, '--node-addresses'],
  [/^environments\.\d+\.noBackup/, '--without-backup'],
  [/^(components|environments\.\d+\.components)\b/, '--with'],
  [/^environments/, '--environment'],
  [/^certificates/, '--contact'],
  [/^gitops/, '--repository'],
  [/^storage/, '--storage'],
  [/^backup\.region/, '--backup-region'],
  [/^backup\.recipient/, '--backup-recipient'],
  [/^backup/, '--backup'],
];

const flagFor = (path: string): string => FLAGS.find(([place]) => place.test(path))?.[1] ?? path;

function inFlags(name: string, problems: readonly Problem[], otherwise?: Failure): Failure {
  if (!problems.length && otherwise) return otherwise;
  // one flag may be written to several places
  const told = new Map(
    problems.map((one) => [`${flagFor(one.path)}: ${sentence(one.problem, one.remedy)}`, one] as const),
  );
  return { cluster: name, messages: [...told.keys()], problems: [...told.values()], findings: [] };
}

function findingsInFlags(name: string, findings: readonly Finding[]): Failure {
  const unprotected = findings.filter(({ rule }) => rule === 'backup');
  const others = findings.filter(({ rule }) => rule !== 'backup');
  const messages = others.map((finding) => {
    const { field, object, problem, remedy, rule } = finding;
    if (object.startsWith('Cluster ')) return `${flagFor(field)}: ${sentence(problem, remedy)}`;
    return rule === 'capacity'
      ? `--with: ${sentence(problem, 'Name fewer components, and raise environments[].quota in the file before the others')}`
      : `${object}: [${rule}] ${sentence(problem, remedy)}`;
  });
  if (unprotected.length) {
    const objects = [...new Set(unprotected.map(({ object }) => object))].join(', ');
    messages.push(
      `--backup: nothing protects the data of ${objects}. Name a bucket, or say with --without-backup <reason> why none is needed (not for prod)`,
    );
  }
  return { cluster: name, messages, findings: [] };
}

const sentence = (problem: string, remedy: string): string => `${problem}. ${remedy}`;
