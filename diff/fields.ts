import { asText, at, child, isObject, show } from '../checks/core/workloads';
import { Quantity } from './completed';
import { storedAlike } from './quantity';

/** One field that is not the same. */
export interface FieldChange {
  /** `spec.template.spec.containers[postgresql].image` */
  readonly path: string;
  /** The same, step by step: keys, and names or numbers of list items. */
  readonly steps: readonly string[];
  /** Undefined where there was none. */
  readonly old: unknown;
  /** Undefined where there is none any more. */
  readonly new: unknown;
  /** The same items in another order. */
  readonly order?: true;
}

/** What tells the items of a list apart, where all of them have it and no two the same. */
const KEYS = [
  'name',
  'metadata.name',
  'alert',
  'record',
  'host',
  'mountPath',
  'containerPort',
  'port',
  'key',
] as const;

/** All fields that differ between two completed objects, in the order of their paths. */
export function differences(old: unknown, wanted: unknown): FieldChange[] {
  const found: FieldChange[] = [];
  compare(old, wanted, '', [], found);
  return found;
}

function compare(
  old: unknown,
  wanted: unknown,
  path: string,
  steps: readonly string[],
  found: FieldChange[],
): void {
  if (isSame(old, wanted)) return;
  if (isObject(old) && isObject(wanted) && !(old instanceof Quantity) && !(wanted instanceof Quantity)) {
    for (const key of [...new Set([...Object.keys(old), ...Object.keys(wanted)])].sort())
      compare(old[key], wanted[key], child(path, key), [...steps, key], found);
  } else if (Array.isArray(old) && Array.isArray(wanted)) compareLists(old, wanted, path, steps, found);
  else found.push({ path, steps, old: plain(old), new: plain(wanted) });
}

function compareLists(
  old: readonly unknown[],
  wanted: readonly unknown[],
  path: string,
  steps: readonly string[],
  found: FieldChange[],
): void {
  const key = KEYS.find((candidate) => tells(old, candidate) && tells(wanted, candidate));
  if (key !== undefined && old.length + wanted.length > 0) {
    compareKeyed(old, wanted, key, path, steps, found);
    return;
  }
  const [gone, come] = [without(old, wanted), without(wanted, old)];
  if (!gone.length && !come.length && old.length === wanted.length) {
    found.push({ path, steps, old: plain(old), new: plain(wanted), order: true });
  } else if (
    gone.length === come.length &&
    old.length === wanted.length &&
    gone.every((item) => isObject(item))
  ) {
    // as many items as before: each changed one is compared with the one that took its place
    for (const [index, item] of gone.entries()) {
      const place = wanted.indexOf(come[index]);
      compare(item, come[index], `${path}[${place}]`, [...steps, String(place)], found);
    }
  } else found.push({ path, steps, old: plain(old), new: plain(wanted) });
}

function compareKeyed(
  old: readonly unknown[],
  wanted: readonly unknown[],
  key: string,
  path: string,
  steps: readonly string[],
  found: FieldChange[],
): void {
  const before = new Map(old.map((item) => [keyOf(item, key), item]));
  const after = new Map(wanted.map((item) => [keyOf(item, key), item]));
  for (const name of new Set([...before.keys(), ...after.keys()]))
    compare(before.get(name), after.get(name), `${path}[${name}]`, [...steps, name], found);
  const common = [...before.keys()].filter((name) => after.has(name));
  const order = [...after.keys()].filter((name) => before.has(name));
  if (common.join('\n') !== order.join('\n'))
    found.push({ path, steps, old: [...before.keys()], new: [...after.keys()], order: true });
}

const keyOf = (item: unknown, key: string): string => show(at(item, key));

function tells(items: readonly unknown[], key: string): boolean {
  const names = items.map((item) => at(item, key));
  return (
    names.every((name) => typeof name === 'string' || typeof name === 'number') &&
    new Set(names.map(String)).size === names.length
  );
}

/** Items of `some` that have no equal in `others`, each equal counted once. */
function without(some: readonly unknown[], others: readonly unknown[]): unknown[] {
  const left = [...others];
  return some.filter((item) => {
    const place = left.findIndex((other) => isSame(item, other));
    if (place >= 0) left.splice(place, 1);
    return place < 0;
  });
}

function isSame(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (one instanceof Quantity && other instanceof Quantity)
    return one.text === other.text || storedAlike(one.text, other.text);
  if (Array.isArray(one) && Array.isArray(other))
    return one.length === other.length && one.every((item, index) => isSame(item, other[index]));
  if (!isObject(one) || !isObject(other) || one instanceof Quantity || other instanceof Quantity)
    return false;
  const keys = Object.keys(one);
  return (
    keys.length === Object.keys(other).length &&
    keys.every((key) => key in other && isSame(one[key], other[key]))
  );
}

/** Without the marks of quantities. */
function plain(value: unknown): unknown {
  if (value instanceof Quantity) return value.text;
  if (Array.isArray(value)) return value.map(plain);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}

/** Whether the field lies at or below a place. */
export const isBelow = ({ steps }: FieldChange, ...place: readonly string[]): boolean =>
  place.every((step, index) => steps[index] === step);

/** Characters of a value that a line shows. */
const SHOWN = 90;

/** A value as a line shows it: text as it is, anything else as JSON; long ones are cut. `undefined` for none. */
export function shown(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  const text = (asText(value) ?? JSON.stringify(value)).replace(/\s*\n\s*/g, ' ⏎ ');
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
}
