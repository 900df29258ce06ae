import { runsPerWeek } from '../../diff/cron';
import { differences } from '../../diff/fields';
import { imageOf, stepOf } from '../../diff/images';
import { amountOf, storedAlike } from '../../diff/quantity';
import { settingChanges } from '../../diff/settings';
import { settingOf, textChanges } from '../../diff/text-changes';

test.each([
  ['1000m', '1'],
  ['1024Mi', '1Gi'],
  ['0.5', '500m'],
  ['1e3', '1000e0'],
  ['1000', '1k'],
  ['0.5Ki', '512'],
  ['1.5Gi', '1536Mi'],
  [2, '2'],
  ['100M', '0.1G'],
])('%s is stored like %s', (one, other) => {
  expect(storedAlike(one, other)).toBe(true);
});

test.each([
  ['1Gi', '1G'],
  ['1', '1m'],
  ['a', 'a'],
  ['1Gib', '1Gi'],
  ['1048576', '1Mi'],
  ['1e3', '1k'],
])('%s is not stored like %s', (one, other) => {
  expect(storedAlike(one, other)).toBe(false);
});

test('what is no quantity has no amount', () => {
  expect([amountOf(''), amountOf('Gi'), amountOf('1 Gi'), amountOf(null), amountOf([])]).toEqual(
    Array(5).fill(undefined),
  );
});

test.each([
  ['0 3 * * *', 7],
  ['0 3 * * 0', 1],
  ['*/15 * * * *', 672],
  ['0 1,13 * * *', 14],
  ['0 0-5 * * *', 42],
  ['0 3 * * mon-fri', 5],
  ['@daily', 7],
  ['0 3 1 * *', 7 / 31],
])('%s runs %d times a week', (schedule, runs) => {
  expect(runsPerWeek(schedule)).toBeCloseTo(runs, 1);
});

test('what is no schedule has no number of runs', () => {
  expect([runsPerWeek(''), runsPerWeek('0 3 * *'), runsPerWeek('a ? b c d')]).toEqual(
    Array(3).fill(undefined),
  );
});

test.each(
  [
    ['postgres:17.1', 'postgres:18.0', 'major'],
    ['postgres:17.1', 'postgres:17.2-bookworm', 'minor'],
    ['v1.21.1', 'v1.21.2', 'patch'],
    ['redis:8.2', 'redis:7.4', 'downgrade'],
    ['mysql:8.0', 'mariadb:11', 'engine'],
    ['redis:8.2@sha256:a', 'redis:8.2@sha256:b', 'digest'],
    ['redis:alpine', 'redis:bookworm', 'tag'],
    ['redis:8.2-alpine', 'redis:8.2-bookworm', 'tag'],
  ].map(([old, wanted, step]) => [
    old?.startsWith('v') ? `x:${old}` : old,
    wanted?.startsWith('v') ? `x:${wanted}` : wanted,
    step,
  ]),
)('%s to %s is: %s', (old = '', wanted = '', step = '') => {
  expect(stepOf(imageOf(old), imageOf(wanted))).toBe(step);
});

test.each([
  ['redis', 'docker.io', 'redis', 'latest'],
  ['quay.io/a/b:1', 'quay.io', 'quay.io/a/b', '1'],
  ['localhost:5000/a', 'localhost:5000', 'localhost:5000/a', 'latest'],
  ['library/a:1@sha256:0', 'docker.io', 'library/a', '1'],
])('%s comes from %s', (reference, registry, repository, tag) => {
  expect(imageOf(reference)).toMatchObject({ registry, repository, tag });
});

describe('differences', () => {
  test('items with names are compared by name, wherever they stand', () => {
    const found = differences(
      {
        a: [
          { name: 'x', v: 1 },
          { name: 'y', v: 1 },
        ],
      },
      {
        a: [
          { name: 'y', v: 2 },
          { name: 'x', v: 1 },
        ],
      },
    );
    expect(found.map(({ path, order }) => [path, order])).toEqual([
      ['a[y].v', undefined],
      ['a', true],
    ]);
  });

  test('items without names: the changed one is compared with what took its place', () => {
    const found = differences(
      {
        a: [
          { v: 1, w: 1 },
          { v: 2, w: 1 },
        ],
      },
      {
        a: [
          { v: 1, w: 1 },
          { v: 2, w: 5 },
        ],
      },
    );
    expect(found).toMatchObject([{ path: 'a[1].w', old: 1, new: 5 }]);
  });

  test('keys with dots are quoted', () => {
    expect(differences({ data: { 'my.cnf': 'a' } }, { data: { 'my.cnf': 'b' } })).toMatchObject([
      { path: 'data["my.cnf"]' },
    ]);
  });
});

test('a changed line of configuration is told by its setting; comments and blank lines are none', () => {
  const changes = textChanges('a = 1\n# x\nb = 2\nlast', 'a = 9\n# y\n\nb = 2\nlast\nnew line');
  expect(changes.map(settingOf)).toEqual(['a: 1 → 9', '+ new line']);
});

test('settings are compared by key, with the line of each; comments and order do not count', () => {
  const file = (text: string) => [{ path: 'clusters/x/cluster.yaml', text }];
  const old = 'name: x\nlist:\n  - { name: a, v: 1 }\n  - { name: b, v: 1 }\ngone: 1\n';
  const now = '# a remark\nlist:\n  - { name: b, v: 2 }\n  - { name: a, v: 1 }\nname: x\nfresh: { v: 1 }\n';
  expect(
    settingChanges(file(old), file(now)).map(({ key, place, old: from, new: to }) => [key, place, from, to]),
  ).toEqual([
    ['list[b].v', 'clusters/x/cluster.yaml:3', 1, 2],
    ['fresh', 'clusters/x/cluster.yaml:6', undefined, { v: 1 }],
    ['gone', 'clusters/x/cluster.yaml', 1, undefined],
  ]);
});
