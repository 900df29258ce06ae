import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { PLATFORM_NAMESPACES } from '../../charts/settings';
import { renderCluster } from '../../cli/pipeline';
import { formatProblem, loadClusters } from '../../cli/load';

const ROOT = join(__dirname, '../..');
const CLUSTERS = join(ROOT, 'clusters');
const small = readFileSync(join(ROOT, 'test/fixtures/clusters/valid/small.yaml'), 'utf8');

let folder: string;
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'strata-clusters-')), 'clusters');
  mkdirSync(folder);
});
afterEach(() => rmSync(dirname(folder), { recursive: true }));

function write(name: string, text = small.replace('name: lab', `name: ${name}`)): void {
  mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(join(folder, name, 'cluster.yaml'), text);
}

const load = (names?: string[]) => {
  const { clusters, problems } = loadClusters(folder, names);
  return { names: clusters.map(({ name }) => name), messages: problems.map(formatProblem) };
};

describe('[SYNTH-07] the clusters of this repository', () => {
  test.each(['mono', 'staging'])('%s loads without a problem', (name) => {
    const { clusters, problems } = loadClusters(CLUSTERS, [name]);
    expect(problems.map(formatProblem)).toEqual([]);
    expect(clusters).toMatchObject([{ name, file: `clusters/${name}/cluster.yaml`, settings: { name } }]);
  });

  test('[XWIKI-02] [EDGE-03] hosts and domains come from the settings, with trusted certificates on mono', () => {
    const [mono, staging] = loadClusters(CLUSTERS, ['mono', 'staging']).clusters.map(
      ({ settings }) => settings,
    );
    const prod = mono?.environments.find(({ name }) => name === 'prod');
    expect(prod?.components.xwiki?.host).toBe('xwiki.logo-solutions.fr');
    expect(mono?.certificates.issuer).toBe('letsencrypt-prod');
    expect(staging?.domain).toBe('staging.viridial.com');
  });

  test('names that the rules keep free are those of namespaces that the platform renders itself', () => {
    const { clusters } = loadClusters(CLUSTERS, ['mono', 'staging']);
    for (const { settings } of clusters) {
      const people = [
        settings.monitoring.namespace,
        ...settings.environments.map(({ namespace }) => namespace),
      ];
      const rendered = renderCluster(settings)
        .objects.filter(({ object: { kind } }) => kind === 'Namespace')
        .map(({ object: { metadata } }) => metadata.name);
      expect(PLATFORM_NAMESPACES).toEqual(
        expect.arrayContaining(rendered.filter((name) => !people.includes(name))),
      );
    }
  });

  test('what a loaded cluster says does not depend on the working directory', () => {
    const before = process.cwd();
    try {
      process.chdir(tmpdir());
      expect(loadClusters(CLUSTERS, ['mono']).clusters[0]?.file).toBe('clusters/mono/cluster.yaml');
    } finally {
      process.chdir(before);
    }
  });
});

