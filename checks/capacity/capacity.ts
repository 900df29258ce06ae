import type { KubeObject } from '../../charts/core/objects';
import { claimDemands, podDemands, sumOf, surgeOf, type ClaimDemand, type PodDemand } from './demand';
import { nodesOf, type Node } from './nodes';
import { fits, homeless, isPerNode } from './packing';
import { mostAtOnce } from './together';
import { ObjectSet } from '../core/object-set';
import { bytes, millicores, minus, NOTHING, plus, times, type Requests } from '../core/requests';
import type { CheckInput, Finding, Rule } from '../core/rule';
import { push } from '../core/selectors';
import { at, child, findingsOf, isObject, namespaceOf, settingsFile } from '../core/workloads';

const GIBI = 2 ** 30;
const finding = findingsOf('capacity');

/**
 * Everything that runs has room. Each pod finds a node for its requests among those that let it run, with a reserve left on each node.
 * Claims with all their copies, and the disk that pods request, fit on the disks. What is in a namespace fits in its quota. Pods that a
 * roll-out adds for a moment are named in the finding, but not counted.
 */
export const capacity: Rule = {
  name: 'capacity',
  check: (input) => {
    const nodes = nodesOf(input.settings);
    const set = ObjectSet.of(input);
    const demands = podDemands(set.pods, nodes);
    const claims = claimDemands(set.ofKind('PersistentVolumeClaim'), demands);
    return [
      ...nodeFindings(input, demands, nodes),
      ...storageFindings(input, claims, demands, nodes),
      ...quotaFindings(input, demands, claims),
    ];
  },
};

const aboutCluster = ({ settings }: CheckInput, field: string, problem: string, remedy: string): Finding => ({
  rule: 'capacity',
  object: `Cluster ${settings.name}`,
  file: settingsFile(settings.name),
  ...{ field, problem, remedy },
  setting: field.split('.'),
});

function nodeFindings(input: CheckInput, demands: readonly PodDemand[], nodes: readonly Node[]): Finding[] {
  const share = 1 - input.settings.capacity.reserve / 100;
  const rooms = nodes.map((node) => minus(times(node.has, share), overheadOf(input, node)));
  const wanted = demands.filter((demand) => demand.count > 0 || isPerNode(demand));
  const nowhere = wanted.filter((demand) => demand.nodes.length === 0);
  if (nowhere.length) return nowhere.map(nowhereFinding);
  const tooLarge = wanted.filter(({ each, nodes: own }) => !own.some((number) => fits(each, rooms[number])));
  if (tooLarge.length) return tooLarge.map((demand) => tooLargeFinding(demand, input));
  const short = shortages(input, demands, rooms, ordinaryNodes(nodes));
  if (short.length) return short;
  const left = homeless(demands, rooms);
  if (!left) return [];
  const problem = `there is room for all pods together, but no node has ${figures(left.each)} left for one of its ${left.count}`;
  return [finding(left.pod.rendered, left.pod.path, problem, 'Request less, or make nodes larger')];
}

/** What pods of controllers take of a node: they run where ordinary pods do. */
const overheadOf = ({ declarations }: CheckInput, { has, taint }: Node): Requests =>
  taint === undefined
    ? declarations.overheads.reduce(
        (sum, { cpuPercent, cpu, memory }) =>
          plus(sum, {
            cpu: (has.cpu * cpuPercent) / 100 + (millicores(cpu) ?? 0),
            memory: bytes(memory) ?? 0,
            disk: 0,
          }),
        NOTHING,
      )
    : NOTHING;

const besides = ({ overheads }: CheckInput['declarations']): string =>
  overheads.length
    ? ` and what ${overheads.map(({ component }) => component).join(' and ')} runs on each node`
    : '';

/** Numbers of the nodes that take pods without a toleration. */
const ordinaryNodes = (nodes: readonly Node[]): readonly number[] =>
  nodes.flatMap(({ taint }, number) => (taint === undefined ? [number] : []));

const nowhereFinding = ({ pod }: PodDemand): Finding =>
  finding(
    pod.rendered,
    pod.path,
    'no node of the settings lets the pod run: its node selector, affinity and tolerations leave none',
    'Select nodes that the settings have, or tolerate the taint of the control plane',
  );

