import { asArray, asText, at, fieldsOf, isObject, matches } from './workloads';

export type Labels = Readonly<Record<string, string>>;

/** Whether labels fulfil a LabelSelector, with `matchLabels` and `matchExpressions`. */
export function selects(selector: unknown, labels: Labels): boolean {
  const byLabel = at(selector, 'matchLabels');
  if (isObject(byLabel) && !matches(labels, byLabel)) return false;
  return asArray(at(selector, 'matchExpressions')).every((expression) => {
    const value = labels[asText(at(expression, 'key')) ?? ''];
    const values = asArray(at(expression, 'values'));
    switch (at(expression, 'operator')) {
      case 'In':
        return value !== undefined && values.includes(value);
      case 'NotIn':
        return value === undefined || !values.includes(value);
      case 'Exists':
        return value !== undefined;
      case 'DoesNotExist':
        return value === undefined;
      default:
        return false;
    }
  });
}

interface Labelled<T> {
  readonly thing: T;
  readonly labels: Labels;
}

/** Things with labels in namespaces, found by label selector without looking at each. */
export class LabelIndex<T> {
  private readonly byLabel = new Map<string, Labelled<T>[]>();
  private readonly byNamespace = new Map<string, Labelled<T>[]>();

  /** A thing may be added several times, with other labels: a StatefulSet stands for several pods. */
  add(namespace: string, labels: unknown, thing: T): void {
    const labelled = { thing, labels: isObject(labels) ? (labels as Labels) : {} };
    push(this.byNamespace, namespace, labelled);
    for (const [key, value] of textsOf(labels)) push(this.byLabel, keyOf(namespace, key, value), labelled);
  }

  /** What a LabelSelector means in one namespace, each thing once; an empty one means all. */
  select(namespace: string, selector: unknown): readonly T[] {
    const [first, ...others] = textsOf(at(selector, 'matchLabels')).map(
      ([key, value]) => this.byLabel.get(keyOf(namespace, key, value)) ?? [],
    );
    const candidates = first
      ? others.reduce((best, bucket) => (bucket.length < best.length ? bucket : best), first)
      : (this.byNamespace.get(namespace) ?? []);
    const found = candidates.filter(({ labels }) => selects(selector, labels));
    return [...new Set(found.map(({ thing }) => thing))];
  }

  namespaces(): readonly string[] {
    return [...this.byNamespace.keys()];
  }
}

/** Other values are no labels: the rule `schema` says so. */
const textsOf = (labels: unknown): readonly (readonly [string, string])[] =>
  fieldsOf(labels).filter((entry): entry is [string, string] => typeof entry[1] === 'string');

const keyOf = (namespace: string, key: string, value: string): string => `${namespace} ${key}=${value}`;

/** Adds to the list of a key. */
export function push<K, T>(map: Map<K, T[]>, key: K, value: T): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}
