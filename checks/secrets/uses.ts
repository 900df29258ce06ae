import type { RenderedObject } from '../../charts/core/render';
import { podsOf, type PodSources } from '../core/declared-pods';
import { asArray, at, containersOf, fieldsOf, isObject, namespaceOf, show } from '../core/workloads';

/** Fields that name a Secret have the word in their key, or in the key around it: `secretName`, `secretKeyRef.name`. */
const NAMES_SECRET = /secret/i;
/** The same in a file of settings that a ConfigMap holds: `backup-target-credential-secret: longhorn-backup-s3`. */
const SETTING = /^\s*[\w.-]*secret[\w.-]*\s*[:=]\s*["']?([a-z0-9][a-z0-9.-]*)["']?\s*$/gim;

/**
 * `namespace/name` of every Secret that an object of the set names: in a field for that, in a rule of a Role, in a ConfigMap's file of
 * settings, or as the value of a flag.
 * A cluster-scoped object means the Secrets of its component's namespace, which is that of the component's other objects.
 */
export function secretUses(sources: PodSources): ReadonlySet<string> {
  const { objects } = sources;
  const uses = new Set<string>();
  const homes = homesOf(objects);
  for (const { object, component } of objects) {
    const namespaces = namespaceOf(object) ? [namespaceOf(object)] : [...(homes.get(component) ?? [])];
    const use = (name: unknown): void =>
      namespaces.forEach((namespace) => uses.add(`${namespace}/${show(name)}`));
    visit(object, false, use);
    if (object.kind === 'ConfigMap')
      for (const [, text] of fieldsOf(object['data']))
        for (const [, name] of show(text).matchAll(SETTING)) use(name);
    for (const rule of asArray(object['rules'])) {
      if (asArray(at(rule, 'resources')).includes('secrets')) asArray(at(rule, 'resourceNames')).forEach(use);
    }
  }
  for (const pod of podsOf(sources)) {
    // those of rendered pods are in their objects
    if (pod.kind === undefined) visit(pod.spec, false, (name) => uses.add(`${pod.namespace}/${name}`));
    for (const { container } of containersOf(pod)) {
      for (const flag of [...asArray(container.args), ...asArray(container.command)])
        uses.add(`${pod.namespace}/${show(flag).replace(/^[^=]*=/, '')}`);
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
  if (typeof value === 'string') {
    if (inSecret) use(value);
  } else if (Array.isArray(value)) {
    for (const item of value) visit(item, inSecret, use);
  } else if (isObject(value)) {
    for (const key of Object.keys(value))
      visit(value[key], namesSecret(key) || (inSecret && key === 'name'), use);
  }
}

/** The same few hundred keys come back in every object. */
const keys = new Map<string, boolean>();

function namesSecret(key: string): boolean {
  const known = keys.get(key);
  if (known !== undefined) return known;
  keys.set(key, NAMES_SECRET.test(key));
  return namesSecret(key);
}
