import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { load, YAML11_SCHEMA } from 'js-yaml';
import { parse } from 'yaml';
import { StrataError } from '../../../charts/core/errors';
import type { KubeObject } from '../../../charts/core/objects';
import { manifestYaml, toYaml, type Json } from '../../../charts/core/yaml';
import { inEveryPlace, jsonDocuments, NASTY_STRINGS, NUMBERS_TO_KEEP } from '../../yaml-samples';

const READERS: Readonly<Record<string, (text: string) => unknown>> = {
  'js-yaml, YAML 1.2': (text) => load(text),
  'js-yaml, YAML 1.1': (text) => load(text, { schema: YAML11_SCHEMA }),
  'yaml, YAML 1.2': (text) => parse(text),
  'yaml, YAML 1.1': (text) => parse(text, { version: '1.1' }),
};

/** Readers that refuse the text or read something else, with what they made of it. */
function misread(value: Json): string[] {
  const text = toYaml(value);
  const shown = JSON.stringify(text).slice(0, 200);
  return Object.entries(READERS).flatMap(([reader, read]) => {
    try {
      const result = read(text);
      return isDeepStrictEqual(result, value) ? [] : [`${reader}: ${shown} is ${JSON.stringify(result)}`];
    } catch (error) {
      return [`${reader}: ${shown} is refused: ${(error as Error).message}`];
    }
  });
}

const example: KubeObject = {
  spec: {
    template: { spec: { containers: [{ image: 'a:1', args: ['-v'], name: 'a' }], hostNetwork: false } },
    replicas: 2,
  },
  metadata: { labels: { b: 'yes', a: '1.10' }, annotations: {}, namespace: 'prod', name: 'web' },
  data: { script: '#!/bin/sh\nset -eu\n', note: 'a: b', limits: [] },
  kind: 'Deployment',
  apiVersion: 'apps/v1',
};

const EXAMPLE = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: prod
  annotations: {}
  labels:
    a: "1.10"
    b: "yes"
data:
  limits: []
  note: "a: b"
  script: |
    #!/bin/sh
    set -eu
spec:
  replicas: 2
  template:
    spec:
      containers:
        - name: a
          args:
            - "-v"
          image: a:1
      hostNetwork: false
