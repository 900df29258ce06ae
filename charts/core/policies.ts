import { NetworkPolicy } from '../../imports/models';
import type { Cluster } from './cluster';
import { componentsOf } from './components';
import { defined } from './objects';
import { tcp, udp, type AddressGroup, type Flow, type Peer, type PodGroup, type Port } from './network';

const DNS_PORTS = [udp(53), tcp(53)];

/**
 * All flows of a cluster: the declared ones, and the look-up of names for whoever connects to something that is reached by name.
 */
export function flowsOf(cluster: Cluster): readonly Flow[] {
  const byName = (flow: Flow) => flow.to.kind === 'pods' || flow.to.name === 'internet';
  const askers = new Set<PodGroup>();
  const { flows } = cluster;
  for (const flow of flows) {
    if (flow.from.kind === 'pods' && flow.from.owner && !flow.from.hostNetwork && byName(flow))
      askers.add(flow.from);
  }
  const lookUps = [...askers].flatMap((from) =>
    cluster.nameServers.map((to) => ({ from, to, ports: DNS_PORTS })),
  );
  return [...flows, ...lookUps];
}

/** Adds, to the component that owns it, the NetworkPolicy of each group of pods. Called once, after the last component. */
export function addNetworkPolicies(cluster: Cluster): void {
  const flows = flowsOf(cluster);
  const into = groupedBy(flows, (flow) => flow.to);
  const outOf = groupedBy(flows, (flow) => flow.from);
  const owners = new Map(componentsOf(cluster).map((component) => [component.id, component]));
  for (const group of cluster.podGroups) {
    // no policy applies to pods in the node's network namespace
    const owner = group.owner && owners.get(group.owner.id);
    if (!owner || group.hostNetwork) continue;
    const ingress = into.get(group) ?? [];
    const egress = outOf.get(group) ?? [];
    owner.add(NetworkPolicy, {
      metadata: { name: group.name, namespace: group.namespace },
      spec: defined({
        podSelector: { matchLabels: { ...group.labels } },
        policyTypes: ['Ingress' as const, 'Egress' as const],
        // no list rather than an empty one, which the API server drops: every further apply would change the object anew
        ingress: ingress.length
          ? rules(ingress, (flow) => flow.from, cluster, group).map(({ peers, ports }) => ({
              from: peers,
              ports,
            }))
          : undefined,
        egress: egress.length
          ? rules(egress, (flow) => flow.to, cluster, group).map(({ peers, ports }) => ({ to: peers, ports }))
          : undefined,
      }),
    });
  }
}

function groupedBy(flows: readonly Flow[], peerOf: (flow: Flow) => Peer): ReadonlyMap<Peer, readonly Flow[]> {
  const groups = new Map<Peer, Flow[]>();
  for (const flow of flows) {
    const peer = peerOf(flow);
    const group = groups.get(peer);
    if (group) group.push(flow);
    else groups.set(peer, [flow]);
  }
  return groups;
}

/** One rule per peer, with all ports that flows to or from it name, in the order of declaration. */
function rules(flows: readonly Flow[], peerOf: (flow: Flow) => Peer, cluster: Cluster, group: PodGroup) {
  const byPeer = new Map<Peer, Map<string, Port>>();
  for (const flow of flows) {
    const peer = peerOf(flow);
    const ports = byPeer.get(peer) ?? new Map<string, Port>();
    for (const port of flow.ports) ports.set(`${port.protocol}/${port.port}-${port.endPort ?? ''}`, port);
    byPeer.set(peer, ports);
  }
  return [...byPeer].map(([peer, ports]) => ({
    peers: policyPeers(peer, cluster, group),
    ports: [...ports.values()].map(({ port, endPort, protocol }) => defined({ port, endPort, protocol })),
  }));
}

function policyPeers(peer: Peer, cluster: Cluster, group: PodGroup) {
  if (peer.kind === 'addresses') return addressPeers(peer);
  if (peer.hostNetwork) return addressPeers(cluster.hosts);
  const podSelector = { matchLabels: { ...peer.labels } };
  if (peer.namespace === group.namespace) return [{ podSelector }];
  return [
    { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': peer.namespace } }, podSelector },
  ];
}

const addressPeers = ({ cidrs, except }: AddressGroup) =>
  cidrs.map((cidr) => ({ ipBlock: { cidr, ...(except && { except: [...except] }) } }));
