import { CATALOGUE } from '../charts/catalogue';
import type { Definition } from '../charts/core/definition';
import { clusterJsonSchema, type ClusterSettings } from '../charts/settings';
import { isObject } from '../checks/core/workloads';
import type { JsonSchema } from '../settings/json-schema';
import { OWN } from '../settings/own';
import type { Path } from '../settings/problem';

/** A setting in which two clusters differ. */
interface Difference {
  readonly path: Path;
  /** What the cluster to be changed has, and what the other one has. */
  readonly old: unknown;
  readonly new: unknown;
}

/** A setting that is not carried. */
export interface Staying {
  readonly path: Path;
  readonly why: string;
}

/** What belongs together: a section, or the block of one component. */
export interface Unit {
  /** `mysql-prod`, `longhorn`; undefined for a section, which nobody can name. */
  readonly component: string | undefined;
  readonly path: Path;
  readonly carried: readonly Difference[];
  readonly stays: readonly Staying[];
}

/** One cluster: what is in force, with defaults, and what is written. */
export interface Side {
  readonly name: string;
  readonly settings: ClusterSettings;
  readonly written: unknown;
}

type Block = Readonly<Record<string, unknown>>;

const COMPONENTS = (CATALOGUE as readonly Definition[]).filter(({ settings }) => settings !== null);
const namesOf = (scope: Definition['scope']): string[] =>
  COMPONENTS.filter((one) => one.scope === scope).map(({ name }) => name);

/** Components that can be named: the cluster's, and those that each environment can have. */
export const componentIds = ({ environments }: ClusterSettings): string[] => [
  ...namesOf('cluster'),
  ...environments.flatMap(({ name }) => namesOf('environment').map((one) => `${one}-${name}`)),
];

/**
 * What `from` has in force and `to` has not, section by section and block by block. What is written in the settings of `to` alone stays, and
 * whatever the schema says to be one cluster's own. A component that is off in `to` is switched on only where it is named.
 *
 * @param named ids of components; none for all and the sections
 */
export function unitsOf(from: Side, to: Side, named: ReadonlySet<string>): Unit[] {
  const schema = clusterJsonSchema();
  const sections = named.size ? [] : sectionUnits(schema, from, to);
  const blocks = [...clusterPairs(from, to), ...environmentPairs(from, to)];
  return [
    ...sections,
    ...blocks.filter(({ id }) => !named.size || named.has(id)).map((pair) => blockUnit(pair, schema, named)),
  ];
}

function sectionUnits(schema: JsonSchema, from: Side, to: Side): Unit[] {
  const names = Object.keys(schema.properties ?? {}).filter(
    (name) => !['components', 'environments'].includes(name),
  );
  return names.map((name) => {
    const [own, others] = [valueOf(to.settings, name), valueOf(from.settings, name)];
    const path = [name];
    if (own === undefined && others !== undefined)
      return unitOf(path, { carried: [], stays: [{ path, why: `${to.name} has no such section` }] });
    return unitOf(path, compared(schema.properties?.[name] ?? {}, own, others, path));
  });
}

const unitOf = (path: Path, found: Compared, component?: string): Unit => ({ component, path, ...found });

/** The block of a component in both clusters. */
interface Pair {
  readonly id: string;
  readonly path: Path;
  readonly own: unknown;
  /** Undefined where no block of `from` can be told to be meant; `why` says so. */
  readonly other?: { readonly block: Block; readonly written: unknown };
  readonly why?: string;
  readonly from: string;
}

const clusterPairs = (from: Side, to: Side): Pair[] =>
  namesOf('cluster').flatMap((name) => {
    const block = valueOf(from.settings.components, name);
    const path = ['components', name];
    const pair = { id: name, path, own: valueOf(to.settings.components, name), from: from.name };
    return isOn(block) ? [{ ...pair, other: { block, written: at(from.written, path) } }] : [];
  });

