import type { KubeObject } from '../charts/core/objects';
import { asText, fieldsOf, at } from '../checks/core/workloads';
import type { ObjectChange, Scene } from './changes';
import { listed } from './line';
import { readBy } from './pods';
import { settingOf, textChanges } from './text-changes';

/** Changed lines that are named before the rest is counted. */
const NAMED = 3;

/** A changed key of a ConfigMap. */
export interface KeyChange {
  readonly key: string;
  readonly old: string | undefined;
  readonly new: string | undefined;
}

/** Keys of a ConfigMap whose value changed. */
export function changedKeys({ before, after }: ObjectChange): KeyChange[] {
  const [old, wanted] = [new Map(dataOf(before)), new Map(dataOf(after))];
  return [...new Set([...old.keys(), ...wanted.keys()])]
    .map((key) => ({ key, old: old.get(key), new: wanted.get(key) }))
    .filter((change) => change.old !== change.new);
}

const dataOf = (object: KubeObject | undefined): [string, string][] =>
  ['data', 'binaryData'].flatMap((field) =>
    fieldsOf(at(object, field)).map(([key, value]): [string, string] => [
      key,
      asText(value) ?? JSON.stringify(value),
    ]),
  );

/** `postgresql.conf (shared_buffers: 256MB → 512MB)` */
export function keyChangeText({ key, old, new: wanted }: KeyChange): string {
  if (old === undefined) return `${key} (new)`;
  if (wanted === undefined) return `${key} (gone)`;
  const lines = textChanges(old, wanted).map(settingOf);
  if (!lines.length) return `${key} (comments only)`;
  const named = lines.slice(0, NAMED).join('; ');
  return `${key} (${lines.length > NAMED ? `${named}; ${lines.length - NAMED} more lines` : named})`;
}

/** The changes of ConfigMaps that the pods of a workload read. */
export function configBehind({ changes }: Scene, { before, after, object }: ObjectChange): ObjectChange[] {
  const names = new Set([...readBy(before, 'configMap').keys(), ...readBy(after, 'configMap').keys()]);
  return changes.filter(
    (change) =>
      change.object.kind === 'ConfigMap' &&
      change.object.metadata.namespace === object.metadata.namespace &&
      names.has(change.object.metadata.name),
  );
}

/** What changed behind a hash of configuration: `ConfigMap postgresql: postgresql.conf (shared_buffers: 256MB → 512MB)`. */
export function behindHash(scene: Scene, workload: ObjectChange): string | undefined {
  const parts = configBehind(scene, workload).flatMap((change) => {
    const keys = changedKeys(change).map(keyChangeText);
    return keys.length ? [`ConfigMap ${change.object.metadata.name}: ${listed(keys)}`] : [];
  });
  return parts.length ? parts.join('; ') : undefined;
}
