import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import type { ClusterSettings } from './base';
import { nearest } from './nearest';
import type { ParseResult } from './parse';
import { inOrder, type Mistake, type Problem } from './problem';

const SETTINGS_FILE = 'cluster.yaml';

/** Ten thousand environments take half of it. */
const MOST_BYTES = 2 ** 20;

/** A cluster whose settings are right. */
export interface LoadedCluster<Settings extends ClusterSettings> {
  /** Name of the cluster and of its folder. */
  readonly name: string;
  /** Its settings file, from the folder that holds `root`: `clusters/mono/cluster.yaml`. */
  readonly file: string;
  readonly settings: Settings;
  /** Places mistakes that are found later, by what the settings become. */
  readonly locate: (mistakes: readonly Mistake[]) => Problem[];
}

type Parse<Settings extends ClusterSettings> = (
  text: string,
  file: string,
  folder: string,
) => ParseResult<Settings>;

export interface Loaded<Settings extends ClusterSettings> {
  readonly clusters: LoadedCluster<Settings>[];
  /** Everything that is wrong in any file, by file and place. */
  readonly problems: Problem[];
  /** Those of the problems that are no file's: a name that is no cluster, or no folder of clusters at all. */
  readonly unknown: Problem[];
}

interface CheckedCluster<Settings extends ClusterSettings> {
  readonly cluster?: LoadedCluster<Settings>;
  readonly problems: readonly Problem[];
}

/** Loads the named clusters, or all, from the folders of `root`. Mistakes in files are problems, never exceptions. */
export function loadFolders<Settings extends ClusterSettings>(
  parse: Parse<Settings>,
  root: string,
  names?: readonly string[],
): Loaded<Settings> {
  const shownRoot = basename(resolve(root));
  const known = foldersOf(root);
  if (known === undefined) {
    const remedy = 'Run this in the root of the repository';
    return nothing(whole(shownRoot, 'there is no such folder', remedy));
  }
  if (known.length === 0) {
    const remedy = `Copy ${shownRoot}/sample.yaml to ${shownRoot}/<name>/${SETTINGS_FILE} and change it`;
    return nothing(whole(shownRoot, 'it holds no cluster', remedy));
  }
  const wanted = [...new Set(names ?? known)];
  const results = wanted
    .filter((name) => known.includes(name))
    .map((name): CheckedCluster<Settings> =>
      loadCluster(parse, root, name, `${shownRoot}/${name}/${SETTINGS_FILE}`),
    );
  const unknown = wanted
    .filter((name) => !known.includes(name))
    .map((name) => unknownCluster(shownRoot, name, known));
  return {
    clusters: results.flatMap((result) => result.cluster ?? []),
    problems: [...results.flatMap(({ problems }) => problems), ...unknown].sort(inOrder),
    unknown,
  };
}

const nothing = (problem: Problem): Loaded<never> => ({
  clusters: [],
  problems: [problem],
  unknown: [problem],
});

/** Names of the folders of `root`, in order, or undefined where it is none itself. */
function foldersOf(root: string): readonly string[] | undefined {
  if (!statSync(root, { throwIfNoEntry: false })?.isDirectory()) return undefined;
  // also where a link leads to a folder
  return readdirSync(root)
    .filter((name) => !name.startsWith('.'))
    .filter((name) => statSync(join(root, name), { throwIfNoEntry: false })?.isDirectory())
    .sort();
}

function loadCluster<Settings extends ClusterSettings>(
  parse: Parse<Settings>,
  root: string,
  name: string,
  file: string,
): CheckedCluster<Settings> {
  const text = read(join(root, name, SETTINGS_FILE));
  if (text === undefined) {
    const remedy = 'Copy clusters/sample.yaml there and change it, or remove the folder';
    return { problems: [whole(file, 'there is no such file, or it cannot be read', remedy)] };
  }
  if (typeof text === 'number') {
    const problem = `${text} bytes, and settings have at most ${MOST_BYTES}`;
    return { problems: [whole(file, problem, 'Look whether it is the right file')] };
  }
  const { settings, problems, locate } = parse(text, file, name);
  return settings ? { cluster: { name, file, settings, locate }, problems } : { problems };
}

/** What a file says, or how many bytes it has where these are too many. Undefined also for a pipe or a device, which may never end. */
function read(file: string): string | number | undefined {
  try {
    const stat = statSync(file);
    if (!stat.isFile()) return undefined;
    return stat.size > MOST_BYTES ? stat.size : readFileSync(file, 'utf8');
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
  return whole(shownRoot, `${JSON.stringify(name)} is no cluster`, remedy);
}

/** A problem of a whole file or folder. */
function whole(file: string, problem: string, remedy: string): Problem {
  return { file, line: 1, column: 1, path: '', problem, remedy };
}
