import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { diff } from '../../cli/diff';
import { diffCommand } from '../../cli/diff-command';
import type { Surroundings } from '../../cli/surroundings';
import { worstLines } from '../../cli/worst';

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

const deployment = (replicas: number, more = ''): string => `# Rendered by Strata from charts/apps/web.ts
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: prod }
spec:
  replicas: ${replicas}
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      containers: [{ name: web, image: 'docker.io/library/web:1.0'${more} }]
`;

const SETTINGS = `name: one
web:
  replicas: 1
`;

let root: string;
const git = (...args: string[]): string =>
  execFileSync('git', args, { cwd: root, env: environment, encoding: 'utf8', stdio: 'pipe' }).trim();
const write = (path: string, text: string): void => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
};
const commit = (): string => {
  git('add', '--all');
  git('commit', '--quiet', '--allow-empty', '-m', 'a change');
  return git('rev-parse', 'HEAD');
};
const said = (options = {}): string[] =>
  diff(root, options).clusters.flatMap(({ lines }) =>
    lines.map((line) => `${line.cluster} ${line.class} ${line.object} ${line.field}`),
  );

/** Runs the command, and gives its exit code and what it printed. */
async function run(...args: string[]): Promise<{ code: number | undefined; out: string }> {
  let code: number | undefined;
  let out = '';
  const write = (text: string) => void (out += text);
  const surroundings: Surroundings = {
    workspace: { root, today: '2026-11-20' },
    version: '1.2.3',
    stdout: { write },
    stderr: { write },
    env: {},
    readInput: () => '',
    watch: () => Promise.resolve(),
  };
  const command = diffCommand(surroundings, (given) => (code = given))
    .configureOutput({ writeOut: write, writeErr: write })
    .exitOverride();
  await command.parseAsync(args, { from: 'user' });
  return { code, out };
}

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'strata-diff-'));
  git('init', '--quiet', '--template=', '--initial-branch=main');
  write('clusters/one/cluster.yaml', SETTINGS);
  write('dist/one/web/deployment-web.yaml', deployment(1));
  write('dist/two/web/deployment-web.yaml', deployment(1));
  commit();
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

