import { execFileSync, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { synth } from '../../cli/synth';

const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'strata-cli-'));
  folders.push(folder);
  return folder;
}

interface Outcome {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What commands say, one after the other in one process. */
function strata<C extends readonly (readonly string[])[]>(...commands: C): { [K in keyof C]: Outcome } {
  const { stdout, stderr } = spawnSync(process.execPath, ['test/commands.cjs', JSON.stringify(commands)], {
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  if (!stdout) throw new Error(stderr);
  return JSON.parse(stdout) as { [K in keyof C]: Outcome };
}

/** Commands that need nothing but this repository. */
const PLAIN = {
  help: ['--help'],
  ...Object.fromEntries(
    ['synth', 'check', 'list', 'secrets', 'verify'].map((command) => [`${command} help`, [command, '--help']]),
  ),
  'wrong command': ['chekc'],
  'wrong option': ['check', '--colour'],
  'wrong format': ['check', '--output', 'xml'],
  'no cluster': ['secrets'],
  nowhere: ['check', 'nowhere'],
  check: ['check'],
  rendered: ['check', '--rendered', 'dist/mono'],
  json: ['list', 'mono', '--output', 'json'],
  list: ['list', 'mono'],
  secrets: ['secrets', 'mono'],
  generate: ['secrets', 'mono', '--generate'],
} satisfies Record<string, readonly string[]>;

let plainOutcomes: ReadonlyMap<string, Outcome> | undefined;
function plain(name: string): Outcome {
  plainOutcomes ??= new Map(
    strata(...Object.values(PLAIN)).map((outcome, index) => [Object.keys(PLAIN)[index] ?? '', outcome]),
  );
  const outcome = plainOutcomes.get(name);
  if (!outcome) throw new Error(`no command is called ${name}`);
  return outcome;
}

/** A repository of its own: settings and runbooks, and an empty dist/. */
function workspace() {
  const root = scratch();
  cpSync('clusters', join(root, 'clusters'), { recursive: true });
  cpSync('charts', join(root, 'charts'), { recursive: true });
  return { root, today: '2026-11-20' };
}

/** The whole repository, with the packages of this one. */
function copyOfRepository(): string {
  const copy = scratch();
  const files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    encoding: 'utf8',
  });
  for (const file of files
    .split('\0')
    .filter((name) => name && existsSync(name) && !name.startsWith('test/')))
    cpSync(file, join(copy, file));
  mkdirSync(join(copy, 'node_modules'));
  for (const name of readdirSync('node_modules').filter((entry) => entry !== '.cache'))
    symlinkSync(resolve('node_modules', name), join(copy, 'node_modules', name));
  return copy;
}

const edit = (file: string, from: string | RegExp, to: string): void => {
  const before = readFileSync(file, 'utf8');
  const after = before.replace(from, to);
  if (after === before) throw new Error(`${file} holds no ${String(from)}`);
  writeFileSync(file, after);
};

describe('strata', () => {
  test('the help names every command, and is no mistake', () => {
    const { status, stdout } = plain('help');
    expect(status).toBe(0);
    for (const command of ['synth', 'check', 'list', 'secrets', 'verify']) {
      expect(stdout).toContain(command);
      expect(plain(`${command} help`).status).toBe(0);
    }
  });

  test.each(['wrong command', 'wrong option', 'wrong format', 'no cluster'])(
    'wrong use (%s) ends with 2 and says what is known',
    (name) => {
      const { status, stderr } = plain(name);
      expect(status).toBe(2);
      expect(stderr).toContain('error:');
    },
  );

  test('the process ends with the status of its command, and prints what it says', () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, ['cli/strata.cjs', 'check', 'nowhere'], {
      encoding: 'utf8',
    });
    expect({ status, stdout, stderr }).toEqual(plain('nowhere'));
  });

  test('a cluster that is not there is refused with those that are', () => {
    const { status, stderr } = plain('nowhere');
    expect(status).toBe(1);
    expect(stderr).toContain('nowhere');
    expect(stderr).toContain('mono');
    expect(stderr).toContain('staging');
  });

  test('check finds nothing in what is committed, fresh or as it lies there', () => {
    expect(plain('check')).toMatchObject({ status: 0, stderr: '' });
    expect(plain('rendered')).toMatchObject({ status: 0, stderr: '' });
  });

