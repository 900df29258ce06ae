import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { diff } from '../../cli/diff';
import { toHtml } from '../../diff/html';
import { toMarkdown } from '../../diff/markdown';

// `npm run bench` runs it: what a review of many objects takes, in a process of its own. It reports; nothing fails by a time.

const RUNS = 5;
const OBJECTS = 10_000;
const CHANGED = 1_000;

/** Edits that each class of a review has something to say of. */
const EDITS: readonly (readonly [RegExp, string])[] = [
  [/(statefulset|deployment|cronjob)-/, 'memory: '],
  [/prometheusrule-/, 'severity: critical'],
  [/networkpolicy-/, 'port: '],
  [/configmap-/, '# '],
];

const git = (root: string, ...args: string[]): string =>
  execFileSync('git', ['-c', 'user.name=A Person', '-c', 'user.email=person@example.org', ...args], {
    cwd: root,
    encoding: 'utf8',
  });

/** A repository whose three clusters hold copies of mono's environment prod, with uncommitted changes of some files. */
function repository(): string {
  const root = mkdtempSync(join(tmpdir(), 'strata-bench-diff-'));
  const files = readdirSync('dist/mono', { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.yaml') && path.includes('prod'))
    .map((path) => [path, readFileSync(join('dist/mono', path), 'utf8')] as const);
  const written: string[] = [];
  for (let copy = 0; written.length < OBJECTS; copy++) {
    for (const [path, text] of files) {
      const file = join('dist', `c${copy % 3}`, path.replaceAll('prod', `e${copy}`));
      mkdirSync(dirname(join(root, file)), { recursive: true });
      writeFileSync(join(root, file), text.replace(/\bprod\b/g, `e${copy}`));
      written.push(file);
    }
  }
  git(root, 'init', '--quiet', '--template=', '--initial-branch=main');
  git(root, 'add', '--all');
  git(root, 'commit', '--quiet', '-m', 'all');
  let changed = 0;
  for (const file of written) {
    const edit = EDITS.find(([is]) => is.test(file));
    if (!edit || changed === CHANGED) continue;
    const text = readFileSync(join(root, file), 'utf8');
    const other = text
      .replace(/memory: (\d+)/, 'memory: 9$1')
      .replace('severity: critical', 'severity: warning')
      .replace(/port: (\d+)/, 'port: 1$1');
    if (other === text) continue;
    writeFileSync(join(root, file), other);
    changed++;
  }
  return root;
}

/** One review in this process, from git to the comment, and the page. */
function measure(root: string): object {
  const start = performance.now();
  const { base, clusters } = diff(root);
  const reviewed = performance.now();
  const comment = toMarkdown(clusters, base);
  const end = performance.now();
  const page = toHtml(clusters, base, (text) => createHash('sha256').update(text).digest('base64'));
  const sum = (of: (review: (typeof clusters)[number]) => number): number =>
    clusters.reduce((total, review) => total + of(review), 0);
  return {
    objects: sum(({ objects }) => objects),
    changed: sum(({ changes }) => changes.length),
    lines: sum(({ lines }) => lines.length),
    comment: comment.length,
    page: page.length,
    seconds: (end - start) / 1000,
    review: (reviewed - start) / 1000,
    html: (performance.now() - end) / 1000,
    memory: process.resourceUsage().maxRSS / 1024,
  };
}

function report(): void {
  const root = repository();
  try {
    const runs = Array.from({ length: RUNS }, () => {
      const start = performance.now();
      const { stdout, stderr } = spawnSync(process.execPath, ['cli/bundle.cjs', 'test/bench/diff.ts', root], {
        encoding: 'utf8',
      });
      if (!stdout) throw new Error(stderr);
      return {
        ...(JSON.parse(stdout) as Record<string, number>),
        process: (performance.now() - start) / 1000,
      };
    }).sort((one, other) => one.process - other.process);
    const middle = runs[Math.floor(RUNS / 2)] as unknown as Record<string, number>;
    const {
      objects,
      changed,
      lines,
      seconds = 0,
      html = 0,
      page = 0,
      memory = 0,
      process: whole = 0,
    } = middle;
    process.stdout.write(
      `diff of ${changed} of ${objects} objects: ${whole.toFixed(2)} s, of which ${seconds.toFixed(2)} s from git to the comment of ${lines} lines; ` +
        `the page ${html.toFixed(2)} s, ${(page / 2 ** 20).toFixed(1)} MiB; peak ${memory.toFixed(0)} MiB\n`,
    );
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

const [root] = process.argv.slice(2);
if (root === undefined) report();
else process.stdout.write(JSON.stringify(measure(root)));
