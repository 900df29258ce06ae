import type { ClusterSettings } from './base';
import { overlap, parseCidr } from './cidr';
import type { Mistake } from './problem';
import { duplicates, named, rule, type Rule } from './rule';

// Rules between fields. Each looks at whole sections, and is skipped where one of them is missing or broken.

/** Names that components use, whatever the settings say. */
export interface TakenNames {
  /** Namespaces that they have for themselves. */
  readonly namespaces: readonly string[];
  /** What stands before an environment's name in the longest name made of it. */
  readonly longestPrefix: string;
}

/**
 * Everything that the cluster's own sections contradict each other in.
 *
 * @param taken names that components use
 */
export function contradictions(settings: Partial<ClusterSettings>, taken: TakenNames): readonly Mistake[] {
  const rules = [
    ...[uniqueNodes, uniqueEnvironments, ambiguousEnvironments, unprotected, ranges, tunnels],
    ...[runnable, tooManyNodes],
    longEnvironments(taken.longestPrefix),
    namespaces(taken.namespaces),
  ];
  return rules.flatMap((check) => check(settings));
}

/** The name of a cluster is that of its folder: everything else finds it by one or the other. */
export function misnamed({ name }: Partial<ClusterSettings>, folder: string): readonly Mistake[] {
  if (name === undefined || name === folder) return [];
  const problem = `"${name}" is not the name of the folder, "${folder}"`;
  return [{ path: ['name'], problem, remedy: `Write ${folder}, or rename the folder` }];
}

const uniqueNodes = rule(['nodes'], ({ nodes }) => duplicates(named(nodes, 'nodes')));
const uniqueEnvironments = rule(['environments'], ({ environments }) =>
  duplicates(named(environments, 'environments')),
);

/** A CronJob's name may have so many letters (pkg/apis/batch/validation of Kubernetes 1.36.3: its Jobs carry eleven more). */
const LONGEST_NAME = 52;

/** `longest` is what stands before the name of an environment in the longest name made of it: `postgresql-logical-drill-`. */
const longEnvironments = (longest: string): Rule =>
  rule(['environments'], ({ environments }) => {
    const most = LONGEST_NAME - longest.length;
    return named(environments, 'environments')
      .filter(({ name }) => name.length > most)
      .map(({ name, path }) => ({
        path,
        problem: `${name.length} letters, of which names made of it leave ${most}: ${longest}${name} would be no name of a CronJob`,
        remedy: `Use at most ${most} letters`,
      }));
  });

/** A component of the environment `logical-drill-x` and its drill in `x` would have one name. */
const ambiguousEnvironments = rule(['environments'], ({ environments }) => {
  const all = named(environments, 'environments');
  return all.flatMap(({ name, path }) => {
    const other = all.find((one) => name.endsWith(`drill-${one.name}`));
    if (!other) return [];
    const problem = `"${name}" makes names that the restore drills of ${other.name} have`;
    return [{ path, problem, remedy: `Choose a name that does not end in drill-${other.name}` }];
  });
});

/** What users rely on has backups: no reason makes up for them. */
const unprotected = rule(['environments'], ({ environments }) =>
  environments.flatMap(({ name, stage, noBackup }, index) =>
    stage === 'prod' && noBackup !== undefined
      ? {
          path: ['environments', index, 'noBackup'],
          problem: `${name} is of stage prod, whose data is always backed up`,
          remedy: 'Remove it and say where backups go (backup), or choose another stage',
        }
      : [],
  ),
);

const namespaces = (platform: readonly string[]): Rule =>
  rule(['environments', 'monitoring'], ({ environments, monitoring }) => {
    const names = environments.map((one) => one.name);
    const things = [
      { name: monitoring.namespace, path: ['monitoring', 'namespace'] },
      ...environments
        // two environments of one name are reported as such
        .map(({ name, namespace }, index) => ({
          name: namespace,
          twin: name,
          path: ['environments', index, 'namespace'],
        }))
        .filter(({ name, twin }, index) => name !== twin || names.indexOf(name) === index),
    ];
    const taken = things.filter(({ name }) => platform.includes(name));
    const system = things.filter(({ name }) => name === 'default' || name.startsWith('kube-'));
    return [
      ...duplicates(things, 'Choose another namespace: nothing is shared between them'),
      ...taken.map(({ name, path }) => ({
        path,
        problem: `"${name}" is a namespace of the platform itself`,
        remedy: 'Choose another namespace',
      })),
      ...system.map(({ name, path }) => ({
        path,
        problem: `"${name}" is a namespace of Kubernetes itself`,
        remedy: 'Choose another namespace',
      })),
    ];
  });

const ranges = rule(['network', 'distribution'], ({ network, distribution }) => {
  const names = ['nodes', 'pods', 'services'] as const;
  return names.flatMap((name, index) =>
    names.slice(0, index).flatMap((earlier) => {
      const [one, other] = [parseCidr(network[earlier]), parseCidr(network[name])];
      if (!one || !other || !overlap(one, other)) return [];
      return {
        path: ['network', name],
        problem: `${network[name]} overlaps ${network[earlier]} of network.${earlier}`,
        remedy: `Give both the ranges that ${distribution} was installed with`,
      };
    }),
  );
});

/**
 * A connection from the host network of one node to a pod of another comes from where the CNI sends it: flannel and Calico take an address of
 * their tunnel, in the range of the pods, which no policy knows. Webhooks and the ingress would be dropped, and only where the pod runs elsewhere.
 */
const tunnels = rule(['network', 'nodes'], ({ network, nodes }) => {
  const all = nodes.reduce((sum, { count }) => sum + count, 0);
  if (all === 1 || network.hosts !== undefined) return [];
  const problem = `says nothing of hosts, from whose addresses the host network of each of ${all} nodes reaches pods of another`;
  const remedy =
    'Name those of the tunnels, or write hosts: [] where there are none: docs/network.md says how to see them';
  return [{ path: ['network'], problem, remedy }];
});

/** "Considerations for large clusters" (kubernetes.io): what upstream tests. */
const MOST_NODES = 5000;

/** Each type of node may be as many by itself: all of them together may not. */
const tooManyNodes = rule(['nodes'], ({ nodes }) => {
  const all = nodes.reduce((sum, { count }) => sum + count, 0);
  if (all <= MOST_NODES) return [];
  const problem = `${all} nodes are more than the ${MOST_NODES} that Kubernetes is made for`;
  return [{ path: ['nodes'], problem, remedy: 'Lower count, or make several clusters' }];
});

const runnable = rule(['nodes', 'distribution'], ({ nodes, distribution }) => {
  const controlPlane = nodes.some(({ role }) => role === 'control-plane');
  const schedulable = nodes.some((node) => node.schedulable);
  return [
    ...(controlPlane
      ? []
      : [
          {
            path: ['nodes'],
            problem: 'no node runs the control plane',
            remedy: 'Add a node with role: control-plane',
          },
        ]),
    ...(schedulable
      ? []
      : [
          {
            path: ['nodes'],
            problem: `no node runs ordinary pods${distribution === 'kubeadm' ? ', since kubeadm taints its control plane' : ''}`,
            remedy: 'Add a node with role: worker, or set schedulable: true on one and remove its taint',
          },
        ]),
  ];
});
