import { root as rootDefinition } from '../argocd/definition';
import { Root } from '../argocd/root';
import { PROFILES } from '../settings/profiles';
import { Drill } from './backup/drill/drill';
import { Crds } from './cluster/crds/crds';
import { Namespaces } from './cluster/namespaces/namespaces';
import type { Cluster } from './core/cluster';
import type { Component } from './core/component';
import type { NamespaceSpec } from './core/namespaces';
import { quotaFor } from './core/demand';
import { addNetworkPolicies } from './core/policies';
import { componentsOf } from './core/components';
import { argocd } from './delivery/argocd/definition';

/** What follows from all components, in this order: each step sees what those before it made. Run once, after the wiring. */
const STEPS: readonly ((cluster: Cluster) => void)[] = [
  drills,
  probes,
  namespaces,
  visitors,
  addNetworkPolicies,
  definitions,
  root,
];

export function derive(cluster: Cluster): void {
  for (const step of STEPS) step(cluster);
}

/** A restore drill for each kind of backup of each datastore. */
function drills(cluster: Cluster): void {
  for (const drillable of cluster.drills) new Drill(cluster, drillable);
}

/** Every public host is called, as users would. */
function probes(cluster: Cluster): void {
  const hosts = cluster.published.map(({ name }) => name);
  if (hosts.length) for (const prober of cluster.probers) prober.watch(hosts);
}

/** Namespaces of the components that are there, of monitoring, and of the environments in the order of the settings. */
function namespacesOf(cluster: Cluster): readonly NamespaceSpec[] {
  const { settings } = cluster;
  const { quota } = PROFILES[settings.profile];
  const own = [...componentsOf(cluster).map(({ definition }) => definition), rootDefinition].flatMap(
    (definition) => definition.namespaces ?? [],
  );
  // an environment's quota is what people give it; the platform's is what it takes
  const platform: readonly NamespaceSpec[] = [
    ...new Map(own.map((spec) => [spec.name, spec])).values(),
    { ...settings.monitoring, name: settings.monitoring.namespace, environment: 'monitoring', quota },
  ];
  return [
    ...platform.map((spec) => ({ ...spec, quota: quotaFor(spec.quota, spec.name, cluster.demands) })),
    ...settings.environments.map(({ namespace, stage, podSecurity, quota: ownQuota }) => ({
      name: namespace,
      environment: stage,
      podSecurity,
      quota: ownQuota,
    })),
  ];
}

function namespaces(cluster: Cluster): void {
  const { id } = new Namespaces(cluster, namespacesOf(cluster));
  comesBefore(cluster, id, ({ namespacesUsed }) => namespacesUsed.size > 0);
}

/** Pods that a controller starts in any namespace get their policy in each. */
function visitors(cluster: Cluster): void {
  const all = namespacesOf(cluster);
  for (const { name, labels, except, from, ports, owner } of cluster.visitors) {
    for (const { name: namespace } of all.filter((spec) => !except.includes(spec.name))) {
      const pods = { kind: 'pods' as const, name, namespace, labels, hostNetwork: false, owner };
      cluster.podGroups.push(pods);
      cluster.connect(from, pods, ports);
    }
  }
}

/** The definitions that components serve, and those of the kinds in use. */
function definitions(cluster: Cluster): void {
  const components = componentsOf(cluster);
  const served = [...components.map(({ definition }) => definition), rootDefinition].flatMap(
    ({ crds = [] }) => crds,
  );
  const used = components.flatMap(({ customKinds }) => [...customKinds]);
  const { id } = new Crds(cluster, new Set(served), new Set(used));
  comesBefore(cluster, id, ({ customKinds }) => customKinds.size > 0);
}

/** The app-of-apps, over everything else. */
function root(cluster: Cluster): void {
  const components = componentsOf(cluster);
  // where Argo CD is switched off, it is somebody else's
  const first = [argocd.name, 'crds', 'namespaces'];
  new Root(
    cluster,
    components,
    components.filter(({ name }) => first.includes(name)),
  );
}

function comesBefore(cluster: Cluster, id: string, of: (component: Component) => boolean): void {
  for (const component of componentsOf(cluster))
    if (component.id !== id && of(component)) component.dependencies.add(id);
}
