import { overlap, parseCidr } from './cidr';
import { nearest } from './nearest';
import { either } from './problem';
import { duplicates, named, rule, type Finding, type Rule } from './rule';
import { dataRules } from './rules-data';
import type { ClusterSettings } from './settings';

// Rules between fields. Each looks at whole sections, and is skipped where one of them is missing or broken.

/** Namespaces of components that exist once in a cluster. */
export const INFRASTRUCTURE_NAMESPACES = ['argocd', 'cert-manager', 'ingress', 'drills'];
const LONGHORN = 'driver.longhorn.io';

/** Everything that sections contradict each other in. */
export function contradictions(settings: Partial<ClusterSettings>): readonly Finding[] {
  return RULES.flatMap((check) => check(settings));
}

/** The name of a cluster is that of its folder: everything else finds it by one or the other. */
export function misnamed({ name }: Partial<ClusterSettings>, folder: string): readonly Finding[] {
  if (name === undefined || name === folder) return [];
  const problem = `"${name}" is not the name of the folder, "${folder}"`;
  return [{ path: ['name'], problem, remedy: `Write ${folder}, or rename the folder` }];
}

const uniqueNodes = rule(['nodes'], ({ nodes }) => duplicates(named(nodes, 'nodes')));
const uniqueClasses = rule(['storage'], ({ storage }) =>
  duplicates(named(storage.classes, 'storage', 'classes')),
);
const uniqueReceivers = rule(['alerts'], ({ alerts }) =>
  duplicates(named(alerts.receivers, 'alerts', 'receivers')),
);
const uniqueEnvironments = rule(['environments'], ({ environments }) =>
  duplicates(named(environments, 'environments')),
);

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
  namespaces,
  ranges,
  runnable,
  copies,
  classes,
  hosts,
  providers,
  ...dataRules,
];
