import type { JsonSchema } from './json-schema';

// What a schema says of its value, in words: for messages, and for `strata explain`.

/** What kind of value is meant: `a CIDR`, `true or false`. */
export function expected(schema: JsonSchema): string {
  if (schema.title !== undefined) return schema.title;
  const names: Readonly<Record<string, string>> = {
    string: 'text',
    integer: 'a whole number',
    boolean: 'true or false',
    array: 'a list',
    object: 'keys and values',
  };
  return names[schema.type ?? ''] ?? 'another value';
}

/** `a port from 1 to 65535` */
export function range({ title, minimum, maximum }: JsonSchema): string {
  const what = title ?? 'a whole number';
  if (minimum === undefined) return what;
  return maximum === undefined ? `${what} of at least ${minimum}` : `${what} from ${minimum} to ${maximum}`;
}

/** The values that a choice is between; undefined where it is none. */
export function choices(schema: JsonSchema): readonly string[] | undefined {
  return (schema.enum ?? (schema.const === undefined ? undefined : [schema.const]))?.map(String);
}

/** A value of one line that would do. */
export const exampleOf = (schema: JsonSchema): unknown =>
  schema.examples?.[0] ?? schema.default ?? choices(schema)?.[0] ?? schema.minimum ?? true;

/** The first sentence of the description. */
export function meaning({ description, title }: JsonSchema): string {
  return (description ?? title ?? 'a value').replace(/\.( .*)?$/s, '').replace(/^One /, 'one ');
}
