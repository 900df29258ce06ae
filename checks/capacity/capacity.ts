import type { RenderedObject } from '../../charts/core/render';
import {
  claimDemands,
  claimNamespace,
  demandNamespace,
  podDemands,
  schedulableNodes,
  sumOf,
  surgeOf,
  type PodDemand,
} from './demand';
import { fits, homeless } from './packing';
import { bytes, millicores, NOTHING, plus, type Requests } from '../core/requests';
import { ObjectSet } from '../core/object-set';
import type { CheckInput, Finding, Rule } from '../core/rule';
import { push } from '../core/selectors';
import { at, child, findingsOf, isObject, namespaceOf, settingsFile } from '../core/workloads';

const GIBI = 2 ** 30;
const finding = findingsOf('capacity');

/**
 * Everything that runs has room. Each pod finds a node for its requests, with a reserve left on each node. Claims with all their copies fit
 * on the disks. What is in a namespace fits in its quota. Pods that a roll-out adds for a moment are named in the finding, but not counted.
 */
export const capacity: Rule = {
  name: 'capacity',
  check: (input) => {
    const demands = podDemands(ObjectSet.of(input).pods, schedulableNodes(input.settings));
    return [...nodeFindings(input, demands), ...storageFindings(input), ...quotaFindings(input, demands)];
  },
};

const aboutCluster = ({ settings }: CheckInput, field: string, problem: string, remedy: string): Finding => ({
  rule: 'capacity',
  object: `Cluster ${settings.name}`,
  file: settingsFile(settings.name),
  ...{ field, problem, remedy },
});

/** Room for requests on each schedulable node. */
function nodesOf({ settings }: CheckInput): Requests[] {
  const share = 1 - settings.capacity.reserve / 100;
  return settings.nodes
    .filter(({ schedulable }) => schedulable)
    .flatMap(({ count, cpu, memory }) =>
      Array.from({ length: count }, () => ({
        cpu: cpu * 1000 * share,
        memory: (bytes(memory) ?? 0) * share,
      })),
    );
}

function nodeFindings(input: CheckInput, demands: readonly PodDemand[]): Finding[] {
  const nodes = nodesOf(input);
  const tooLarge = demands.filter(({ each, count }) => count > 0 && !nodes.some((node) => fits(each, node)));
  if (tooLarge.length) return tooLarge.map((demand) => tooLargeFinding(demand, input));
  const short = shortages(input, demands, nodes.reduce(plus, NOTHING));
  if (short.length) return short;
  const left = homeless(demands, nodes);
  if (!left) return [];
  const problem = `there is room for all pods together, but no node has ${figures(left.each)} left for one of its ${left.count}`;
  return [finding(left.pod.rendered, left.pod.path, problem, 'Request less, or make nodes larger')];
}

function tooLargeFinding({ pod, each }: PodDemand, { settings }: CheckInput): Finding {
  const problem = `one pod requests ${figures(each)}, more than any node has beside a reserve of ${settings.capacity.reserve} %`;
  return finding(pod.rendered, pod.path, problem, 'Request less, or make a node larger');
}

function shortages(input: CheckInput, demands: readonly PodDemand[], room: Requests): Finding[] {
  const wanted = sumOf(demands);
  const surge = surgeOf(demands);
  const reserve = `${input.settings.capacity.reserve} % in reserve`;
  const remedy = 'Request less, leave a component out, or add a node';
  const found: Finding[] = [];
  if (wanted.cpu > room.cpu) {
    const problem = `pods request ${cores(wanted.cpu)} cores of ${cores(room.cpu)}, with ${reserve}; a roll-out takes up to ${cores(surge.cpu)} more`;
    found.push(aboutCluster(input, 'nodes.cpu', problem, remedy));
  }
  if (wanted.memory > room.memory) {
    const problem = `pods request ${gibi(wanted.memory)} Gi of ${gibi(room.memory)} Gi, with ${reserve}; a roll-out takes up to ${gibi(surge.memory)} Gi more`;
    found.push(aboutCluster(input, 'nodes.memory', problem, remedy));
  }
  return found;
}

const holders = (input: CheckInput): readonly RenderedObject[] =>
  ObjectSet.of(input).ofKind('PersistentVolumeClaim', 'StatefulSet');

/** Claims with all their copies, against the disks of schedulable nodes: volumes lie where pods run. */
function storageFindings(input: CheckInput): Finding[] {
  const { storage, nodes, capacity: settings } = input.settings;
  const copies = new Map(storage.classes.map(({ name, replicas }) => [name, replicas]));
  const wanted = claimDemands(holders(input)).reduce(
    (sum, claim) =>
      sum + claim.bytes * claim.count * (copies.get(claim.storageClass ?? storage.general) ?? 1),
    0,
  );
  const disks = nodes
    .filter(({ schedulable }) => schedulable)
    .reduce((sum, { count, disk }) => sum + count * (bytes(disk) ?? 0), 0);
  const room = disks * (1 - settings.reserve / 100);
  if (wanted <= room) return [];
  const problem = `claims with their copies take ${gibi(wanted)} Gi of ${gibi(room)} Gi of disk, with ${settings.reserve} % in reserve`;
  return [aboutCluster(input, 'nodes.disk', problem, 'Make claims smaller, keep fewer copies, or add disk')];
}

function quotaFindings(input: CheckInput, demands: readonly PodDemand[]): Finding[] {
  const quotas = ObjectSet.of(input).ofKind('ResourceQuota');
  const pods = groupBy(demands, demandNamespace);
  const claims = groupBy(claimDemands(holders(input)), claimNamespace);
  return quotas.flatMap((rendered) => {
    const namespace = namespaceOf(rendered.object) || 'default';
    const inside = pods.get(namespace) ?? [];
    const wanted = sumOf(inside);
    const surge = surgeOf(inside);
    const storage = (claims.get(namespace) ?? []).reduce((sum, claim) => sum + claim.bytes * claim.count, 0);
    const hard = at(rendered.object, 'spec.hard');
    const limits: [string, number, number | undefined, (amount: number) => string, number][] = [
      [
        'requests.cpu',
        wanted.cpu,
        millicores(field(hard, 'requests.cpu')),
        (n) => `${cores(n)} cores`,
        surge.cpu,
      ],
      [
        'requests.memory',
        wanted.memory,
        bytes(field(hard, 'requests.memory')),
        (n) => `${gibi(n)} Gi`,
        surge.memory,
      ],
      ['requests.storage', storage, bytes(field(hard, 'requests.storage')), (n) => `${gibi(n)} Gi`, 0],
    ];
    return limits.flatMap(([name, amount, limit, show, more]) => {
      if (limit === undefined || amount <= limit) return [];
      const rollout = more ? `; a roll-out takes up to ${show(more)} more` : '';
      const problem = `namespace ${namespace} requests ${show(amount)} of ${show(limit)}${rollout}`;
      return [finding(rendered, child('spec.hard', name), problem, 'Raise the quota, or request less')];
    });
  });
}

/** A field whose name has dots. */
const field = (value: unknown, name: string): unknown => (isObject(value) ? value[name] : undefined);

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    push(groups, keyOf(item), item);
  }
  return groups;
}

const round = (amount: number): string => String(Math.round(amount * 100) / 100);
const cores = (amount: number): string => round(amount / 1000);
const gibi = (amount: number): string => round(amount / GIBI);
const figures = ({ cpu, memory }: Requests): string => `${cores(cpu)} cores and ${gibi(memory)} Gi`;