describe('strata diff', () => {
  test('nothing has changed: exit code 0', async () => {
    expect(await run()).toMatchObject({ code: 0, out: expect.stringContaining('one  no change') as string });
  });

  test('a change in the working tree, not yet committed', () => {
    write('dist/one/web/deployment-web.yaml', deployment(2));
    expect(said()).toEqual(expect.arrayContaining(['one interrupts Deployment prod/web spec.replicas']));
  });

  test('a branch is compared with where it left main, not with what main did since', () => {
    git('checkout', '--quiet', '-b', 'topic');
    write('dist/one/web/deployment-web.yaml', deployment(2));
    commit();
    git('checkout', '--quiet', 'main');
    write('dist/two/web/deployment-web.yaml', deployment(3));
    commit();
    git('checkout', '--quiet', 'topic');
    expect(said().filter((line) => line.includes('two'))).toEqual([]);
    expect(said().filter((line) => line.includes('one'))).not.toEqual([]);
  });

  test('another base', () => {
    const first = git('rev-parse', 'HEAD');
    write('dist/one/web/deployment-web.yaml', deployment(2));
    commit();
    expect(said()).toEqual([]);
    expect(said({ base: first })).not.toEqual([]);
    expect(said({ base: 'HEAD~1' })).not.toEqual([]);
  });

  test('files that are new, gone or not yet known to git', () => {
    write(
      'dist/one/web/service-web.yaml',
      'apiVersion: v1\nkind: Service\nmetadata: { name: web, namespace: prod }\nspec: { ports: [{ port: 80 }] }\n',
    );
    rmSync(join(root, 'dist/two'), { recursive: true });
    expect(said()).toEqual(
      expect.arrayContaining(['one cause Service prod/web ', 'two interrupts Deployment prod/web ']),
    );
  });

  test('only the clusters that are named', () => {
    write('dist/one/web/deployment-web.yaml', deployment(2));
    write('dist/two/web/deployment-web.yaml', deployment(2));
    expect(diff(root, { clusters: ['two'] }).clusters.map(({ cluster }) => cluster)).toEqual(['two']);
  });

  test('the setting that made it, with its line', () => {
    write('clusters/one/cluster.yaml', SETTINGS.replace('replicas: 1', 'replicas: 2'));
    write('dist/one/web/deployment-web.yaml', deployment(2));
    const line = diff(root).clusters[0]?.lines.find(({ object }) => object === 'Settings one');
    expect(line).toMatchObject({
      field: 'web.replicas',
      old: '1',
      new: '2',
      file: 'clusters/one/cluster.yaml:3',
    });
  });

  test('exit codes and gates', async () => {
    write('dist/one/web/deployment-web.yaml', deployment(2));
    expect((await run()).code).toBe(1);
    expect((await run('two')).code).toBe(0);
    expect((await run('--fail-on', 'fails')).code).toBe(0);
    expect((await run('--fail-on', 'fails,interrupts')).code).toBe(1);
    expect((await run('--fail-on', 'fails', '--fail-on', 'interrupts')).code).toBe(1);
    await expect(run('--fail-on', 'everything')).rejects.toMatchObject({
      exitCode: 1,
      message: expect.stringContaining('fails, data, interrupts') as string,
    });
  });

  test('wrong use ends with 2 and says what to do', async () => {
    expect(await run('--base', 'nowhere')).toEqual({
      code: 2,
      out: '--base: git knows no commit "nowhere". Name a branch, tag or commit; in a shallow clone fetch it first\n',
    });
    expect(await run('three')).toEqual({
      code: 2,
      out: 'three: there is no such folder in dist/, now or at the base. Name one of one, two\n',
    });
    write('dist/one/web/deployment-web.yaml', 'kind: [\n');
    expect(await run()).toEqual({
      code: 2,
      out: expect.stringMatching(
        /^dist\/one\/web\/deployment-web\.yaml:\d+:\d+: .*Mend it, or render it again\n$/,
      ) as string,
    });
    rmSync(join(root, '.git'), { recursive: true });
    expect(await run()).toMatchObject({
      code: 2,
      out: expect.stringContaining('no git repository') as string,
    });
  });

  test('it writes nothing, not even the index', () => {
    write('dist/one/web/deployment-web.yaml', deployment(1));
    const index = readFileSync(join(root, '.git/index'));
    said();
    expect(readFileSync(join(root, '.git/index')).equals(index)).toBe(true);
  });

  test('JSON holds every changed field', async () => {
    write('dist/one/web/deployment-web.yaml', deployment(2, ', env: [{ name: A, value: b }]'));
    const { out } = await run('--output', 'json');
    const [one] = JSON.parse(out).clusters;
    expect(one.counts).toMatchObject({ interrupts: 2 });
    expect(one.changes[0].fields.map(({ path }: any) => path)).toEqual([
      'spec.replicas',
      'spec.template.spec.containers[web].env',
    ]);
  });
});

describe('the end of a render', () => {
  test('says the worst three lines, and how many there are more', () => {
    const claims = (size: number) => `apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: web, namespace: prod }
spec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: ${size}Gi } } }
`;
    for (const name of ['one', 'two']) write(`dist/${name}/web/persistentvolumeclaim-web.yaml`, claims(5));
    commit();
    for (const name of ['one', 'two']) write(`dist/${name}/web/persistentvolumeclaim-web.yaml`, claims(2));
    write('dist/one/web/deployment-web.yaml', deployment(0));
    const lines = worstLines(root, ['one', 'two']);
    expect(lines).toHaveLength(4);
    expect(lines[0]).toMatch(
      /^will fail: one PersistentVolumeClaim prod\/web spec\.resources.*: 5Gi → 2Gi: a volume never shrinks/,
    );
    expect(lines[3]).toMatch(/^against main, and \d more: npx strata diff says all$/);
  });

  test('says nothing of what is harmless, and never fails a render', () => {
    write('dist/one/web/deployment-web.yaml', deployment(2));
    expect(worstLines(root, ['one'])).toEqual([]);
    write('dist/one/web/deployment-web.yaml', 'kind: [\n');
    expect(worstLines(root, ['one'])).toEqual([]);
    rmSync(join(root, '.git'), { recursive: true });
    expect(worstLines(root, ['one'])).toEqual([]);
  });
});
