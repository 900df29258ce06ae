import { filesOf } from '../../cli/render-files';
import { cluster } from './clusters';
import { render } from './rendered';

const PLATFORM = {
  'barman-cloud': {},
  'cloudnative-pg': {},
  'kube-state-metrics': {},
  prometheus: {},
  'prometheus-operator': {},
};

/** Files of dist/ by path, of a cluster with these environments, each with PostgreSQL and its backups. */
function rendered(environments: readonly string[], postgresql: object): ReadonlyMap<string, string> {
  const text = cluster(
    'kubeadm',
    { components: PLATFORM },
    {
      environments: environments.map((name) => ({ name, stage: 'staging', components: { postgresql } })),
    },
  );
  const result = render(text);
  if ('problems' in result) throw new Error(result.problems.join('\n'));
  return new Map(filesOf(result.cluster).map(({ path, content }) => [path, content]));
}

/** Lines of `after` that `before` does not have, of every file, as a reviewer counts them. */
function linesAdded(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): number {
  return [...after].reduce((sum, [path, content]) => sum + addedTo(before.get(path) ?? '', content), 0);
}

function addedTo(before: string, after: string): number {
  const left = new Map<string, number>();
  for (const line of before.split('\n')) left.set(line, (left.get(line) ?? 0) + 1);
  return after.split('\n').filter((line) => {
    const count = left.get(line) ?? 0;
    left.set(line, count - 1);
    return line !== '' && count < 1;
  }).length;
}

describe('what a reviewer reads', () => {
  // lines without the empty ones; what is reached, not what is wanted: 1,500
  test.each([
    ['one server', { databases: ['app'] }, 3300],
    ['CloudNativePG', { engine: 'cloudnative-pg', databases: ['app'] }, 3000],
  ])(
    'one more environment with PostgreSQL and its backups, %s, adds few lines to dist/',
    (_, postgresql, most) => {
      const lines = linesAdded(rendered(['one'], postgresql), rendered(['one', 'two'], postgresql));
      expect(lines).toBeLessThanOrEqual(most);
      // a limit far above what is rendered would hold nothing
      expect(lines).toBeGreaterThan(most - 50);
    },
  );

  test('a line that is there twice and was there once is one more, an empty one none', () => {
    expect(addedTo('a\nb\n', 'a\nb\na\n\nc\n')).toBe(2);
  });
});
