import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const scripts = resolve('.github/scripts');

/** Git as on a machine without any configuration: its author is a person, so that a commit of the bot is told apart. */
const environment = {
  PATH: process.env.PATH,
  HOME: '/nonexistent',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_SYSTEM: '/dev/null',
  GIT_AUTHOR_NAME: 'A Person',
  GIT_AUTHOR_EMAIL: 'person@example.org',
  GIT_COMMITTER_NAME: 'A Person',
  GIT_COMMITTER_EMAIL: 'person@example.org',
};

/** The branch of the scratch pull request: a name that a shell would run if it were pasted into one. */
export const BRANCH = 'topic/$(touch${IFS}pwned)';

export interface Result {
  readonly code: number | null;
  /** Both streams. */
  readonly output: string;
}

const git = (cwd: string, ...args: string[]): string =>
  execFileSync('git', args, { cwd, env: environment, encoding: 'utf8', stdio: 'pipe' }).trimEnd();

function write(folder: string, files: Readonly<Record<string, string>>) {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}

/**
 * Makes a folder that holds a bare `origin.git` with one branch, and `clone`, with that branch's commit checked out as
 * actions/checkout leaves it. Whoever asks removes it.
 */
export function createTemplate(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'strata-github-'));
  const clone = join(folder, 'clone');
  git(folder, 'init', '--quiet', '--bare', '--template=', 'origin.git');
  git(folder, 'init', '--quiet', '--template=', 'clone');
  git(clone, 'remote', 'add', 'origin', '../origin.git');
  write(clone, files);
  git(clone, 'add', '--all', '--force');
  git(clone, 'commit', '--quiet', '-m', 'Sources');
  git(clone, 'push', '--quiet', 'origin', `HEAD:refs/heads/${BRANCH}`);
  git(clone, 'checkout', '--quiet', '--detach');
  return folder;
}

/** A copy of a template, to be spoilt by one test. Its path has a space. */
export class Scratch {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), 'strata github ')));
  readonly clone = join(this.folder, 'clone');
  readonly outputs = join(this.folder, 'outputs');

  constructor(template: string) {
    cpSync(template, this.folder, { recursive: true });
    writeFileSync(this.outputs, '');
  }

  remove() {
    rmSync(this.folder, { recursive: true, force: true });
  }

  git(...args: string[]): string {
    return git(this.clone, ...args);
  }

  /** The commit that the branch of origin is at. */
  branch(): string {
    return this.git('ls-remote', 'origin', `refs/heads/${BRANCH}`).slice(0, 40);
  }

  write(files: Readonly<Record<string, string>>) {
    write(this.clone, files);
  }

  /** Lets origin refuse pushes by a script that runs in its folder. */
  refusePushes(script: string) {
    const hook = join(this.folder, 'origin.git/hooks/pre-receive');
    mkdirSync(dirname(hook), { recursive: true });
    writeFileSync(hook, `#!/bin/sh\n${script}\n`);
    chmodSync(hook, 0o755);
  }

  run(script: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Result {
    const { status, stdout, stderr } = spawnSync(join(scripts, script), args, {
      cwd: this.clone,
      env: { ...environment, GITHUB_OUTPUT: this.outputs, ...env },
      encoding: 'utf8',
    });
    return { code: status, output: stdout + stderr };
  }
}