function tooLargeFinding({ pod, each }: PodDemand, { settings, declarations }: CheckInput): Finding {
  const problem = `one pod requests ${figures(each)}, more than any node has beside a reserve of ${settings.capacity.reserve} %${besides(declarations)}`;
  return finding(pod.rendered, pod.path, problem, 'Request less, or make a node larger');
}

/** Nodes that are too small together for the pods that only they let run. The smallest such group is named: others follow from it. */
function shortages(
  input: CheckInput,
  demands: readonly PodDemand[],
  rooms: readonly Requests[],
  ordinary: readonly number[],
): Finding[] {
  const groups = [...new Set(demands.map(({ nodes }) => nodes))].sort(
    (one, other) => one.length - other.length,
  );
  for (const group of groups) {
    const room = group.reduce((sum, number) => plus(sum, rooms[number] ?? NOTHING), NOTHING);
    const who =
      group.length < ordinary.length ? `pods that can run on ${group.length} of the nodes only` : 'pods';
    const found = shortagesOf(input, demandsOn(group, demands), room, who);
    if (found.length) return found;
  }
  return [];
}

/** Pods that run on these nodes and on no others. */
function demandsOn(group: readonly number[], demands: readonly PodDemand[]): PodDemand[] {
  const inside = new Set(group);
  return demands.flatMap((demand) => {
    const common = demand.nodes.filter((number) => inside.has(number)).length;
    if (isPerNode(demand)) return [{ ...demand, count: common }];
    return common === demand.nodes.length ? [demand] : [];
  });
}

function shortagesOf(
  input: CheckInput,
  demands: readonly PodDemand[],
  room: Requests,
  who: string,
): Finding[] {
  const wanted = sumOf(demands);
  const surge = surgeOf(demands);
  const jobs = mostAtOnce(demands);
  const reserve = `${input.settings.capacity.reserve} % in reserve${besides(input.declarations)}`;
  const remedy = 'Request less, leave a component out, or add a node';
  const found: Finding[] = [];
  if (wanted.cpu > room.cpu) {
    const problem = `${who} request ${cores(wanted.cpu)} cores of ${cores(room.cpu)}${forJobs(jobs.cpu, `${cores(jobs.cpu)} cores`)}, with ${reserve}; a roll-out takes up to ${cores(surge.cpu)} more`;
    found.push(aboutCluster(input, 'nodes.cpu', problem, remedy));
  }
  if (wanted.memory > room.memory) {
    const problem = `${who} request ${gibi(wanted.memory)} Gi of ${gibi(room.memory)} Gi${forJobs(jobs.memory, `${gibi(jobs.memory)} Gi`)}, with ${reserve}; a roll-out takes up to ${gibi(surge.memory)} Gi more`;
    found.push(aboutCluster(input, 'nodes.memory', problem, remedy));
  }
  return found;
}

const forJobs = (amount: number, shown: string): string =>
  amount ? `, ${shown} of it for jobs that can run at once` : '';

/** Copies that Longhorn keeps of each volume of a class; other drivers keep one. */
const copiesOf = (storageClass: KubeObject): number =>
  Number(at(storageClass, 'parameters.numberOfReplicas') ?? 1);

