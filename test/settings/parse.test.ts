import fc from 'fast-check';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildPlatform } from '../../charts/platform';
import { formatProblem, parseSettings } from '../../cli/load';

const FIXTURES = join(__dirname, '../fixtures/clusters');
const read = (folder: string) =>
  readdirSync(join(FIXTURES, folder)).map((file) => ({
    file,
    text: readFileSync(join(FIXTURES, folder, file), 'utf8'),
  }));
const invalid = read('invalid');
const valid = read('valid');

/** What is wrong in the settings, or else in what they become. */
function judge(text: string, folder?: string) {
  const { settings, problems, locate } = parseSettings(text, 'file', folder);
  return settings ? locate(buildPlatform(settings).mistakes) : problems;
}

/** The fixtures' problems, without the name of the file. */
const problemsOf = (text: string, folder?: string): string[] =>
  judge(text, folder).map((problem) => formatProblem(problem).replace('file:', ''));

describe('[SYNTH-07] settings', () => {
  test.each(invalid)('$file is refused with place, problem and remedy', ({ text }) => {
    const expected = [...text.matchAll(/^# expect: (.*)$/gm)].map(([, message]) => message);
    expect(expected.length).toBeGreaterThan(0);
    const problems = problemsOf(text, 'lab');
    expect(problems.map((problem, index) => problem.slice(0, expected[index]?.length))).toEqual(expected);
  });

  test.each(valid)('$file is taken', ({ file, text }) => {
    const { settings, problems } = parseSettings(text, file);
    expect(problems.map(formatProblem)).toEqual([]);
    expect(problemsOf(text)).toEqual([]);
    expect(settings?.environments.length).toBeGreaterThan(0);
  });

  test('every problem ends with a remedy', () => {
    const problems = invalid.flatMap(({ text }) => judge(text, 'lab'));
    expect(problems.filter(({ problem, remedy }) => problem === '' || !/^[A-Z].{8}/.test(remedy))).toEqual(
      [],
    );
  });

  test('no message repeats a secret', () => {
    const secrets = ['hunter2horse', 'wJalrXUtnFEMI', '0123456789abcdef', 'QQQQ', 'AKIA', 'T000'];
    const messages = invalid.flatMap(({ text }) => problemsOf(text, 'lab'));
    expect(messages.filter((message) => secrets.some((secret) => message.includes(secret)))).toEqual([]);
  });

  test('a secret is not repeated either where an alias or another mistake leads to it', () => {
    const messages = problemsOf('password: &a hunter2"horse\nname: *a\ndistribution: *a\ndomain: [*a]\n');
    expect(messages.join('\n')).toContain('1:1 password: by its name this is a plain secret');
    expect(messages.join('\n')).not.toContain('hunter2');
  });

  test('all problems of a file come at once, by place, also rules between the sections that are right', () => {
    const text = valid
      .find(({ file }) => file === 'small.yaml')!
      .text.replace('domain: example.com', 'domain: Example')
      .replace('replicas: 2', 'replicas: 3')
      .replace('bucket:', 'bukket:')
      .replace('10.0.0.0/24', '10.244.0.0/24');
    expect(problemsOf(text).map((problem) => /^[\d:]+ [^:]+/.exec(problem)?.[0])).toEqual([
      '5:9 domain',
      '10:3 network.pods',
      '24:35 storage.classes.0.replicas',
      '28:3 backup.bucket',
      '29:3 backup.bukket',
    ]);
  });

  test('defaults follow the distribution and the profile', () => {
    const settingsOf = (distribution: string, profile: string) => {
      const text = valid
        .find(({ file }) => file === 'k3s-existing-class.yaml')!
        .text.replace('distribution: k3s', `distribution: ${distribution}`)
        .replace('profile: mono', `profile: ${profile}`)
        .replace('network: {', 'network: { hosts: [],')
        .replace('nodes: [', 'nodes: [{ name: worker, role: worker, cpu: 2, memory: 4Gi, disk: 50Gi }, ');
      return parseSettings(text, 'file').settings!;
    };
    const [k3s, kubeadm] = [settingsOf('k3s', 'mono'), settingsOf('kubeadm', 'standard')];
    expect(k3s.network).toMatchObject({ pods: '10.42.0.0/16', services: '10.43.0.0/16' });
    expect(kubeadm.network).toMatchObject({ pods: '10.244.0.0/16', services: '10.96.0.0/12' });
    expect(k3s.nodes.map(({ schedulable }) => schedulable)).toEqual([true, true]);
    expect(kubeadm.nodes.map(({ schedulable }) => schedulable)).toEqual([true, false]);
    expect(k3s.environments[0]).toMatchObject({ namespace: 'dev', quota: { cpu: '3', memory: '7Gi' } });
    expect(kubeadm.environments[0]).toMatchObject({ quota: { cpu: '8', memory: '16Gi', storage: '200Gi' } });
  });

  test('text, whatever it is, gives settings or problems, never an exception', () => {
    const signs = `name|: |- |\n|  |&a |*a|{|}|[|]|'|"|!t |#|? |<<|%|---|...|\t|yes|1|~|,`.split('|');
    const pieces = fc.constantFrom('|', ...signs);
    const text = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.array(pieces, { maxLength: 40 }).map((all) => all.join('')),
      fc.json(),
    );
    fc.assert(fc.property(text, isSettled), { numRuns: 200 });
  });

  test('a valid file with any stretch of it replaced gives settings or problems, never an exception', () => {
    const stretch = fc.record({
      text: fc.constantFrom(...valid.map(({ text }) => text)),
      start: fc.double({ min: 0, max: 1, noNaN: true }),
      length: fc.nat(30),
      replacement: fc.oneof(
        fc.string({ maxLength: 8 }),
        fc.constantFrom('', 'null', '[]', '{}', '-1', '1e99', '*x', '!!set', '.nan', '\n'),
      ),
    });
    const mutated = stretch.map(({ text, start, length, replacement }) => {
      const from = Math.floor(start * text.length);
      return text.slice(0, from) + replacement + text.slice(from + length);
    });
    fc.assert(fc.property(mutated, isSettled), { numRuns: 200 });
  });

  test('a valid file with any value replaced by any other gives settings or problems inside the file', () => {
    const lines = valid.find(({ file }) => file === 'everything-chosen.yaml')!.text.split('\n');
    const keyed = lines.flatMap((line, index) => (/^ *(- )?\w+: /.test(line) ? [index] : []));
    const value = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom(null, true, 0, '', [], {}, [null], { type: 'email' }),
    );
    fc.assert(
      fc.property(fc.constantFrom(...keyed), value, (index, replacement) => {
        const written = JSON.stringify(replacement);
        const changed = lines.map((line, at) =>
          at === index ? line.replace(/: .*/s, () => `: ${written}`) : line,
        );
        isSettled(changed.join('\n'));
      }),
      { numRuns: 200 },
    );
  });
});

function isSettled(text: string): void {
  const { settings, problems } = parseSettings(text, 'file', 'lab');
  expect(settings === undefined).toBe(problems.length > 0);
  const lines = text.split('\n').length;
  for (const { line, column, problem, remedy } of problems) {
    expect(line).toBeLessThanOrEqual(lines);
    expect(Math.min(line, column)).toBeGreaterThan(0);
    expect(`${problem}${remedy}`).not.toMatch(/undefined|\[object|NaN\b|Infinity/);
  }
}
