import { loadClusters } from '../../cli/load';
import { renderCluster } from '../../cli/pipeline';

const { settings } = loadClusters('clusters', ['mono']).clusters[0]!;
const prod = settings.environments.find(({ name }) => name === 'prod')!;

/** One like `prod`. The numbers are of one length, so that bytes can be compared. */
function environment(number: number): (typeof settings.environments)[number] {
  const { xwiki } = prod.components;
  if (!xwiki) throw new Error('prod of mono has no wiki');
  const name = `e${number}`;
  const components = { ...prod.components, xwiki: { ...xwiki, host: `${name}.example.com` } };
  return { ...prod, name, namespace: name, components };
}

/** mono with as many environments like `prod`. */
function rendered(count: number) {
  const { objects } = renderCluster({
    ...settings,
    nodes: settings.nodes.map((node) => ({ ...node, count })),
    environments: Array.from({ length: count }, (_, index) => environment(1_000 + index)),
  });
  const sizes = new Map<string, number>();
  for (const { component } of objects) sizes.set(component, (sizes.get(component) ?? 0) + 1);
  const projects = new Map(
    objects
      .filter(({ object }) => object.kind === 'AppProject')
      .map(({ object }) => [object.metadata.name, JSON.stringify(object).length] as const),
  );
  return { objects, sizes, projects };
}

describe('twice as many environments', () => {
  const [some, twice] = [rendered(10), rendered(20)];
  const perEnvironment = (twice.objects.length - some.objects.length) / 10;

  test('make the set larger by the same for each', () => {
    const one = [rendered(1), rendered(2)].map(({ objects }) => objects.length);
    expect(perEnvironment).toBe(one[1]! - one[0]!);
  });

  test('make no Application larger but the root, which gets the Applications and the project of each', () => {
    const grown = [...some.sizes].filter(([name, size]) => twice.sizes.get(name) !== size);
    expect(grown.map(([name]) => name)).toEqual(['root']);
    const more = [...twice.sizes.keys()].length - [...some.sizes.keys()].length;
    expect(twice.sizes.get('root')! - some.sizes.get('root')!).toBe(more + 10);
    expect(
      Math.max(...[...twice.sizes].filter(([name]) => name !== 'root').map(([, size]) => size)),
    ).toBeLessThan(100);
  });

  test('make no project larger, and that of an environment is as large as that of the next', () => {
    expect([...some.projects].filter(([name, bytes]) => twice.projects.get(name) !== bytes)).toEqual([]);
    const own = [...twice.projects].filter(([name]) => name.startsWith('environment-'));
    expect(own).toHaveLength(20);
    expect(new Set(own.map(([, bytes]) => bytes)).size).toBe(1);
    expect(Math.max(...twice.projects.values())).toBeLessThan(4_096);
  });
});
