import type { KubeObject } from '../../charts/core/objects';
import type { RenderedObject } from '../../charts/core/render';
import type { ObjectSet } from '../core/object-set';
import { asArray, at, containersOf, fieldsOf, isObject, namespaceOf, show } from '../core/workloads';

/** Fields that name a Secret have the word in their key, or in the key around it: `secretName`, `secretKeyRef.name`. */
const NAMES_SECRET = /secret/i;
/** The same in a file of settings that a ConfigMap holds: `backup-target-credential-secret: longhorn-backup-s3`. */
const SETTING = /^\s*[\w.-]*secret[\w.-]*\s*[:=]\s*["']?([a-z0-9][a-z0-9.-]*)["']?\s*$/gim;

/** Names of objects have at most as many characters; longer flags are scripts. */
const LONGEST_NAME = 253;

/** Namespace → names of the Secrets that are used there. */
type SecretUses = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * Every Secret that an object of the set names: in a field for that, in a rule of a Role, in a ConfigMap's file of settings, or as the
 * value of a flag. A cluster-scoped object means the Secrets of its component's namespace, which is that of the component's other objects.
 */
export function secretUses({ objects, pods }: ObjectSet): SecretUses {
  const uses = new Map<string, Set<string>>();
  const use = (namespace: string, name: string): void => {
    const names = uses.get(namespace);
    if (names) names.add(name);
    else uses.set(namespace, new Set([name]));
  };
  const homes = homesOf(objects);
  for (const { object, component } of objects) {
    const namespaces = namespaceOf(object) ? [namespaceOf(object)] : [...(homes.get(component) ?? [])];
    ofObject(object, (name) => {
      for (const namespace of namespaces) use(namespace, name);
    });
  }
  for (const pod of pods) {
    // those of rendered pods are in their objects
    if (pod.kind === undefined) visit(pod.spec, false, (name) => use(pod.namespace, name));
    for (const { container } of containersOf(pod)) {
      for (const flag of [...asArray(container.args), ...asArray(container.command)]) {
        const value = show(flag).replace(/^[^=]*=/, '');
        if (value.length <= LONGEST_NAME) use(pod.namespace, value);
      }
    }
  }
  return uses;
}

function ofObject(object: KubeObject, use: (name: string) => void): void {
  visit(object, false, use);
  if (object.kind === 'ConfigMap')
    for (const [, text] of fieldsOf(object['data'])) inSettings(show(text)).forEach(use);
  for (const rule of asArray(object['rules'])) {
    if (!asArray(at(rule, 'resources')).includes('secrets')) continue;
    for (const name of asArray(at(rule, 'resourceNames'))) use(show(name));
  }
}

/** Text of a ConfigMap → the Secrets that it names. Instances of a component have the same scripts and configurations. */
const settings = new Map<string, readonly string[]>();

function inSettings(text: string): readonly string[] {
  const known = settings.get(text);
  if (known) return known;
  const names = [...text.matchAll(SETTING)].flatMap(([, name]) => name ?? []);
  settings.set(text, names);
  return names;
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
