export type Fields = Record<string, unknown>;

/** What the API server fills in where a field is left out, by the place in an object. */
export interface Shape {
  /** What depends on more than one field; comes before `defaults`. */
  readonly whole?: (value: Fields) => Fields;
  /** Fields with their default, or a function of the fields beside it. */
  readonly defaults?: Readonly<Record<string, unknown>>;
  readonly fields?: Readonly<Record<string, Shape>>;
  /** Each item of a list. */
  readonly each?: Shape;
  /** All values are quantities. */
  readonly quantities?: true;
}

/** A default that depends on the fields beside it; undefined for none. */
export class Computed {
  constructor(readonly of: (beside: Fields) => unknown) {}
}
export const computed = (of: (beside: Fields) => unknown): Computed => new Computed(of);
export const list = (each: Shape): Shape => ({ each });
export const fields = (inner: Readonly<Record<string, Shape>>): Shape => ({ fields: inner });
export const spec = (shape: Shape): Shape => fields({ spec: shape });

export const QUANTITIES: Shape = { quantities: true };