describe('loading a folder of clusters', () => {
  test('takes all clusters, by name, and leaves files and hidden folders beside them alone', () => {
    write('two');
    write('one');
    mkdirSync(join(folder, '.cache'));
    writeFileSync(join(folder, 'sample.yaml'), 'nothing: here');
    expect(load()).toEqual({ names: ['one', 'two'], messages: [] });
  });

  test('takes the named clusters only, each once', () => {
    write('one');
    write('two', 'broken: [');
    expect(load(['one', 'one'])).toEqual({ names: ['one'], messages: [] });
  });

  test('reports all problems of all files at once, by file and place, and still takes the good ones', () => {
    write('good');
    write(
      'bad',
      small.replace('name: lab', 'name: bad').replace('4Gi', '4GB').replace('10.0.0.0/24', '10.0.0.1/24'),
    );
    write('worse', 'a: [');
    mkdirSync(join(folder, 'void'));
    expect(load()).toEqual({
      names: ['good'],
      messages: [
        'clusters/bad/cluster.yaml:7:59 nodes.0.memory: "4GB" is not an amount of memory or disk. Did you mean "4Gi"?',
        'clusters/bad/cluster.yaml:10:10 network.nodes: "10.0.0.1/24" has host bits set after /24. Did you mean "10.0.0.0/24"?',
        'clusters/void/cluster.yaml:1:1 there is no such file, or it cannot be read. Copy clusters/sample.yaml there and change it, or remove the folder.',
        'clusters/worse/cluster.yaml:1:4 the [ that opens here is not closed. Close it on the same line.',
      ],
    });
  });

  test('refuses a name that is no cluster with those that are', () => {
    write('mono');
    write('staging');
    expect(load(['mno', 'mono', '../clusters/mono'])).toEqual({
      names: ['mono'],
      messages: [
        'clusters:1:1 "mno" is no cluster. Did you mean mono? There are mono, staging.',
        'clusters:1:1 "../clusters/mono" is no cluster. There are mono, staging.',
      ],
    });
  });

  test('refuses a folder whose file is of another cluster', () => {
    write('mono');
    cpSync(join(folder, 'mono'), join(folder, 'copy'), { recursive: true });
    expect(load().messages).toEqual([
      'clusters/copy/cluster.yaml:2:7 name: "mono" is not the name of the folder, "copy". Write copy, or rename the folder.',
    ]);
  });

  test('says what to do where there are no clusters, or no folder of them', () => {
    expect(load().messages).toEqual([
      'clusters:1:1 it holds no cluster. Copy clusters/sample.yaml to clusters/<name>/cluster.yaml and change it.',
    ]);
    const { problems } = loadClusters(join(folder, 'absent'));
    expect(problems.map(formatProblem)).toEqual([
      'absent:1:1 there is no such folder. Run this in the root of the repository.',
    ]);
  });

  test('refuses a cluster.yaml that is a folder', () => {
    mkdirSync(join(folder, 'odd', 'cluster.yaml'), { recursive: true });
    expect(load().messages).toEqual([
      expect.stringContaining('clusters/odd/cluster.yaml:1:1 there is no such file'),
    ]);
  });
});

describe('[SYNTH-07] what lies in the place of a settings file', () => {
  test('a link to a folder is a cluster like any other', () => {
    write('lab');
    mkdirSync(join(dirname(folder), 'elsewhere'));
    cpSync(join(folder, 'lab'), join(dirname(folder), 'elsewhere/linked'), { recursive: true });
    const linked = join(dirname(folder), 'elsewhere/linked');
    writeFileSync(join(linked, 'cluster.yaml'), small.replace('name: lab', 'name: linked'));
    symlinkSync(linked, join(folder, 'linked'));
    symlinkSync('/nowhere/at/all', join(folder, 'broken'));
    expect(load()).toEqual({ names: ['lab', 'linked'], messages: [] });
  });

  test.each(['/dev/zero', 'a pipe', 'cluster.yaml'])('%s is no file, and is not read for ever', (target) => {
    mkdirSync(join(folder, 'lab'));
    const file = join(folder, 'lab/cluster.yaml');
    if (target === 'a pipe') spawnSync('mkfifo', [file]);
    else symlinkSync(target, file);
    expect(load().messages).toEqual([expect.stringContaining('there is no such file, or it cannot be read')]);
  });

  test('a file of megabytes is refused by its size, and one just below is read', () => {
    write('lab', small.replace('name: lab', `name: lab # ${'x'.repeat(2 ** 20 - small.length - 3)}`));
    expect(load().messages).toEqual([]);
    write('lab', small.replace('name: lab', `name: lab # ${'x'.repeat(2 ** 20)}`));
    expect(load().messages).toEqual([
      expect.stringMatching(/lab\/cluster\.yaml:1:1 \d+ bytes, and settings have at most 1048576\. Look/),
    ]);
  });
});
