import fs from 'node:fs';
import { join } from 'node:path';
import { StrataError } from '../charts/core/errors';
import {
  codeOf,
  foldersOf,
  isWorkFolder,
  removeEmptied,
  removeLeftovers,
  replaceFiles,
  type Replacement,
} from './replace-files';

/** A file as it should be. */
export interface RenderedFile {
  /** Relative to the cluster's folder, with slashes: `mysql-prod/service-mysql.yaml`. */
  readonly path: string;
  /** Begins with {@link generatedHeader}. It may be made anew each time: it is asked for when the file's turn comes, and not kept. */
  readonly content: string;
}

/** What was done, or with `dryRun` what would be. Paths are relative to the cluster's folder and sorted. */
export interface WriteResult {
  readonly written: string[];
  readonly unchanged: number;
  readonly removed: string[];
  /** Files that Strata did not write, and Argo CD does not read: left alone. */
  readonly foreign: string[];
}

export interface WriteOptions {
  /** Look, but write nothing. @default false */
  readonly dryRun?: boolean;
}

const MARK = '# Rendered by Strata from ';

/** First line of every file in dist/: it names the source to edit, and tells our files from those of others. */
export const generatedHeader = (source: string): string => `${MARK}${source}\n`;

/** Whether Strata wrote this content, so that it may be replaced or removed. */
export const isGenerated = (content: string): boolean => content.startsWith(MARK);

/**
 * Makes the rendered files of `folder` those given: changed ones are replaced, stale ones removed, and with them empty folders,
 * which git does not hold. Unchanged files are not touched, and files that Strata did not write are reported and kept. All or nothing,
 * and never half a file: see {@link replaceFiles}.
 *
 * @throws StrataError before anything is written, one line per file, where a path is illegal or taken by something that is not ours, or
 * where a foreign file is one that Argo CD would apply;
 * or after everything was put back, where a file could not be written.
 */
export function writeCluster(
  folder: string,
  files: readonly RenderedFile[],
  options: WriteOptions = {},
): WriteResult {
  refuse(folder, illegalPaths(files));
  const found = list(folder);
  refuse(folder, obstacles(files, found));
  const { missing, changed, unchanged, conflicts } = compareWanted(folder, files, found);
  refuse(folder, conflicts);
  const { stale, foreign } = sortUnwanted(folder, files, found);
  refuse(folder, foreign.filter(isApplied).map(applied));

  const replacements = [...missing, ...changed];
  if (options.dryRun) {
    // what cannot be made is an error here too
    for (const { content } of replacements) content();
  } else {
    removeLeftovers(folder, found.leftovers);
    if (replacements.length || stale.length) replaceFiles(folder, replacements, stale);
    removeEmptied(folder, [...stale, ...found.empty]);
  }
  return { written: pathsOf(replacements), unchanged, removed: stale, foreign };
}

/** Differences between a folder and what it should hold; all three are empty where they are equal byte for byte. */
export interface Comparison {
  readonly missing: string[];
  readonly changed: string[];
  /** Files that should not be there, whoever wrote them. */
  readonly extra: string[];
}

/** Compares without writing. A link or special file in the place of a wanted file counts as changed. */
export function compareCluster(folder: string, files: readonly RenderedFile[]): Comparison {
  refuse(folder, illegalPaths(files));
  const found = list(folder);
  const { missing, changed, conflicts } = compareWanted(folder, files, found);
  const { stale, foreign } = sortUnwanted(folder, files, found);
  return {
    missing: pathsOf(missing),
    changed: [...pathsOf(changed), ...conflicts.map(({ path }) => path)].sort(),
    extra: [...stale, ...foreign].sort(),
  };
}

/** A path that cannot be written, and why. */
interface Conflict {
  readonly path: string;
  readonly problem: string;
  readonly remedy: string;
}

function refuse(folder: string, conflicts: readonly Conflict[]): void {
  const [first, ...others] = conflicts.map(
    ({ path, problem, remedy }) => new StrataError(join(folder, path), problem, remedy),
  );
  if (!first) return;
  const lines = [first.remedy, ...others.map(({ message }) => message)];
  throw new StrataError(first.where, first.problem, lines.join('\n'));
}

/** Mistakes in the paths themselves: those that leave the folder, that a checkout on another system cannot hold, or that clash. */
function illegalPaths(files: readonly RenderedFile[]): Conflict[] {
  const taken = new Map<string, string>();
  return files.flatMap(({ path }, index) => {
    if (!isLegalPath(path)) return [illegalPath(path)];
    // the number keeps two equal paths apart
    const names = foldersOf(path).map((name) => [name, `the folder ${name}`] as const);
    const other = claim(taken, [...names, [path, `${path}, file ${index + 1} of the render`]]);
    return other === undefined ? [] : [clash(path, other)];
  });
}

/** Notes who has each name; tells who had one before, if that was somebody else. */
function claim(
  taken: Map<string, string>,
  names: readonly (readonly [string, string])[],
): string | undefined {
  for (const [name, owner] of names) {
    const other = taken.get(caseless(name)) ?? owner;
    if (other !== owner) return other;
    taken.set(caseless(name), owner);
  }
  return undefined;
}

const caseless = (path: string): string => path.toLowerCase();

/** Letters, digits and signs that every system allows; none is `.` or `..`, hidden, or ends in a dot, which Windows drops. */
const LEGAL_STEP = /^[A-Za-z0-9_](?:[A-Za-z0-9_.@+=~-]*[A-Za-z0-9_@+=~-])?$/;

const isLegalPath = (path: string): boolean => path.split('/').every((step) => LEGAL_STEP.test(step));

