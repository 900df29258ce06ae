import { execFileSync } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseWorkflow, workflowFindings } from './workflow-rules';

const read = (path: string) => readFileSync(path, 'utf8');
const workflow = (name: string) => read(join('.github/workflows', name));
const files = readdirSync('.github/workflows');
const scripts = readdirSync('.github/scripts');
const packageJson = JSON.parse(read('package.json')) as {
  scripts: Record<string, string>;
  engines: { node: string };
};
const ci = parseWorkflow(workflow('ci.yml'));
const render = parseWorkflow(workflow('render.yml'));

/** The workflow with one text replaced everywhere, which must be there. */
function broken(name: string, from: string, to: string): string {
  const text = workflow(name);
  if (!text.includes(from)) throw new Error(`${name} has no ${from}`);
  return text.replaceAll(from, to);
}

const runs = (steps: readonly { run?: string; if?: string }[] = []) =>
  steps.filter((step) => step.if === undefined).flatMap(({ run }) => run ?? []);

describe('the workflows', () => {
  test.each(files)(
    '[CI-12] [CI-13] %s is pinned, bounded, of least permission and closed to injection',
    (name) => {
      expect(workflowFindings(workflow(name))).toEqual([]);
    },
  );

  test.each([
    [
      'a trigger that lends secrets to forks',
      'render.yml',
      '  pull_request:\n',
      '  pull_request_target:\n',
      ['trigger: pull_request_target'],
    ],
    [
      'a write permission for all jobs',
      'render.yml',
      'permissions: {}',
      'permissions: { contents: write }',
      ['permissions: top level'],
    ],
    ['no word on permissions', 'ci.yml', 'permissions: {}', '', ['permissions: top level']],
    ['every permission', 'ci.yml', 'permissions: {}', 'permissions: write-all', ['permissions: top level']],
    [
      'a tag in the place of a commit',
      'render.yml',
      '3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c # v8.0.1',
      'v8.0.1',
      Array(2).fill('pinned: - uses: actions/download-artifact@v8.0.1') as string[],
    ],
    [
      'a commit without its version',
      'render.yml',
      ' # v8.0.1',
      '',
      Array(2).fill(
        'pinned: - uses: actions/download-artifact@3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c',
      ) as string[],
    ],
    [
      'an action that the search by line misses',
      'render.yml',
      '- uses: actions/download',
      '- "uses": actions/download',
      ['pinned: 9 actions used on 7 lines'],
    ],
    [
      'a job without a time limit',
      'render.yml',
      '    timeout-minutes: 5\n',
      '',
      ['timeout: commit', 'timeout: comment', 'timeout: gate'],
    ],
    [
      'superseded runs that go on',
      'render.yml',
      'cancel-in-progress: true',
      'cancel-in-progress: false',
      ['concurrency: superseded runs go on'],
    ],
    [
      'a branch name pasted into a shell',
      'render.yml',
      'run: npm run synth',
      'run: echo ${{ github.head_ref }}',
      ['shell: echo ${{ github.head_ref }}'],
    ],
    [
      'logic outside the tested scripts',
      'ci.yml',
      'run: npm test',
      'run: npm test || true',
      ['shell: npm test || true'],
    ],
    [
      'a write by another job',
      'render.yml',
      'contents: read',
      'contents: write',
      [
        'permissions: render: contents',
        'permissions: comment: contents',
        'permissions: gate: contents',
        'credentials: render',
        'credentials: comment',
        'credentials: gate',
        'separation: render: npm ci',
        'separation: render: npm run synth',
        'separation: render: .github/scripts/review.sh "$FOLDER"',
        'separation: render: .github/scripts/check-dist.sh',
        'separation: render: .github/scripts/check-dist.sh --pack "$PACK"',
        'separation: gate: .github/scripts/gate-review.sh',
        'separation: render: runs for a fork',
        'separation: gate: runs for a fork',
      ],
    ],
    [
      'credentials left for npm packages',
      'render.yml',
      'persist-credentials: false',
      'persist-credentials: true',
      ['credentials: render', 'credentials: comment', 'credentials: gate'],
    ],
    [
      'npm beside the token that can write',
      'render.yml',
      'run: .github/scripts/commit-dist.sh',
      'run: npm run synth',
      ['separation: commit: npm run synth "$PACK"'],
    ],
    [
      'a commit to a fork',
      'render.yml',
      "needs.render.outputs.behind == 'true' && github.event.pull_request.head.repo.full_name == github.repository",
      "needs.render.outputs.behind == 'true'",
      ['separation: commit: runs for a fork'],
    ],
  ])('[CI-12] [CI-13] %s is found', (_, name, from, to, findings) => {
    expect(workflowFindings(broken(name, from, to))).toEqual(findings);
  });

  test('[CI-13] every script they call exists, can be run and shows its usage, and none lies unused', () => {
    const called = files.flatMap((name) =>
      [...workflow(name).matchAll(/run: \.github\/scripts\/(\S+)/g)].map(([, script]) => script),
    );
    expect([...new Set(called)].sort()).toEqual([...scripts].sort());
    for (const script of scripts) {
      const path = join('.github/scripts', script);
      expect(() => accessSync(path, constants.X_OK)).not.toThrow();
      expect(execFileSync(path, ['--help'], { encoding: 'utf8' })).toContain(`${script} `.trim());
      expect(read(path)).toMatch(/^#!\/usr\/bin\/env bash\nset -euo pipefail\n/);
    }
  });
});

describe('ci.yml', () => {
  const { test: job } = ci.jobs as Record<string, (typeof ci.jobs)[string] & { strategy: unknown }>;

  test('[CI-01] it runs on every commit of main and of pull requests', () => {
    expect(ci.on).toEqual({ push: { branches: ['main'] }, pull_request: null });
  });

  test('[CI-01] it runs what a person runs, and nothing else', () => {
    expect(runs(job?.steps)).toEqual(['npm ci', 'npm test']);
    expect(packageJson.scripts).toHaveProperty('test');
  });

  test('[CI-01] it covers the oldest Node.js release that package.json accepts, and both newer lines', () => {
    const [, floor] = /^>=(\d+\.\d+)\.0$/.exec(packageJson.engines.node) ?? [];
    expect(job?.strategy).toEqual({ 'fail-fast': false, matrix: { node: [floor, '22', '24'] } });
  });

  test('[CI-01] where it fails it says whether dist/ is behind, and what to run', () => {
    const onFailure = job?.steps.filter((step) => (step as { if?: string }).if?.startsWith('failure()'));
    expect(onFailure?.map(({ run }) => run)).toEqual(['npm run synth', '.github/scripts/check-dist.sh']);
  });
});

describe('render.yml', () => {
  test('[CI-02] it renders the commit that it then commits on, not its merge with main', () => {
    const checkouts = Object.values(render.jobs).map(
      ({ steps }) => steps.find(({ uses }) => uses?.startsWith('actions/checkout@'))?.with?.ref,
    );
    expect(checkouts.slice(0, 2)).toEqual(Array(2).fill('${{ github.event.pull_request.head.sha }}'));
    expect(runs(render.jobs.render?.steps)).toEqual([
      'npm ci',
      'npm run synth',
      '.github/scripts/review.sh "$FOLDER"',
    ]);
    expect(packageJson.scripts).toHaveProperty('synth');
  });
});

describe('the review of a pull request', () => {
  const { comment, gate } = render.jobs;

  test('[CI-02] what posts it and what judges it are of main, not of the pull request', () => {
    const refs = [comment, gate].flatMap((job) => job?.steps.flatMap((step) => step.with?.ref ?? []) ?? []);
    expect(refs).toEqual(Array(2).fill('${{ github.event.pull_request.base.sha }}'));
  });

  test('[CI-02] the gate holds for forks too, and the comment does not', () => {
    expect([gate?.if, comment?.if]).toEqual([
      undefined,
      'github.event.pull_request.head.repo.full_name == github.repository',
    ]);
  });

  test('[CI-02] a label is looked at as soon as it is there', () => {
    expect(render.on).toEqual({
      pull_request: { types: expect.arrayContaining(['labeled', 'unlabeled', 'synchronize']) as string[] },
    });
  });
});

describe('a pull request', () => {
  test('[GITOPS-12] its page shows the changes in dist/: git treats them as text that people wrote', () => {
    const path = 'dist/mono/mysql-prod/service-mysql.yaml';
    const attributes = (of: string) =>
      execFileSync('git', ['check-attr', 'linguist-generated', 'diff', 'binary', '--', of], {
        encoding: 'utf8',
      });
    expect(attributes(path).match(/: (\w+)$/gm)).toEqual(Array(3).fill(': unspecified'));
    expect(attributes('package-lock.json')).toContain('linguist-generated: set');
    expect(() => execFileSync('git', ['check-ignore', path])).toThrow();
  });

  test('[OPS-01] its form asks for requirements with their proof, and names commands and files that exist', () => {
    const form = read('.github/pull_request_template.md');
    const [, evidence = ''] = form.split('## Evidence');
    expect(evidence).toMatch(/^\| Requirement +\| Proof/m);
    const commands = [...form.matchAll(/`npm (?:run )?(\S+)`/g)].map(([, name]) => name);
    expect(commands).toEqual(['test']);
    const paths = [...form.matchAll(/\bdocs\/[\w./-]*\w/g)].map(([path]) => path);
    expect(paths).toEqual(['docs/requirements.yaml']);
    expect(paths.filter((path) => !existsSync(path))).toEqual([]);
  });
});
