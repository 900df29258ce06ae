import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSettings } from '../../cli/load';

const small = readFileSync(join(__dirname, '../fixtures/clusters/valid/small.yaml'), 'utf8');

/** Milliseconds of processor time that reading a text takes. */
function timeOf(text: string): number {
  const start = process.cpuUsage();
  parseSettings(text, 'file');
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

const many = (count: number, line: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => line(index)).join('\n');

const KINDS: readonly (readonly [string, (count: number) => string])[] = [
  ['unknown keys', (count) => `${small}\n${many(count, (index) => `unheard_of_${index}: 1`)}\n`],
  [
    'keys that are near to known ones',
    (count) => `${small}\n${many(count, (index) => `domain${index}: 1`)}\n`,
  ],
  ['the same key again', (count) => `${small}\n${many(count, () => 'same: 1')}\n`],
  [
    'plain secrets',
    (count) => `${small}\n${many(count, (index) => `password_${index}: secret-value-${index}`)}\n`,
  ],
  ['ambiguous booleans', (count) => `${small}\n${many(count, (index) => `key${index}: yes`)}\n`],
  [
    'labels that are none',
    (count) =>
      small.replace(
        /^network:$/m,
        `network:\n  dns:\n    labels:\n${many(count, (index) => `      "a b ${index}": x`)}`,
      ),
  ],
  [
    'nodes of a wrong type',
    (count) =>
      small.replace(/^nodes:$/m, `nodes:\n${many(count, (index) => `  - { name: ${index}, role: x }`)}`),
  ],
  ['aliases', (count) => `${small}\na: &a 1\n${many(count, (index) => `b${index}: *a`)}\n`],
  [
    'anchors with an alias each',
    (count) => `${small}\n${many(count, (index) => `a${index}: &a${index} 1\nb${index}: *a${index}`)}\n`,
  ],
  [
    'aliases in a list that has an alias itself',
    (count) => `${small}\na: &a 1\nb: &b [${many(count, () => '*a').replaceAll('\n', ', ')}]\nc: *b\n`,
  ],
  [
    'environments',
    (count) =>
      small.replace(
        /^environments:$/m,
        `environments:\n${many(count, (index) => `  - { name: env-${index}, stage: dev }`)}`,
      ),
  ],
];

describe('[SYNTH-07] a long file takes time in proportion', () => {
  test.each(KINDS)('of %s', (_, text) => {
    parseSettings(text(100), 'file');
    const [some, all] = [timeOf(text(500)), timeOf(text(3_000))];
    // six times as many: 36 times as long would be by the square
    expect(all).toBeLessThan(Math.max(some, 50) * 15);
  });

  test('20,000 unknown keys within seconds', () => {
    const [, text] = KINDS[0]!;
    expect(timeOf(text(20_000))).toBeLessThan(20_000);
  });
});

describe('[SYNTH-07] names that objects of JavaScript have', () => {
  const NAMES = ['constructor', '__proto__', 'toString', 'hasOwnProperty', 'prototype', 'valueOf'];

  test.each(NAMES)('%s is an unknown key like any other, at every level', (name) => {
    const text = `${small}\n${name}: 1\ncapacity: { ${name}: { a: 1 } }\nalerts: { receivers: [{ ${name}: x }] }\n`;
    const { problems } = parseSettings(text, 'file');
    expect(problems.filter(({ problem }) => problem === 'unknown key').map(({ path }) => path)).toEqual(
      expect.arrayContaining([name, `capacity.${name}`]),
    );
  });

  test.each(NAMES)('%s is no choice and no name of anything', (name) => {
    const text = small
      .replace('distribution: kubeadm', `distribution: ${name}`)
      .replace('profile: small', `profile: ${name}`);
    const { problems } = parseSettings(text, 'file');
    expect(problems.map(({ path, problem }) => `${path}: ${problem}`)).toEqual(
      expect.arrayContaining([
        expect.stringMatching(`^distribution: "${name}" is not one of`),
        expect.stringMatching(`^profile: "${name}" is not one of`),
      ]),
    );
  });

  test('as a receiver type, and as keys of labels', () => {
    for (const name of NAMES) {
      const { problems } = parseSettings(
        `${small}\nalerts: { receivers: [{ name: x, type: ${name} }] }\n`,
        'file',
      );
      expect(problems.map(({ path }) => path)).toContain('alerts.receivers.0.type');
      expect(() =>
        parseSettings(small.replace(/^network:$/m, `network:\n  dns: { labels: { ${name}: x } }`), 'file'),
      ).not.toThrow();
    }
  });
});