const illegalPath = (path: string): Conflict => ({
  path,
  problem: `"${path}" is not a path inside the folder that every system can hold`,
  remedy:
    'Use letters, digits and . _ - @ + = ~ in the names of its folders and file, a letter or digit first, no dot last.',
});

const noHeader = (path: string): StrataError =>
  new StrataError(
    path,
    `its first line is not "${MARK}…", so the next run would take it for somebody else's`,
    'Begin the content with generatedHeader().',
  );

const clash = (path: string, other: string): Conflict => ({
  path,
  problem: `it has the name of ${other}; systems that ignore case hold only one of them`,
  remedy: 'Rename one of the two objects or components.',
});

/** What lies in a folder. Links are neither followed nor removed. */
interface Found {
  readonly files: Set<string>;
  readonly folders: Set<string>;
  /** Links, sockets and the like. */
  readonly others: Set<string>;
  /** Folders with nothing in them, with a slash at the end. */
  readonly empty: string[];
  /** Work folders of other runs, at the top. */
  readonly leftovers: string[];
}

function list(folder: string): Found {
  const found: Found = { files: new Set(), folders: new Set(), others: new Set(), empty: [], leftovers: [] };
  listInto(found, folder, '');
  return found;
}

function listInto(found: Found, folder: string, parent: string): void {
  const entries = readFolder(join(folder, parent));
  if (entries.length === 0 && parent !== '') found.empty.push(parent);
  for (const entry of entries) {
    const path = `${parent}${entry.name}`;
    if (entry.isFile()) found.files.add(path);
    else if (!entry.isDirectory()) found.others.add(path);
    else if (parent === '' && isWorkFolder(entry.name)) found.leftovers.push(entry.name);
    else {
      found.folders.add(path);
      listInto(found, folder, `${path}/`);
    }
  }
}

function readFolder(folder: string): fs.Dirent[] {
  return unlessGone(folder, () => fs.readdirSync(folder, { withFileTypes: true })) ?? [];
}

/** Undefined if another run removed the file since it was listed. */
function unlessGone<T>(path: string, read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    const problem = `it cannot be read (${(error as Error).message})`;
    throw new StrataError(path, problem, 'Make it a readable file or folder and run again.');
  }
}

/** What stands where a folder or file must be made. */
function obstacles(files: readonly RenderedFile[], { files: inPlace, folders, others }: Found): Conflict[] {
  const needed = new Set(files.flatMap(({ path }) => foldersOf(path)));
  const blocked = [...needed].filter((path) => inPlace.has(path) || others.has(path));
  const covered = files.map(({ path }) => path).filter((path) => folders.has(path));
  const remedy = 'Move it away or delete it and run again.';
  return [
    ...blocked.map((path) => ({ path, problem: 'it is in the place of a folder', remedy })),
    ...covered.map((path) => ({ path, problem: 'this folder is in the place of a file', remedy })),
  ];
}

interface Compared {
  readonly missing: Replacement[];
  readonly changed: Replacement[];
  readonly unchanged: number;
  /** Not ours to replace. */
  readonly conflicts: Conflict[];
}

function compareWanted(folder: string, files: readonly RenderedFile[], found: Found): Compared {
  const missing: Replacement[] = [];
  const changed: Replacement[] = [];
  const conflicts: Conflict[] = [];
  let unchanged = 0;
  for (const file of files) {
    const { path } = file;
    const present = found.files.has(path) ? readFile(join(folder, path)) : undefined;
    if (present && holds(present, file.content)) unchanged++;
    else if (present && hasMark(present)) changed.push(replacement(file, true));
    else if (present || found.others.has(path)) conflicts.push(notOurs(path));
    else missing.push(replacement(file, false));
  }
  return { missing, changed, unchanged, conflicts };
}

/**
 * Whether Argo CD would take a file for one of a component's folder: a manifest (argo-cd v3.5.1, reposerver/repository/repository.go,
 * manifestFile), or a kustomization, which takes the place of all manifests.
 */
const isApplied = (path: string): boolean =>
  /^[^/]+\/(?:[^/]+\.(?:ya?ml|json|jsonnet)|Kustomization)$/.test(path);

const applied = (path: string): Conflict => ({
  path,
  problem: 'it was not rendered by Strata, and Argo CD would apply it together with the files beside it',
  remedy: 'Move it out of dist/, or remove it.',
});

const holds = (present: Buffer, content: string): boolean =>
  present.length === Buffer.byteLength(content) && present.equals(Buffer.from(content));

const replacement = (file: RenderedFile, exists: boolean): Replacement => ({
  path: file.path,
  exists,
  content: () => {
    const { content } = file;
    if (!isGenerated(content)) throw noHeader(file.path);
    return content;
  },
});

const notOurs = (path: string): Conflict => ({
  path,
  problem: 'a file of this name is to be rendered, but the one that is there was not written by Strata',
  remedy: 'Move it away or delete it and run again.',
});

/** Files that are there but not wanted: ours are stale, others foreign. */
function sortUnwanted(folder: string, files: readonly RenderedFile[], found: Found) {
  const wanted = new Set(files.map(({ path }) => path));
  const unwanted = (paths: Set<string>): string[] => [...paths].filter((path) => !wanted.has(path));
  const stale: string[] = [];
  const foreign = unwanted(found.others);
  for (const path of unwanted(found.files)) {
    const content = readFile(join(folder, path));
    if (content) (hasMark(content) ? stale : foreign).push(path);
  }
  return { stale: stale.sort(), foreign: foreign.sort() };
}

const readFile = (file: string): Buffer | undefined => unlessGone(file, () => fs.readFileSync(file));

const hasMark = (content: Buffer): boolean => isGenerated(content.toString('latin1', 0, MARK.length));

const pathsOf = (files: readonly Replacement[]): string[] => files.map(({ path }) => path).sort();
