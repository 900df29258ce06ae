import { selects } from '../network/pods';
import { fieldsOf, isObject } from '../core/workloads';

type Labels = Readonly<Record<string, string>>;

interface Labelled<T> {
  readonly thing: T;
  readonly labels: Labels;
}

/** Things with labels in namespaces, found by label selector without looking at each. */
export class LabelIndex<T> {
  private readonly byLabel = new Map<string, Labelled<T>[]>();
  private readonly byNamespace = new Map<string, Labelled<T>[]>();

  /** @param labelsOf several where a thing stands for several objects, as a StatefulSet does for its pods */
  constructor(
    things: readonly T[],
    labelsOf: (thing: T) => readonly unknown[],
    namespaceOf: (thing: T) => string,
  ) {
    for (const thing of things)
      for (const labels of labelsOf(thing)) this.put(thing, namespaceOf(thing), labels);
  }

  private put(thing: T, namespace: string, labels: unknown): void {
    const labelled = { thing, labels: isObject(labels) ? (labels as Labels) : {} };
    push(this.byNamespace, namespace, labelled);
    for (const [key, value] of textsOf(labels)) push(this.byLabel, keyOf(namespace, key, value), labelled);
  }

  /** What a LabelSelector means in one namespace; an empty one means all. */
  select(namespace: string, selector: { readonly matchLabels?: unknown }): readonly T[] {
    const [first, ...others] = textsOf(selector.matchLabels).map(
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

function push<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}
