import type { Port } from '../../charts/core/network';
import type { FlowDeclaration, PeerDeclaration, RenderedObject } from '../../charts/core/render';
import { block } from './cidr-ranges';
import { DeclaredFlows } from './declared';
import { Connectivity, PEERS, EVERYBODY, peersOf, selectsAll, type Direction, type Policy } from './evaluate';
import { PodIndex, type Pod } from './pods';
import { ObjectSet } from '../core/object-set';
import type { CheckInput, Finding, Rule } from '../core/rule';
import { asArray, at, findingsOf, isObject, namespaceOf, show } from '../core/workloads';

const DIRECTIONS = ['ingress', 'egress'] as const;

const finding = findingsOf('network');

/**
 * Who may connect to whom is computed from the NetworkPolicies alone, and compared with the declared flows. Every namespace denies by
 * default, both sides of every declared flow allow it, and no rule allows more than flows declare.
 */
export const network: Rule = {
  name: 'network',
  check: (input) => {
    const set = ObjectSet.of(input);
    const pods = new PodIndex(input);
    const hosts = input.declarations.hosts.flatMap((cidr) => block(cidr));
    const connectivity = new Connectivity(set.ofKind('NetworkPolicy'), pods, hosts);
    const declared = new DeclaredFlows(input, pods, hosts);
    return [
      ...withoutDefaultDeny(set.ofKind('Namespace'), connectivity),
      ...refusedFlows(input, pods, connectivity),
      ...connectivity.policies.flatMap((policy) => undeclared(policy, declared)),
    ];
  },
};

function withoutDefaultDeny(namespaces: readonly RenderedObject[], { policies }: Connectivity): Finding[] {
  const closed = new Set(
    policies
      .filter(selectsAll)
      .flatMap(({ namespace, directions }) => [...directions].map((one) => `${namespace} ${one}`)),
  );
  return namespaces.flatMap((rendered) => {
    const { name } = rendered.object.metadata;
    const open = DIRECTIONS.filter((direction) => !closed.has(`${name} ${direction}`));
    if (!open.length) return [];
    const problem = `no policy denies ${open.join(' and ')} by default: pods without a policy of their own are open`;
    const remedy =
      'Render the NetworkPolicy default-deny of the namespace, which selects all pods and allows nothing';
    return [finding(rendered, 'metadata.name', problem, remedy)];
  });
}

function refusedFlows({ declarations }: CheckInput, pods: PodIndex, connectivity: Connectivity): Finding[] {
  return declarations.flows.flatMap((flow) => [
    ...refused(flow, 'egress', flow.from, flow.to, pods, connectivity),
    ...refused(flow, 'ingress', flow.to, flow.from, pods, connectivity),
  ]);
}

/** What one side of a flow is refused. Pods that others create, and pods in the host network, have no policy of this set. */
function refused(
  { ports }: FlowDeclaration,
  direction: Direction,
  side: PeerDeclaration,
  peer: PeerDeclaration,
  pods: PodIndex,
  connectivity: Connectivity,
): Finding[] {
  if (side.kind !== 'pods' || side.owner === null || side.hostNetwork) return [];
  return pods.podsOf(side).flatMap((pod) => {
    const missing = connectivity.refused(pod, direction, peer, ports);
    if (!missing.length) return [];
    const way = direction === 'egress' ? `connect to ${peerName(peer)}` : `be called by ${peerName(peer)}`;
    const problem = `${peerName(side)} may not ${way} on ${portNames(missing)}, though the flow is declared`;
    const remedy = `Allow it in the ${direction} rules: render the policies again`;
    const place = placeOf(pod, direction, connectivity.policiesOf(pod));
    return place
      ? [finding(place.rendered, place.field, problem, remedy)]
      : [homeless(side.owner, peerName(side), direction, problem, remedy)];
  });
}

/** The policy that ought to allow it, or the workload that has none of its own. */
function placeOf(pod: Pod, direction: Direction, policies: readonly Policy[]) {
  const own = policies.find((policy) => !selectsAll(policy));
  if (own) return { rendered: own.rendered, field: `spec.${direction}` };
  const template = (pod.path ?? '').replace(/\.spec$/, '');
  return pod.rendered && { rendered: pod.rendered, field: `${template}.metadata.labels` };
}

