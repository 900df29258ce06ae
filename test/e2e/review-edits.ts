import type { KubeObject } from '../../charts/core/objects';

/** One change of an object, such as a person makes. */
export interface Edit {
  readonly object: KubeObject;
  /** `spec.replicas 1 → 2` */
  readonly place: string;
}

type Step = string | number;
type Place = readonly Step[];

/** A prime, so that neighbours get other places, in every run the same. */
const STRIDE = 7919;

const AMOUNT = /^(\d+)(Ki|Mi|Gi|m)$/;

/** The `number`th change of an object; undefined where nothing of it can be changed. */
export function changed(object: KubeObject, number: number): Edit | undefined {
  const places = placesOf(object).filter((place) => isEditable(place.join('.')));
  const place = places[(number * STRIDE) % places.length];
  if (!place) return undefined;
  const copy = structuredClone(object);
  const parent = inside(copy, place.slice(0, -1)) as Record<Step, unknown>;
  const last = place.at(-1) ?? '';
  const old = parent[last];
  const wanted = another(old, number);
  if (wanted === undefined) {
    if (Array.isArray(parent)) parent.splice(Number(last), 1);
    else delete parent[last];
  } else parent[last] = wanted;
  return { object: copy, place: `${place.join('.')} ${brief(old)} → ${brief(wanted)}` };
}

/** Identity is what makes an object another one; of a kustomization and the like a server knows nothing. */
const isEditable = (path: string): boolean =>
  /^(metadata\.(labels|annotations)\.|(?!metadata|apiVersion|kind|status))/.test(path);

/** What stands in its place: another value, the same in other words, or nothing. */
function another(value: unknown, number: number): unknown {
  if (typeof value === 'number') return value + 1;
  if (typeof value === 'boolean') return !value;
  if (typeof value !== 'string') return undefined;
  if (number % 5 === 4) return undefined;
  const [, digits, unit] = AMOUNT.exec(value) ?? [];
  if (digits === undefined) return `${value}x`;
  if (number % 3 === 0) return `${Number(digits) + 1}${unit}`;
  // the same amount in smaller units, of the same form or of another
  if (unit === 'm') return String(Number(digits) / 1000);
  const smaller = unit === 'Gi' ? 'Mi' : unit === 'Mi' ? 'Ki' : '';
  return `${Number(digits) * 1024}${smaller}`;
}

/** Places of single values, and of items and keys that can be left out. */
function placesOf(value: unknown, at: Place = []): Place[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => placesOf(item, [...at, index]));
  if (typeof value !== 'object' || value === null) return at.length ? [at] : [];
  return Object.entries(value).flatMap(([key, inner]) => placesOf(inner, [...at, key]));
}

const inside = (value: unknown, at: Place): unknown =>
  at.reduce<unknown>((inner, step) => (inner as Record<Step, unknown>)[step], value);

const brief = (value: unknown): string =>
  value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 60);