  test('check --rendered sees what was changed by hand, with file, field and remedy', () => {
    const [changed, unreadable] = [join(scratch(), 'mono'), join(scratch(), 'mono')];
    for (const folder of [changed, unreadable]) cpSync('dist/mono', folder, { recursive: true });
    edit(join(changed, 'mysql-prod/statefulset-mysql.yaml'), /@sha256:[0-9a-f]{64}/, '');
    writeFileSync(join(unreadable, 'mysql-prod/service-mysql.yaml'), 'kind: Service\n  metadata: {\n');
    const [one, other] = strata(['check', '--rendered', changed], ['check', '--rendered', unreadable]);
    expect(one.status).toBe(1);
    expect(one.stderr).toMatch(
      /mysql-prod\/statefulset-mysql\.yaml spec\.\S+image: \[image\] StatefulSet prod\/mysql: /,
    );
    expect(other.stderr).toMatch(/service-mysql\.yaml:\d+:\d+: /);
  });

  test('check --rendered judges kustomizations as they lie there too, whatever they are called', () => {
    const folder = join(scratch(), 'mono');
    cpSync('dist/mono', folder, { recursive: true });
    edit(join(folder, 'crds/kustomization.yaml'), 'Prune=false,', '');
    writeFileSync(join(folder, 'mysql-prod/Kustomization'), 'resources: [service-mysql.yaml]\n');
    rmSync(join(folder, 'argocd/service-argocd-server.yaml'));
    const [{ stderr }] = strata(['check', '--rendered', folder]);
    expect(stderr).toMatch(/mono\/crds\/kustomization\.yaml patches: \[gitops\] .* Add Prune=false to /);
    expect(stderr).toMatch(
      /mysql-prod\/Kustomization resources: .*mysql-prod\/statefulset-mysql\.yaml is not /,
    );
    expect(stderr).toMatch(
      /mono\/kustomization\.yaml resources\[\d+\]: .* no file "argocd\/service-argocd-server\.yaml"/,
    );
  });

  test('[SYNTH-01] what `cdk8s synth` runs writes the same files', () => {
    const outdir = scratch();
    const { status } = spawnSync(process.execPath, ['cli/bundle.cjs', 'main.ts'], {
      env: { ...process.env, CDK8S_OUTDIR: outdir },
    });
    expect(status).toBe(0);
    const filesIn = (folder: string) => readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
    expect(filesIn(outdir)).toEqual(filesIn('dist'));
    const sample = 'mono/traefik/daemonset-traefik.yaml';
    expect(readFileSync(join(outdir, sample))).toEqual(readFileSync(join('dist', sample)));
  });

  test('[SYNTH-01] `npx cdk8s synth` leaves dist/ as it was where a cluster has a mistake', () => {
    const copy = copyOfRepository();
    const cdk8s = () =>
      spawnSync(process.execPath, ['node_modules/cdk8s-cli/bin/cdk8s', 'synth', '--no-check-upgrade'], {
        cwd: copy,
        encoding: 'utf8',
      });
    const sample = join(copy, 'dist/mono/traefik/daemonset-traefik.yaml');
    edit(sample, 'kind: DaemonSet', 'kind: Edited');
    const { stdout } = cdk8s();
    expect(stdout).toContain('mono/traefik/daemonset-traefik.yaml');
    expect(readFileSync(sample)).toEqual(readFileSync('dist/mono/traefik/daemonset-traefik.yaml'));

    edit(join(copy, 'clusters/mono/cluster.yaml'), 'domain:', 'domian:');
    const before = readdirSync(join(copy, 'dist'), { recursive: true });
    expect(cdk8s().stderr).toContain('Did you mean "domain"?');
    expect(readdirSync(join(copy, 'dist'), { recursive: true })).toEqual(before);
  });

  test('a new cluster gets its folder in dist/ and the entry that a person applies', () => {
    const copy = copyOfRepository();
    cpSync(join(copy, 'clusters/mono'), join(copy, 'clusters/third'), { recursive: true });
    edit(join(copy, 'clusters/third/cluster.yaml'), 'name: mono', 'name: third');
    const run = () =>
      spawnSync(process.execPath, ['cli/strata.cjs', 'synth', 'third'], { cwd: copy, encoding: 'utf8' });
    expect(run()).toMatchObject({ status: 0, stderr: '' });
    expect(readFileSync(join(copy, 'argocd/bootstrap/third/kustomization.yaml'), 'utf8')).toContain(
      '../../../dist/third',
    );
    expect(run().stdout).toContain('0 written');
  });

