import { CATALOGUE, SECTIONS } from '../charts/catalogue';
import type { Definition } from '../charts/core/definition';
import { toYaml, type Json } from '../charts/core/yaml';
import { clusterJsonSchema } from '../charts/settings';
import { keyPaths, schemaAt, type JsonSchema } from '../settings/json-schema';
import { nearest } from '../settings/nearest';
import { OWN } from '../settings/own';
import { choices, exampleOf, expected, range } from '../settings/schema-words';
import type { Failure } from './session';

/** What the schema says of one setting. */
export interface Explained {
  /** `environments[].components.mysql.version`; empty for the whole file. */
  readonly path: string;
  readonly meaning: string;
  /** `a whole number`, `a list of CIDRs`. */
  readonly type: string;
  readonly isRequired: boolean;
  readonly default?: unknown;
  readonly allowed?: readonly string[];
  readonly bounds?: string;
  /** Left out for what has keys of its own. */
  readonly example?: unknown;
  /** YAML that shows its place in the file; empty for the whole file. */
  readonly snippet: string;
  /** Why `strata promote` leaves it: it is one cluster's own. */
  readonly own?: string;
  /** Left out for what the cluster as a whole is. */
  readonly readBy?: Reader;
  readonly keys: readonly ExplainedKey[];
}

/** Whose constructs read a setting. */
interface Reader {
  readonly name: string;
  readonly layer: string;
  readonly description: string;
  readonly folder: string;
}

export type ExplainedKey = Pick<Explained, 'type' | 'isRequired' | 'default' | 'meaning'> & {
  readonly key: string;
};

export interface ExplainOutcome {
  readonly setting?: Explained;
  readonly failures: readonly Failure[];
}

/**
 * What may be written at a place in a cluster's file. `name` is its path, with or without `[]` and numbers of entries, or the end of one
 * that no other has; the whole file without a name.
 */
export function explainSetting(name = ''): ExplainOutcome {
  const schema = clusterJsonSchema();
  const paths = keyPaths(schema);
  const asked = plain(name);
  const found = paths.find((path) => plain(path) === asked);
  if (asked === '' || found !== undefined) return { setting: explained(schema, found ?? ''), failures: [] };
  const ends = paths.filter((path) => plain(path).endsWith(`.${asked}`));
  const [only, another] = ends;
  if (only === undefined) return refused(name, 'there is no such setting', remedyFor(asked, schema, paths));
  if (another === undefined) return { setting: explained(schema, only), failures: [] };
  return refused(name, `${ends.length} settings end in it`, `Name one of them:\n  ${ends.join('\n  ')}`);
}

/** `nodes[].memory`, `nodes[0].memory` and `nodes.0.memory` are one setting. */
const plain = (path: string): string => path.trim().replace(/\[\d*\]|\.\d+(?=\.|$)/g, '');

/** The path as steps of the schema: any entry of a list is as good as the first. */
const stepsOf = (path: string): readonly (string | number)[] =>
  path === ''
    ? []
    : path.split('.').flatMap((step) => (step.endsWith('[]') ? [step.slice(0, -2), 0] : [step]));

function remedyFor(asked: string, schema: JsonSchema, paths: readonly string[]): string {
  const words = asked.split('.');
  const parent = words
    .map((_, index) => words.slice(0, index).join('.'))
    .findLast((start) => start === '' || paths.some((path) => plain(path) === start));
  const place = paths.find((path) => plain(path) === parent) ?? '';
  const known = Object.keys(entriesOf(schemaAt(schema, stepsOf(place), undefined)).properties ?? {});
  const word = words[place === '' ? 0 : plain(place).split('.').length] ?? '';
  const near = nearest(word, known);
  const last = words.at(-1) ?? '';
  const elsewhere = near === undefined ? nearest(last, paths.map(lastKey)) : undefined;
  const meant = paths.filter((path) =>
    near === undefined
      ? lastKey(path) === elsewhere
      : plain(path) === [plain(place), near].filter(Boolean).join('.'),
  );
  const question = meant.length ? `Did you mean ${meant.join(' or ')}? ` : '';
  return `${question}Known ${place === '' ? 'at the top' : `in ${place}`}: ${known.join(', ')}`;
}

const lastKey = (path: string): string => path.slice(path.lastIndexOf('.') + 1);

