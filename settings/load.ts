import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { nearest } from './nearest';
import { parseSettings } from './parse';
import { inOrder, type Problem } from './problem';
import type { ClusterSettings } from './settings';

export { parseSettings } from './parse';
export { formatProblem } from './problem';

const SETTINGS_FILE = 'cluster.yaml';

/** A cluster whose settings are right. */
export interface LoadedCluster {
  /** Name of the cluster and of its folder. */
  readonly name: string;
  /** Its settings file, from the folder that holds `root`: `clusters/mono/cluster.yaml`. */
  readonly file: string;
  readonly settings: ClusterSettings;
}

interface Loaded {
  readonly clusters: LoadedCluster[];
  /** Everything that is wrong in any file, by file and place. */
  readonly problems: Problem[];
}

interface CheckedCluster {
  readonly cluster?: LoadedCluster;
  readonly problems: readonly Problem[];
}

/** Loads the named clusters, or all, from the folders of `root`. Mistakes in files are problems, never exceptions. */
export function loadClusters(root: string, names?: readonly string[]): Loaded {
  const shownRoot = basename(resolve(root));
  const known = foldersOf(root);
  if (known === undefined) {
    const remedy = 'Run this in the root of the repository';
    return { clusters: [], problems: [whole(shownRoot, 'there is no such folder', remedy)] };
  }
  if (known.length === 0) {
    const remedy = `Copy ${shownRoot}/sample.yaml to ${shownRoot}/<name>/${SETTINGS_FILE} and change it`;
    return { clusters: [], problems: [whole(shownRoot, 'it holds no cluster', remedy)] };
  }
  const wanted = [...new Set(names ?? known)];
  const results = wanted.map((name): CheckedCluster =>
    known.includes(name)
      ? loadCluster(root, name, `${shownRoot}/${name}/${SETTINGS_FILE}`)
      : { problems: [unknownCluster(shownRoot, name, known)] },
  );
  return {
    clusters: results.flatMap((result) => result.cluster ?? []),
    problems: results.flatMap(({ problems }) => problems).sort(inOrder),
  };
}

/** Names of the folders of `root`, in order, or undefined where it is none itself. */
function foldersOf(root: string): readonly string[] | undefined {
  if (!statSync(root, { throwIfNoEntry: false })?.isDirectory()) return undefined;
  const folders = readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return folders
    .map(({ name }) => name)
    .filter((name) => !name.startsWith('.'))
    .sort();
}

function loadCluster(
  root: string,
  name: string,
  file: string,
): { cluster?: LoadedCluster; problems: Problem[] } {
  const text = read(join(root, name, SETTINGS_FILE));
  if (text === undefined) {
    const remedy = 'Copy clusters/sample.yaml there and change it, or remove the folder';
    return { problems: [whole(file, 'there is no such file, or it cannot be read', remedy)] };
  }
  const { settings, problems } = parseSettings(text, file, name);
  return settings ? { cluster: { name, file, settings }, problems } : { problems };
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function unknownCluster(shownRoot: string, name: string, known: readonly string[]): Problem {
  const near = nearest(name, known);
  const remedy =
    near === undefined
      ? `There are ${known.join(', ')}`
      : `Did you mean ${near}? There are ${known.join(', ')}`;
  return whole(shownRoot, `"${name}" is no cluster`, remedy);
}

/** A problem of a whole file or folder. */
function whole(file: string, problem: string, remedy: string): Problem {
  return { file, line: 1, column: 1, path: '', problem, remedy };
}
