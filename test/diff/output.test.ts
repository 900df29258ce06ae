import { toJson } from '../../diff/json';
import { CLASSES, inOrder, listed, type Line } from '../../diff/line';
import { toMarkdown } from '../../diff/markdown';
import type { ClusterReview } from '../../diff/review';
import { toText } from '../../diff/text';
import { Change } from './change';

const BASE = '0123456789abcdef0123456789abcdef01234567';
const LIMIT = 65_536;

const line = (more: Partial<Line> = {}): Line => ({
  class: 'access',
  cluster: 'mono',
  component: 'web',
  object: 'Deployment prod/web',
  file: 'dist/mono/web/deployment-web.yaml',
  field: 'spec.x',
  consequence: 'something happens',
  rank: 5,
  ...more,
});
const reviewOf = (lines: readonly Line[], cluster = 'mono'): ClusterReview => ({
  cluster,
  lines: [...lines].sort(inOrder),
  changes: new Change().edit('Service prod/xwiki', (o) => (o.metadata.labels.a = 'b')).review().changes,
  settings: [],
  objects: 300,
});
const many = (number: number): Line[] =>
  Array.from({ length: number }, (_, index) =>
    line({
      class: CLASSES[index % CLASSES.length] ?? 'cause',
      object: `Deployment prod/web-${index}`,
      old: 'x'.repeat(80),
      new: 'y'.repeat(80),
    }),
  );

describe('the comment', () => {
  test.each([10, 500, 5000])(
    '%d lines stay within what GitHub takes, the worst first, the rest counted',
    (number) => {
      const text = toMarkdown([reviewOf(many(number))], BASE);
      expect(text.length).toBeLessThan(LIMIT);
      expect(text.indexOf('### Will fail')).toBeLessThan(text.indexOf('<b>Access'));
      expect(text.includes('more, which did not fit')).toBe(number > 200);
    },
  );

  test('every fold that opens is closed, and has its class and number', () => {
    const text = toMarkdown([reviewOf(many(16))], BASE);
    expect(text.match(/<details>/g)).toHaveLength(5);
    expect(text.match(/<\/details>/g)).toHaveLength(5);
    expect(text).toContain('<b>Reach (2)</b>');
  });

  test('what objects hold is text: no tag, no emphasis, no mention', () => {
    const text = toMarkdown(
      [
        reviewOf([
          line({
            object: 'ConfigMap prod/<img src=x>',
            consequence: '@everybody **bold** [x](y) <script>',
            old: 'a``b`',
            field: 'data["</details>"]',
          }),
        ]),
      ],
      BASE,
    );
    expect(text).not.toMatch(/<img|<script|@everybody|[^\\]\*bold/);
    expect(text).toContain('ConfigMap prod/&lt;img src=x&gt;');
    expect(text).toContain('``` a``b` → nothing ```');
    expect(text.match(/<\/details>/g)).toHaveLength(2); // its own, and one inside of a code span
  });

  test('of several clusters each line says which', () => {
    const text = toMarkdown([reviewOf([line()]), reviewOf([line({ cluster: 'staging' })], 'staging')], BASE);
    expect(text).toContain('in mono');
    expect(text).toContain('in staging');
  });

  test('no change is one sentence', () => {
    expect(toMarkdown([new Change().review()], BASE)).toMatch(/\nNo change\.\n$/);
  });

  test('the address of the page', () => {
    expect(toMarkdown([reviewOf([line()])], BASE, { link: 'https://example.org/page' })).toContain(
      '](https://example.org/page)',
    );
  });
});

describe('the text', () => {
  test('a long class is cut, and the rest counted', () => {
    const text = toText([reviewOf(many(800))], BASE);
    expect(text.split('\n').length).toBeLessThan(500);
    expect(text).toContain('and 75 more: --output json has all');
  });

  test('the worst class comes first, with its lines and remedies', () => {
    const text = toText([reviewOf([line(), line({ class: 'fails', remedy: 'Put it back' })])], BASE);
    expect(text).toMatch(
      /Will fail\n {2}Deployment prod\/web spec\.x\n {4}something happens\. Put it back\n\nAccess\n/,
    );
  });
});

test('values of Secrets are in no output', () => {
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'plain', namespace: 'prod' },
    stringData: { password: 'correct horse', other: 'battery' },
  };
  const review = new Change().add('xwiki-prod/secret-plain.yaml', secret).review();
  const fields = {
    ...review,
    changes: review.changes.map((change) => ({
      ...change,
      fields: [{ path: 'stringData.password', steps: [], old: 'correct horse', new: 'staple' }],
    })),
  };
  const outputs = [
    toText([fields], BASE),
    toMarkdown([fields], BASE),
    JSON.stringify(toJson([fields], BASE)),
  ];
  for (const output of outputs) {
    expect(output).toContain('plain');
    expect(output).not.toMatch(/correct horse|battery|staple/);
  }
});

test.each([
  [[], ''],
  [['a'], 'a'],
  [['a', 'b'], 'a and b'],
  [['a', 'b', 'c', 'd', 'e', 'f', 'g'], 'a, b, c, d, e and 2 more'],
])('a list of %j is "%s"', (items, text) => {
  expect(listed(items)).toBe(text);
});
