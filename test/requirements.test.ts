import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

interface Requirement {
  readonly id: string;
  readonly title: string;
  readonly priority: string;
  readonly state?: string;
  /** Of those that hold in part: what does not. */
  readonly missing?: string;
  /** Of those that hold as a whole: file → titles of its tests, without the ids before them. */
  readonly proof?: Readonly<Record<string, readonly string[]>>;
}

const { requirements } = parse(readFileSync('docs/requirements.yaml', 'utf8')) as {
  requirements: Requirement[];
};

/** Ids in square brackets with which titles of tests begin. */
function idsInTitles(): Set<string> {
  const files = readdirSync('test', { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.test.ts'),
  );
  const titles = files.flatMap((file) => [
    ...readFileSync(join('test', file), 'utf8').matchAll(
      /\b(?:test|it|describe)(?:\.each\([^]*?\))?\(\s*['"`]((?:\[[A-Z0-9]+-\d\d\] ?)+)/g,
    ),
  ]);
  return new Set(
    titles.flatMap(([, ids = '']) => [...ids.matchAll(/\[([A-Z0-9]+-\d\d)\]/g)].map(([, id = '']) => id)),
  );
}

/** Whether a file has a test with that title, ids before it or not. */
function hasTest(file: string, title: string): boolean {
  if (!existsSync(file)) return false;
  const literal = title.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`(['"\`])(\\[[A-Z0-9]+-\\d\\d\\] ?)*${literal}\\1`).test(readFileSync(file, 'utf8'));
}

/** What is wrong with what a requirement says of itself. */
function problemsOf({ id, state, missing, proof }: Requirement): string[] {
  if (state !== undefined && state !== 'whole' && state !== 'part')
    return [`${id}: "${state}" is no state. Write whole, or part, or leave it out`];
  if (state !== 'part' && missing !== undefined)
    return [`${id}: what is missing belongs to one with \`state: part\``];
  if (state === 'part') return missing ? [] : [`${id}: say under \`missing\` what does not hold`];
  if (state === undefined) return proof ? [`${id}: a proof belongs to one with \`state: whole\``] : [];
  const named = Object.entries(proof ?? {}).flatMap(([file, titles]) =>
    titles.map((title) => ({ file, title })),
  );
  if (named.length === 0) return [`${id}: name under \`proof\` the tests that show all of it`];
  return named.flatMap(({ file, title }) =>
    hasTest(file, title) ? [] : [`${id}: ${file} has no test "${title}"`],
  );
}

describe('docs/requirements.yaml', () => {
  test('[SYNTH-05] each that holds as a whole names tests that are there, each that holds in part what is missing', () => {
    expect(requirements.flatMap(problemsOf)).toEqual([]);
  });

  test('a proof that is not there, none at all, and a part without what is missing are found', () => {
    const [one] = requirements.filter(({ id }) => id === 'SYNTH-01') as [Requirement];
    const [[file = '', titles = []] = []] = Object.entries(one.proof ?? {});
    const said = (change: Partial<Requirement>) => problemsOf({ ...one, ...change });
    expect(said({})).toEqual([]);
    expect(said({ proof: { [file]: ['it is a project'] } })).toEqual([
      `SYNTH-01: ${file} has no test "it is a project"`,
    ]);
    expect(said({ proof: { 'test/none.test.ts': titles } })).toHaveLength(titles.length);
    expect(said({ proof: {} })).toEqual(['SYNTH-01: name under `proof` the tests that show all of it']);
    expect(problemsOf({ id: one.id, title: one.title, priority: one.priority, state: 'part' })).toEqual([
      'SYNTH-01: say under `missing` what does not hold',
    ]);
    expect(said({ state: 'tested' })).toEqual([expect.stringContaining('"tested" is no state')]);
  });

  test('every id that a test names is a requirement that is begun', () => {
    const begun = new Set(requirements.filter(({ state }) => state !== undefined).map(({ id }) => id));
    expect([...idsInTitles()].filter((id) => !begun.has(id))).toEqual([]);
  });

  test('ids are unique and priorities are known', () => {
    expect(new Set(requirements.map(({ id }) => id)).size).toBe(requirements.length);
    expect(
      requirements.filter(({ priority }) => !['must', 'should', 'could', 'wont'].includes(priority)),
    ).toEqual([]);
  });
});
