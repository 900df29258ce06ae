import { App } from 'cdk8s';
import { PROFILES, type Profile } from '../../settings/profiles';
import type { ClusterSettings } from '../../settings/settings';
import type { Drillable } from './backup';
import { namespacesOf, type NamespaceSpec } from './namespaces';
import type { AddressGroup, Flow, Peer, PodGroup, Port } from './network';
import type { SecretRef } from './secrets';

/**
 * One cluster while it is being built: the tree that components hang in, and what they declare to each other.
 * Everything is read from it once, after the last component.
 */
export class Cluster extends App {
  readonly settings: ClusterSettings;
  readonly profile: Profile;
  readonly namespaces: readonly NamespaceSpec[];
  readonly flows: Flow[] = [];
  readonly secrets: SecretRef[] = [];
  /** What datastores back up: one drill each. */
  readonly drills: Drillable[] = [];
  /** Pods that get a NetworkPolicy even without a flow. */
  readonly podGroups: PodGroup[] = [];

  /** Pods that resolve names for the others. */
  readonly dns: PodGroup;
  /** Prometheus, whether Strata renders it or not. */
  readonly scraper: PodGroup;
  /** The API server as pods reach it: behind its Service, and on the control-plane nodes. */
  readonly apiServer: { readonly service: AddressGroup; readonly nodes: AddressGroup };
  /** The nodes' own addresses: kubelets, the API server and pods in the host network call from here. */
  readonly hosts: AddressGroup;

  constructor(settings: ClusterSettings) {
    super();
    this.settings = settings;
    this.profile = PROFILES[settings.profile];
    this.namespaces = namespacesOf(settings);
    const { network, monitoring } = settings;
    this.dns = pods('cluster-dns', network.dns.namespace, network.dns.labels);
    this.scraper = pods('prometheus', monitoring.namespace, { 'app.kubernetes.io/name': 'prometheus' });
    this.hosts = { kind: 'addresses', name: 'hosts', cidrs: [network.nodes, ...network.hosts] };
    this.apiServer = {
      service: { kind: 'addresses', name: 'api-server', cidrs: [`${firstAddress(network.services)}/32`] },
      nodes: { kind: 'addresses', name: 'api-server-nodes', cidrs: [network.nodes] },
    };
  }

  /** Declares that `from` may connect to `ports` of `to`. */
  connect(from: Peer, to: Peer, ports: readonly Port[]): void {
    this.flows.push({ from, to, ports });
  }
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

/** The address of the Service `kubernetes.default`: the first of the range of Services. */
function firstAddress(cidr: string): string {
  const [base = ''] = cidr.split('/');
  const parts = base.split('.').map(Number);
  return [...parts.slice(0, 3), (parts[3] ?? 0) + 1].join('.');
}
