import { parse } from 'yaml';
import { edited, obstacleTo } from '../../cli/promote-text';

const TEXT = `# A cluster.
name: sample # its name

# What runs.
components:
  # Logs.
  loki: { retention: 14d, size: 20Gi } # two weeks
  longhorn: {}
  policies:
    action: Warn # for now

environments:
  - name: prod
    components:
      postgresql:
        version: '17' # until spring
        databases:
          # The shop.
          - shop
          - wiki # and its wiki
  - { name: dev, components: { redis: { applications: [shop] } } }
`;
/** Lines that come and go. */
const changed = (path: readonly (string | number)[], value: unknown, text = TEXT) => {
  const after = edited(text, [{ path, value }]);
  const [old, now] = [text, after].map((one) => one.split('\n')) as [string[], string[]];
  return {
    gone: old.filter((line) => !now.includes(line)),
    come: now.filter((line) => !old.includes(line)),
    value: path.reduce<any>((inner, step) => inner[step], parse(after)),
  };
};
const LOKI = ['components', 'loki'];
const POSTGRESQL = ['environments', 0, 'components', 'postgresql'];

describe('a value is written in place', () => {
  test('of a map on one line', () => {
    expect(changed([...LOKI, 'retention'], '30d')).toEqual({
      gone: ['  loki: { retention: 14d, size: 20Gi } # two weeks'],
      come: ['  loki: { retention: 30d, size: 20Gi } # two weeks'],
      value: '30d',
    });
  });

  test('with its comment, and the quotes that it needs', () => {
    expect(changed([...POSTGRESQL, 'version'], '18')).toEqual({
      gone: ["        version: '17' # until spring"],
      come: ["        version: '18' # until spring"],
      value: '18',
    });
  });

  test.each([
    ['a key that a map on one line lacks', [...LOKI, 'enabled'], false, 'size: 20Gi, enabled: false } # two'],
    [
      'keys of an empty map',
      ['components', 'longhorn', 'snapshots', 'keep'],
      2,
      '{ snapshots: { keep: 2 } }',
    ],
    [
      'a key that a block lacks, below the comment of its last',
      ['components', 'policies', 'x'],
      'a',
      '    x: a',
    ],
    ['a key that a block of lists lacks', [...POSTGRESQL, 'pooler'], false, '        pooler: false'],
    ['a section', ['ingress'], { rateLimit: { average: 5 } }, 'ingress: { rateLimit: { average: 5 } }'],
    ['a list on one line', ['environments', 1, 'components', 'redis', 'applications'], ['a', 'b'], '[a, b]'],
    [
      'a longer list, whose comments stay',
      [...POSTGRESQL, 'databases'],
      ['shop', 'wiki', 'crm'],
      '          - crm',
    ],
  ])('%s', (_, path, value, line) => {
    const { gone, come, value: now } = changed(path, value);
    expect(now).toEqual(value);
    expect(come).toEqual([expect.stringContaining(line)]);
    expect(gone.length).toBeLessThan(2);
  });

  test('a list in lines that is another one is written anew', () => {
    const after = edited(TEXT, [{ path: [...POSTGRESQL, 'databases'], value: ['crm'] }]);
    expect((parse(after) as any).environments[0].components.postgresql).toEqual({
      version: '17',
      databases: ['crm'],
    });
    expect(after).toContain('- { name: dev, components');
  });

  test('line ends stay what they are, and a file may end without one', () => {
    const dos = TEXT.replaceAll('\n', '\r\n').trimEnd();
    const after = edited(dos, [
      { path: [...POSTGRESQL, 'databases'], value: ['shop', 'wiki', 'crm'] },
      { path: ['ingress'], value: { class: 'x' } },
    ]);
    expect(after.replaceAll('\r\n', '')).not.toContain('\n');
    expect((parse(after) as any).environments[0].components.postgresql.databases).toEqual([
      'shop',
      'wiki',
      'crm',
    ]);
    expect(after.endsWith('\r\ningress: { class: x }')).toBe(true);
  });

  test('several edits, each where the text is by then', () => {
    const after = parse(
      edited(TEXT, [
        { path: ['components', 'longhorn', 'snapshots', 'keep'], value: 2 },
        { path: ['components', 'longhorn', 'snapshots', 'schedule'], value: '1 1 * * *' },
      ]),
    );
    expect(after.components.longhorn).toEqual({ snapshots: { keep: 2, schedule: '1 1 * * *' } });
  });
});

test('a value that other places share is not written', () => {
  const text = 'a: &x { size: 1 }\nb: *x\nc: { size: 1 }\n';
  const obstacle = (...path: string[]) => obstacleTo(text, { path, value: 2 });
  expect(obstacle('a', 'size')).toContain('(&x)');
  expect(obstacle('b', 'size')).toContain('*x');
  expect(obstacle('c', 'size')).toBeUndefined();
  expect(obstacle('c', 'more')).toBeUndefined();
});

test.each([
  ['a document that ends before the file does', 'a: 1\n...\n# the end\n', ['b']],
  ['a map whose last value is a text in lines', 'a: |\n  x\n  y\n', ['b']],
  ['a map whose last key has no value', 'a: { b: 1 }\nc:\n', ['d']],
  ['keys with question marks', '? a\n: { b: 1 }\n? c\n: 2\n', ['c']],
  ['a map on several lines with a comment at its end', 'a: {\n  b: 1, # one\n}\n', ['a', 'c']],
])('in place also in %s', (_, text, path) => {
  const edit = { path, value: 7 };
  expect(obstacleTo(text, edit)).toBeUndefined();
  expect(path.reduce<any>((inner, step) => inner[step], parse(edited(text, [edit])))).toBe(7);
});

test('a value stays where the text would not say afterwards what it should', () => {
  expect(obstacleTo('a: 1\n---\nb: 2\n', { path: ['c'], value: 7 })).toBe(
    'the file is laid out so that it cannot be written in place',
  );
});
