import type { Port } from '../../charts/core/network';
import type { FlowDeclaration, PeerDeclaration } from '../../charts/core/render';
import { block, covers, type Addresses } from './cidr-ranges';
import { blockOf, EVERYBODY, type Direction } from './evaluate';
import { groupKey, namespaceOfPeer, type GroupDeclaration, type Pod, type PodIndex } from './pods';
import { push } from '../core/selectors';
import type { CheckInput } from '../core/rule';
import { at, isObject } from '../core/workloads';

/** The other side of a flow, seen from a pod, and the ports it is declared for. */
interface Declared {
  readonly peer: PeerDeclaration;
  readonly ports: readonly Port[];
}

/** What flows declare for one pod in one direction, by the namespace of the other side. */
class DeclaredOfPod {
  readonly byNamespace = new Map<string, Declared[]>();
  /** Other sides that have addresses: networks, and pods in the host network. */
  readonly wide: Declared[] = [];

  add(declared: Declared): void {
    const { peer } = declared;
    if (peer.kind === 'addresses' || peer.hostNetwork) this.wide.push(declared);
    else push(this.byNamespace, peer.namespace, declared);
  }
}

/** What flows declare for each pod. No policy may allow more. */
export class DeclaredFlows {
  private readonly ofPod: Readonly<Record<Direction, Map<Pod, DeclaredOfPod>>>;
  private readonly hosts: Addresses;

  constructor({ declarations }: CheckInput, pods: PodIndex, hosts: Addresses) {
    this.hosts = hosts;
    this.ofPod = {
      egress: index(declarations.flows, pods, ({ from, to, ports }) => [from, { peer: to, ports }]),
      ingress: index(declarations.flows, pods, ({ from, to, ports }) => [to, { peer: from, ports }]),
    };
  }

  /** Whether the flows of `pod` declare everything that a rule allows by this peer, on one port. */
  covers(pod: Pod, direction: Direction, peer: unknown, home: string, port: Port): boolean {
    const declared = this.ofPod[direction].get(pod);
    if (peer === EVERYBODY || !declared) return false;
    const onPort = ({ ports }: Declared): boolean =>
      ports.some((one) => one.protocol === port.protocol && includes(one, port));
    if (isObject(at(peer, 'ipBlock'))) {
      const addresses = blockOf(peer);
      const others = declared.wide.filter(onPort).map(({ peer: other }) => this.addressesOf(other));
      return addresses.length > 0 && covers(others, addresses);
    }
    const namespace = namespaceOfPeer(peer, home);
    if (namespace === undefined) return false;
    const others = declared.byNamespace.get(namespace) ?? [];
    return others.some(
      (other) => onPort(other) && other.peer.kind === 'pods' && namesLabels(peer, other.peer),
    );
  }

  private addressesOf(peer: PeerDeclaration): Addresses {
    if (peer.kind === 'addresses') return peer.cidrs.flatMap((cidr) => block(cidr, peer.except));
    return peer.hostNetwork ? this.hosts : [];
  }
}

/** Whether a port, or a range of them, lies in another one. */
const includes = (outer: Port, inner: Port): boolean =>
  outer.port <= inner.port && (inner.endPort ?? inner.port) <= (outer.endPort ?? outer.port);

function index(
  flows: readonly FlowDeclaration[],
  pods: PodIndex,
  sides: (flow: FlowDeclaration) => readonly [PeerDeclaration, Declared],
): Map<Pod, DeclaredOfPod> {
  const ofGroup = new Map<string, { group: GroupDeclaration; declared: Declared[] }>();
  for (const flow of flows) {
    const [side, declared] = sides(flow);
    if (side.kind !== 'pods') continue;
    const key = groupKey(side);
    const entry = ofGroup.get(key) ?? { group: side, declared: [] };
    entry.declared.push(declared);
    ofGroup.set(key, entry);
  }
  const result = new Map<Pod, DeclaredOfPod>();
  for (const { group, declared } of ofGroup.values()) {
    for (const pod of pods.podsOf(group)) {
      const ofPod = result.get(pod) ?? new DeclaredOfPod();
      declared.forEach((one) => ofPod.add(one));
      result.set(pod, ofPod);
    }
  }
  return result;
}

/** Whether a peer names at least the labels of the group: then it selects no pod of the namespace outside of the group. */
function namesLabels(peer: unknown, group: GroupDeclaration): boolean {
  const named = at(peer, 'podSelector.matchLabels');
  if (!isObject(named)) return Object.keys(group.labels).length === 0;
  for (const key of Object.keys(group.labels))
    if (!Object.hasOwn(named, key) || named[key] !== group.labels[key]) return false;
  return true;
}
