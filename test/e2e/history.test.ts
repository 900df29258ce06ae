import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { previousSet } from './history';

jest.setTimeout(60_000);

const NOBODY = {
  ...process.env,
  ...{ GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' },
  ...{ GIT_AUTHOR_NAME: 'A', GIT_AUTHOR_EMAIL: 'a@example.org' },
  ...{ GIT_COMMITTER_NAME: 'A', GIT_COMMITTER_EMAIL: 'a@example.org' },
};

let home: string;
beforeEach(() => (home = mkdtempSync(join(tmpdir(), 'strata-history-'))));
afterEach(() => rmSync(home, { recursive: true }));

const git = (...args: string[]): string =>
  execFileSync('git', args, { cwd: join(home, 'repository'), env: NOBODY, encoding: 'utf8' }).trim();

function write(files: Readonly<Record<string, string>>): void {
  for (const [file, text] of Object.entries(files)) {
    const path = join(home, 'repository', file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
}

function commit(subject: string, files: Readonly<Record<string, string>>): void {
  write(files);
  if (!existsSync(join(home, 'repository/.git'))) git('init', '--quiet', '--template=');
  git('add', '--all');
  git('commit', '--quiet', '--message', subject);
}

const previous = (from?: string, repository = 'repository') =>
  previousSet(join(home, repository, 'dist/mono'), join(home, 'previous'), from);

/** The files of the set that was found. */
const found = (): Record<string, string> =>
  Object.fromEntries(
    readdirSync(join(home, 'previous'), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.yaml'))
      .map((path) => [path, readFileSync(join(home, 'previous', path), 'utf8')]),
  );

const history = (): void => {
  commit('first', { 'dist/mono/a/one.yaml': '1', 'dist/staging/a.yaml': '1' });
  commit('second', { 'dist/mono/a/one.yaml': '2', 'dist/mono/b.yaml': '2' });
  commit('another cluster', { 'dist/staging/a.yaml': '2' });
};

describe('the previous set', () => {
  test('it is that of the newest commit with other files of this cluster', () => {
    history();
    expect(previous()).toMatchObject({ revision: expect.stringMatching(/^[0-9a-f]{7,} first$/) });
    expect(found()).toEqual({ 'a/one.yaml': '1' });
  });

  test.each([
    ['changed', { 'dist/mono/b.yaml': '3' }],
    ['new', { 'dist/mono/c.yaml': '3' }],
  ])('where files are %s and not committed, it is that of the last commit', (_, files) => {
    history();
    write(files);
    expect(previous()).toMatchObject({ revision: expect.stringMatching(/another cluster$/) });
    expect(found()).toEqual({ 'a/one.yaml': '2', 'b.yaml': '2' });
  });

  test('it is that of the commit that is named', () => {
    history();
    commit('third', { 'dist/mono/b.yaml': '3' });
    expect(previous('HEAD~3')).toMatchObject({ revision: expect.stringMatching(/first$/) });
    expect(found()).toEqual({ 'a/one.yaml': '1' });
  });

  test('a commit that is not there is refused, and one with the same files is nothing to compare with', () => {
    history();
    expect(() => previous('v9')).toThrow('--from v9 is no commit');
    expect(previous('HEAD')).toMatch(/dist\/mono is the same in HEAD$/);
  });

  test('the first commit, and a cluster that is new, have none', () => {
    commit('first', { 'dist/staging/a.yaml': '1' });
    write({ 'dist/mono/a.yaml': '1' });
    expect(previous()).toMatch(/^the commit before holds no .*dist\/mono$/);
    commit('second', { 'dist/mono/a.yaml': '1' });
    expect(previous()).toMatch(/^the commit before holds no .*dist\/mono$/);
    git('checkout', '--quiet', '--orphan', 'first');
    git('commit', '--quiet', '--message', 'first');
    expect(previous()).toMatch(/^no commit holds another .*dist\/mono$/);
  });

  test('a shallow clone says how to get more', () => {
    history();
    git('clone', '--quiet', '--depth=1', pathToFileURL(join(home, 'repository')).href, join(home, 'shallow'));
    expect(previous(undefined, 'shallow')).toMatch(/this clone is shallow.*git fetch --unshallow$/);
  });

  test('files that lie in no repository have none', () => {
    history();
    cpSync(join(home, 'repository/dist'), join(home, 'copy/dist'), { recursive: true });
    expect(previous(undefined, 'copy')).toMatch(/lies in no git repository/);
  });
});