/** Claims with all copies and what pods request, against the disks of the nodes that ordinary pods run on: volumes lie beside them. */
function storageFindings(
  input: CheckInput,
  claims: readonly ClaimDemand[],
  demands: readonly PodDemand[],
  nodes: readonly Node[],
): Finding[] {
  const { reserve } = input.settings.capacity;
  const classes = ObjectSet.of(input).ofKind('StorageClass');
  const copies = new Map(classes.map(({ object }) => [object.metadata.name, copiesOf(object)]));
  const unnamed = classes.find(
    ({ object: { metadata } }) =>
      metadata.annotations?.['storageclass.kubernetes.io/is-default-class'] === 'true',
  )?.object.metadata.name;
  const ofClaims = claims.reduce(
    (sum, claim) => sum + claim.bytes * claim.count * (copies.get(claim.storageClass ?? unnamed ?? '') ?? 1),
    0,
  );
  const ordinary = ordinaryNodes(nodes);
  const ofPods = sumOf(demandsOn(ordinary, demands)).disk;
  const disks = ordinary.reduce((sum, number) => sum + (nodes[number]?.has.disk ?? 0), 0);
  const room = disks * (1 - reserve / 100);
  if (ofClaims + ofPods <= room) return [];
  const beside = ofPods ? `, and ${gibi(ofPods)} Gi that pods request,` : '';
  const problem = `claims with their copies take ${gibi(ofClaims)} Gi${beside} of ${gibi(room)} Gi of disk, with ${reserve} % in reserve`;
  return [aboutCluster(input, 'nodes.disk', problem, 'Make claims smaller, keep fewer copies, or add disk')];
}

function quotaFindings(
  input: CheckInput,
  demands: readonly PodDemand[],
  allClaims: readonly ClaimDemand[],
): Finding[] {
  const quotas = ObjectSet.of(input).ofKind('ResourceQuota');
  const pods = groupBy(demands, ({ pod }) => pod.namespace);
  const claims = groupBy(allClaims, ({ namespace }) => namespace);
  return quotas.flatMap((rendered) => {
    const namespace = namespaceOf(rendered.object) || 'default';
    const inside = pods.get(namespace) ?? [];
    const wanted = sumOf(inside);
    const surge = surgeOf(inside);
    const jobs = mostAtOnce(inside);
    const storage = (claims.get(namespace) ?? []).reduce((sum, claim) => sum + claim.bytes * claim.count, 0);
    const hard = at(rendered.object, 'spec.hard');
    const limits: readonly Limited[] = [
      {
        name: 'requests.cpu',
        ...{ amount: wanted.cpu, more: surge.cpu, ofJobs: jobs.cpu },
        limit: millicores(field(hard, 'requests.cpu')),
        show: (n) => `${cores(n)} cores`,
      },
      {
        name: 'requests.memory',
        ...{ amount: wanted.memory, more: surge.memory, ofJobs: jobs.memory },
        limit: bytes(field(hard, 'requests.memory')),
        show: (n) => `${gibi(n)} Gi`,
      },
      {
        name: 'requests.storage',
        ...{ amount: storage, more: 0, ofJobs: 0 },
        limit: bytes(field(hard, 'requests.storage')),
        show: (n) => `${gibi(n)} Gi`,
      },
    ];
    return limits.flatMap(({ name, amount, limit, show, more, ofJobs }) => {
      if (limit === undefined || amount <= limit) return [];
      const rollout = more ? `; a roll-out takes up to ${show(more)} more` : '';
      const problem = `namespace ${namespace} requests ${show(amount)} of ${show(limit)}${forJobs(ofJobs, show(ofJobs))}${rollout}`;
      const found = finding(rendered, child('spec.hard', name), problem, 'Raise the quota, or request less');
      const index = input.settings.environments.findIndex((one) => one.namespace === namespace);
      return [
        index < 0
          ? found
          : { ...found, setting: ['environments', index, 'quota', name.replace('requests.', '')] },
      ];
    });
  });
}

/** One amount that a quota bounds. */
interface Limited {
  readonly name: string;
  readonly amount: number;
  readonly limit: number | undefined;
  /** What roll-outs take on top, for a moment. */
  readonly more: number;
  readonly ofJobs: number;
  readonly show: (amount: number) => string;
}

/** A field whose name has dots. */
const field = (value: unknown, name: string): unknown => (isObject(value) ? value[name] : undefined);

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) push(groups, keyOf(item), item);
  return groups;
}

const round = (amount: number): string => String(Math.round(amount * 100) / 100);
const cores = (amount: number): string => round(amount / 1000);
const gibi = (amount: number): string => round(amount / GIBI);
const figures = ({ cpu, memory, disk }: Requests): string =>
  disk
    ? `${cores(cpu)} cores, ${gibi(memory)} Gi and ${gibi(disk)} Gi of disk`
    : `${cores(cpu)} cores and ${gibi(memory)} Gi`;
