import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createTemplate, Scratch } from './scratch';
import { parseWorkflow } from './workflow-rules';

// a test starts some twenty processes: fast, but not on a machine that has other work
jest.setTimeout(60_000);

const COMPONENTS = ['crds', 'namespaces', 'traefik'];
const VERIFIED = {
  groups: [
    { name: 'identity', said: 'follows dist/mono/root', problems: [] },
    { name: 'accepted', said: '3 of 3 objects', problems: [] },
    { name: 'drift', said: '3 of 3 objects are as in git', problems: [] },
    { name: 'applications', said: '0 of 1', problems: ['Application root: no repository'] },
  ],
  failures: [{ messages: ['Application root: no repository'] }],
};

/** What the script finds in the place of this repository and of the runner's programs. */
const FAKES = {
  'dist/mono/crds/kustomization.yaml': 'kind: Kustomization\n',
  'cli/strata.cjs': `
    const fs = require('node:fs');
    const [command, ...args] = process.argv.slice(2);
    fs.appendFileSync('calls.log', ['strata', command, ...args].join(' ') + '\\n');
    console.log(fs.readFileSync(command + '.json', 'utf8'));`,
  'list.json': JSON.stringify({ components: COMPONENTS.map((component) => ({ component })) }),
};

let template: string;
beforeAll(() => (template = createTemplate(FAKES)));
afterAll(() => rmSync(template, { recursive: true }));

let scratch: Scratch;
beforeEach(() => (scratch = new Scratch(template)));
afterEach(() => scratch.remove());

function program(name: string, script: string): void {
  const folder = join(scratch.folder, 'bin');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), `#!/bin/sh\necho "${name} $*" >>"$CALLS"\n${script}\n`);
  chmodSync(join(folder, name), 0o755);
}

const prove = (verified: object = VERIFIED, kubectl = '') => {
  scratch.write({ 'verify.json': JSON.stringify(verified) });
  for (const [name, script] of Object.entries({ kind: '', kubectl, sleep: '' })) program(name, script);
  return scratch.run('kind-proof.sh', ['mono'], {
    PATH: `${join(scratch.folder, 'bin')}:${process.env['PATH'] ?? ''}`,
    CALLS: join(scratch.clone, 'calls.log'),
    TMPDIR: scratch.folder,
  });
};

const calls = (): string[] =>
  readFileSync(join(scratch.clone, 'calls.log'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.replaceAll(scratch.folder, '').replace(/ --kubeconfig \S+( \S+)?\/kubeconfig/, ''));

describe('kind-proof.sh', () => {
  test('[CI-13] it applies each component in order, compares, and removes the cluster and its kubeconfig', () => {
    expect(prove()).toMatchObject({
      code: 0,
      output: expect.stringContaining('mono: every object is accepted'),
    });
    expect(calls()).toEqual([
      'kind create cluster --name strata-mono --wait 2m',
      'kubectl --context kind-strata-mono apply --server-side -k dist/mono/crds',
      'kubectl --context kind-strata-mono wait --for=condition=established --timeout=2m crd --all',
      'strata list mono --output json',
      'kubectl --context kind-strata-mono apply --server-side --force-conflicts -f dist/mono/namespaces',
      'kubectl --context kind-strata-mono apply --server-side --force-conflicts -f dist/mono/traefik',
      'strata verify mono --context kind-strata-mono --output json',
      'kind delete cluster --name strata-mono',
    ]);
    expect(readdirSync(scratch.folder).filter((name) => name.startsWith('tmp.'))).toEqual([]);
  });

  test.each([
    ['an object that is refused', 'accepted'],
    ['an object that differs', 'drift'],
  ])('[CI-13] %s fails, and is named', (_, broken) => {
    const groups = VERIFIED.groups.map((group) =>
      group.name === broken ? { ...group, problems: ['x.yaml: wrong'] } : group,
    );
    const { code, output } = prove({ groups, failures: [{ messages: ['x.yaml: wrong'] }] });
    expect(code).toBe(1);
    expect(output).toContain('x.yaml: wrong');
    expect(calls().at(-1)).toBe('kind delete cluster --name strata-mono');
  });

  test('[CI-13] a cluster that was refused fails: nothing was compared', () => {
    const { code, output } = prove({ groups: [], failures: [{ messages: ['it is another cluster'] }] });
    expect(code).toBe(1);
    expect(output).toContain('it is another cluster');
  });

  test('[CI-13] a component that a webhook refuses is tried again, and fails in the end with the words of the server', () => {
    const refuse = 'case "$*" in *traefik) echo no webhook; exit 1 ;; esac';
    const { code, output } = prove(VERIFIED, refuse);
    expect(code).toBe(1);
    expect(output).toContain('no webhook');
    expect(output).toContain('dist/mono/traefik is not accepted');
    expect(calls().filter((call) => call.endsWith('dist/mono/traefik'))).toHaveLength(20);
    expect(calls().at(-1)).toBe('kind delete cluster --name strata-mono');
  });

  test('[CI-13] a cluster that is not rendered is refused before anything is made', () => {
    expect(scratch.run('kind-proof.sh', ['nowhere'])).toMatchObject({
      code: 1,
      output: expect.stringContaining('dist/nowhere is not there: run npm run synth'),
    });
    expect(existsSync(join(scratch.clone, 'calls.log'))).toBe(false);
  });
});

describe('nightly.yml', () => {
  const nightly = parseWorkflow(readFileSync('.github/workflows/nightly.yml', 'utf8'));
  const { kind } = nightly.jobs as Record<string, (typeof nightly.jobs)[string] & { strategy: unknown }>;

  test('[CI-13] it runs at night and by hand, and brings up every cluster of clusters/', () => {
    expect(Object.keys(nightly.on)).toEqual(['schedule', 'workflow_dispatch']);
    const { stdout } = spawnSync(join('.github/scripts', 'list-clusters.sh'), { encoding: 'utf8' });
    const folders = readdirSync('clusters', { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect(JSON.parse(stdout)).toEqual(folders.map(({ name }) => name).sort());
    expect(kind?.strategy).toEqual({
      'fail-fast': false,
      matrix: { cluster: '${{ fromJSON(needs.clusters.outputs.names) }}' },
    });
  });
});
