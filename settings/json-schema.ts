import { z } from 'zod';
import type { Path } from './problem';

/** The parts of JSON Schema that the settings use. */
export interface JsonSchema {
  readonly type?: string;
  readonly title?: string;
  readonly description?: string;
  /** The least amount that makes sense, and for what: no keyword of JSON Schema compares texts. */
  readonly $comment?: string;
  /** Why the setting is one cluster's own (own.ts). */
  readonly 'x-strata-own'?: string;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
  readonly items?: JsonSchema;
  readonly oneOf?: readonly JsonSchema[];
}

/** The schema of a cluster's file as people write it: for editors, and for messages. */
export const settingsJsonSchema = (schema: z.ZodType): JsonSchema => ({
  title: 'the settings of a cluster',
  // Draft 7 is the newest that the YAML language server reads in full.
  ...(z.toJSONSchema(schema, { io: 'input', target: 'draft-7', override: trim }) as JsonSchema),
});

/** Drops the bound of exact integers, which zod adds and which says nothing about a setting. */
function trim({ jsonSchema }: { jsonSchema: { maximum?: number | undefined } }): void {
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
}

/** The schema of the value at `path`, or undefined where the settings know no such place. `root` says which member of a union it is. */
export function schemaAt(schema: JsonSchema, path: Path, root: unknown): JsonSchema | undefined {
  let value = root;
  let current: JsonSchema | undefined = schema;
  for (const step of path) {
    current = child(resolve(current, value), step);
    if (current === undefined) return undefined;
    value = (value as Record<string, unknown> | null | undefined)?.[step];
  }
  return resolve(current, value);
}

/** The paths of all keys: `nodes[].memory`. */
export function keyPaths(current: JsonSchema, prefix = ''): readonly string[] {
  const own = Object.entries(current.properties ?? {}).flatMap(([key, value]) => {
    const path = prefix === '' ? key : `${prefix}.${key}`;
    return [path, ...keyPaths(value, path)];
  });
  const items = current.items ? keyPaths(current.items, `${prefix}[]`) : [];
  const members = (current.oneOf ?? []).flatMap((member) => keyPaths(member, prefix));
  return [...new Set([...own, ...items, ...members])];
}

function child(parent: JsonSchema, step: string | number): JsonSchema | undefined {
  if (typeof step === 'number') return parent.items;
  const { properties = {}, additionalProperties } = parent;
  if (Object.hasOwn(properties, step)) return properties[step];
  return typeof additionalProperties === 'object' ? additionalProperties : undefined;
}

/** The member of a union that the value belongs to; where that cannot be told, all members at once. */
function resolve(current: JsonSchema, value: unknown): JsonSchema {
  const { oneOf } = current;
  if (oneOf === undefined) return current;
  const type = (value as { type?: unknown } | null | undefined)?.type;
  const member = oneOf.find(({ properties }) => properties?.['type']?.const === type);
  if (member) return member;
  const types = oneOf.map(({ properties }) => properties?.['type']?.const);
  const properties = Object.assign({}, ...oneOf.map((one) => one.properties)) as Record<string, JsonSchema>;
  return {
    ...current,
    type: 'object',
    properties: { ...properties, type: { description: 'Kind of it', type: 'string', enum: types } },
  };
}