const refused = (name: string, problem: string, remedy: string): ExplainOutcome => ({
  failures: [{ messages: [`${name}: ${problem}. ${remedy}`], findings: [], isWrongUse: true }],
});

function explained(schema: JsonSchema, path: string): Explained {
  const steps = stepsOf(path);
  const own = schemaAt(schema, steps, undefined) ?? {};
  const key = steps.at(-1);
  const parent = entriesOf(schemaAt(schema, steps.slice(0, -1), undefined));
  const entries = entriesOf(own);
  const isBlock = entries.properties !== undefined;
  const allowed = choices(own);
  const bounds = boundsOf(own);
  const readBy = readerOf(path);
  const why = ownReason(schema, steps);
  return {
    path,
    meaning: own.description ?? entries.description ?? 'The settings of one cluster.',
    type: typeOf(own),
    isRequired: typeof key === 'string' && (parent.required?.includes(key) ?? false),
    ...('default' in own && { default: own.default }),
    ...(allowed && { allowed }),
    ...(bounds !== undefined && { bounds }),
    ...(!isBlock && { example: example(own) }),
    snippet: path === '' ? '' : toYaml(place(steps, isBlock ? blockExample(own) : example(own))),
    ...(why !== undefined && { own: why }),
    ...(readBy && { readBy }),
    keys: Object.entries(entries.properties ?? {}).map(([name, one]) => ({
      key: name,
      type: typeOf(one),
      isRequired: entries.required?.includes(name) ?? false,
      ...('default' in one && { default: one.default }),
      meaning: one.description ?? '',
    })),
  };
}

/** Of the setting, or of what it lies in. */
const ownReason = (schema: JsonSchema, steps: readonly (string | number)[]): string | undefined =>
  steps
    .map((_, index) => schemaAt(schema, steps.slice(0, index + 1), undefined)?.[OWN])
    .find((reason) => reason !== undefined);

/** A list is explained by its entries, which may be of several kinds. */
const entriesOf = (schema: JsonSchema | undefined): JsonSchema =>
  schema?.items ? (schemaAt(schema, [0], undefined) ?? {}) : (schema ?? {});

function typeOf(schema: JsonSchema): string {
  const { items } = schema;
  if (items)
    return `a list: each entry is ${items.properties || items.oneOf ? 'keys and values' : expected(items)}`;
  return choices(schema) ? 'a choice' : expected(schema);
}

function boundsOf(schema: JsonSchema): string | undefined {
  const { minimum, minItems, $comment } = schema;
  if (minItems !== undefined) return `at least ${minItems} ${minItems === 1 ? 'entry' : 'entries'}`;
  return minimum === undefined ? $comment : range(schema);
}

/** A value that would do: the default where there is one, since it is made for the place. */
function example(schema: JsonSchema): Json {
  const { items, default: preset } = schema;
  if (items && (preset === undefined || (preset as readonly unknown[]).length === 0)) return [example(items)];
  return (preset ?? (schema.type === 'object' ? {} : exampleOf(schema))) as Json;
}

/** What a block needs at least. */
function blockExample(schema: JsonSchema): Json {
  const { properties = {}, required = [] } = entriesOf(schema);
  const block = Object.fromEntries(
    required.map((key) => {
      const one = properties[key] ?? {};
      return [key, entriesOf(one).properties ? blockExample(one) : example(one)];
    }),
  );
  return schema.items ? [block] : block;
}

function place(steps: readonly (string | number)[], value: Json): Json {
  return steps.reduceRight<Json>((inner, step) => (step === 0 ? [inner] : { [step]: inner }), value);
}

function readerOf(path: string): Reader | undefined {
  const [, name] = /^(?:environments\[\]\.)?components\.([^.]+)/.exec(path) ?? [];
  const component = (CATALOGUE as readonly Definition[]).find((one) => one.name === name);
  if (component) {
    const { layer, description } = component;
    return { name: component.name, layer, description, folder: `charts/${layer}/${component.name}` };
  }
  const section = SECTIONS.find((one) => one.name === stepsOf(path)[0]);
  if (!section) return undefined;
  const { layer } = section;
  return {
    name: section.name,
    layer,
    description: 'components of several layers',
    folder: `charts/${layer}`,
  };
}