`;

const deep = (levels: number): Json => (levels === 0 ? 'the\nend' : [deep(levels - 1)]);

describe('readers of YAML 1.1 and 1.2 read what was meant', () => {
  test.each<[string, (text: string) => Json]>([
    ['in every place', inEveryPlace],
    ['alone', (text) => text],
  ])('nasty strings %s', (_, place) => {
    expect(NASTY_STRINGS.length).toBeGreaterThan(300);
    expect(NASTY_STRINGS.flatMap((text) => misread(place(text)))).toEqual([]);
  });

  test('numbers', () => {
    expect(NUMBERS_TO_KEEP.flatMap((number) => misread([number, { number }]))).toEqual([]);
  });

  test('any document', () => {
    fc.assert(
      fc.property(jsonDocuments, (document) => expect(misread(document)).toEqual([])),
      { numRuns: 1500, seed: 1 },
    );
  });

  test('minus zero is zero, as in JSON', () => expect(toYaml(-0)).toBe('0\n'));
});

describe('the text', () => {
  test('a manifest begins with what it is, and each map in it with its name', () => {
    expect(manifestYaml(example)).toBe(EXAMPLE);
  });

  test('a manifest does not depend on the order of keys in memory', () => {
    const reversed = (value: unknown): unknown =>
      value === null || typeof value !== 'object' || Array.isArray(value)
        ? value
        : Object.fromEntries(
            Object.entries(value)
              .toReversed()
              .map(([key, item]) => [key, reversed(item)]),
          );
    expect(manifestYaml(reversed(example) as KubeObject)).toBe(EXAMPLE);
  });

  test('other documents keep the order of their keys', () => {
    expect(toYaml({ b: 1, name: 2, a: { d: 3, c: 4 } })).toBe('b: 1\nname: 2\na:\n  d: 3\n  c: 4\n');
  });

  test.each(['mysql', '/var/lib', 'docker.io/library/mysql:8.0', 'a b:c,d', '100m', '50Gi', '30s', '25%'])(
    '%s needs no quotes',
    (text) => expect(toYaml(text)).toBe(`${text}\n`),
  );

  test.each(['=', '<<', '~', '1_000', '1:30', '+_49', '2001-12-14', '0o14', '-', '.5', '1e3', 'Yes', 'y'])(
    '%s stands in quotes',
    (text) => expect(toYaml(text)).toBe(`"${text}"\n`),
  );

  test.each([
    ['a\nb\n', 'key: |\n  a\n  b\n'],
    ['a\nb', 'key: |-\n  a\n  b\n'],
    ['a\nb\n\n', 'key: |+\n  a\n  b\n\n'],
    ['  a\n\n\tb ', 'key: |2-\n    a\n\n  \tb \n'],
    ['\na\n', 'key: |2\n\n  a\n'],
  ])('%j is a block that a person can read', (text, written) => expect(toYaml({ key: text })).toBe(written));

  test.each([
    ['a\r\nb\n', 'key: "a\\r\\nb\\n"\n'],
    ['a\u2028b\n', 'key: "a\\u2028b\\n"\n'],
    ['\n\n', 'key: "\\n\\n"\n'],
    ['a\u0085\n', 'key: "a\\u0085\\n"\n'],
    ['a\ufeff\n', 'key: "a\\ufeff\\n"\n'],
    ['delete\x7f', 'key: "delete\\u007f"\n'],
    ['zero\u200bwidth', 'key: "zero\\u200bwidth"\n'],
  ])('%j shows in quotes what a person could not see', (text, written) =>
    expect(toYaml({ key: text })).toBe(written),
  );

  test.each([
    [[], '[]\n'],
    [{}, '{}\n'],
    [[[], {}, [[1, 2], 3]], '- []\n- {}\n- - - 1\n    - 2\n  - 3\n'],
    [[{ a: [{ b: [] }] }], '- a:\n    - b: []\n'],
  ])('the collections %j', (value, written) => expect(toYaml(value)).toBe(written));

  test('a value that stands in two places is written twice, without an anchor', () => {
    const shared = { a: 1 };
    expect(toYaml({ one: shared, two: shared })).toBe('one:\n  a: 1\ntwo:\n  a: 1\n');
  });
});

describe('what YAML cannot hold is refused with its path', () => {
  class Point {
    readonly x = 1;
  }
  const cyclic: Record<string, unknown> = {};
  cyclic.self = cyclic;

  test.each<[string, unknown, string]>([
    [
      'undefined',
      { spec: { list: [1, { x: undefined }] } },
      'spec.list[1].x: undefined. Leave the field out',
    ],
    ['a hole in a list', { list: Object.assign([1], { 2: 3 }) }, 'list[1]: undefined'],
    ['a function', { run: () => 1 }, 'run: function'],
    ['a symbol', { s: Symbol('s') }, 's: symbol'],
    ['a bigint', { n: 1n }, 'n: bigint'],
    ['not a number', { n: NaN }, 'n: NaN. Give it a finite number'],
    ['infinity', [1, -Infinity], '[1]: -Infinity'],
    ['a date', { at: new Date(0) }, 'at: an instance of Date. Convert it'],
    ['a map', new Map([['a', 1]]), 'the document: an instance of Map'],
    ['a class instance', [[new Point()]], '[0][0]: an instance of Point'],
    ['a boxed string', { s: new String('a') }, 's: an instance of String'],
    ['half a character', { s: 'a\ud800b' }, 's: half of a surrogate pair'],
    ['half a character in a block', { s: 'a\n\udc00' }, 's: half of a surrogate pair'],
    ['half a character in a key', { a: { '\ud800': 1 } }, 'half of a surrogate pair'],
    ['a cycle', cyclic, 'more than 90 levels deep'],
    ['a key over 1,000 characters', { a: { ['k'.repeat(1000)]: 1 } }, 'a key of 1001 characters'],
  ])('%s', (_, value, message) => {
    expect(() => toYaml(value as Json)).toThrow(StrataError);
    expect(() => toYaml(value as Json)).toThrow(message);
  });

  test('the path of a manifest begins with the object', () => {
    const broken = { ...example, spec: { replicas: undefined } };
    expect(() => manifestYaml(broken)).toThrow('Deployment prod/web spec.replicas: undefined');
  });

  test('the longest key and the deepest document are read', () => {
    expect(misread({ ['k'.repeat(999)]: { ['"'.repeat(498)]: 1 } })).toEqual([]);
    expect(misread([deep(89), { a: deep(88) }])).toEqual([]);
    expect(() => toYaml(deep(91))).toThrow('more than 90 levels deep');
  });

  test('objects without a prototype or from elsewhere are plain', () => {
    const bare = Object.assign(Object.create(null) as Record<string, Json>, { a: 1 });
    expect(toYaml(bare)).toBe('a: 1\n');
  });
});
