import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const SCRIPT = resolve('docs/review-ci.sh');

/** Stands for npx: prints what it was asked, and ends with the code for its output or gate. */
const NPX = `#!/bin/sh
echo "$*"
case "$*" in *--fail-on*) exit "$GATE" ;; *) exit "$CHANGES" ;; esac
`;

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'strata-review-ci-'));
  mkdirSync(join(root, 'bin'));
  writeFileSync(join(root, 'bin/npx'), NPX);
  chmodSync(join(root, 'bin/npx'), 0o755);
  const git = (...args: string[]) =>
    spawnSync('git', ['-c', 'user.name=A', '-c', 'user.email=a@example.org', ...args], { cwd: root });
  git('init', '--quiet', '--template=', '--initial-branch=main');
  git('commit', '--quiet', '--allow-empty', '-m', 'first');
});
afterEach(() => rmSync(root, { recursive: true }));

const run = (changes: number, gate: number, base = 'main') =>
  spawnSync('sh', [SCRIPT, base], {
    cwd: root,
    env: {
      PATH: `${join(root, 'bin')}:${process.env.PATH ?? ''}`,
      CHANGES: String(changes),
      GATE: String(gate),
    },
  }).status;

test('the script for plain CI writes the comment and the page, and fails by its gate only', () => {
  expect(run(1, 0)).toBe(0);
  const head = spawnSync('git', ['rev-parse', 'HEAD'], { cwd: root, encoding: 'utf8' }).stdout.trim();
  expect(readFileSync(join(root, 'review/comment.md'), 'utf8')).toBe(
    `strata diff --base ${head} --output markdown\n`,
  );
  expect(readFileSync(join(root, 'review/index.html'), 'utf8')).toBe(
    `strata diff --base ${head} --output html\n`,
  );
  expect(run(0, 0)).toBe(0);
  expect(run(1, 1)).toBe(1);
});

test('what could not be compared is a failure of it', () => {
  expect(run(2, 0)).not.toBe(0);
  expect(run(1, 2)).not.toBe(0);
  expect(run(1, 0, 'nowhere')).not.toBe(0);
});

test('docs/review.md shows the same script', () => {
  expect(readFileSync('docs/review.md', 'utf8')).toContain(`\`\`\`sh\n${readFileSync(SCRIPT, 'utf8')}\`\`\``);
});
