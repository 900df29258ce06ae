import { selects } from './network-pods';
import { fieldsOf, show } from './workloads';

type Labels = Readonly<Record<string, string>>;

/** Things with labels in namespaces, found by label selector without looking at each. */
export class LabelIndex<T> {
  private readonly byLabel = new Map<string, T[]>();
  private readonly byNamespace = new Map<string, T[]>();

  constructor(
    things: readonly T[],
    private readonly labelsOf: (thing: T) => unknown,
    namespaceOf: (thing: T) => string,
  ) {
    for (const thing of things) {
      const namespace = namespaceOf(thing);
      push(this.byNamespace, namespace, thing);
      for (const [key, value] of fieldsOf(labelsOf(thing)))
        push(this.byLabel, keyOf(namespace, key, value), thing);
    }
  }

  /** What a LabelSelector means in one namespace; an empty one means all. */
  select(namespace: string, selector: { readonly matchLabels?: unknown }): readonly T[] {
    const buckets = fieldsOf(selector.matchLabels).map(
      ([key, value]) => this.byLabel.get(keyOf(namespace, key, value)) ?? [],
    );
    const [first, ...others] = buckets;
    const candidates = first
      ? others.reduce((best, bucket) => (bucket.length < best.length ? bucket : best), first)
      : (this.byNamespace.get(namespace) ?? []);
    return candidates.filter((thing) =>
      selects(selector, Object.fromEntries(fieldsOf(this.labelsOf(thing))) as Labels),
    );
  }

  namespaces(): readonly string[] {
    return [...this.byNamespace.keys()];
  }
}

const keyOf = (namespace: string, key: string, value: unknown): string =>
  `${namespace} ${key}=${show(value)}`;

function push<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}