  test('list gives programs what it gives people', () => {
    const { components } = JSON.parse(plain('json').stdout) as {
      components: Record<string, unknown>[];
    };
    const text = plain('list').stdout;
    expect(components.length).toBeGreaterThan(5);
    for (const row of components) {
      expect(row).toMatchObject({ cluster: 'mono', source: expect.stringMatching(/\.ts$/) });
      expect(text).toContain(row['component']);
    }
  });

  test('secrets lists what is needed, and makes fresh values that are printed only', () => {
    const { status, stdout } = plain('secrets');
    expect(status).toBe(0);
    expect(stdout).toContain('mysql-root');
    const missing = plain('generate');
    expect(missing).toMatchObject({ status: 1, stdout: '' });
    const given = [...missing.stderr.matchAll(/--set (\S+)=/g)].flatMap(([, key]) => ['--set', `${key}=x`]);
    const make = ['secrets', 'mono', '--generate', '--output', 'json', ...given];
    const [first, second] = strata(make, make).map((made) => {
      const secrets = JSON.parse(made.stdout) as {
        metadata: { name: string };
        stringData: Record<string, string>;
      }[];
      return secrets.find(({ metadata }) => metadata.name === 'mysql-root')!.stringData['password'];
    });
    expect(first).toMatch(/^[A-Za-z0-9]{32}$/);
    expect(second).not.toBe(first);
  });
});

describe('synth', () => {
  test('[SYNTH-06] writes once, then leaves every file alone', () => {
    const place = workspace();
    const first = synth(place, { clusters: ['mono'] });
    expect(first.failures).toEqual([]);
    expect(first.results[0]!.written.length).toBeGreaterThan(100);
    expect(synth(place, { clusters: ['mono'] }).results[0]).toMatchObject({
      written: [],
      removed: [],
      foreign: [],
    });
  });

  test('what is left of a cluster that is gone is named, and left alone', () => {
    const place = workspace();
    synth(place);
    rmSync(join(place.root, 'clusters/staging'), { recursive: true });
    expect(synth(place).orphans).toEqual(['staging']);
    expect(readdirSync(join(place.root, 'dist'))).toContain('staging');
  });

  test('a dry run says what it would write, and writes nothing', () => {
    const place = workspace();
    expect(synth(place, { clusters: ['mono'], dryRun: true }).results[0]!.written.length).toBeGreaterThan(
      100,
    );
    expect(readdirSync(place.root).sort()).toEqual(['charts', 'clusters']);
  });

  test('a cluster whose settings are wrong keeps its files, and the others are rendered', () => {
    const place = workspace();
    synth(place);
    const before = readdirSync(join(place.root, 'dist/mono'), { recursive: true }).sort();
    edit(join(place.root, 'clusters/mono/cluster.yaml'), 'xwiki.logo', 'Xwiki_logo');
    edit(join(place.root, 'clusters/mono/cluster.yaml'), '10.0.0.0/24', '10.0.0.1/24');
    const { results, failures } = synth(place);
    expect(results.map(({ cluster }) => cluster)).toEqual(['staging']);
    expect(failures.flatMap(({ messages }) => messages)).toHaveLength(2);
    expect(readdirSync(join(place.root, 'dist/mono'), { recursive: true }).sort()).toEqual(before);
  });

  test('a cluster with a finding keeps its files', () => {
    const place = workspace();
    synth(place, { clusters: ['mono'] });
    const file = join(place.root, 'dist/mono/mysql-prod/statefulset-mysql.yaml');
    const before = readFileSync(file, 'utf8');
    edit(join(place.root, 'clusters/mono/cluster.yaml'), 'memory: 16Gi', 'memory: 2Gi');
    const { failures } = synth(place, { clusters: ['mono'] });
    expect(failures[0]!.messages.join('\n')).toContain('[capacity]');
    expect(readFileSync(file, 'utf8')).toBe(before);
  });

  test('a component that is switched off leaves no file behind', () => {
    const place = workspace();
    synth(place, { clusters: ['mono'] });
    edit(join(place.root, 'clusters/mono/cluster.yaml'), /^ +xwiki: \{ host: xwiki\.logo.*\n/m, '');
    synth(place, { clusters: ['mono'] });
    expect(readdirSync(join(place.root, 'dist/mono'))).not.toContain('xwiki-prod');
    expect(readdirSync(join(place.root, 'dist/mono'))).toContain('xwiki-recette');
  });
});
