import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { BRANCH, createTemplate, Scratch } from './scratch';

const SOURCES = {
  '.gitignore': '*.log\n',
  'main.ts': 'source',
  'dist/mono/a.yaml': 'a: 1\n',
  'dist/mono/gone.yaml': 'gone: 1\n',
};

// a test starts some twenty processes: fast, but not on a machine that has other work
jest.setTimeout(60_000);

let template: string;
beforeAll(() => (template = createTemplate(SOURCES)));
afterAll(() => rmSync(template, { recursive: true }));

let scratch: Scratch;
const fresh = () => (scratch = new Scratch(template));
const remove = () => scratch.remove();

/** What a render may do to dist/: change, add (with spaces, or ignored), delete, and move (which is one of each). */
function render() {
  scratch.write({
    'dist/mono/a.yaml': 'a: 2\n',
    'dist/new cluster/b c.yaml': SOURCES['dist/mono/gone.yaml'],
    'dist/mono/d.log': 'd: 1\n',
  });
  rmSync(join(scratch.clone, 'dist/mono/gone.yaml'));
}

const RENDERED = [
  'M\tdist/mono/a.yaml',
  'A\tdist/mono/d.log',
  'D\tdist/mono/gone.yaml',
  'A\tdist/new cluster/b c.yaml',
];

const check = (...args: string[]) => scratch.run('check-dist.sh', args);
const outputs = () => readFileSync(scratch.outputs, 'utf8');

/** As in the workflow: the render job packs, the commit job begins with a fresh checkout. */
function packAndReset(): string {
  const pack = join(scratch.folder, 'dist.tar');
  expect(check('--pack', pack).code).toBe(0);
  reset();
  return pack;
}

function reset() {
  scratch.git('reset', '--quiet', '--hard');
  scratch.git('clean', '--quiet', '-ffdx');
}

const commit = (pack: string, env: Record<string, string> = {}) =>
  scratch.run('commit-dist.sh', [pack], { BRANCH, ...env });

describe('check-dist.sh', () => {
  beforeEach(fresh);
  afterEach(remove);

  test('[CI-02] it is silent about a dist/ that is as committed, whatever else changed', () => {
    scratch.write({ 'main.ts': 'other', 'new.ts': 'new' });
    expect(check()).toEqual({ code: 0, output: 'dist/ is up to date\n' });
    const pack = join(scratch.folder, 'dist.tar');
    expect(check('--pack', pack).code).toBe(0);
    expect(existsSync(pack)).toBe(false);
    expect(outputs()).toBe('');
  });

  test('[CI-02] on a fork it fails, lists what differs and says what to run', () => {
    render();
    const { code, output } = check();
    expect(code).toBe(1);
    expect(output.split('\n')).toEqual([
      'dist/ is behind its sources in 4 files:',
      ...RENDERED.map((line) => `  ${line}`),
      'error: dist/ is behind its sources. Run: npm ci && npm run synth, then commit dist/',
      '',
    ]);
    expect(outputs()).toBe('');
    expect(scratch.run('check-dist.sh', [], { GITHUB_ACTIONS: 'true' }).output).toMatch(
      /^::error::dist\/ is behind/m,
    );
  });

  test('it cuts a list that nobody reads to the end', () => {
    // more than a pipe holds (64 KiB on Linux), so that a reader which leaves early would break the writer
    const names = Array.from({ length: 400 }, (_, n) => `dist/mono/${String(n).padStart(200, '0')}.yaml`);
    scratch.write(Object.fromEntries(names.map((name) => [name, ''])));
    const { code, output } = check();
    expect(code).toBe(1);
    expect(output.split('\n')).toHaveLength(1 + 30 + 1 + 1 + 1);
    expect(output).toContain('in 400 files');
  });

  test('it leaves working tree and index alone, and sees what is staged as well', () => {
    render();
    scratch.write({ 'main.ts': 'other' });
    scratch.git('add', 'dist/mono/a.yaml', 'main.ts');
    const before = scratch.git('status', '--porcelain', '--ignored');
    expect(check().output).toContain('in 4 files');
    expect(scratch.git('status', '--porcelain', '--ignored')).toBe(before);
  });

  test('[CI-02] with --pack it packs the whole dist/ and says so to the workflow', () => {
    render();
    const pack = join(scratch.folder, 'dist.tar');
    expect(check('--pack', pack).code).toBe(0);
    expect(outputs()).toBe('behind=true\n');
    const files = execFileSync('tar', ['-tf', pack], { encoding: 'utf8' })
      .split('\n')
      .filter((name) => /[^/]$/.test(name));
    expect(files.sort()).toEqual(['dist/mono/a.yaml', 'dist/mono/d.log', 'dist/new cluster/b c.yaml']);
  });

  test('[CI-02] it sees a change that leaves length and time of a file as they were, right after a checkout', () => {
    const path = 'dist/mono/a.yaml';
    const aged = (file: string) => utimesSync(join(scratch.clone, file), 1e9, 1e9);
    scratch.git('config', 'core.trustctime', 'false'); // no test can set a ctime
    aged(path);
    scratch.git('update-index', '--refresh');
    aged('.git/index');
    writeFileSync(join(scratch.clone, path), 'a: 9\n');
    aged(path);
    expect(check()).toMatchObject({ code: 1, output: expect.stringContaining(`  M\t${path}`) as string });
  });

  test('it refuses other arguments', () => {
    expect(check('--unpack').code).toBe(2);
    expect(check('--pack').code).toBe(2);
  });
});

