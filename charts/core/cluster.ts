import { App } from 'cdk8s';
import { PROFILES, type Profile } from '../../settings/profiles';
import type { ClusterSettings, EnvironmentSettings } from '../../settings/base';
import type { Mistake, Path } from '../../settings/problem';
import type { Drillable } from './backup';
import type { ComponentIdentity } from './contracts';
import type { Dashboard } from './dashboards';
import type { Demand } from './demand';
import type { Layer } from './layers';
import type { PodDeclaration } from './managed-pods';
import type { AddressGroup, Flow, ManagedService, Peer, PodGroup, Port } from './network';
import type { Cpu, Memory } from './quantities';
import type { SecretRef } from './secrets';

/**
 * One cluster while it is being built: the tree that components hang in, and what they declare to each other.
 * Everything is read from it once, after the last component.
 */
export class Cluster extends App {
  readonly settings: ClusterSettings;
  readonly profile: Profile;
  private readonly declared: Flow[] = [];
  readonly secrets: SecretRef[] = [];
  /** What the settings want and cannot have, by what they become. */
  readonly mistakes: Mistake[] = [];
  /** Host names under which components are published, with the settings that say so. */
  readonly published: PublishedHost[] = [];
  /** Who calls the published hosts: told of them once all are known. */
  readonly probers: { watch(hosts: readonly string[]): void }[] = [];
  /** StorageClasses and the like that the cluster brings itself. */
  readonly existing: { readonly kind: string; readonly name: string }[] = [];
  /** What workloads request: quotas of namespaces of the platform follow from it. */
  readonly demands: Demand[] = [];
  /** Namespaces that are rendered, by name: the component that does. */
  readonly namespaces = new Map<string, ComponentIdentity>();
  /** Pods that are not rendered here, in any namespace. */
  readonly visitors: Visitor[] = [];
  /** What datastores back up: one drill each. */
  readonly drills: Drillable[] = [];
  /** Services that controllers make. */
  readonly managedServices: ManagedService[] = [];
  /** Pods that controllers of custom resources make. */
  readonly managedPods: PodDeclaration[] = [];
  /** What pods that controllers make take of each node. */
  readonly nodeOverheads: NodeOverhead[] = [];
  /** What components show of themselves, each dashboard once for all of their instances. */
  readonly dashboards = new Map<Dashboard, Layer>();
  /** Pods that get a NetworkPolicy even without a flow. */
  readonly podGroups: PodGroup[] = [];

  /** Pods that resolve names for the others. */
  readonly dns: PodGroup;
  /** All that resolves names for pods: those pods, and where the settings name some, addresses. */
  readonly nameServers: readonly Peer[];
  /** Whoever reads metrics: the pods that a component offers as such, else Prometheus as somebody else has installed it. */
  readonly scraper: PodGroup;
  private offeredScraper: PodGroup | undefined;
  /** The API server as pods reach it: behind its Service, and on the control-plane nodes. */
  readonly apiServer: { readonly service: AddressGroup; readonly nodes: AddressGroup };
  /** The nodes' own addresses: kubelets, the API server and pods in the host network call from here. */
  readonly hosts: AddressGroup;

  constructor(settings: ClusterSettings) {
    super();
    this.settings = settings;
    this.profile = PROFILES[settings.profile];
    const { network, monitoring } = settings;
    this.dns = pods('cluster-dns', network.dns.namespace, network.dns.labels);
    this.nameServers = [
      this.dns,
      ...(network.dns.addresses.length ? [resolverAddresses(network.dns.addresses)] : []),
    ];
    this.scraper = pods('prometheus', monitoring.namespace, { 'app.kubernetes.io/name': 'prometheus' });
    this.hosts = { kind: 'addresses', name: 'hosts', cidrs: [network.nodes, ...(network.hosts ?? [])] };
    this.apiServer = {
      service: { kind: 'addresses', name: 'api-server', cidrs: [`${firstAddress(network.services)}/32`] },
      nodes: { kind: 'addresses', name: 'api-server-nodes', cidrs: [network.nodes] },
    };
  }

  /** Where the settings of a component stand. */
  pathOf(name: string, environment?: EnvironmentSettings): Path {
    if (!environment) return ['components', name];
    const index = this.settings.environments.findIndex((one) => one.name === environment.name);
    return ['environments', index, 'components', name];
  }

  /** Declares that `from` may connect to `ports` of `to`. */
  connect(from: Peer, to: Peer, ports: readonly Port[]): void {
    this.declared.push({ from, to, ports });
  }

  /** Declares that these pods read the metrics of all others, also of those that were built before. */
  scrapeFrom(pods: PodGroup): void {
    this.offeredScraper = pods;
  }

  /** The declared connections. */
  get flows(): readonly Flow[] {
    const { offeredScraper } = this;
    if (!offeredScraper) return this.declared;
    return this.declared.map((flow) =>
      flow.from === this.scraper ? { ...flow, from: offeredScraper } : flow,
    );
  }
}

/** A host name that is led to a component. */
export interface PublishedHost {
  readonly name: string;
  /** The setting that names it. */
  readonly path: Path;
  /** Whether somebody answers: not where the component is stopped. */
  readonly answers: boolean;
}

/**
 * What pods that a controller makes request on each node that takes ordinary pods, where they follow no object of ours that they could be
 * declared for (managed-pods.ts).
 */
export interface NodeOverhead {
  /** Id of the component whose controller it is. */
  readonly component: string;
  /** Percent of the node's CPU, on top of `cpu`. */
  readonly cpuPercent: number;
  readonly cpu: Cpu;
  readonly memory: Memory;
}

/**
 * Pods that nobody here renders, in whatever namespace they turn up: a controller starts them where it works, as cert-manager does with its
 * solvers, or people bring them.
 */
export interface Visitor {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Namespaces in which they can be: those of environments, or all but some. */
  readonly where: 'environments' | { readonly except: readonly string[] };
  /** Who connects to them, or whom they connect to. */
  readonly flow: (visitors: PodGroup) => Flow;
  /** In whose folder their policies lie, but for those in environments. */
  readonly owner: ComponentIdentity;
}

/** Pods that another project renders: no policy of theirs is ours. */
const pods = (name: string, namespace: string, labels: Readonly<Record<string, string>>): PodGroup => ({
  kind: 'pods',
  name,
  namespace,
  labels,
  hostNetwork: false,
  owner: null,
});

const resolverAddresses = (addresses: readonly string[]): AddressGroup => ({
  kind: 'addresses',
  name: 'cluster-dns-addresses',
  cidrs: addresses.map((one) => `${one}/${one.includes(':') ? 128 : 32}`),
});

/** The address of the Service `kubernetes.default`: the first of the range of Services. */
function firstAddress(cidr: string): string {
  const [base = ''] = cidr.split('/');
  const parts = base.split('.').map(Number);
  return [...parts.slice(0, 3), (parts[3] ?? 0) + 1].join('.');
}