const homeless = (
  owner: string | null,
  name: string,
  field: string,
  problem: string,
  remedy: string,
): Finding => ({
  ...{ rule: 'network', object: `Pods ${name}`, file: `${String(owner)}/`, field, problem, remedy },
});

const peerName = (peer: PeerDeclaration): string =>
  peer.kind === 'addresses' ? peer.name : `${peer.namespace}/${peer.name}`;

const portNames = (ports: readonly Port[]): string =>
  ports
    .map(({ port, endPort = port, protocol }) =>
      endPort === port ? `${show(protocol)} ${show(port)}` : `${show(protocol)} ${port} to ${endPort}`,
    )
    .join(', ');

/** What the rules of a policy allow and no flow declares: one finding per peer. */
function undeclared(policy: Policy, declared: DeclaredFlows): Finding[] {
  const { rendered, directions } = policy;
  return DIRECTIONS.filter((direction) => directions.has(direction)).flatMap((direction) =>
    asArray(at(rendered.object, `spec.${direction}`)).flatMap((rule, index) =>
      undeclaredOfRule(policy, direction, rule, `spec.${direction}[${index}]`, declared),
    ),
  );
}

const DECLARE = 'Declare the flow in the component that needs it, or remove the rule';

function undeclaredOfRule(
  policy: Policy,
  direction: Direction,
  rule: unknown,
  path: string,
  declared: DeclaredFlows,
): Finding[] {
  const about = (field: string, problem: string): Finding =>
    finding(policy.rendered, `${path}.${field}`, problem, DECLARE);
  const other = direction === 'ingress' ? 'everybody may connect in' : 'it may connect to everything';
  const peers = peersOf(rule, direction);
  if (peers.includes(EVERYBODY)) return [about(PEERS[direction], `${other}: the rule names nobody`)];
  const entries = asArray(at(rule, 'ports'));
  if (!entries.length) return [about('ports', 'the rule opens every port')];
  const vague = entries.findIndex((entry) => !isNumbered(entry));
  if (vague >= 0)
    return [about(`ports[${vague}]`, 'the entry names no port by number, so no flow can be found for it')];
  const ports = entries.map(portOf);
  return peers.flatMap((peer, index) => {
    const extra = ports.filter((port) => !isDeclared(policy, direction, peer, port, declared));
    if (!extra.length) return [];
    const problem = `${portNames(extra)} ${direction === 'ingress' ? 'from' : 'to'} ${describe(peer, policy)} is allowed, and no flow declares it`;
    return [about(`${PEERS[direction]}[${index}]`, problem)];
  });
}

/** Whether flows declare the port for every pod that the policy selects. Of a policy that selects no pod nothing is declared. */
function isDeclared(
  { pods, namespace }: Policy,
  direction: Direction,
  peer: unknown,
  port: Port,
  declared: DeclaredFlows,
): boolean {
  return pods.length > 0 && pods.every((pod) => declared.covers(pod, direction, peer, namespace, port));
}

const isNumbered = (entry: unknown): boolean => {
  const end = at(entry, 'endPort');
  return typeof at(entry, 'port') === 'number' && (end === undefined || typeof end === 'number');
};

const portOf = (entry: unknown): Port => {
  const port = at(entry, 'port') as number;
  return {
    port,
    endPort: (at(entry, 'endPort') ?? port) as number,
    protocol: (at(entry, 'protocol') ?? 'TCP') as Port['protocol'],
  };
};

function describe(peer: unknown, { rendered }: Policy): string {
  const cidr = at(peer, 'ipBlock.cidr');
  if (typeof cidr === 'string') return cidr;
  const labels = (selector: unknown): string => JSON.stringify(at(selector, 'matchLabels') ?? {});
  const namespaces = at(peer, 'namespaceSelector');
  const where = isObject(namespaces) ? `namespaces ${labels(namespaces)}` : namespaceOf(rendered.object);
  return `pods ${labels(at(peer, 'podSelector'))} of ${where}`;
}
