import { readFileSync } from 'node:fs';
import type * as Images from '../../imports/images';
import { Cluster } from '../../charts/core/cluster';
import { objectsOf } from '../../charts/core/render';
import { formatProblem, loadClusters, parseSettings } from '../../settings/load';
import { renderCluster } from '../../cli/pipeline';
import { Memcached } from './memcached';

jest.mock('../../imports/images', () => {
  const actual = jest.requireActual<typeof Images>('../../imports/images');
  const memcached: Images.Image = {
    name: 'memcached',
    line: '1.6',
    repository: 'docker.io/library/memcached',
    tag: '1.6',
    reference: `docker.io/library/memcached:1.6@sha256:${'0'.repeat(64)}`,
    licence: 'BSD-3-Clause',
    endOfLife: null,
  };
  return {
    ...actual,
    image: (name: string, line?: string) => (name === 'memcached' ? memcached : actual.image(name, line)),
  };
});

const { clusters } = loadClusters('clusters');

describe('the documents', () => {
  test("CONTRIBUTING's component is the one that is compiled here, and renders", () => {
    const [, block = ''] = /```ts\n([^]*?)```/.exec(readFileSync('CONTRIBUTING.md', 'utf8')) ?? [];
    const shown = block.replace(/^ {3}/gm, '').replaceAll("'../core/", "'../../charts/core/").trim();
    expect(readFileSync('test/docs/memcached.ts', 'utf8').trim()).toBe(shown);

    const cluster = new Cluster(clusters[0]!.settings);
    const memcached = new Memcached(cluster, cluster.settings.environments[0]!, { memory: '128Mi' });
    expect(memcached.endpoint.host).toMatch(/^memcached\.\w+\.svc$/);
    const [deployment] = objectsOf([memcached]).filter(({ object }) => object.kind === 'Deployment');
    expect(JSON.stringify(deployment)).toContain('"memory":"160Mi"');
    expect(JSON.stringify(deployment)).toContain('"-m","128"');
  });

  test('the README lists just the components that there are', () => {
    const readme = readFileSync('README.md', 'utf8');
    const row = (name: string) => new RegExp(`^\\| \`${name}\` +\\|(.*)$`, 'm').exec(readme)?.[1];
    const components = clusters.flatMap(({ settings }) => renderCluster(settings).declarations.components);
    const layers = new Map<string, Set<string>>();
    for (const { layer, name } of components) layers.set(layer, (layers.get(layer) ?? new Set()).add(name));
    for (const [layer, names] of layers) {
      const listed = [...(row(layer) ?? '').matchAll(/`([^`]+)`/g)].map(([, name]) => name);
      expect({ layer, names: listed.sort() }).toEqual({ layer, names: [...names].sort() });
    }
  });

  test('the README begins with the two commands, and they are what package.json runs', () => {
    const [, block = ''] = /```sh\n([^]*?)```/.exec(readFileSync('README.md', 'utf8')) ?? [];
    expect(
      block
        .split('\n')
        .map((line) => line.replace(/ *#.*/, ''))
        .filter(Boolean),
    ).toEqual(['npm ci && npm run synth', 'npm ci && npm test']);
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as {
      scripts: Record<string, string>;
    };
    expect(Object.keys(scripts)).toEqual(expect.arrayContaining(['synth', 'test', 'bench']));
  });

  test("the README's mistake is told as it says", () => {
    const [, file = '', position = '', key = '', value = ''] =
      /^ *(clusters\S+?):(\d+:\d+) \S*?(\w+): "([^"]+)" is not /m.exec(readFileSync('README.md', 'utf8')) ??
      [];
    const text = readFileSync(file, 'utf8').replace(new RegExp(`${key}: [^,]+`), `${key}: ${value}`);
    const [problem] = parseSettings(text, file).problems.map(formatProblem);
    expect(problem).toContain(`${file}:${position} `);
    expect(readFileSync('README.md', 'utf8')).toContain(problem);
  });

  test('every relative link leads somewhere', () => {
    const documents = ['README.md', 'CONTRIBUTING.md', 'docs/architecture.md', 'argocd/README.md'];
    const broken = documents.flatMap((document) =>
      [...readFileSync(document, 'utf8').matchAll(/\]\((?!https?:|#)([^)#]+)[^)]*\)/g)]
        .map(([, target = '']) => new URL(target, `file:///${document}`).pathname.slice(1))
        .filter((target) => !exists(target)),
    );
    expect(broken).toEqual([]);
  });
});

const exists = (path: string): boolean => {
  try {
    readFileSync(path);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EISDIR';
  }
};
