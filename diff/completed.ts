import { isObject } from '../checks/core/workloads';
import type { KubeObject } from '../charts/core/objects';
import { SHAPES } from './defaults';
import { Computed, QUANTITIES, type Fields, type Shape } from './shape';

/** What differs in a quantity only is found by {@link Quantity}. */
export class Quantity {
  constructor(readonly text: string | number) {}
}

/**
 * The object as the API server would store it, as far as it matters to a comparison: defaults filled in, quantities marked as such, nulls
 * and empty labels and annotations left out. Kinds of others (CRDs) are taken as they are.
 */
export function completed(object: KubeObject): Fields {
  const group = object.apiVersion.includes('/') ? (object.apiVersion.split('/')[0] ?? '') : '';
  const filled = fill(object, SHAPES[`${group}/${object.kind}`]) as Fields;
  delete filled['status'];
  const metadata = filled['metadata'];
  if (!isObject(metadata)) return filled;
  for (const field of ['labels', 'annotations', 'finalizers']) {
    const value = metadata[field];
    if (typeof value === 'object' && value !== null && Object.keys(value).length === 0)
      delete metadata[field];
  }
  return filled;
}

function fill(value: unknown, shape: Shape | undefined): unknown {
  if (Array.isArray(value)) return value.map((item) => fill(item, shape?.each));
  if (!isObject(value)) {
    const isQuantity = shape?.quantities && (typeof value === 'string' || typeof value === 'number');
    return isQuantity ? new Quantity(value) : value;
  }
  const result: Fields = {};
  const whole = shape?.whole ? shape.whole(value) : value;
  for (const [key, inner] of Object.entries(withDefaults(whole, shape?.defaults))) {
    if (inner === null || inner === undefined) continue;
    result[key] = fill(inner, shape?.quantities ? QUANTITIES : shape?.fields?.[key]);
  }
  return result;
}

function withDefaults(value: Fields, defaults: Shape['defaults']): Fields {
  if (!defaults) return value;
  const result = { ...value };
  for (const [key, fallback] of Object.entries(defaults)) {
    if (result[key] !== undefined && result[key] !== null) continue;
    result[key] = fallback instanceof Computed ? fallback.of(value) : fallback;
  }
  return result;
}
