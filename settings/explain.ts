import type { z } from 'zod';
import type { SettingsDocument } from './document';
import { keyPaths, schemaAt, type JsonSchema } from './json-schema';
import { nearest } from './nearest';
import { choices, exampleOf, expected, meaning, range } from './schema-words';
import { either, type Path, type PlacedMistake } from './problem';

type Issue = z.core.$ZodIssue;
type Advice = Pick<PlacedMistake, 'problem' | 'remedy'>;

/** A value that the schema refused, and what the schema says of its place. */
interface Refused {
  readonly value: unknown;
  /** The value as it is written, where it has no quotes. */
  readonly source: string | undefined;
  /** The key or the place in a list. */
  readonly step: string | number;
  readonly schema: JsonSchema;
}

/** What issues of the schema mean for the person who wrote the file. `data` is what was parsed. */
export function explain(
  issues: readonly Issue[],
  document: SettingsDocument,
  data: unknown,
  schema: JsonSchema,
): readonly PlacedMistake[] {
  return firstOfEachPlace(issues).flatMap((issue) => {
    const path = issue.path.map((step) => (typeof step === 'number' ? step : String(step)));
    if (issue.code === 'unrecognized_keys') {
      const known = Object.keys(schemaAt(schema, path, data)?.properties ?? {});
      return issue.keys.map((key) => unknownKey([...path, key], known, document, schema));
    }
    const refused = {
      value: valueAt(data, path),
      source: document.plainSourceOf(path),
      step: path.at(-1) ?? '',
      schema: schemaAt(schema, path, data) ?? {},
    };
    return [{ offset: document.offsetOf(path), path, ...advise(issue, refused) }];
  });
}

/** zod also says that an empty text is too short where it should be a list at all. */
function firstOfEachPlace(issues: readonly Issue[]): readonly Issue[] {
  const places = new Set<string>();
  return issues.filter(({ code, path }) => {
    if (code === 'unrecognized_keys') return true;
    const place = JSON.stringify(path);
    const isFirst = !places.has(place);
    places.add(place);
    return isFirst;
  });
}

function unknownKey(
  path: Path,
  known: readonly string[],
  document: SettingsDocument,
  schema: JsonSchema,
): PlacedMistake {
  const key = String(path.at(-1));
  const near = nearest(key, known);
  // another kind of the same list knows the key
  const here = path
    .map((step) => (typeof step === 'number' ? '[]' : `.${step}`))
    .join('')
    .slice(1);
  const elsewhere = (placesOf(schema).get(key) ?? []).filter((place) => place !== here);
  const [place] = elsewhere.length === 1 ? elsewhere : [];
  const remedy =
    near !== undefined
      ? `Did you mean "${near}"?`
      : place !== undefined
        ? `Its place is ${place}`
        : `Known here: ${known.join(', ')}`;
  return { offset: document.keyOffsetOf(path), path, problem: 'unknown key', remedy };
}

const PLACES = new WeakMap<JsonSchema, ReadonlyMap<string, readonly string[]>>();

/** Key → every path below the top that ends in it. */
function placesOf(schema: JsonSchema): ReadonlyMap<string, readonly string[]> {
  const known = PLACES.get(schema);
  if (known) return known;
  const found = new Map<string, string[]>();
  for (const path of keyPaths(schema).filter((one) => one.includes('.'))) {
    const key = path.slice(path.lastIndexOf('.') + 1);
    found.set(key, [...(found.get(key) ?? []), path]);
  }
  PLACES.set(schema, found);
  return found;
}

function advise(issue: Issue, refused: Refused): Advice {
  if (refused.value === undefined) return missing(refused);
  if (refused.value === null) return empty(refused);
  switch (issue.code) {
    case 'custom':
      return { problem: issue.message, remedy: String(issue.params?.['remedy']) };
    case 'invalid_type':
      return wrongType(refused);
    case 'invalid_value':
    case 'invalid_union':
      return notOneOf(refused);
    case 'too_small':
    case 'too_big':
      return Array.isArray(refused.value) ? tooFew(refused) : outOfRange(refused);
    case 'unrecognized_keys':
    case 'invalid_format':
    case 'not_multiple_of':
    case 'invalid_key':
    case 'invalid_element':
      return { problem: issue.message, remedy: meaning(refused.schema) };
  }
}

function missing({ step, schema }: Refused): Advice {
  const choice = choices(schema);
  const remedy = choice ? `Set it to ${either(choice)}` : `Add it${example(step, schema)}`;
  return { problem: `missing: ${lowerFirst(meaning(schema))}`, remedy };
}

