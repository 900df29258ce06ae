import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CATALOGUE } from '../../charts/catalogue';
import type { Definition } from '../../charts/core/definition';
import { fieldsIn } from './offers';

// What a component must bring beside its folder. Lines in the sample are demanded by test/settings/sample.test.ts, a section of the runbook
// for each alert by the rule `alerts`, a test for each by test/alerts, and that all alerts and offers are looked at by conformance.test.ts.

const definitions: readonly Definition[] = CATALOGUE;
const testsOf = (definition: Definition): string =>
  definition.name === 'root' ? 'test/argocd' : join('test/charts', definition.layer);

/** Files of tests, by path. */
type Tests = ReadonlyMap<string, string>;

const testsIn = (folder: string): Tests =>
  new Map(
    readdirSync(folder, { encoding: 'utf8' })
      .filter((file) => file.endsWith('.test.ts'))
      .map((file) => [file, readFileSync(join(folder, file), 'utf8')]),
  );

const words = (text: string): string => text.toLowerCase().replaceAll('-', ' ');

/** The file of a component's tests: it begins with its name, or has a part that names it. */
const fileOf = (name: string, tests: Tests): string | undefined =>
  [...tests].find(
    ([file, text]) =>
      file === `${name}.test.ts` ||
      [...text.matchAll(/^describe\((['"`])(.*)\1,/gm)].some(([, , title = '']) =>
        words(title).includes(words(name)),
      ),
  )?.[0];

function lacksOf(definition: Definition, tests: Tests): string[] {
  const { name } = definition;
  const file = fileOf(name, tests);
  if (file === undefined) return [`${name} has no test. Write ${testsOf(definition)}/${name}.test.ts`];
  return /\b(test|it|describe)\S*\(\s*['"`]\[[A-Z0-9]+-\d\d\]|\)\(\s*['"`]\[[A-Z0-9]+-\d\d\]/.test(
    tests.get(file) ?? '',
  )
    ? []
    : [`${testsOf(definition)}/${file} names no requirement. Begin a title with the id of one: [OBS-01]`];
}

describe('tests', () => {
  test('each component has some, which name the requirements that they are about', () => {
    expect(definitions.flatMap((one) => lacksOf(one, testsIn(testsOf(one))))).toEqual([]);
  });

  test('a component without, and tests without a requirement, are found', () => {
    const [traefik] = definitions.filter(({ name }) => name === 'traefik') as [Definition];
    expect(lacksOf(traefik, new Map([['other.test.ts', "describe('Other', () => {"]]))).toEqual([
      'traefik has no test. Write test/charts/network/traefik.test.ts',
    ]);
    expect(lacksOf(traefik, new Map([['traefik.test.ts', "test('runs', () => {"]]))).toEqual([
      expect.stringContaining('test/charts/network/traefik.test.ts names no requirement'),
    ]);
  });
});

test('what a component offers are the public fields of its class', () => {
  const source = [
    'export interface Props {\n  readonly tls: Issuer;\n}\n',
    'export class Cache extends Component {\n  static readonly definition = cache;\n  readonly endpoint: Endpoint;',
    '  private readonly hidden: string;\n}\n',
    'class Other {\n  readonly more: string;\n}\n',
  ].join('\n');
  expect(fieldsIn(source)).toEqual(['endpoint']);
});
