import fs from 'node:fs';
import { dirname, join } from 'node:path';
import { StrataError } from '../charts/core/errors';

/** New content of one file. */
export interface Replacement {
  /** Relative to the folder, with slashes. */
  readonly path: string;
  /** Called once, before any file is changed. What it throws is thrown on, once everything is back. */
  readonly content: () => string;
  /** Whether a file is there now. */
  readonly exists: boolean;
}

type Undo = () => void;

/**
 * Gives files of `folder` new content and removes others, all or none.
 *
 * All new content is first written to a work folder inside `folder`; then each file is renamed into its place, and only then are
 * files removed. So at any moment, also after `kill -9`, each file holds its old or its new content in full. An error puts everything
 * back. Two runs at once use work folders of their own: each file is whole, and the later rename wins. Nothing is forced out to the
 * disk (fsync), so a power cut is not covered: git has the files.
 *
 * @throws StrataError naming the file that could not be written, once everything is back.
 */
export function replaceFiles(
  folder: string,
  replacements: readonly Replacement[],
  removals: readonly string[],
): void {
  const undo: Undo[] = [];
  let current = '';
  try {
    const work = makeWorkFolder(folder, undo);
    for (const [index, { path, content }] of replacements.entries()) {
      current = path;
      fs.writeFileSync(join(work, `${index}.new`), content());
    }
    const folders = new Set<string>();
    for (const [index, replacement] of replacements.entries()) {
      current = replacement.path;
      install(folder, replacement, join(work, `${index}`), folders, undo);
    }
    for (const [index, path] of removals.entries()) {
      current = path;
      takeAway(join(folder, path), join(work, `${index}.removed`), undo);
    }
    discard(work);
  } catch (error) {
    const isRestored = rollBack(undo);
    throw error instanceof StrataError ? error : failure(join(folder, current), error, isRestored);
  }
}

function makeWorkFolder(folder: string, undo: Undo[]): string {
  makeFolder(folder, undo);
  const work = fs.mkdtempSync(join(folder, `.strata-${process.pid}-`));
  undo.push(() => discard(work));
  return work;
}

/** `fs.mkdirSync` with `recursive` would tell only the first folder that it made. */
function makeFolder(folder: string, undo: Undo[]): void {
  if (fs.existsSync(folder)) return;
  makeFolder(dirname(folder), undo);
  try {
    fs.mkdirSync(folder);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return; // another run was faster
    throw error;
  }
  undo.push(() => fs.rmdirSync(folder));
}

/** @param folders those that hold a new file already, and are there for the next one */
function install(
  folder: string,
  { path, exists }: Replacement,
  staged: string,
  folders: Set<string>,
  undo: Undo[],
): void {
  const target = join(folder, path);
  const parent = dirname(target);
  if (exists) keep(target, `${staged}.old`);
  else if (!folders.has(parent)) makeFolder(parent, undo);
  fs.renameSync(`${staged}.new`, target);
  folders.add(parent);
  undo.push(exists ? () => fs.renameSync(`${staged}.old`, target) : () => fs.unlinkSync(target));
}

/** A second name for the old content, so that the file itself is never away. Some file systems have no hard links. */
function keep(target: string, copy: string): void {
  try {
    fs.linkSync(target, copy);
  } catch {
    fs.copyFileSync(target, copy);
  }
}

function takeAway(target: string, to: string, undo: Undo[]): void {
  try {
    fs.renameSync(target, to);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return; // another run was faster
    throw error;
  }
  undo.push(() => fs.renameSync(to, target));
}

/** Undoes in reverse, as far as it can be done; true if all could. */
function rollBack(undo: readonly Undo[]): boolean {
  let isComplete = true;
  for (const step of undo.toReversed()) {
    try {
      step();
    } catch {
      isComplete = false;
    }
  }
  return isComplete;
}

/** What stays behind is harmless, and the next run tries again. */
function discard(work: string): void {
  try {
    fs.rmSync(work, { recursive: true, force: true });
  } catch {
    return;
  }
}

/** Removes those folders above `paths` that hold nothing any more. */
export function removeEmptied(folder: string, paths: readonly string[]): void {
  const parents = new Set(paths.flatMap(foldersOf));
  // the longer path first: a folder is empty once the folders in it are gone
  for (const path of [...parents].sort((one, other) => other.length - one.length)) {
    try {
      fs.rmdirSync(join(folder, path));
    } catch {
      continue; // not empty, or another run was faster
    }
  }
}

/** The folders above a path, outermost first: `a/b/c.yaml` gives `a` and `a/b`. */
export function foldersOf(path: string): string[] {
  const steps = path.split('/').slice(0, -1);
  return steps.map((_, index) => steps.slice(0, index + 1).join('/'));
}

const WORK_FOLDER = /^\.strata-([0-9]+)-\w{6}$/;

export const isWorkFolder = (name: string): boolean => WORK_FOLDER.test(name);

/** No run takes this long; an older work folder is left over even if its process id is in use again. In milliseconds. */
const LONGEST_RUN = 3_600_000;

/** Removes what runs that were killed left in `folder`. */
export function removeLeftovers(folder: string, names: readonly string[]): void {
  for (const name of names) {
    const pid = Number(WORK_FOLDER.exec(name)?.[1]);
    const work = join(folder, name);
    const made = fs.statSync(work, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    if (!isOtherProcess(pid) || Date.now() - made > LONGEST_RUN) discard(work);
  }
}

function isOtherProcess(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM'; // it runs, but belongs to another user
  }
}

export const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code;

const REMEDIES: Readonly<Record<string, string>> = {
  ENOSPC: 'Free disk space and run again.',
  EDQUOT: 'Free disk space and run again.',
  EACCES: 'Make the file and its folder writable for you and run again.',
  EPERM: 'Make the file and its folder writable for you and run again.',
  EROFS: 'Make the file system writable and run again.',
};

function failure(file: string, error: unknown, isRestored: boolean): StrataError {
  const state = isRestored ? 'all files are as they were' : 'not all files could be put back';
  const remedy = REMEDIES[codeOf(error) ?? ''] ?? 'Mend that and run again.';
  return new StrataError(
    file,
    `it cannot be written or removed (${(error as Error).message}); ${state}`,
    remedy,
  );
}
