import { readFileSync } from 'node:fs';
import { CRD_SOURCES } from '../../imports/crds';

const page = readFileSync('imports/README.md', 'utf8');
const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  dependencies: Record<string, string>;
};

/** Rows of the table of packages: first column → kinds, and what they were compared with. */
const rowsOf = (text: string) =>
  new Map(
    [...text.matchAll(/^\| `([^`]+)`(?: (\d\S*))?[^|]*\|([^|]*)\|([^|]*)\|/gm)].map(
      ([, name = '', version, kinds = '', compared = '']) => [
        name.replace(/\/$/, ''),
        { version, kinds: kinds.trim().split(', '), compared: compared.trim() },
      ],
    ),
  );

/** The custom kinds of models.ts by where their types come from: a package, or a folder of imports/. */
function kindsImported(models: string): Map<string, string[]> {
  const kinds = new Map<string, string[]>();
  for (const [, from = ''] of models.matchAll(/^import \{.*\} from '(.+)';$/gm)) {
    const [source] = /^@kubernetes-models\/(?!base$)[\w-]+|(?<=^\.\/)\w+/.exec(from) ?? [];
    if (source) kinds.set(source, [...(kinds.get(source) ?? []), from.split('/').at(-1) ?? ''].sort());
  }
  return kinds;
}

const rows = rowsOf(page);
const imported = kindsImported(readFileSync('imports/models.ts', 'utf8'));

describe('imports/README.md', () => {
  test('[SYNTH-04] names each custom kind beside the package or folder of its types', () => {
    const named = [...imported.keys()].map((source) => [source, rows.get(source)?.kinds.sort() ?? 'no row']);
    expect(Object.fromEntries(named)).toEqual(Object.fromEntries(imported));
  });

  test('names each package at the version that is installed', () => {
    const packages = [...rows].filter(([name]) => name.includes('kubernetes-models'));
    expect(packages.map(([name, { version }]) => [name, version])).toEqual(
      packages.map(([name]) => [name, dependencies[name]]),
    );
    expect(packages.length).toBeGreaterThan(3);
  });

  test('compares with the versions of the lock, where components write kinds of it', () => {
    const written = new Set([...imported.values()].flat());
    const sources = CRD_SOURCES.filter(({ files }) =>
      files.some(({ kinds }) => kinds.some((kind) => written.has(kind.split('/')[1] ?? ''))),
    );
    const compared = [...rows.values()].flatMap((row) => row.compared.match(/\bv\d\S*?(?=,|$)/g) ?? []);
    expect(compared.sort()).toEqual(sources.map(({ version }) => version).sort());
    expect(sources.length).toBeGreaterThan(5);
  });

  test('a kind that the table lacks is seen', () => {
    const models =
      "import { Probe } from '@kubernetes-models/x/y/v1/Probe';\nimport { Run } from './z/v1/Run';";
    expect(Object.fromEntries(kindsImported(models))).toEqual({
      '@kubernetes-models/x': ['Probe'],
      z: ['Run'],
    });
  });
});
