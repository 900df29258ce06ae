import type { ClusterSettings } from './base';
import { overlap, parseCidr } from './cidr';
import type { Mistake } from './problem';
import { duplicates, named, rule, type Rule } from './rule';

// Rules between fields. Each looks at whole sections, and is skipped where one of them is missing or broken.

/**
 * Everything that the cluster's own sections contradict each other in.
 *
 * @param platformNamespaces namespaces that components have for themselves
 */
export function contradictions(
  settings: Partial<ClusterSettings>,
  platformNamespaces: readonly string[],
): readonly Mistake[] {
  const rules = [uniqueNodes, uniqueEnvironments, ranges, runnable, namespaces(platformNamespaces)];
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

<<<<<<< HEAD
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
=======
/**
 * Letters that an environment's name may have: the longest name made of it is that of a restore drill, `postgresql-logical-drill-<name>`, and
 * the name of a CronJob may have 52 (pkg/apis/batch/validation of Kubernetes 1.36.3: its Jobs carry eleven more).
 */
export const LONGEST_ENVIRONMENT = 52 - 'postgresql-logical-drill-'.length;

const longEnvironments = rule(['environments'], ({ environments }) =>
  named(environments, 'environments')
    .filter(({ name }) => name.length > LONGEST_ENVIRONMENT)
    .map(({ name, path }) => ({
      path,
      problem: `${name.length} letters, of which names made of it leave ${LONGEST_ENVIRONMENT}: postgresql-logical-drill-${name} would be no name of a CronJob`,
      remedy: `Use at most ${LONGEST_ENVIRONMENT} letters`,
    })),
);

/** `postgresql` of the environment `logical-drill-x` and the drill `postgresql-logical-drill` of `x` would have one name. */
const ambiguousEnvironments = rule(['environments'], ({ environments }) => {
  const all = named(environments, 'environments');
  return all.flatMap(({ name, path }) => {
    const other = all.find((one) => name.endsWith(`drill-${one.name}`));
    if (!other) return [];
    const problem = `"${name}" makes names that the restore drills of ${other.name} have`;
    return [{ path, problem, remedy: `Choose a name that does not end in drill-${other.name}` }];
  });
});

const namespaces = rule(['environments', 'monitoring'], ({ environments, monitoring }) => {
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
  const taken = things.filter(({ name }) => INFRASTRUCTURE_NAMESPACES.includes(name));
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
>>>>>>> h/cli

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
<<<<<<< HEAD
=======

const copies = rule(['nodes', 'storage'], ({ nodes, storage }) => {
  const count = nodes.reduce((sum, node) => sum + (node.schedulable ? node.count : 0), 0);
  const tooMany = storage.classes
    .map((one, index) => ({ ...one, path: ['storage', 'classes', index, 'replicas'] }))
    .filter(
      ({ provisioner, existing, replicas }) => provisioner === LONGHORN && !existing && replicas > count,
    );
  return tooMany.map(({ replicas, path }) => ({
    path,
    problem: `${replicas} copies need as many nodes that run pods, and there are ${count}`,
    remedy: `Use ${Math.max(count, 1)}: a volume that cannot be copied stays degraded for ever`,
  }));
});

const classes = rule(['storage'], ({ storage }) => {
  const known = storage.classes.map(({ name }) => name);
  return (['general', 'database'] as const).flatMap((use) => {
    const name = storage[use];
    if (known.includes(name)) return [];
    const near = nearest(name, known);
    const remedy = near === undefined ? `Use ${either(known)}` : `Did you mean "${near}"?`;
    return { path: ['storage', use], problem: `"${name}" is no class of storage.classes`, remedy };
  });
});

const hosts = rule(['environments', 'components'], ({ environments, components: { argocd } }) => {
  const wikiHosts = environments.flatMap(({ components: { xwiki } }, index) =>
    xwiki?.enabled ? { name: xwiki.host, path: ['environments', index, 'components', 'xwiki', 'host'] } : [],
  );
  const ownHost = argocd.enabled ? argocd.host : undefined;
  const all =
    ownHost === undefined
      ? wikiHosts
      : [...wikiHosts, { name: ownHost, path: ['components', 'argocd', 'host'] }];
  return duplicates(all, 'Choose another host name: one name leads to one page');
});

const providers = rule(['environments', 'components'], ({ environments, components }) => {
  const { argocd, traefik, 'cert-manager': certManager } = components;
  const published = environments.flatMap(({ name, components: { xwiki } }) =>
    xwiki?.enabled ? `xwiki of ${name}` : [],
  );
  const databaseServers = environments.flatMap(({ name, components: { mysql, postgresql } }) => [
    ...(mysql?.enabled ? [`mysql of ${name}`] : []),
    ...(postgresql?.enabled ? [`postgresql of ${name}`] : []),
  ]);
  const pages = argocd.enabled && argocd.host !== undefined ? ['argocd with a host'] : [];
  const needTraefik = [
    ...published,
    ...pages,
    ...(certManager.enabled ? ['cert-manager, for proofs by HTTP,'] : []),
  ];
  const needCertificates = [...databaseServers, ...published, ...pages];
  return [
    ...(traefik.enabled ? [] : switchedOff('traefik', needTraefik)),
    ...(certManager.enabled ? [] : switchedOff('cert-manager', needCertificates)),
  ];
});

function switchedOff(name: string, takers: readonly string[]): readonly Finding[] {
  return takers.slice(0, 1).map((taker) => ({
    path: ['components', name, 'enabled'],
    problem: `${name} is off, and ${taker} needs it`,
    remedy: `Switch ${name} on, or what needs it off`,
  }));
}

const RULES: readonly Rule[] = [
  uniqueNodes,
  uniqueClasses,
  uniqueReceivers,
  uniqueEnvironments,
  longEnvironments,
  ambiguousEnvironments,
  namespaces,
  ranges,
  runnable,
  copies,
  classes,
  hosts,
  providers,
  ...dataRules,
];
>>>>>>> h/cli
