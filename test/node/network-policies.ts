import type { Api, LiveObject } from '../e2e/api';
import { sleep } from '../e2e/processes';
import { execute } from './exec';

/** Milliseconds between two looks: a pod's first packets are sent again after a second. */
const LOOK_MILLISECONDS = 300;
const TABLE = 'strata_network_policies';

/** Something with an address that policies select by labels. */
export interface Party {
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly address: string;
  /** Name → number. */
  readonly ports: Readonly<Record<string, number>>;
}

interface Space {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

interface World {
  readonly parties: readonly Party[];
  readonly spaces: readonly Space[];
  readonly policies: readonly LiveObject[];
}

/**
 * Enforces the NetworkPolicies of the cluster with nftables, as a network plugin does: what comes from the node itself is let through,
 * what comes from or goes to a pod that a policy selects is dropped unless one of its rules says so. Runs until `ended` says yes.
 *
 * @param others what policies select though it is no pod here
 */
export async function enforcePolicies(
  api: Api,
  others: readonly Party[],
  ended: () => boolean,
): Promise<void> {
  let before = '';
  while (!ended()) {
    const world = await look(api, others).catch(() => undefined);
    const rules = world ? rulesOf(world) : before;
    if (rules !== before) {
      execute('nft', ['-f', '-'], rules);
      before = rules;
    }
    await sleep(LOOK_MILLISECONDS);
  }
}

async function look(api: Api, others: readonly Party[]): Promise<World> {
  const [pods, namespaces, policies] = await Promise.all([
    api.list('v1', 'Pod'),
    api.list('v1', 'Namespace'),
    api.list('networking.k8s.io/v1', 'NetworkPolicy'),
  ]);
  const parties = pods
    .filter(({ spec, status }) => status?.podIP && !spec.hostNetwork && running(status.phase))
    .map(({ metadata, spec, status }) => ({
      namespace: metadata.namespace ?? '',
      labels: metadata.labels ?? {},
      address: status.podIP as string,
      ports: portsOf(spec),
    }));
  const spaces = namespaces.map(({ metadata }) => ({ name: metadata.name, labels: metadata.labels ?? {} }));
  return { parties: [...parties, ...others], spaces, policies };
}

const running = (phase: string): boolean => phase === 'Running' || phase === 'Pending';

const portsOf = (spec: any): Record<string, number> =>
  Object.fromEntries(
    (spec.containers as { ports?: { name?: string; containerPort: number }[] }[]).flatMap(({ ports = [] }) =>
      ports.flatMap(({ name, containerPort }) => (name ? [[name, containerPort] as const] : [])),
    ),
  );

type Direction = 'ingress' | 'egress';

/** The table that replaces the one before in one step. */
export function rulesOf({ parties, spaces, policies }: World): string {
  const chains: string[] = [];
  const verdicts: Record<Direction, string[]> = { ingress: [], egress: [] };
  for (const [index, party] of parties.entries())
    for (const direction of ['ingress', 'egress'] as const) {
      const own = policies.filter((policy) => selects(policy, party, direction));
      if (!own.length) continue;
      const name = `${direction}_${index}`;
      verdicts[direction].push(`${party.address} : jump ${name}`);
      const allowed = own.flatMap(({ spec }) =>
        ((spec[direction] ?? []) as any[]).flatMap((rule) =>
          linesOf(rule, direction, party, own[0]?.metadata.namespace ?? '', { parties, spaces }),
        ),
      );
      chains.push(
        `  chain ${name} {\n${[...new Set(allowed), 'counter drop'].map((line) => `    ${line}\n`).join('')}  }\n`,
      );
    }
  const maps = [
    ...(verdicts.egress.length ? [`ip saddr vmap { ${verdicts.egress.join(', ')} }`] : []),
    ...(verdicts.ingress.length ? [`ip daddr vmap { ${verdicts.ingress.join(', ')} }`] : []),
  ];
  const hook = (name: string): string =>
    `  chain ${name} {\n    type filter hook ${name} priority 10; policy accept;\n    ct state established,related accept\n${maps.map((line) => `    ${line}\n`).join('')}  }\n`;
  // declared before it is deleted, so that there is one to delete
  return `table ip ${TABLE} {}\ndelete table ip ${TABLE}\ntable ip ${TABLE} {\n${chains.join('')}${hook('forward')}${hook('input')}}\n`;
}

function selects({ metadata, spec }: LiveObject, party: Party, direction: Direction): boolean {
  if (metadata.namespace !== party.namespace) return false;
  const types = (spec.policyTypes ?? ['Ingress']) as string[];
  if (!types.some((type) => type.toLowerCase() === direction)) return false;
  return matches(spec.podSelector, party.labels);
}

/** One rule of a policy as lines that let through what it allows. */
function linesOf(
  rule: any,
  direction: Direction,
  party: Party,
  namespace: string,
  world: Pick<World, 'parties' | 'spaces'>,
): string[] {
  const field = direction === 'ingress' ? 'saddr' : 'daddr';
  const peers = (direction === 'ingress' ? rule.from : rule.to) as any[] | undefined;
  if (!peers?.length)
    return portLines(rule.ports, direction === 'ingress' ? party : undefined).map((ports) =>
      `${ports} return`.trim(),
    );
  return peers.flatMap((peer) => {
    if (peer.ipBlock) {
      const { cidr, except = [] } = peer.ipBlock as { cidr: string; except?: string[] };
      if (cidr.includes(':')) return [];
      const excepted = except.length ? `ip ${field} != { ${except.join(', ')} } ` : '';
      // every address: nftables has no set of that
      const block = cidr === '0.0.0.0/0' ? '' : `ip ${field} ${cidr} `;
      return portLines(rule.ports, direction === 'ingress' ? party : undefined).map(
        (ports) => `${block}${excepted}${ports} return`,
      );
    }
    return world.parties
      .filter((other) => isPeer(peer, other, namespace, world.spaces))
      .flatMap((other) =>
        portLines(rule.ports, direction === 'ingress' ? party : other).map(
          (ports) => `ip ${field} ${other.address} ${ports} return`,
        ),
      );
  });
}

function isPeer(peer: any, other: Party, namespace: string, spaces: readonly Space[]): boolean {
  const space = spaces.find(({ name }) => name === other.namespace);
  const inSpace = peer.namespaceSelector
    ? matches(peer.namespaceSelector, space?.labels ?? {})
    : other.namespace === namespace;
  return inSpace && (!peer.podSelector || matches(peer.podSelector, other.labels));
}

/** Matches of destination ports; named ones are those of the destination. One that matches everything where none are named. */
function portLines(ports: any[] | undefined, destination: Party | undefined): string[] {
  if (!ports?.length) return [''];
  return ports.flatMap(({ port, endPort, protocol = 'TCP' }) => {
    const name = String(protocol).toLowerCase();
    if (port === undefined) return [`meta l4proto ${name}`];
    const number = typeof port === 'number' ? port : destination?.ports[port];
    if (number === undefined) return [];
    return [`${name} dport ${endPort ? `${number}-${endPort}` : number}`];
  });
}

/** Label selectors (apimachinery, LabelSelector): an empty one matches everything. */
export function matches(selector: any, labels: Readonly<Record<string, string>>): boolean {
  const { matchLabels = {}, matchExpressions = [] } = selector as {
    matchLabels?: Record<string, string>;
    matchExpressions?: { key: string; operator: string; values?: string[] }[];
  };
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, operator, values = [] }) => {
      const value = labels[key];
      if (operator === 'Exists') return value !== undefined;
      if (operator === 'DoesNotExist') return value === undefined;
      if (operator === 'In') return value !== undefined && values.includes(value);
      return value === undefined || !values.includes(value);
    })
  );
}
