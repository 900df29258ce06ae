import type { PeerDeclaration, RenderedObject } from '../../charts/core/render';
import type { Port } from '../../charts/core/network';
import { block, covers, type Addresses } from './cidr-ranges';
import { namespaceOfPeer, type Pod, type PodIndex } from './pods';
import { push, selects } from '../core/selectors';
import { asArray, at, isObject, namespaceOf } from '../core/workloads';

export type Direction = 'ingress' | 'egress';

/** One NetworkPolicy as it applies. */
export interface Policy {
  readonly rendered: RenderedObject;
  readonly namespace: string;
  readonly pods: readonly Pod[];
  /** Directions in which its pods may do only what rules allow. */
  readonly directions: ReadonlySet<Direction>;
}

/** Field of a rule that names the other side. */
export const PEERS: Readonly<Record<Direction, string>> = { ingress: 'from', egress: 'to' };

/** One peer of one rule. */
interface Opening {
  readonly peer: unknown;
  /** Its selectors, where it has them. */
  readonly namespaces: unknown;
  readonly pods: unknown;
  /** Entries of the rule. One without entries is for all ports. */
  readonly ports: readonly OpenPorts[];
  /** Namespace of the policy. */
  readonly home: string;
}

/** From the first port to the last; undefined for all ports. A port that is given by name opens none here. */
interface OpenPorts {
  readonly protocol: unknown;
  readonly range: readonly [from: number, to: number] | undefined;
}

/**
 * The peers of all rules that apply to one pod in one direction, by namespace. A pod that many others call, such as the cluster DNS, has
 * thousands of peers, and each of its callers must be found among them: only the peers of the caller's namespace are looked at.
 */
class Openings {
  private readonly byNamespace = new Map<string, Opening[]>();
  /** Peers of no one namespace: everybody, addresses, and namespaces that are chosen by other labels than their name. */
  private readonly others: Opening[] = [];

  constructor(policies: readonly Policy[], direction: Direction) {
    for (const { rendered, namespace: home } of policies)
      for (const rule of asArray(at(rendered.object, `spec.${direction}`)))
        this.addRule(rule, direction, home);
  }

  private addRule(rule: unknown, direction: Direction, home: string): void {
    const ports = asArray(at(rule, 'ports')).map(openPorts);
    for (const peer of peersOf(rule, direction)) {
      const [namespaces, pods] =
        peer === EVERYBODY ? [] : [at(peer, 'namespaceSelector'), at(peer, 'podSelector')];
      this.add({ peer, namespaces, pods, ports, home });
    }
  }

  private add(opening: Opening): void {
    const { peer, home } = opening;
    const isWide = peer === EVERYBODY || isObject(at(peer, 'ipBlock'));
    const namespace = isWide ? undefined : namespaceOfPeer(peer, home);
    if (namespace === undefined) this.others.push(opening);
    else push(this.byNamespace, namespace, opening);
  }

  /** The peers that can include the target, or a part of it. */
  towards(target: PeerDeclaration): readonly Opening[] {
    if (target.kind === 'addresses' || target.hostNetwork) return this.others;
    const inside = this.byNamespace.get(target.namespace) ?? [];
    return this.others.length ? [...this.others, ...inside] : inside;
  }
}

/** Who may connect to whom, from the NetworkPolicies alone. */
export class Connectivity {
  readonly policies: readonly Policy[];
  private readonly ofPod = new Map<Pod, Policy[]>();
  private readonly openings: Readonly<Record<Direction, Map<Pod, Openings | undefined>>> = {
    ingress: new Map(),
    egress: new Map(),
  };

  /** @param hosts addresses that traffic of the nodes' network namespaces comes from, and goes to */
  constructor(
    policies: readonly RenderedObject[],
    private readonly pods: PodIndex,
    private readonly hosts: Addresses,
  ) {
    this.policies = policies.map((rendered) => policyOf(rendered, pods));
    for (const policy of this.policies) for (const pod of policy.pods) push(this.ofPod, pod, policy);
  }

  policiesOf(pod: Pod): readonly Policy[] {
    return this.ofPod.get(pod) ?? [];
  }