describe('commit-dist.sh', () => {
  beforeEach(fresh);
  afterEach(remove);

  test('[CI-02] it pushes one commit of the bot that changes, adds and deletes in dist/, and nothing else', () => {
    render();
    scratch.write({ 'main.ts': 'changed by a package while it rendered', 'package.log': '' });
    const base = scratch.branch();
    const pack = packAndReset();
    expect(commit(pack)).toMatchObject({ code: 0 });

    const head = scratch.branch();
    const show = (format: string) => scratch.git('show', '--no-patch', `--format=${format}`, head);
    expect(show('%P')).toBe(base);
    const bot = 'github-actions[bot] <41898282+github-actions[bot]@users.noreply.github.com>';
    expect(show('%an <%ae>%n%cn <%ce>').split('\n')).toEqual([bot, bot]);
    expect(show('%B').trim()).toBe(`Render dist/\n\nRendered from ${base} by .github/workflows/render.yml`);
    expect(scratch.git('diff', '--no-renames', '--name-status', base, head).split('\n')).toEqual(RENDERED);
    expect(scratch.git('show', `${head}:dist/mono/a.yaml`)).toBe('a: 2');
    expect(existsSync(join(scratch.clone, 'pwned'))).toBe(false);
  });

  test('[CI-02] it does nothing where dist/ is up to date', () => {
    const before = scratch.branch();
    const pack = join(scratch.folder, 'dist.tar');
    execFileSync('tar', ['-cf', pack, 'dist'], { cwd: scratch.clone });
    expect(commit(pack)).toEqual({ code: 0, output: 'dist/ is up to date: nothing to commit\n' });
    expect(scratch.branch()).toBe(before);
  });

  test('[CI-02] it never commits on top of its own commit, so that it cannot go on forever', () => {
    render();
    expect(commit(packAndReset()).code).toBe(0);
    const first = scratch.branch();
    scratch.write({ 'dist/mono/a.yaml': 'a: 3\n' });
    expect(commit(packAndReset())).toMatchObject({
      code: 1,
      output: expect.stringContaining(`error: ${first} is a render already`) as string,
    });
    expect(scratch.branch()).toBe(first);
  });

  test('[CI-02] where the branch moved on it pushes nothing and says so', () => {
    render();
    const base = scratch.branch();
    const pack = packAndReset();
    scratch.write({ 'main.ts': 'newer' });
    scratch.git('commit', '--quiet', '--all', '-m', 'Newer sources');
    const newer = scratch.git('rev-parse', 'HEAD');
    scratch.git('push', '--quiet', 'origin', `HEAD:refs/heads/${BRANCH}`);
    scratch.git('checkout', '--quiet', '--detach', base);
    const { code, output } = commit(pack);
    expect(code).toBe(1);
    expect(output).toContain(`error: ${BRANCH} moved from ${base} to ${newer} meanwhile: nothing was pushed`);
    expect(scratch.branch()).toBe(newer);
  });

  test('[CI-02] a branch that was deleted meanwhile is not brought back', () => {
    render();
    const pack = packAndReset();
    scratch.git('push', '--quiet', 'origin', `:refs/heads/${BRANCH}`);
    const { code, output } = commit(pack);
    expect(code).toBe(1);
    expect(output).toContain('to nothing meanwhile');
    expect(scratch.branch()).toBe('');
  });

  test('a push that fails once is tried again; one that fails twice is an error', () => {
    render();
    const base = scratch.branch();
    const pack = packAndReset();
    scratch.refusePushes('echo no; exit 1');
    expect(commit(pack)).toMatchObject({
      code: 1,
      output: expect.stringContaining('error: dist/ could not be pushed') as string,
    });
    expect(scratch.branch()).toBe(base);

    scratch.git('reset', '--quiet', '--hard', base);
    scratch.refusePushes('[ -e tried ] || { touch tried; exit 1; }');
    expect(commit(pack)).toMatchObject({
      code: 0,
      output: expect.stringContaining('trying once more') as string,
    });
    expect(scratch.git('rev-parse', `${scratch.branch()}^`)).toBe(base);
  });

  test('what is staged outside dist/ is not committed', () => {
    render();
    const pack = packAndReset();
    scratch.write({ 'main.ts': 'other' });
    scratch.git('add', 'main.ts');
    expect(commit(pack)).toEqual({ code: 1, output: 'error: something outside dist/ is staged\n' });
  });

  test('[CI-12] a dist that the branch made a link is replaced, not followed', () => {
    scratch.git('rm', '--quiet', '-r', 'dist');
    mkdirSync(join(scratch.folder, 'elsewhere/mono'), { recursive: true });
    symlinkSync(join(scratch.folder, 'elsewhere'), join(scratch.clone, 'dist'));
    scratch.git('add', 'dist');
    scratch.git('commit', '--quiet', '-m', 'A link');
    scratch.git('push', '--quiet', 'origin', `HEAD:refs/heads/${BRANCH}`);
    const pack = archive({ 'dist/mono/a.yaml': 'a: 2\n' });
    expect(commit(pack).code).toBe(0);
    expect(existsSync(join(scratch.folder, 'elsewhere/mono/a.yaml'))).toBe(false);
    expect(scratch.git('ls-tree', '-r', scratch.branch(), 'dist')).toMatch(
      /^100644 blob \w+\tdist\/mono\/a.yaml$/,
    );
  });

  test('[CI-12] no file becomes executable', () => {
    const pack = archive({ 'dist/mono/a.yaml': 'a: 2\n' }, (folder) =>
      chmodSync(join(folder, 'dist/mono/a.yaml'), 0o777),
    );
    expect(commit(pack).code).toBe(0);
    expect(scratch.git('ls-tree', '-r', scratch.branch(), 'dist')).toMatch(/^100644 /);
  });

  test('it refuses wrong use', () => {
    expect(scratch.run('commit-dist.sh', [], { BRANCH }).code).toBe(2);
    expect(commit('dist.tar', { BRANCH: '' }).code).toBe(2);
    expect(commit('dist.tar', { BRANCH: 'a..b' }).code).toBe(2);
  });
});

