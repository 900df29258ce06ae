import fc from 'fast-check';
import type { JsonSchema } from '../../settings/json-schema';
import { cluster, COMPONENTS, type Distribution } from './clusters';

/** Values of scalars by what the schema calls them: right ones, and at their bounds. */
const SCALARS: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  'an amount of memory or disk': fc.oneof(
    { weight: 9, arbitrary: fc.constantFrom('1Gi', '1536Mi', '2Gi', '4Gi', '20Gi') },
    { weight: 1, arbitrary: fc.constantFrom('1Mi', '64Mi', '512Mi', '8191Ti') },
  ),
  'an amount of CPU': fc.constantFrom('1m', '50m', '250m', '1', '2.5', '64'),
  'a domain name': fc
    .stringMatching(/^[a-z][a-z0-9-]{0,20}[a-z0-9]$/)
    .map((label) => `${label}.lab.example.com`),
  'a database name': fc.stringMatching(/^[a-z][a-z0-9_]{0,12}[a-z0-9]$/),
  'a DNS label': fc.stringMatching(/^[a-z][a-z0-9-]{0,12}[a-z0-9]$/),
};

/** Blocks that the schema takes. Rules between fields may still refuse them. */
function valueOf(schema: JsonSchema): fc.Arbitrary<unknown> {
  if (schema.oneOf) return fc.oneof(...schema.oneOf.map(valueOf));
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if (schema.const !== undefined) return fc.constant(schema.const);
  switch (schema.type) {
    case 'boolean':
      return fc.boolean();
    case 'integer':
      return fc.integer({
        min: schema.minimum ?? 0,
        max: Math.min(schema.maximum ?? 20, (schema.minimum ?? 0) + 20),
      });
    case 'array':
      return fc.uniqueArray(valueOf(schema.items ?? {}), {
        minLength: schema.minItems ?? 0,
        maxLength: 3,
        selector: (value) => JSON.stringify(value),
      });
    case 'object':
      return schema.properties ? objectOf(schema) : fc.constant(schema.default ?? {});
    default:
      return textOf(schema);
  }
}

function objectOf({ properties = {}, required = [] }: JsonSchema): fc.Arbitrary<unknown> {
  const fields = Object.fromEntries(Object.entries(properties).map(([key, one]) => [key, valueOf(one)]));
  return fc.record(fields, { requiredKeys: [...required] });
}

function textOf({ title = '', examples = [], default: byDefault }: JsonSchema): fc.Arbitrary<unknown> {
  const known = SCALARS[title];
  if (known) return known;
  const shown = [...examples, ...(byDefault === undefined ? [] : [byDefault])];
  return shown.length ? fc.constantFrom(...shown) : fc.constant('x');
}

/** The file of a cluster with some components, each with any settings that its schema takes. */
export function anyCluster(schemaOf: (name: string) => JsonSchema): fc.Arbitrary<string> {
  const blocks = (scope: string) =>
    fc
      .subarray(
        COMPONENTS.filter(({ definition }) => definition.scope === scope).map(
          ({ definition }) => definition.name,
        ),
        { maxLength: 2 },
      )
      .chain((names) =>
        fc.record(
          Object.fromEntries(names.map((name) => [name, valueOf(schemaOf(name)) as fc.Arbitrary<object>])),
        ),
      );
  const distribution = fc.constantFrom<Distribution>('k3s', 'kubeadm');
  return fc
    .record({ distribution, components: blocks('cluster'), environment: blocks('environment') })
    .map(({ distribution: chosen, ...rest }) => cluster(chosen, rest as Parameters<typeof cluster>[1]));
}
