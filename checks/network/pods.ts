import type { PeerDeclaration, RenderedObject } from '../../charts/core/render';
import { ObjectSet } from '../core/object-set';
import type { CheckInput } from '../core/rule';
import { LabelIndex, type Labels } from '../core/selectors';
import { asText, at, isObject } from '../core/workloads';

/** Pods as NetworkPolicies see them: a namespace and labels. */
export interface Pod {
  readonly namespace: string;
  readonly labels: Labels;
  /** The object that makes them; undefined for pods that others create and a flow names. */
  readonly rendered: RenderedObject | undefined;
  /** Of their spec, in that object. */
  readonly path?: string;
}

export type GroupDeclaration = Extract<PeerDeclaration, { kind: 'pods' }>;

/** All pods that a NetworkPolicy can select or name, and the labels of namespaces. */
export class PodIndex {
  private readonly pods = new LabelIndex<Pod>();
  private readonly namespaceLabels = new Map<string, Labels>();
  private readonly groups = new Map<string, readonly Pod[]>();

  constructor(input: CheckInput) {
    const set = ObjectSet.of(input);
    for (const { object } of set.ofKind('Namespace')) {
      const { name, labels } = object.metadata;
      this.namespaceLabels.set(name, { ...(isObject(labels) && labels), ...automaticLabels(name) });
    }
    for (const { spec, path, namespace, labels, rendered } of set.pods) {
      // NetworkPolicies do not apply to pods in the network namespace of their node
      if (spec.hostNetwork === true) continue;
      const pod: Pod = { namespace, labels: isObject(labels) ? labels : {}, rendered, path };
      this.pods.add(namespace, labels, pod);
    }
    for (const { from, to } of input.declarations.flows)
      for (const peer of [from, to]) if (peer.kind === 'pods') this.addGroup(peer);
  }

  /** Where the set renders no pod with the labels that a flow names, others create such pods: one is added in their place. */
  private addGroup(group: GroupDeclaration): void {
    if (group.hostNetwork || this.groups.has(groupKey(group))) return;
    const { namespace, labels } = group;
    let pods = this.select(namespace, { matchLabels: labels });
    if (!pods.length) {
      const pod: Pod = { namespace, labels, rendered: undefined };
      this.pods.add(namespace, labels, pod);
      pods = [pod];
    }
    this.groups.set(groupKey(group), pods);
  }

  podsOf(group: GroupDeclaration): readonly Pod[] {
    return this.groups.get(groupKey(group)) ?? [];
  }

  /** Pods of a namespace that a label selector means; an empty one means all. */
  select(namespace: string, selector: unknown): readonly Pod[] {
    return this.pods.select(namespace, selector);
  }

  /** Labels of a namespace; of one that the set does not render only the automatic one is known. */
  labelsOf(namespace: string): Labels {
    return this.namespaceLabels.get(namespace) ?? automaticLabels(namespace);
  }
}

/** The API server puts the name on every namespace. */
const NAME_LABEL = 'kubernetes.io/metadata.name';
const automaticLabels = (name: string) => ({ [NAME_LABEL]: name });

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