/** A tar archive of a folder that holds these files; `tamper` changes the folder, `members` and `options` what tar takes of it. */
function archive(
  files: Record<string, string>,
  tamper: (folder: string) => void = () => undefined,
  members: readonly string[] = ['dist'],
  options: readonly string[] = [],
): string {
  const folder = join(scratch.folder, 'tampered');
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  tamper(folder);
  const pack = join(scratch.folder, 'tampered.tar');
  execFileSync('tar', ['-cf', pack, ...options, ...members], { cwd: folder, stdio: 'pipe' });
  return pack;
}

describe('[CI-12] commit-dist.sh refuses', () => {
  // each refusal is shown to change nothing, so that one repository serves all
  beforeAll(fresh);
  afterAll(remove);
  afterEach(() => rmSync(join(scratch.folder, 'tampered'), { recursive: true, force: true }));

  const GOOD = { 'dist/mono/a.yaml': 'a: 2\n' };
  const link = (target: string, path: string) => (folder: string) => symlinkSync(target, join(folder, path));

  const cases: [string, () => string, string][] = [
    [
      'a file beside dist/',
      () => archive({ ...GOOD, '.github/workflows/x.yml': '' }, undefined, ['dist', '.github']),
      '.github/ is no plain path below dist/',
    ],
    [
      'a folder whose name only begins with dist',
      () => archive({ ...GOOD, 'distro/x': '' }, undefined, ['dist', 'distro']),
      'distro/ is no plain path',
    ],
    [
      'a path that climbs out',
      () => archive({ ...GOOD, 'dist/x': '', 'main.ts': '' }, undefined, ['-P', 'dist', 'dist/../main.ts']),
      'dist/../main.ts is no plain path',
    ],
    [
      'an absolute path',
      () => archive(GOOD, undefined, ['-P', 'dist', join(scratch.clone, 'main.ts')]),
      'main.ts is no plain path',
    ],
    [
      'a symbolic link to a file',
      () => archive(GOOD, link('../../.git/config', 'dist/mono/b.yaml')),
      'it holds a link or a special file',
    ],
    [
      'a symbolic link to a folder',
      () => archive(GOOD, link('..', 'dist/up')),
      'it holds a link or a special file',
    ],
    [
      'a hard link',
      () =>
        archive(GOOD, (folder) =>
          execFileSync('ln', ['dist/mono/a.yaml', 'dist/mono/b.yaml'], { cwd: folder }),
        ),
      'it holds a link or a special file',
    ],
    [
      'a repository within',
      () => archive({ ...GOOD, 'dist/mono/.git/config': '' }),
      'dist/mono/.git/ is no plain path',
    ],
    [
      'rules for git',
      () => archive({ ...GOOD, 'dist/.gitattributes': '* diff=x' }),
      'dist/.gitattributes is no plain path',
    ],
    ['a name with a line break', () => archive({ ...GOOD, 'dist/a\ndist/b': '' }), 'is no plain path'],
    ['a name that reads as an option', () => archive({ ...GOOD, 'dist/-x': '' }), 'dist/-x is no plain path'],
    ['a name that a shell would run', () => archive({ ...GOOD, 'dist/$(id).yaml': '' }), 'is no plain path'],
    [
      'an archive without files',
      () => archive({}, (folder) => mkdirSync(join(folder, 'dist'), { recursive: true })),
      'it holds no file',
    ],
    ['a file in the place of dist/', () => archive({ dist: '' }), 'dist is no folder'],
    [
      'what is no archive',
      () => {
        const path = join(scratch.folder, 'no.tar');
        writeFileSync(path, 'no tar'.repeat(500));
        return path;
      },
      'it is no tar archive',
    ],
    ['an archive that is not there', () => join(scratch.folder, 'missing.tar'), 'it is no tar archive'],
  ];

  test.each(cases)('%s', (_, make, reason) => {
    const before = scratch.branch();
    const { code, output } = commit(make());
    expect(output).toMatch(/^error: the archive is refused: /m);
    expect(output).toContain(reason);
    expect(code).toBe(1);
    expect(scratch.branch()).toBe(before);
    expect(scratch.git('status', '--porcelain')).toBe('');
  });

  test('none of that in an archive which is right', () => {
    expect(commit(archive(GOOD)).code).toBe(0);
  });
});
