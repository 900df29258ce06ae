import { spawnSync } from 'node:child_process';
import { StrataError } from '../charts/core/errors';

/** Bytes of answers: a whole dist/ of ten thousand objects is some 30 MB. */
const MOST = 2 ** 30;

/** One file that differs between a commit and the working tree. */
export interface Difference {
  /** From the repository. */
  readonly path: string;
  /** Git's name of the content at the commit; undefined for a file that is new. */
  readonly blob: string | undefined;
  readonly isGone: boolean;
}

/** Read-only questions to git about one repository. */
export class Git {
  constructor(private readonly root: string) {}

  /** Standard output of a git command; undefined where it failed. */
  private ask(args: readonly string[], input?: string): Buffer | undefined {
    const { status, stdout, error } = spawnSync('git', ['-C', this.root, ...args], {
      maxBuffer: MOST,
      stdio: ['pipe', 'pipe', 'ignore'],
      ...(input !== undefined && { input }),
      // no pager or colour of the user's configuration
      env: { ...process.env, GIT_PAGER: 'cat' },
    });
    return error || status !== 0 ? undefined : stdout;
  }

  private must(args: readonly string[], input?: string): Buffer {
    const answer = this.ask(args, input);
    if (!answer)
      throw new StrataError('git', `\`git ${args.join(' ')}\` failed`, `Run it in ${this.root} to see why`);
    return answer;
  }

  isRepository(): boolean {
    return this.ask(['rev-parse', '--git-dir']) !== undefined;
  }

  /** The commit that a revision names; undefined where there is none. */
  commit(revision: string): string | undefined {
    return this.ask(['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`])
      ?.toString()
      .trim();
  }

  /** Where this branch left the main one: what a pull request is compared with. */
  mergeBase(): string | undefined {
    const main = [
      'refs/remotes/origin/HEAD',
      'refs/remotes/origin/main',
      'refs/heads/main',
      'refs/remotes/origin/master',
      'refs/heads/master',
    ]
      .map((name) => this.commit(name))
      .find((commit) => commit !== undefined);
    return main && this.ask(['merge-base', 'HEAD', main])?.toString().trim();
  }

  /** All files that differ between a commit and the working tree, new ones that git does not know yet included. */
  differences(base: string): Difference[] {
    const raw = this.must([
      // a file that was only touched counts as different then, and is compared by its text: refreshing would write the index
      '-c',
      'diff.autoRefreshIndex=false',
      'diff',
      '--raw',
      '-z',
      '--no-renames',
      '--no-ext-diff',
      '--relative',
      '--abbrev=64',
      base,
      '--',
    ]);
    const untracked = this.must(['ls-files', '-z', '--others', '--exclude-standard']);
    return [
      ...differencesOf(raw.toString()),
      ...untracked
        .toString()
        .split('\0')
        .filter(Boolean)
        .map((path) => ({ path, blob: undefined, isGone: false })),
    ];
  }

  /** Contents of blobs, by one process for all of them. */
  contents(blobs: readonly string[]): Map<string, string> {
    const found = new Map<string, string>();
    if (!blobs.length) return found;
    const answer = this.must(['cat-file', '--batch'], `${blobs.join('\n')}\n`);
    let place = 0;
    for (const blob of blobs) {
      const end = answer.indexOf(0x0a, place);
      const size = Number(/ blob (\d+)$/.exec(answer.toString('latin1', place, end))?.[1]);
      if (!Number.isInteger(size))
        throw new StrataError(
          'git',
          `the content ${blob} is not here`,
          'Fetch the whole history: git fetch --unshallow',
        );
      found.set(blob, answer.toString('utf8', end + 1, end + 1 + size));
      place = end + 1 + size + 1;
    }
    return found;
  }
}

/** `:100644 100644 <old> <new> M\0path\0`, as `git diff --raw -z` writes it. */
function differencesOf(raw: string): Difference[] {
  const parts = raw.split('\0').filter(Boolean);
  const found: Difference[] = [];
  for (let index = 0; index + 1 < parts.length; index += 2) {
    const [, , old = '', , status = ''] = (parts[index] ?? '').split(' ');
    const path = parts[index + 1] ?? '';
    found.push({ path, blob: status === 'A' ? undefined : old, isGone: status === 'D' });
  }
  return found;
}