function empty({ step, schema }: Refused): Advice {
  const isBlock = schema.properties !== undefined && schema.required === undefined;
  const remedy = isBlock
    ? 'Write {} for its defaults, or remove the key'
    : `Give it a value${example(step, schema)}`;
  return { problem: 'no value', remedy };
}

function wrongType(refused: Refused): Advice {
  const { value, schema } = refused;
  const problem = `expected ${expected(schema)}, got ${given(refused)}`;
  if (schema.type === 'string') return { problem, remedy: quoted(refused) };
  if (schema.type === 'boolean') return { problem, remedy: 'Write true or false, without quotes' };
  if (schema.type === 'integer') {
    const isQuoted = typeof value === 'string' && /^(0|[1-9][0-9]*)$/.test(value);
    return { problem, remedy: isQuoted ? `Remove the quotes: ${value}` : `Write ${range(schema)}` };
  }
  if (schema.type === 'array') {
    const isWord = typeof value === 'string' && /^[\w.-]+$/.test(value);
    return { problem, remedy: isWord ? `Write [${value}]` : 'Begin each entry with "- "' };
  }
  return {
    problem,
    remedy: `Write keys and values${schema.properties ? `: ${keysOf(schema)}` : ' below it'}`,
  };
}

/** What to write where text is expected and something else was read, mostly for want of quotes. */
function quoted({ value, source, step, schema }: Refused): string {
  const isScalar = typeof value === 'number' || typeof value === 'boolean';
  const fits =
    source !== undefined && (schema.pattern === undefined || new RegExp(schema.pattern).test(source));
  // A number where a domain or a mail address is meant is no better with quotes.
  const isFreeText = schema.examples === undefined || schema.pattern !== undefined;
  if (isScalar && fits && isFreeText) return `Quote it: '${source}'`;
  return `Write ${schema.title ?? 'text'}${example(step, schema)}`;
}

function notOneOf(refused: Refused): Advice {
  const { value, source, schema } = refused;
  const choice = choices(schema) ?? [];
  const isText = typeof value === 'string';
  const problem = `${isText ? JSON.stringify(value) : given(refused)} is not one of ${choice.join(', ')}`;
  // 8.0 without quotes is the number 8, and 17.10 is 17.1.
  if (!isText && source !== undefined && choice.includes(source)) {
    return { problem: `${source} without quotes is a number`, remedy: `Quote it: '${source}'` };
  }
  const near = isText ? nearest(value, choice) : undefined;
  if (near !== undefined) return { problem, remedy: `Did you mean "${near}"?` };
  return {
    problem,
    remedy: `Use ${either(choice)}${schema.default === undefined ? '' : ', or remove the key'}`,
  };
}

function outOfRange({ value, source, schema }: Refused): Advice {
  const { minimum = -Infinity, maximum } = schema;
  const bound = maximum === undefined ? 'too large' : `more than ${maximum}`;
  const problem = `${source ?? Number(value)} is ${Number(value) < minimum ? `less than ${minimum}` : bound}`;
  return { problem, remedy: `Use ${range(schema)}` };
}

function tooFew({ schema }: Refused): Advice {
  return { problem: 'an empty list', remedy: `Add at least ${lowerFirst(meaning(schema.items ?? {}))}` };
}

function given({ value, source }: Refused): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'keys and values';
  if (typeof value === 'string') return `the text ${JSON.stringify(value)}`;
  return `the ${typeof value} ${source ?? JSON.stringify(value)}`;
}

/** The end of a remedy: one line of YAML that would do, or the keys that a block needs. */
function example(step: string | number, schema: JsonSchema): string {
  if (schema.properties) return ` with ${keysOf(schema)}`;
  if (schema.type === 'array') return ` with at least ${lowerFirst(meaning(schema.items ?? {}))}`;
  return `, e.g. ${typeof step === 'number' ? '' : `${step}: `}${written(exampleOf(schema))}`;
}

/** A value as YAML has it on one line. */
function written(value: unknown): string {
  if (typeof value === 'object' && value !== null)
    return `{ ${Object.entries(value)
      .map(([key, inner]) => `${key}: ${written(inner)}`)
      .join(', ')} }`;
  const needsQuotes =
    typeof value === 'string' && (!/^\w[\w.:/@-]*$/.test(value) || !Number.isNaN(Number(value)));
  return JSON.stringify(value).replaceAll('"', needsQuotes ? "'" : '');
}

/** The keys that a block needs, or all that it knows. */
function keysOf({ required, properties }: JsonSchema): string {
  return (required ?? Object.keys(properties ?? {})).join(', ');
}

function lowerFirst(text: string): string {
  return /^[A-Z][a-z]*(\s|$)/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;
}

function valueAt(data: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, step) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, step)
        ? (value as Record<string, unknown>)[step]
        : undefined,
    data,
  );
}
