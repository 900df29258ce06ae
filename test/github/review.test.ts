import { chmodSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createTemplate, Scratch } from './scratch';

/** Stands for `strata diff`: what it prints by --output, and its exit code. */
const STRATA = `
const format = process.argv[process.argv.indexOf('--output') + 1];
const base = process.argv[process.argv.indexOf('--base') + 1];
require('node:fs').appendFileSync('asked', [format, base].join(' ') + '\\n');
const counts = { fails: 0, data: 1, access: 2, cause: 5 };
const printed = { markdown: '<!-- strata diff -->\\n## What\\n', html: '<!doctype html>\\n', json: JSON.stringify({ clusters: [{ counts }, { counts: { fails: 0, reach: 1 } }] }) };
process.stdout.write(printed[format]);
process.exitCode = Number(process.env.STRATA_EXIT ?? 1);
`;

/** Stands for \`gh\`: writes down what it was asked, answers lists from files. */
const GH = `#!/usr/bin/env bash
printf '%s\\n' "$*" >>"$CALLS"
for argument in "$@"; do case $argument in body=@*) cat "\${argument#body=@}" >"$BODY" ;; esac; done
case "$*" in
  *--method*) [ -z "\${GH_FAILS-}" ] || exit 1 ;;
  *'/labels '*) printf '%s' "\${LABELS-}" ;;
  *'/comments '*) printf '%s' "\${COMMENTS-}" ;;
esac
`;

jest.setTimeout(60_000);

let template: string;
beforeAll(() => (template = createTemplate({ 'cli/strata.cjs': STRATA, '.gitignore': 'asked\n' })));
afterAll(() => rmSync(template, { recursive: true }));

let scratch: Scratch;
beforeEach(() => (scratch = new Scratch(template)));
afterEach(() => scratch.remove());

const read = (name: string): string => readFileSync(join(scratch.folder, name), 'utf8');

describe('review.sh', () => {
  const review = (env: Record<string, string> = {}, folder = join(scratch.folder, 'out')) =>
    scratch.run('review.sh', [folder], {
      BASE: 'HEAD',
      GITHUB_STEP_SUMMARY: join(scratch.folder, 'summary'),
      ...env,
    });

  test('[CI-02] it writes the comment, the page and the classes, adds the summary, and is no judge of changes', () => {
    expect(review()).toEqual({ code: 0, output: '' });
    expect(read('out/comment.md')).toMatch(/^<!-- strata diff -->\n/);
    expect(read('out/index.html')).toContain('<!doctype html>');
    expect(read('out/classes')).toBe('data access reach\n');
    expect(read('outputs')).toBe('classes=data access reach\n');
    expect(read('summary')).toBe(read('out/comment.md'));
  });

  test('[CI-02] it compares with where the branch left main', () => {
    const left = scratch.git('rev-parse', 'HEAD');
    scratch.git('checkout', '--quiet', '-b', 'topic');
    scratch.git('commit', '--quiet', '--allow-empty', '-m', 'ours');
    scratch.git('checkout', '--quiet', '-b', 'later', left);
    scratch.git('commit', '--quiet', '--allow-empty', '-m', 'theirs');
    scratch.git('checkout', '--quiet', 'topic');
    expect(review({ BASE: 'later' }).code).toBe(0);
    expect(readFileSync(join(scratch.clone, 'asked'), 'utf8')).toBe(
      ['markdown', 'html', 'json'].map((format) => `${format} ${left}\n`).join(''),
    );
  });

  test('[CI-02] what could not be compared is a failure', () => {
    expect(review({ STRATA_EXIT: '2' })).toMatchObject({ code: 1 });
    expect(review({ BASE: 'nowhere' })).toMatchObject({
      code: 1,
      output: expect.stringContaining('fetch-depth: 0') as string,
    });
    expect(review({ BASE: '' }).code).toBe(2);
    expect(scratch.run('review.sh', []).code).toBe(2);
  });
});

