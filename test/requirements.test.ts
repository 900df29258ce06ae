import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

interface Requirement {
  readonly id: string;
  readonly title: string;
  readonly priority: string;
  readonly tested: boolean;
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

describe('docs/requirements.yaml', () => {
  test('every id that a test names is a requirement', () => {
    const known = new Set(requirements.map(({ id }) => id));
    expect([...idsInTitles()].filter((id) => !known.has(id))).toEqual([]);
  });

  test('it marks just those requirements as tested whose id is in the title of a test', () => {
    const marked = requirements.filter(({ tested }) => tested).map(({ id }) => id);
    expect(marked.sort()).toEqual([...idsInTitles()].sort());
  });

  test('ids are unique and priorities are known', () => {
    expect(new Set(requirements.map(({ id }) => id)).size).toBe(requirements.length);
    expect(
      requirements.filter(({ priority }) => !['must', 'should', 'could', 'wont'].includes(priority)),
    ).toEqual([]);
  });
});
