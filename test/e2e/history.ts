import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { ProgrammeError } from './report';

/** The rendered set that a cluster is on before the one in the working tree comes. */
export interface Previous {
  /** `c0ffee1 feat(data): …` */
  readonly revision: string;
  /** Where its files were put. */
  readonly folder: string;
}

const BYTES = 2 ** 28;

/**
 * Puts the rendered files of the newest commit that differ from those in the working tree, or of `from`, into a folder. A text says why
 * there is nothing to compare with. Throws a ProgrammeError where `from` is no commit.
 *
 * @param rendered dist/<cluster>
 * @param into gets the files; does not exist yet
 */
export function previousSet(rendered: string, into: string, from: string | undefined): Previous | string {
  const git = (...args: readonly string[]): string | undefined => {
    const { status, stdout } = spawnSync('git', ['-C', rendered, ...args], { encoding: 'utf8' });
    return status === 0 ? stdout.trim() : undefined;
  };
  if (from !== undefined && git('rev-parse', '--verify', '--quiet', `${from}^{commit}`) === undefined)
    throw new ProgrammeError(`--from ${from} is no commit of the repository that holds ${rendered}`);
  if (git('rev-parse', '--verify', '--quiet', 'HEAD') === undefined)
    return `${rendered} lies in no git repository with a commit`;
  const revision = from ?? newestOther(git);
  if (revision === undefined) return whyNone(git, rendered);
  if (git('rev-parse', '--verify', '--quiet', `${revision}:./`) === undefined)
    return `${from === undefined ? 'the commit before' : from} holds no ${rendered}`;
  if (from !== undefined && git('diff', '--quiet', from, '--', '.') !== undefined && !untracked(git))
    return `${rendered} is the same in ${from}`;
  extract(rendered, revision, into);
  return { revision: git('log', '-1', '--format=%h %s', revision) ?? revision, folder: into };
}

type Git = (...args: readonly string[]) => string | undefined;

/** HEAD where the working tree differs from it, else the parent of the last commit that changed these files. */
function newestOther(git: Git): string | undefined {
  if (git('status', '--porcelain', '--', '.')) return 'HEAD';
  const last = git('log', '-1', '--format=%H', '--', '.');
  return last && git('rev-parse', '--verify', '--quiet', `${last}^`);
}

const untracked = (git: Git): boolean =>
  Boolean(git('ls-files', '--others', '--exclude-standard', '--', '.'));

const whyNone = (git: Git, rendered: string): string =>
  git('rev-parse', '--is-shallow-repository') === 'true'
    ? `this clone is shallow and holds no commit with another ${rendered}: git fetch --unshallow`
    : `no commit holds another ${rendered}`;

function extract(rendered: string, revision: string, into: string): void {
  mkdirSync(into, { recursive: true });
  // run in a folder, it takes that folder
  const archive = spawnSync('git', ['-C', rendered, 'archive', '--format=tar', revision], {
    maxBuffer: BYTES,
  });
  const tar = spawnSync('tar', ['-x', '-C', into], { input: archive.stdout });
  if (archive.status !== 0 || tar.status !== 0 || !existsSync(into))
    throw new ProgrammeError(
      `${rendered} of ${revision} cannot be unpacked: ${String(archive.stderr)}${String(tar.stderr)}`,
    );
}
