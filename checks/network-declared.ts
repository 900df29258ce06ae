import type { Port } from '../charts/core/network';
import type { FlowDeclaration, PeerDeclaration } from '../charts/core/render';
import { block, covers, type Addresses } from './cidr-ranges';
import { blockOf, EVERYBODY, type Direction } from './network-evaluate';
import { groupKey, NAME_LABEL, type GroupDeclaration, type Pod, type PodIndex } from './network-pods';
import type { CheckInput } from './rule';
import { at, fieldsOf, isObject } from './workloads';

/** The other side of a flow, seen from a pod, and the ports it is declared for. */
interface Declared {
  readonly peer: PeerDeclaration;
  readonly ports: readonly Port[];
}

/** What flows declare for each pod: the yardstick for what policies allow. */
export class DeclaredFlows {
  private readonly ofPod: Readonly<Record<Direction, Map<Pod, Declared[]>>>;
  private readonly hosts: Addresses;

  constructor({ declarations }: CheckInput, pods: PodIndex, hosts: Addresses) {
    this.hosts = hosts;
    this.ofPod = {
      egress: index(declarations.flows, pods, ({ from, to, ports }) => [from, { peer: to, ports }]),
      ingress: index(declarations.flows, pods, ({ from, to, ports }) => [to, { peer: from, ports }]),
    };
  }

  /** Whether flows of `pod` declare all that a peer of a rule means, on one port. */
  covers(pod: Pod, direction: Direction, peer: unknown, home: string, port: Port): boolean {
    const declared = (this.ofPod[direction].get(pod) ?? []).filter(({ ports }) =>
      ports.some((one) => one.port === port.port && one.protocol === port.protocol),
    );
    if (peer === EVERYBODY) return false;
    if (isObject(at(peer, 'ipBlock'))) {
      const addresses = blockOf(peer);
      return (
        addresses.length > 0 &&
        covers(
          declared.map(({ peer: other }) => this.addressesOf(other)),
          addresses,
        )
      );
    }
    return declared.some(
      ({ peer: other }) => other.kind === 'pods' && !other.hostNetwork && isWithin(peer, home, other),
    );
  }

  private addressesOf(peer: PeerDeclaration): Addresses {
    if (peer.kind === 'addresses') return peer.cidrs.flatMap((cidr) => block(cidr, peer.except));
    return peer.hostNetwork ? this.hosts : [];
  }
}

function index(
  flows: readonly FlowDeclaration[],
  pods: PodIndex,
  sides: (flow: FlowDeclaration) => readonly [PeerDeclaration, Declared],
): Map<Pod, Declared[]> {
  const ofGroup = new Map<string, { group: GroupDeclaration; declared: Declared[] }>();
  for (const flow of flows) {
    const [side, declared] = sides(flow);
    if (side.kind !== 'pods') continue;
    const key = groupKey(side);
    const entry = ofGroup.get(key) ?? { group: side, declared: [] };
    entry.declared.push(declared);
    ofGroup.set(key, entry);
  }
  const result = new Map<Pod, Declared[]>();
  for (const { group, declared } of ofGroup.values()) {
    for (const pod of pods.podsOf(group)) result.set(pod, [...(result.get(pod) ?? []), ...declared]);
  }
  return result;
}

/** Whether a peer can mean no pod outside of the group: it names the group's namespace and at least its labels. */
function isWithin(peer: unknown, home: string, group: GroupDeclaration): boolean {
  const namespaces = at(peer, 'namespaceSelector');
  const names = at(namespaces, 'matchLabels');
  const namespace = isObject(namespaces) ? (isObject(names) ? names[NAME_LABEL] : undefined) : home;
  if (namespace !== group.namespace) return false;
  const named = new Map(fieldsOf(at(at(peer, 'podSelector'), 'matchLabels')));
  return Object.entries(group.labels).every(([key, value]) => named.get(key) === value);
}