  /** The ports on which `pod` may not connect to all of `peer` (egress), or may not be called by all of it (ingress). */
  refused(pod: Pod, direction: Direction, peer: PeerDeclaration, ports: readonly Port[]): readonly Port[] {
    const openings = this.openingsOf(pod, direction)?.towards(peer);
    if (!openings) return [];
    return ports.filter((port) => {
      const open = openings.filter((opening) => opens(opening, port));
      return !this.reaches(open, peer);
    });
  }

  /** Undefined for a pod that no policy closes in that direction. */
  private openingsOf(pod: Pod, direction: Direction): Openings | undefined {
    const known = this.openings[direction];
    if (!known.has(pod)) {
      const closing = this.policiesOf(pod).filter(({ directions }) => directions.has(direction));
      known.set(pod, closing.length ? new Openings(closing, direction) : undefined);
    }
    return known.get(pod);
  }

  private reaches(openings: readonly Opening[], target: PeerDeclaration): boolean {
    if (openings.some(({ peer }) => peer === EVERYBODY)) return true;
    if (target.kind === 'addresses') {
      const blocks = openings.map(({ peer }) => blockOf(peer));
      return target.cidrs.every((cidr) => covers(blocks, block(cidr, target.except)));
    }
    if (target.hostNetwork)
      return covers(
        openings.map(({ peer }) => blockOf(peer)),
        this.hosts,
      );
    return this.pods.podsOf(target).every((pod) => openings.some((opening) => this.means(opening, pod)));
  }

  private means({ namespaces, pods, home }: Opening, pod: Pod): boolean {
    if (!isObject(namespaces) && !isObject(pods)) return false;
    const inside = isObject(namespaces)
      ? selects(namespaces, this.pods.labelsOf(pod.namespace))
      : pod.namespace === home;
    return inside && selects(pods, pod.labels);
  }
}

/** A rule without peers is one for everybody. */
export const EVERYBODY = Symbol('everybody');

export function peersOf(rule: unknown, direction: Direction): readonly unknown[] {
  const peers = asArray(at(rule, PEERS[direction]));
  return peers.length ? peers : [EVERYBODY];
}

export const blockOf = (peer: unknown): Addresses => {
  const ipBlock = typeof peer === 'object' ? at(peer, 'ipBlock') : undefined;
  return isObject(ipBlock) ? block(ipBlock['cidr'], asArray(ipBlock['except'])) : [];
};

/** Whether a rule allows this port, or all of this range. */
const opens = ({ ports }: Opening, { port, endPort = port, protocol }: Port): boolean =>
  !ports.length ||
  ports.some(
    (open) =>
      open.protocol === protocol && (!open.range || (open.range[0] <= port && endPort <= open.range[1])),
  );

function openPorts(entry: unknown): OpenPorts {
  const protocol = at(entry, 'protocol') ?? 'TCP';
  const from = at(entry, 'port');
  const to = at(entry, 'endPort') ?? from;
  if (from === undefined) return { protocol, range: undefined };
  return { protocol, range: typeof from === 'number' && typeof to === 'number' ? [from, to] : NO_PORT };
}

const NO_PORT = [Infinity, -Infinity] as const;

function policyOf(rendered: RenderedObject, pods: PodIndex): Policy {
  const { object } = rendered;
  const namespace = namespaceOf(object) || 'default';
  const types = asArray(at(object, 'spec.policyTypes'));
  const directions = new Set<Direction>();
  // without policyTypes: ingress always, egress where there are rules for it (the API server's defaults)
  if (types.length ? types.includes('Ingress') : true) directions.add('ingress');
  if (types.length ? types.includes('Egress') : asArray(at(object, 'spec.egress')).length)
    directions.add('egress');
  return { rendered, namespace, directions, pods: pods.select(namespace, at(object, 'spec.podSelector')) };
}

/** Whether a policy applies to all pods of its namespace. */
export function selectsAll({ rendered }: Policy): boolean {
  const selector = at(rendered.object, 'spec.podSelector');
  const labels = at(selector, 'matchLabels');
  const isEmpty = !isObject(labels) || Object.keys(labels).length === 0;
  return isEmpty && asArray(at(selector, 'matchExpressions')).length === 0;
}