/** The environment of the same name is meant, or else the only one that has the component. */
const environmentPairs = (from: Side, to: Side): Pair[] =>
  to.settings.environments.flatMap(({ name: environment, components }, index) =>
    namesOf('environment').flatMap((name): Pair[] => {
      const path = ['environments', index, 'components', name];
      const holders = from.settings.environments
        .map((one, place) => ({ environment: one.name, place, block: valueOf(one.components, name) }))
        .filter(({ block }) => isOn(block));
      const same = holders.find((one) => one.environment === environment);
      const [only, another] = same ? [same] : holders;
      const id = `${name}-${environment}`;
      const pair = { id, path, own: valueOf(components, name), from: from.name };
      if (!only) return [];
      if (another) {
        const environments = holders.map((one) => one.environment).join(', ');
        const why = `${from.name} has it in ${environments}, and has no environment called ${environment}`;
        return [{ ...pair, why }];
      }
      const written = at(from.written, ['environments', only.place, 'components', name]);
      return [{ ...pair, other: { block: only.block as Block, written } }];
    }),
  );

function blockUnit(
  { id, path, own, other, why, from }: Pair,
  schema: JsonSchema,
  named: ReadonlySet<string>,
): Unit {
  const place = schemaOf(schema, path);
  if (!other) return unitOf(path, { carried: [], stays: [{ path, why: why ?? '' }] }, id);
  if (isOn(own) || (named.has(id) && isObject(own)))
    return unitOf(path, compared(place, own, other.block, path, named.has(id)), id);
  if (!named.has(id)) {
    const hint = `it is on in ${from} and off here. --component ${id} switches it on`;
    return unitOf(path, { carried: [], stays: [{ path, why: hint }] }, id);
  }
  const block = withoutOwn(place, other.written ?? {});
  return unitOf(path, { carried: [{ path, old: undefined, new: block }], stays: [] }, id);
}

interface Compared {
  readonly carried: Difference[];
  readonly stays: Staying[];
}

/** @param isNamed whether entries of lists may go */
function compared(schema: JsonSchema, own: unknown, other: unknown, path: Path, isNamed = false): Compared {
  if (other === undefined || isSame(own, other)) return { carried: [], stays: [] };
  const why = schema[OWN];
  if (why !== undefined) return { carried: [], stays: [{ path, why }] };
  if (schema.properties && isObject(other) && isObject(own)) {
    const parts = Object.entries(schema.properties).map(([key, inner]) =>
      compared(inner, own[key], other[key], [...path, key], isNamed),
    );
    return { carried: parts.flatMap(({ carried }) => carried), stays: parts.flatMap(({ stays }) => stays) };
  }
  const lost = isNamed ? [] : lostOf(own, other);
  if (lost.length) return { carried: [], stays: [{ path, why: `it would take ${lost.join(', ')} away` }] };
  const value = schema.properties ? withoutOwn(schema, other) : other;
  return { carried: [{ path, old: own, new: value }], stays: [] };
}

/** Entries of a list that the other one has not, by name where they have one. */
function lostOf(own: unknown, other: unknown): string[] {
  if (!Array.isArray(own) || !Array.isArray(other)) return [];
  const known = new Set(other.map(nameOf));
  return own.map(nameOf).filter((name) => !known.has(name));
}

const nameOf = (entry: unknown): string =>
  isObject(entry) && typeof entry['name'] === 'string' ? entry['name'] : JSON.stringify(entry);

/** A written value without what is one cluster's own. */
function withoutOwn(schema: JsonSchema, value: unknown): unknown {
  if (!schema.properties || !isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]) => {
      const place = schema.properties?.[key];
      return place && place[OWN] === undefined ? [[key, withoutOwn(place, inner)]] : [];
    }),
  );
}

/** Sections and blocks have no unions above them. */
const schemaOf = (schema: JsonSchema, path: Path): JsonSchema =>
  path.reduce<JsonSchema>(
    (place, step) => (typeof step === 'number' ? place.items : place.properties?.[step]) ?? {},
    schema,
  );

const isSame = (one: unknown, other: unknown): boolean =>
  JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));

/** With keys in order: two files may write them differently. */
const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sorted(value[key])]),
  );
};

const isOn = (block: unknown): block is Block => isObject(block) && block['enabled'] !== false;

const valueOf = (holder: object, key: string): unknown => (holder as Block)[key];

const at = (value: unknown, path: Path): unknown =>
  path.reduce<unknown>((inner, step) => (inner as Block | undefined)?.[step], value);
