import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Ask } from '../../cli/init-questions';
import { strata } from '../cli/said';
import { commandsBelow } from './pages';

interface Options {
  /** Gets the person's own copy of this repository, what is published of it, and a home; exists, and is empty. */
  readonly folder: string;
  /** Of the new cluster. */
  readonly name: string;
  /** Day that the person sits there, YYYY-MM-DD. */
  readonly today: string;
}

/** A pair that age's own library made (npm age-encryption 0.3.0, generateX25519Identity and identityToRecipient). */
const IDENTITY = 'AGE-SECRET-KEY-1XF5LPTUSRFTHQXMQ4QT8095ZQQ0MQ9M8J7J4QZWDPV2F8MUUFM2SL7NZ9A';
export const RECIPIENT = 'age1yhsnueznp84q4qqqlycxsat6e8d5vr0082j69ydaxze35qscav7sf0p0kh';

const valueOf = (key: string): string => (key.endsWith('.identity') ? IDENTITY : `value of ${key}`);

/** Whatever this repository has that what is rendered and published depends on. */
const COPIED = ['.gitattributes', '.gitignore', 'clusters', 'charts'];

/**
 * A person who makes a new cluster by typing what README.md says, in a copy of this repository. A command that fails, or complains, is a mistake
 * that the person met: it is thrown.
 */
export class FirstHour {
  /** The copy. */
  readonly root: string;
  /** Commands that were typed so far. */
  typed = 0;
  /** Files that were written by hand so far. */
  written = 0;
  private readonly home: string;
  /** What `strata init` printed. */
  private said = '';

  constructor(private readonly options: Options) {
    this.root = join(options.folder, 'copy');
    this.home = join(options.folder, 'home');
    mkdirSync(this.home);
    for (const name of COPIED) cpSync(name, join(this.root, name), { recursive: true });
    this.git('git init -q -b main . && git add . && git commit -qm begin');
    this.git(`git init -q -b main --bare '${this.published}' && git remote add origin '${this.published}'`);
    this.git('git push -qu origin main');
  }

  /**
   * The commands of README.md.
   *
   * @param flags what is written behind `npx strata init <name>`
   * @param ask what answers its questions; undefined where it is to ask none
   */
  async typeReadme(flags: readonly string[], ask?: Ask): Promise<void> {
    for (const line of commandsBelow('README.md', '## A new cluster')) {
      const command = line.replaceAll('<name>', this.options.name);
      // the packages are there
      if (command === 'npm ci') continue;
      const words = wordsOf(command);
      if (words === undefined) this.typeGit(command);
      else if (words[0] === 'init') this.said = await this.strata([...words, ...flags], ask);
      else await this.strata(words);
    }
    if (this.said === '') throw new Error('README.md makes no new cluster: strata init is not typed');
    const left = this.git('git status --porcelain');
    if (left !== '') throw new Error(`What README.md says leaves files that are not published:\n${left}`);
  }

  /** Paths of the published repository. */
  get paths(): string[] {
    return this.git('git ls-tree -r --name-only origin/main').trim().split('\n');
  }

  /** A clone of what is published: nothing is in it that only lies on the person's disk. */
  clone(folder: string): void {
    this.git(`git clone -q '${this.published}' '${folder}'`);
  }

  /**
   * `npx strata secrets …`, with the values that `strata init` asked for, each in a file of its own. Gives the Secrets as they are printed.
   *
   * @param command of argocd/README.md, up to the pipe
   */
  async typeSecrets(command: string): Promise<string> {
    const values = join(this.home, 'values');
    mkdirSync(values);
    const given = [...this.said.matchAll(/--set (\S+)=@<file>/g)].flatMap(([, key = ''], index) => {
      const file = join(values, String(index));
      writeFileSync(file, `${valueOf(key)}\n`);
      this.written++;
      return ['--set', `${key}=@${file}`];
    });
    const words = wordsOf(command.replace(/ --set \S+/, ''));
    if (words?.[0] !== 'secrets') throw new Error(`argocd/README.md: ${command}: makes no Secrets`);
    return this.strata([...words, ...given]);
  }

  private get published(): string {
    return join(this.home, 'published');
  }

  private async strata(words: readonly string[], ask?: Ask): Promise<string> {
    this.typed++;
    const workspace = { root: this.root, today: this.options.today };
    const { code, stdout, stderr } = await strata(words, { workspace, ...(ask && { ask }) });
    if (code !== 0 || stderr !== '')
      throw new Error(`npx strata ${words.join(' ')}: exit code ${code}: ${stderr.trim()}`);
    return stdout;
  }

  private typeGit(line: string): void {
    if (!line.startsWith('git ')) throw new Error(`README.md: ${line}: nobody here can run that`);
    this.typed += line.split(' && ').length;
    this.git(line);
  }

  /** A line of shell. The settings of whoever runs this are none of the person's. */
  private git(line: string): string {
    return execFileSync('sh', ['-euc', line], {
      ...{ cwd: this.root, encoding: 'utf8', stdio: 'pipe' },
      env: {
        ...{ PATH: process.env['PATH'], HOME: this.home, GIT_CONFIG_NOSYSTEM: '1' },
        ...{ GIT_AUTHOR_NAME: 'test', GIT_AUTHOR_EMAIL: 'test@example.org' },
        ...{ GIT_COMMITTER_NAME: 'test', GIT_COMMITTER_EMAIL: 'test@example.org' },
      },
    });
  }
}

/** What stands behind `npx strata`; undefined where the line is another command. */
const wordsOf = (line: string): string[] | undefined =>
  /^npx strata (.*)$/.exec(line)?.[1]?.trim().split(' ');
