/** A field that the schema of its kind does not have. */
export interface UnknownField {
  /** Keys and indexes from the object down to it. */
  readonly path: readonly string[];
  /** What the schema has at that place. */
  readonly known: readonly string[];
}

/**
 * Calls `validate` with a stand-in of `data` that notes which keys it asks for. The compiled schemas accept fields that they do not know,
 * but they ask for each field that they do know, there or not: what they never asked for is unknown.
 *
 * What it cannot tell: where a schema leaves everything open (a map of strings, Helm values), the validator walks all keys or asks for
 * none, and every key is fine; and where a value has one of several shapes, the fields of all of them count as known.
 */
export function unknownFields(data: object, validate: (data: object) => void): UnknownField[] {
  const places: Place[] = [];
  validate(standIn(data, [], places));
  return places.flatMap((place) => place.unknown());
}

const standIn = (data: object, path: readonly string[], places: Place[]): object => {
  const place = new Place(data, path, places);
  places.push(place);
  return new Proxy(data, place);
};

/** One object or list inside the data, and what was asked of it. */
class Place implements ProxyHandler<object> {
  private readonly asked = new Set<string>();
  private readonly inner = new Map<string, object>();
  private walked: boolean;

  constructor(
    private readonly data: object,
    private readonly path: readonly string[],
    private readonly places: Place[],
  ) {
    this.walked = Array.isArray(data);
  }

  get(data: object, key: string | symbol): unknown {
    const value: unknown = Reflect.get(data, key);
    if (typeof key === 'symbol') return value;
    this.asked.add(key);
    if (typeof value !== 'object' || value === null) return value;
    const known = this.inner.get(key) ?? standIn(value, [...this.path, key], this.places);
    this.inner.set(key, known);
    return known;
  }

  ownKeys(data: object): (string | symbol)[] {
    this.walked = true;
    return Reflect.ownKeys(data);
  }

  unknown(): UnknownField[] {
    if (this.walked || this.asked.size === 0) return [];
    return Object.keys(this.data)
      .filter((key) => !this.asked.has(key))
      .map((key) => ({ path: [...this.path, key], known: [...this.asked] }));
  }
}
