import type { RenderedObject } from '../charts/core/render';
import { asArray, at, containersOf, fieldsOf, namespaceOf, podTemplates } from './workloads';

/** Fields that name a Secret say so, themselves or the one around them: `secretName`, `secretKeyRef.name`, `imagePullSecrets[].name`. */
const NAMES_SECRET = /secret/i;

/**
 * `namespace/name` of every Secret that an object of the set names: in a field of that meaning, in a rule of a Role, or as a value of a
 * flag. Cluster-scoped objects name Secrets of their component's namespace, which is the one of its other objects.
 */
export function secretUses(objects: readonly RenderedObject[]): ReadonlySet<string> {
  const uses = new Set<string>();
  const homes = homesOf(objects);
  for (const { object, component } of objects) {
    const namespaces = namespaceOf(object) ? [namespaceOf(object)] : [...(homes.get(component) ?? [])];
    const use = (name: unknown): void =>
      namespaces.forEach((namespace) => uses.add(`${namespace}/${String(name)}`));
    visit(object, false, use);
    for (const rule of asArray(object['rules'])) {
      if (asArray(at(rule, 'resources')).includes('secrets')) asArray(at(rule, 'resourceNames')).forEach(use);
    }
  }
  for (const pod of podTemplates(objects)) {
    for (const { container } of containersOf(pod)) {
      for (const flag of [...asArray(container.args), ...asArray(container.command)])
        uses.add(`${pod.namespace}/${String(flag).replace(/^[^=]*=/, '')}`);
    }
  }
  return uses;
}

function homesOf(objects: readonly RenderedObject[]): Map<string, Set<string>> {
  const homes = new Map<string, Set<string>>();
  for (const { object, component } of objects) {
    const namespaces = homes.get(component) ?? new Set();
    if (namespaceOf(object)) namespaces.add(namespaceOf(object));
    homes.set(component, namespaces);
  }
  return homes;
}

function visit(value: unknown, inSecret: boolean, use: (name: string) => void): void {
  if (Array.isArray(value)) value.forEach((item) => visit(item, inSecret, use));
  else if (typeof value === 'string') {
    if (inSecret) use(value);
  } else {
    for (const [key, item] of fieldsOf(value))
      visit(item, NAMES_SECRET.test(key) || (inSecret && key === 'name'), use);
  }
}