describe('post-review.sh', () => {
  const MARKER = '<!-- strata diff -->';

  /** Runs it with a folder of these files, and gives the calls that it made. */
  function post(files: Record<string, string>, env: Record<string, string> = {}) {
    const bin = join(scratch.folder, 'bin');
    const folder = join(scratch.folder, 'review');
    for (const path of [bin, folder]) mkdirSync(path, { recursive: true });
    writeFileSync(join(bin, 'gh'), GH);
    chmodSync(join(bin, 'gh'), 0o755);
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    const calls = join(scratch.folder, 'calls');
    writeFileSync(calls, '');
    const result = scratch.run('post-review.sh', [folder], {
      PATH: `${bin}:${process.env.PATH ?? ''}`,
      CALLS: calls,
      BODY: join(scratch.folder, 'body'),
      REPOSITORY: 'owner/name',
      NUMBER: '7',
      ...env,
    });
    const written = readFileSync(calls, 'utf8')
      .split('\n')
      .filter((call) => call.includes('--method'))
      .map((call) => call.replace(/body=@\S+/, 'body'));
    return { ...result, written };
  }

  const files = { 'comment.md': `${MARKER}\n## What\n`, classes: 'data access\n' };

  test('[CI-02] the first time it posts a comment, with the address of the page, and a label for each class', () => {
    const { code, written } = post(files, { PAGE: 'https://example.org/page' });
    expect(code).toBe(0);
    expect(written).toEqual([
      'api --silent --method POST repos/owner/name/issues/7/comments -F body',
      'api --silent --method POST repos/owner/name/issues/7/labels -f labels[]=diff/data',
      'api --silent --method POST repos/owner/name/issues/7/labels -f labels[]=diff/access',
    ]);
    expect(read('body')).toBe(
      `${MARKER}\n## What\n\n[The page with every object side by side](https://example.org/page)\n`,
    );
  });

  test('[CI-02] the next time it changes that comment and the labels that differ, and leaves those of others', () => {
    const { code, written } = post(files, { COMMENTS: '11\n12\n', LABELS: 'bug\ndiff/fails\ndiff/data\n' });
    expect(code).toBe(0);
    expect(written).toEqual([
      'api --silent --method PATCH repos/owner/name/issues/comments/11 -F body',
      'api --silent --method DELETE repos/owner/name/issues/7/labels/diff%2Ffails',
      'api --silent --method POST repos/owner/name/issues/7/labels -f labels[]=diff/access',
    ]);
  });

  test('[CI-02] a review without any class takes the labels away', () => {
    expect(post({ ...files, classes: '\n' }, { LABELS: 'diff/data\n' }).written.slice(1)).toEqual([
      'api --silent --method DELETE repos/owner/name/issues/7/labels/diff%2Fdata',
    ]);
  });

  test('[CI-13] only known classes become labels, whatever the file says', () => {
    expect(
      post({ ...files, classes: 'data-risk-approved ../x data $(touch pwned) *\n' }).written.slice(1),
    ).toEqual(['api --silent --method POST repos/owner/name/issues/7/labels -f labels[]=diff/data']);
  });

  test.each([
    ['a comment of somebody else', { ...files, 'comment.md': 'hello\n' }, 'does not begin with its marker'],
    [
      'a comment that is too long',
      { ...files, 'comment.md': `${MARKER}\n${'→'.repeat(65_536)}` },
      'longer than the 65536 characters',
    ],
    ['no comment', { classes: '\n' }, 'is no plain file'],
  ])('[CI-13] %s is refused, and nothing is posted', (_, given, message) => {
    const { code, output, written } = post(given as Record<string, string>);
    expect({ code, written }).toEqual({ code: 1, written: [] });
    expect(output).toContain(message);
  });

  test('[CI-13] a link in the place of a file is refused', () => {
    mkdirSync(join(scratch.folder, 'review'));
    symlinkSync('/etc/passwd', join(scratch.folder, 'review/comment.md'));
    expect(post({ classes: '\n' })).toMatchObject({ code: 1, written: [] });
  });

  test('[CI-02] a refusal of GitHub is a failure', () => {
    expect(post(files, { GH_FAILS: '1' }).code).toBe(1);
  });

  test('it refuses other arguments', () => {
    expect(post(files, { NUMBER: '7; rm' }).code).toBe(2);
    expect(post(files, { REPOSITORY: 'name' }).code).toBe(2);
    expect(scratch.run('post-review.sh', []).code).toBe(2);
  });
});

describe('gate-review.sh', () => {
  const gate = (CLASSES: string, APPROVED: string) =>
    scratch.run('gate-review.sh', [], { CLASSES, APPROVED });

  test.each([
    ['nothing', '', 'false', 0],
    ['restarts and rights', 'interrupts access reach watching cost', 'false', 0],
    ['what fails', 'fails interrupts', 'false', 1],
    ['what fails, approved as to its data', 'fails data', 'true', 1],
    ['data at risk', 'data', 'false', 1],
    ['data at risk, approved', 'data interrupts', 'true', 0],
  ])('[CI-02] %s', (_, classes, approved, code) => {
    expect(gate(classes, approved).code).toBe(code);
  });

  test('it says what to do', () => {
    expect(gate('data', 'false').output).toContain('give it the label data-risk-approved');
    expect(gate('fails', 'true').output).toContain('see "Will fail"');
  });

  test('it refuses other arguments', () => {
    expect(gate('', '').code).toBe(2);
    expect(scratch.run('gate-review.sh', []).code).toBe(2);
  });
});
