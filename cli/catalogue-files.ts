import { readdirSync, readFileSync } from 'node:fs';
import { CATALOGUE } from '../charts/catalogue';
import type { Definition } from '../charts/core/definition';
import { LAYERS } from '../charts/core/layers';
import { clusterJsonSchema } from '../charts/settings';

/** A file of the repository that follows from the catalogue, wholly or in a part, and the text that it should have. */
interface CatalogueFile {
  readonly path: string;
  readonly text: string;
}

const COMPONENTS: readonly Definition[] = CATALOGUE;
const ALERT_TESTS = 'test/alerts/components';

/** The files that `npm run schema` writes: what names components outside of their folders. Run it in the root of the repository. */
export const catalogueFiles = (): CatalogueFile[] => [
  { path: 'clusters/settings.schema.json', text: `${JSON.stringify(clusterJsonSchema(), null, 2)}\n` },
  { path: 'README.md', text: withLayers(readFileSync('README.md', 'utf8')) },
  { path: `${ALERT_TESTS}.ts`, text: alertTests(readdirSync(ALERT_TESTS)) },
];

/** The page with the table of layers as the catalogue has it. */
function withLayers(page: string): string {
  const rows = LAYERS.map((layer) => COMPONENTS.filter((one) => one.layer === layer))
    .filter((components) => components.length > 0)
    .map((components) => [
      `\`${components[0]?.layer}\``,
      namesOf(components, 'cluster'),
      namesOf(components, 'environment'),
    ]);
  const header = ['Layer', 'One in a cluster', 'One in each environment that wants it'];
  return page.replace(/^\| Layer +\|[^]*?\n\n/m, `${table([header, ...rows])}\n`);
}

const namesOf = (components: readonly Definition[], scope: Definition['scope']): string =>
  components
    .filter((one) => one.scope === scope)
    .map(({ name }) => name)
    .sort()
    .map((name) => `\`${name}\``)
    .join(', ');

/** A table as prettier writes it. */
function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;
  const padded = rows.map((row) => line(row.map((cell, column) => cell.padEnd(widths[column] ?? 0))));
  const rule = line(widths.map((width) => '-'.repeat(width)));
  return [padded[0], rule, ...padded.slice(1)].join('');
}

/** The components with tests of alerts: those of the catalogue that have a file among them. */
function alertTests(files: readonly string[]): string {
  const names = COMPONENTS.map(({ name }) => name)
    .filter((name) => files.includes(`${name}.ts`))
    .sort();
  return [
    '// Written by `npm run schema` from the files in components/ and the catalogue.',
    ...names.map((name) => `import { ${camelCase(name)} } from './components/${name}';`),
    "import type { AlertTests, Instance } from './table';",
    '',
    '/** Tests of alerts by component. */',
    'export const COMPONENTS: Readonly<Record<string, (instance: Instance) => AlertTests>> = {',
    ...names.map((name) => (name.includes('-') ? `  '${name}': ${camelCase(name)},` : `  ${name},`)),
    '};',
    '',
  ].join('\n');
}

const camelCase = (name: string): string =>
  name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
