import { overlap, parseCidr } from './cidr';
import { nearest } from './nearest';
import { either, formatPath, type Path } from './problem';
import type { ClusterSettings } from './settings';

// Rules between fields. Each looks at whole sections, and is skipped where one of them is missing or broken.

/** Namespaces of components that exist once in a cluster. */
export const INFRASTRUCTURE_NAMESPACES = ['argocd', 'cert-manager', 'ingress'];
/** Names whose account or Secret would be the MySQL server's own. */
const MYSQL_NAMES = ['root', 'exporter', 'tls', 'mysql', 'sys', 'information_schema', 'performance_schema'];
const LONGHORN = 'driver.longhorn.io';

interface Finding {
  readonly path: Path;
  readonly problem: string;
  readonly remedy: string;
}

type Section = keyof ClusterSettings;
type Rule = (settings: Partial<ClusterSettings>) => readonly Finding[];

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

function rule<K extends Section>(
  needs: readonly K[],
  check: (settings: { readonly [S in K]-?: NonNullable<ClusterSettings[S]> }) => readonly Finding[],
): Rule {
  return (settings) =>
    needs.every((section) => settings[section] !== undefined)
      ? // every section that the rule needs is there, as the line above asks
        check(settings as { readonly [S in K]-?: NonNullable<ClusterSettings[S]> })
      : [];
}

/** A thing that has a name, and where that stands. */
interface Named {
  readonly name: string;
  readonly path: Path;
}

function named(items: readonly { readonly name: string }[], ...path: Path): readonly Named[] {
  return items.map(({ name }, index) => ({ name, path: [...path, index, 'name'] }));
}

function duplicates(things: readonly Named[], remedy = 'Choose another name'): readonly Finding[] {
  const first = new Map<string, Path>();
  return things.flatMap(({ name, path }) => {
    const earlier = first.get(name);
    first.set(name, earlier ?? path);
    return earlier ? [{ path, problem: `"${name}" is already taken by ${formatPath(earlier)}`, remedy }] : [];
  });
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

const databases = rule(['environments'], ({ environments }) =>
  environments.flatMap(({ components }, index) => {
    const things = (components.mysql?.databases ?? []).map((name, position) => ({
      name,
      path: ['environments', index, 'components', 'mysql', 'databases', position],
    }));
    const reserved = things.filter(({ name }) => MYSQL_NAMES.includes(name));
    return [
      ...duplicates(things, 'Remove one of the two'),
      ...reserved.map(({ name, path }) => ({
        path,
        problem: `"${name}" is a name of the MySQL server itself`,
        remedy: 'Choose another name',
      })),
    ];
  }),
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

const wikis = rule(['environments'], ({ environments }) =>
  environments.flatMap(({ components: { mysql, xwiki } }, index) => {
    if (!xwiki?.enabled) return [];
    const path = ['environments', index, 'components', 'xwiki'];
    if (!mysql?.enabled) {
      const remedy = 'Add mysql: { databases: [xwiki] } beside it, or switch xwiki off';
      return { path, problem: 'xwiki needs mysql in the same environment, and it is off', remedy };
    }
    if (mysql.databases.includes('xwiki')) return [];
    const remedy = 'Add xwiki to the databases of mysql beside it';
    return { path, problem: 'xwiki needs a database named xwiki in the same environment', remedy };
  }),
);

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
  const databaseServers = environments.flatMap(({ name, components: { mysql } }) =>
    mysql?.enabled ? `mysql of ${name}` : [],
  );
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

const backups = rule(['environments', 'backup'], ({ environments, backup }) => {
  const production = environments.find(({ stage }) => stage === 'prod');
  const host = backup.endpoint.replace(/^https:\/\//, '').replace(/[/:?#].*$/, '');
  if (!production || !/\.(svc|cluster\.local|local|internal)$|\.svc\./.test(host)) return [];
  return [
    {
      path: ['backup', 'endpoint'],
      problem: `"${host}" lies inside the cluster, and would be lost together with the data of ${production.name}`,
      remedy: 'Use an S3 service elsewhere',
    },
  ];
});

const RULES: readonly Rule[] = [
  uniqueNodes,
  uniqueClasses,
  uniqueReceivers,
  uniqueEnvironments,
  databases,
  namespaces,
  ranges,
  runnable,
  copies,
  classes,
  wikis,
  hosts,
  providers,
  backups,
];
