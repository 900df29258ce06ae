/** A field that the schema of its kind does not have. */
export interface UnknownField {
  /** Keys and indexes from the object down to it. */
  readonly path: readonly string[];
  /** What the schema has at that place. */
  readonly known: readonly string[];
}

/**
 * Calls `validate` with a stand-in for `data`, a proxy that notes which keys `validate` reads. A compiled schema accepts fields that it
 * does not know. But it reads every field that it does know, whether `data` has it or not. So a field that it never read is unknown.
 *
 * Two limits. Where a schema allows any key (a map of strings, Helm values), the validator reads all keys or none, and no key counts as
 * unknown. Where a value may have one of several shapes, the fields of all these shapes count as known.
 *
 * `learnt` keeps which fields the schema read. An object that has no other fields is validated as it is, without the proxy, which is slow.
 */
export function unknownFields(
  data: object,
  validate: (data: object) => void,
  learnt: KnownFields = new KnownFields(),
): UnknownField[] {
  if (learnt.cover(data)) {
    validate(data);
    return [];
  }
  const places: Place[] = [];
  validate(standIn(data, [], learnt, places));
  return places.flatMap((place) => place.unknown());
}

/** What a schema asks for at one place, and below. */
export class KnownFields {
  readonly asked = new Set<string>();
  /** Whether the schema read all keys that the value has, instead of keys that it knows by name. */
  walked = false;
  seen = false;
  private readonly inner = new Map<string, KnownFields>();

  /** The place of a field; all items of lists and of open maps share one. */
  below(key: string, shared: boolean): KnownFields {
    const name = shared ? '' : key;
    const known = this.inner.get(name) ?? new KnownFields();
    this.inner.set(name, known);
    return known;
  }

  /** Whether all fields of a value, and of what lies in it, are known. */
  cover(value: unknown): boolean {
    if (typeof value !== 'object' || value === null) return true;
    if (Array.isArray(value)) {
      const items = this.inner.get('');
      return value.every((item) => typeof item !== 'object' || item === null || items?.cover(item) === true);
    }
    if (!this.seen) return false;
    if (!this.walked && this.asked.size === 0) return true;
    const fields = value as Readonly<Record<string, unknown>>;
    for (const key of Object.keys(fields)) {
      if (!this.walked && !this.asked.has(key)) return false;
      const item = fields[key];
      if (typeof item !== 'object' || item === null) continue;
      if (this.inner.get(this.walked ? '' : key)?.cover(item) !== true) return false;
    }
    return true;
  }
}

const standIn = (data: object, path: readonly string[], known: KnownFields, places: Place[]): object => {
  const place = new Place(data, path, known, places);
  places.push(place);
  return new Proxy(data, place);
};

/** One object or list inside the data, and what was asked of it. */
class Place implements ProxyHandler<object> {
  private readonly asked = new Set<string>();
  private readonly inner = new Map<string, object>();
  private readonly isList: boolean;
  private walked = false;

  constructor(
    private readonly data: object,
    private readonly path: readonly string[],
    private readonly known: KnownFields,
    private readonly places: Place[],
  ) {
    this.isList = Array.isArray(data);
  }

  get(data: object, key: string | symbol): unknown {
    const value: unknown = Reflect.get(data, key);
    if (typeof key === 'symbol') return value;
    this.asked.add(key);
    if (typeof value !== 'object' || value === null) return value;
    const below = this.known.below(key, this.isList || this.walked);
    const inner = this.inner.get(key) ?? standIn(value, [...this.path, key], below, this.places);
    this.inner.set(key, inner);
    return inner;
  }

  ownKeys(data: object): (string | symbol)[] {
    this.walked = true;
    return Reflect.ownKeys(data);
  }

  /** Learns what was asked, and gives what was not. */
  unknown(): UnknownField[] {
    if (this.isList) return [];
    this.known.seen = true;
    this.known.walked ||= this.walked;
    for (const key of this.walked ? [] : this.asked) this.known.asked.add(key);
    if (this.walked || this.asked.size === 0) return [];
    return Object.keys(this.data)
      .filter((key) => !this.asked.has(key))
      .map((key) => ({ path: [...this.path, key], known: [...this.asked] }));
  }
}
