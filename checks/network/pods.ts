import type { PeerDeclaration } from '../../charts/core/render';
import { podsOf } from '../core/declared-pods';
import type { CheckInput } from '../core/rule';
import { asArray, asText, at, fieldsOf, isObject, matches, show } from '../core/workloads';
import type { RenderedObject } from '../../charts/core/render';

/** Pods as NetworkPolicies see them: a namespace and labels. */
export interface Pod {
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  /** The object that makes them; undefined for pods that others create and a flow names. */
  readonly rendered: RenderedObject | undefined;
  /** Of their spec, in that object. */
  readonly path?: string;
}

export type GroupDeclaration = Extract<PeerDeclaration, { kind: 'pods' }>;

/** All pods that a NetworkPolicy can select or name, and the labels of namespaces. */
export class PodIndex {
  private readonly byLabel = new Map<string, Pod[]>();
  private readonly byNamespace = new Map<string, Pod[]>();
  private readonly namespaceLabels = new Map<string, Readonly<Record<string, string>>>();
  private readonly groups = new Map<string, readonly Pod[]>();

  constructor({ objects, declarations }: CheckInput) {
    for (const { object } of objects) {
      if (object.kind !== 'Namespace') continue;
      const { name, labels } = object.metadata;
      this.namespaceLabels.set(name, { ...(isObject(labels) && labels), ...automaticLabels(name) });
    }
    for (const { spec, path, namespace, labels, rendered } of podsOf({ objects, declarations })) {
      // NetworkPolicies do not apply to pods in the network namespace of their node
      if (spec.hostNetwork !== true)
        this.add({ namespace, labels: isObject(labels) ? labels : {}, rendered, path });
    }
    const groups = declarations.flows
      .flatMap(({ from, to }) => [from, to])
      .filter((peer) => peer.kind === 'pods');
    for (const group of groups) this.addGroup(group);
  }

  private add(pod: Pod): void {
    push(this.byNamespace, pod.namespace, pod);
    for (const [key, value] of Object.entries(pod.labels))
      push(this.byLabel, labelKey(pod.namespace, key, value), pod);
  }

  /** Where the set renders no pod with the labels that a flow names, others create such pods: one is added in their place. */
  private addGroup(group: GroupDeclaration): void {
    if (group.hostNetwork || this.groups.has(groupKey(group))) return;
    let pods = this.select(group.namespace, { matchLabels: group.labels });
    if (!pods.length) {
      pods = [{ namespace: group.namespace, labels: group.labels, rendered: undefined }];
      pods.forEach((pod) => this.add(pod));
    }
    this.groups.set(groupKey(group), pods);
  }

  podsOf(group: GroupDeclaration): readonly Pod[] {
    return this.groups.get(groupKey(group)) ?? [];
  }

  /** Pods of a namespace that a label selector means; an empty one means all. */
  select(namespace: string, selector: unknown): readonly Pod[] {
    const buckets = fieldsOf(at(selector, 'matchLabels')).map(
      ([key, value]) => this.byLabel.get(labelKey(namespace, key, value)) ?? [],
    );
    const candidates = buckets.length
      ? buckets.reduce((best, bucket) => (bucket.length < best.length ? bucket : best))
      : (this.byNamespace.get(namespace) ?? []);
    return candidates.filter(({ labels }) => selects(selector, labels));
  }

  /** Labels of a namespace; of one that the set does not render only the automatic one is known. */
  labelsOf(namespace: string): Readonly<Record<string, string>> {
    return this.namespaceLabels.get(namespace) ?? automaticLabels(namespace);
  }
}

/** The API server puts the name on every namespace. */
const NAME_LABEL = 'kubernetes.io/metadata.name';
const automaticLabels = (name: string) => ({ [NAME_LABEL]: name });

const labelKey = (namespace: string, key: string, value: unknown): string =>
  `${namespace} ${key}=${show(value)}`;

const groupKeys = new WeakMap<GroupDeclaration, string>();

/** Tells groups apart: two flows that name the same pods have the same key. */
export function groupKey(group: GroupDeclaration): string {
  const known = groupKeys.get(group);
  if (known !== undefined) return known;
  const key = `${group.namespace}/${group.name} ${JSON.stringify(group.labels)}`;
  groupKeys.set(group, key);
  return key;
}

/** The one namespace that a peer's pods are in; undefined where the peer chooses namespaces by other labels than their name. */
export function namespaceOfPeer(peer: unknown, home: string): string | undefined {
  const namespaces = at(peer, 'namespaceSelector');
  if (!isObject(namespaces)) return home;
  const names = namespaces['matchLabels'];
  return isObject(names) ? asText(names[NAME_LABEL]) : undefined;
}

export function push<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}

/** Whether labels fulfil a LabelSelector, with `matchLabels` and `matchExpressions`. */
export function selects(selector: unknown, labels: Readonly<Record<string, string>>): boolean {
  const byLabel = at(selector, 'matchLabels');
  if (isObject(byLabel) && !matches(labels, byLabel)) return false;
  return asArray(at(selector, 'matchExpressions')).every((expression) => {
    const value = labels[asText(at(expression, 'key')) ?? ''];
    const values = asArray(at(expression, 'values'));
    switch (at(expression, 'operator')) {
      case 'In':
        return value !== undefined && values.includes(value);
      case 'NotIn':
        return value === undefined || !values.includes(value);
      case 'Exists':
        return value !== undefined;
      case 'DoesNotExist':
        return value === undefined;
      default:
        return false;
    }
  });
}
