import type { JsonSchema } from '../../settings/json-schema';

type Value = unknown;
type Block = Readonly<Record<string, Value>>;

/** Where a schema's own example is none that fits beside the others: key → value, by the path of the key. */
export type Examples = Readonly<Record<string, Value>>;

/**
 * Settings of one block that together show all of it: the least that is needed, everything at once, and from there each value of each
 * choice, each switch both ways, each optional part left out.
 */
export function variantsOf(schema: JsonSchema, examples: Examples = {}): Block[] {
  const least = leastOf(schema, examples, '') as Block;
  const all = allOf(schema, examples, '') as Block;
  return [least, all, ...changesOf(schema, all, examples, '')];
}

/** What a person must write. */
function leastOf(schema: JsonSchema, examples: Examples, path: string): Value {
  if (path in examples) return examples[path];
  if (schema.oneOf) return leastOf(schema.oneOf[0] ?? {}, examples, path);
  if (schema.type === 'array') {
    const entries = schema.minItems ?? 0;
    return Array.from({ length: entries }, () => leastOf(schema.items ?? {}, examples, `${path}[]`));
  }
  if (schema.type !== 'object' || !schema.properties) return scalarOf(schema);
  return Object.fromEntries(
    (schema.required ?? []).map((key) => [
      key,
      leastOf(schema.properties?.[key] ?? {}, examples, below(path, key)),
    ]),
  );
}

/** Everything that a person can write, one of each. */
function allOf(schema: JsonSchema, examples: Examples, path: string): Value {
  if (path in examples) return examples[path];
  if (schema.oneOf) return allOf(schema.oneOf[0] ?? {}, examples, path);
  if (schema.type === 'array')
    return schema.items ? [allOf(schema.items, examples, `${path}[]`)] : (schema.default ?? []);
  if (schema.type !== 'object' || !schema.properties) return scalarOf(schema);
  return Object.fromEntries(
    Object.entries(schema.properties).map(([key, one]) => [key, allOf(one, examples, below(path, key))]),
  );
}

/** `all` with one thing changed each. */
function changesOf(schema: JsonSchema, all: Block, examples: Examples, path: string): Block[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, one]): Block[] => {
    const place = below(path, key);
    const here = all[key];
    const changed = (value: Value): Block => ({ ...all, [key]: value });
    const without = Object.fromEntries(Object.entries(all).filter(([other]) => other !== key));
    const isRequired = schema.required?.includes(key) ?? false;
    const others = choicesOf(one, place in examples).filter((value) => value !== here);
    const members = one.type === 'array' ? (one.items?.oneOf ?? []) : [];
    const inner =
      one.type === 'object' && typeof here === 'object' && here !== null && !(place in examples)
        ? changesOf(one, here as Block, examples, place).map(changed)
        : [];
    return [
      ...others.map(changed),
      ...inner,
      ...members.map((member) => changed([allOf(member, examples, `${place}[]`)])),
      // a switch that is left out is the same as its default
      ...(isRequired || one.type === 'boolean' ? [] : [without]),
    ];
  });
}

function choicesOf(schema: JsonSchema, isGiven: boolean): readonly Value[] {
  if (isGiven) return [];
  if (schema.type === 'boolean') return [true, false];
  return schema.enum ?? [];
}

const below = (path: string, key: string): string => (path === '' ? key : `${path}.${key}`);

function scalarOf(schema: JsonSchema): Value {
  const { default: byDefault, examples = [], const: only, enum: choices = [], minimum } = schema;
  if (byDefault !== undefined) return byDefault;
  return only ?? examples[0] ?? choices[0] ?? minimum ?? (schema.type === 'boolean' ? true : 'x');
}
