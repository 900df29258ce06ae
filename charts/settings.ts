import { z } from 'zod';
import {
  schemaWith,
  type ClusterSettings as OwnSettings,
  type EnvironmentSettings as OwnEnvironment,
} from '../settings/base';
import { settingsJsonSchema, type JsonSchema } from '../settings/json-schema';
import { parseText, type ParseResult } from '../settings/parse';
import type { Mistake, Path } from '../settings/problem';
import { contradictions } from '../settings/rules';
import { CATALOGUE, SECTIONS } from './catalogue';
import type { Definition, SettingsOf } from './core/definition';

// The language of a cluster's file: what settings/ knows of a cluster, and what the catalogue brings.

type Entry = (typeof CATALOGUE)[number];
type Named<Scope extends Definition['scope']> = Extract<
  Entry,
  { readonly settings: z.ZodObject; readonly scope: Scope }
>;
type Part = (typeof SECTIONS)[number];
type Optional = Extract<Part, { readonly schema: z.ZodExactOptional }>;
type Blocks<D extends Entry> = { readonly [E in D as E['name']]?: SettingsOf<E> };

/** What runs in an environment, and its own settings. */
export type EnvironmentSettings = OwnEnvironment & { readonly components: Blocks<Named<'environment'>> };

/** Everything a cluster wants, with all defaults filled in. */
export type ClusterSettings = Omit<OwnSettings, 'environments'> & {
  readonly [S in Exclude<Part, Optional> as S['name']]: z.output<S['schema']>;
} & {
  readonly [S in Optional as S['name']]?: z.output<S['schema']>;
} & {
  readonly environments: readonly EnvironmentSettings[];
  readonly components: Blocks<Named<'cluster'>>;
};

const COMPONENTS: readonly Definition[] = CATALOGUE;

function blocksOf(scope: Definition['scope'], meaning: string) {
  const shape = Object.fromEntries(
    COMPONENTS.flatMap(({ name, scope: own, settings, onByDefault = false }) =>
      own === scope && settings
        ? [[name, onByDefault ? settings.prefault({}) : settings.exactOptional()] as const]
        : [],
    ).sort(([a], [b]) => (a < b ? -1 : 1)),
  );
  return z.strictObject(shape).prefault({}).describe(meaning);
}

/** The schema of a cluster's file, with defaults that depend on one field only. */
const clusterSchema = schemaWith({
  components: blocksOf('cluster', 'Components of the platform, one of each in a cluster.'),
  environmentComponents: blocksOf(
    'environment',
    'What runs in it: one instance each, shared with no other environment.',
  ),
  sections: Object.fromEntries(SECTIONS.map(({ name, schema }) => [name, schema as z.ZodType])),
});

let jsonSchema: JsonSchema | undefined;

/** The schema as people write the file: for editors, and for messages. */
export const clusterJsonSchema = (): JsonSchema => (jsonSchema ??= settingsJsonSchema(clusterSchema));

/** Namespaces that components have for themselves, and no environment may take. */
export const PLATFORM_NAMESPACES: readonly string[] = [
  ...new Set(COMPONENTS.flatMap(({ namespaces = [] }) => namespaces.map(({ name }) => name))),
];

/** The restore drill of the component with the longest name, of those that people switch on. */
export const LONGEST_PREFIX = COMPONENTS.filter(({ scope, settings }) => scope === 'environment' && settings)
  .map(({ name }) => `${name}-logical-drill-`)
  .reduce((longest, one) => (one.length > longest.length ? one : longest), '');

/** The settings that a YAML text says, or everything that is wrong with it. Never throws for a bad text. */
export const parseSettings = (text: string, file: string, folder?: string): ParseResult<ClusterSettings> =>
  parseText<ClusterSettings>(
    { schema: clusterSchema, jsonSchema: clusterJsonSchema, contradictions: mistakesIn },
    text,
    file,
    folder,
  );

function mistakesIn(settings: Partial<ClusterSettings>): readonly Mistake[] {
  return [
    ...contradictions(settings, { namespaces: PLATFORM_NAMESPACES, longestPrefix: LONGEST_PREFIX }),
    ...SECTIONS.flatMap((one) => sectionMistakes(one, settings)),
    ...blockMistakes(settings.components, 'cluster', ['components'], settings),
    ...(settings.environments ?? []).flatMap(({ components }, index) =>
      blockMistakes(components, 'environment', ['environments', index, 'components'], settings),
    ),
  ];
}

function sectionMistakes(
  { name, mistakes }: { readonly name: string; readonly mistakes?: unknown },
  settings: Partial<ClusterSettings>,
): readonly Mistake[] {
  const value = (settings as Readonly<Record<string, unknown>>)[name];
  if (value === undefined || mistakes === undefined) return [];
  // the schema of the section says what its value is
  const find = mistakes as (section: unknown, cluster: Partial<ClusterSettings>) => readonly Mistake[];
  return below([name], find(value, settings));
}

function blockMistakes(
  blocks: object | undefined,
  scope: Definition['scope'],
  path: Path,
  settings: Partial<ClusterSettings>,
): readonly Mistake[] {
  return COMPONENTS.filter((one) => one.scope === scope).flatMap(({ name, mistakes }) => {
    const value = (blocks as Readonly<Record<string, object | undefined>> | undefined)?.[name];
    return value && mistakes ? below([...path, name], mistakes(value, settings)) : [];
  });
}

const below = (prefix: Path, mistakes: readonly Mistake[]): readonly Mistake[] =>
  mistakes.map(({ path, by, ...mistake }) => ({
    ...mistake,
    path: [...prefix, ...path],
    ...(by && { by: [...prefix, ...by] }),
  }));
