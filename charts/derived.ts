import { root as rootDefinition } from '../argocd/definition';
import { Root } from '../argocd/root';
import type { EnvironmentSettings } from '../settings/base';
import { PROFILES } from '../settings/profiles';
import { Drill, drillId } from './backup/drill/drill';
import { spread } from './backup/drill/spread';
import { Crds } from './cluster/crds/crds';
import { crds } from './cluster/crds/definition';
import { Environment } from './cluster/environment/environment';
import { platformNamespaces } from './cluster/platform-namespaces/definition';
import { PlatformNamespaces } from './cluster/platform-namespaces/platform-namespaces';
import type { Cluster } from './core/cluster';
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

/** A restore drill for each kind of backup of each datastore, one after the other. */
function drills(cluster: Cluster): void {
  const [first] = cluster.drills;
  if (!first) return;
  const schedules = spread(first.target.drillSchedule, cluster.drills.map(drillId));
  for (const drillable of cluster.drills)
    new Drill(cluster, drillable, schedules.get(drillId(drillable)) ?? drillable.target.drillSchedule);
}

/** Every public host is called, as users would. */
function probes(cluster: Cluster): void {
  const hosts = cluster.published.filter(({ answers }) => answers).map(({ name }) => name);
  if (hosts.length) for (const prober of cluster.probers) prober.watch(hosts);
}

/** The namespaces of the platform: of the components that are there, and of monitoring. */
function platformSpecs(cluster: Cluster): readonly NamespaceSpec[] {
  const { settings } = cluster;
  const { quota } = PROFILES[settings.profile];
  const own = [...componentsOf(cluster).map(({ definition }) => definition), rootDefinition].flatMap(
    (definition) => definition.namespaces ?? [],
  );
  const specs: readonly NamespaceSpec[] = [
    ...new Map(own.map((spec) => [spec.name, spec])).values(),
    { ...settings.monitoring, name: settings.monitoring.namespace, environment: 'monitoring', quota },
  ];
  return specs.map((spec) => ({ ...spec, quota: quotaFor(spec.quota, spec.name, cluster.demands) }));
}

/** An environment's quota is what people give it; the platform's is what it takes. */
const environmentSpec = ({ namespace, stage, podSecurity, quota }: EnvironmentSettings): NamespaceSpec => ({
  name: namespace,
  environment: stage,
  podSecurity,
  quota,
});

/** The platform's namespaces, and each environment's own, before whatever lies in them. */
function namespaces(cluster: Cluster): void {
  const components = componentsOf(cluster);
  const platform = new PlatformNamespaces(cluster, platformSpecs(cluster));
  for (const one of cluster.settings.environments) new Environment(cluster, one, environmentSpec(one));
  for (const { namespacesUsed, needsPriorityClasses, dependencies } of components) {
    // the API server refuses pods of a class that is not there
    if (needsPriorityClasses) dependencies.add(platform.id);
    for (const namespace of namespacesUsed) {
      const home = cluster.namespaces.get(namespace);
      if (home) dependencies.add(home.id);
    }
  }
}

/** Pods that are not rendered here get their policy in each namespace where they can be; in an environment it belongs to that. */
function visitors(cluster: Cluster): void {
  const environments = new Set(cluster.settings.environments.map(({ namespace }) => namespace));
  for (const { name, labels, where, flow, owner: other } of cluster.visitors) {
    for (const [namespace, home] of cluster.namespaces) {
      const inEnvironment = environments.has(namespace);
      if (where === 'environments' ? !inEnvironment : where.except.includes(namespace)) continue;
      const owner = inEnvironment ? home : other;
      const pods = { kind: 'pods' as const, name, namespace, labels, hostNetwork: false, owner };
      cluster.podGroups.push(pods);
      const { from, to, ports } = flow(pods);
      cluster.connect(from, to, ports);
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
  for (const { customKinds, dependencies } of components) if (customKinds.size) dependencies.add(id);
}

/** The app-of-apps, over everything else. */
function root(cluster: Cluster): void {
  const components = componentsOf(cluster);
  // where Argo CD is switched off, it is somebody else's
  const first: readonly string[] = [argocd.name, crds.name, platformNamespaces.name];
  new Root(
    cluster,
    components,
    components.filter(({ name }) => first.includes(name)),
  );
}
