import fc from 'fast-check';
import { waves } from '../../../charts/core/waves';

const component = (id: string, ...dependencies: string[]) => ({ id, dependencies: new Set(dependencies) });

describe('waves', () => {
  test('[GITOPS-04] a component comes one wave after the last of those it needs', () => {
    const order = waves([
      component('wiki', 'database', 'ingress'),
      component('ingress'),
      component('database', 'storage'),
      component('storage'),
    ]);
    expect(Object.fromEntries(order)).toEqual({ storage: 0, ingress: 0, database: 1, wiki: 2 });
  });

  test('a circle is named from start to end', () => {
    expect(() => waves([component('a', 'b'), component('b', 'c'), component('c', 'a')])).toThrow(
      'a → b → c → a',
    );
  });

  test('a dependency that is switched off is named with its dependent', () => {
    expect(() => waves([component('wiki', 'database')])).toThrow(
      'wiki: needs "database", which is not part of the cluster',
    );
  });

  test('whatever the graph, every wave is above those of its dependencies, and long chains are quick', () => {
    fc.assert(
      fc.property(fc.array(fc.array(fc.nat()), { maxLength: 60 }), (edges) => {
        const graph = edges.map((targets, index) =>
          component(`c${index}`, ...targets.filter(() => index > 0).map((target) => `c${target % index}`)),
        );
        const order = waves(graph);
        for (const { id, dependencies } of graph) {
          for (const dependency of dependencies)
            expect(order.get(id)).toBeGreaterThan(order.get(dependency)!);
        }
      }),
    );
    const everyoneNeedsAllBefore = Array.from({ length: 300 }, (_, index) =>
      component(`c${index}`, ...Array.from({ length: index }, (_, before) => `c${before}`)),
    );
    expect(waves(everyoneNeedsAllBefore).get('c299')).toBe(299);
  });
});
