import { spawn } from 'node:child_process';
import { existsSync, watch as watchFolder, type FSWatcher } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { StrataError } from '../charts/core/errors';

/** Folders of the repository that a rendering is made of. */
const SOURCES = ['argocd', 'charts', 'checks', 'cli', 'clusters', 'imports', 'settings'];

/** Milliseconds without a change after which a run begins: editors write a file in several steps, and git writes many files. */
const QUIET = 150;

/** Runs `strata` with these arguments now, and again whenever a source of the repository changes, until Ctrl-C. */
export async function watchSources(root: string, args: readonly string[]): Promise<void> {
  const end = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, () => end.abort());
  await watch(root, SOURCES, () => runAnew(root, args), end.signal);
}

/** In a process of its own, which bundles the sources as they are by then. */
function runAnew(root: string, args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(root, 'cli/strata.cjs'), ...args], { stdio: 'inherit' });
    child.once('error', reject);
    child.once('close', () => resolve());
  });
}

/**
 * Runs `render` now, and again after each change below one of the folders of `root`, one run at a time, until the signal says that it is
 * enough. A change during a run makes another run.
 *
 * @throws StrataError where the system does not let this program watch that many folders.
 */
export async function watch(
  root: string,
  folders: readonly string[],
  render: () => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  let changes = 1;
  let seen = 0;
  let wake = (): void => undefined;
  let problem: unknown;
  const changed = (): void => {
    changes++;
    wake();
  };
  const failed = (error: unknown): void => {
    problem = error;
    wake();
  };
  const untilQuiet = async (): Promise<void> => {
    for (let last = 0; last !== changes && !signal.aborted;) {
      last = changes;
      await delay(QUIET);
    }
  };
  const isEnough = (): boolean => signal.aborted;
  signal.addEventListener('abort', () => wake());
  const watchers: FSWatcher[] = [];
  try {
    for (const folder of folders.map((name) => join(root, name)).filter((path) => existsSync(path)))
      watchers.push(watchFolder(folder, { recursive: true }, changed).on('error', failed));
    while (!isEnough() && problem === undefined) {
      if (seen === changes) {
        await new Promise<void>((resolve) => (wake = resolve));
        continue;
      }
      if (seen > 0) await untilQuiet();
      seen = changes;
      if (!isEnough()) await render();
    }
  } catch (error) {
    problem = error;
  } finally {
    for (const watcher of watchers) watcher.close();
  }
  if (problem !== undefined) throw notWatched(problem);
}

function notWatched(error: unknown): unknown {
  const { syscall, message } = error as NodeJS.ErrnoException;
  if (syscall !== 'watch') return error;
  return new StrataError(
    '--watch',
    `the sources cannot be watched (${message})`,
    'Raise fs.inotify.max_user_watches (sysctl), or run without --watch',
  );
}
