import type { Contract, ComponentIdentity } from './contracts';
import type { Labels } from './labels';

/** One port as a NetworkPolicy names it: the port the pod listens on, not the Service's. */
export interface Port {
  readonly port: number;
  /** Last port of a range that begins with `port`. @default the one port */
  readonly endPort?: number;
  readonly protocol: 'TCP' | 'UDP';
}

/** Pods, by namespace and labels. */
export interface PodGroup {
  readonly kind: 'pods';
  /** Unique in its namespace; the NetworkPolicy of the group is named after it. */
  readonly name: string;
  readonly namespace: string;
  readonly labels: Labels;
  /** Pods in the node's network namespace: no NetworkPolicy applies to them, and others see the node's address. */
  readonly hostNetwork: boolean;
  /** The component whose folder holds the group's NetworkPolicy; null for pods that Strata does not render (cluster DNS). */
  readonly owner: ComponentIdentity | null;
}

/** Addresses outside the pod network: the internet, the API server, nodes. */
export interface AddressGroup {
  readonly kind: 'addresses';
  readonly name: string;
  readonly cidrs: readonly string[];
  /** Parts of the above that are left out. @default none */
  readonly except?: readonly string[];
}

export type Peer = PodGroup | AddressGroup;

/** A declared connection. Both NetworkPolicies come from it. */
export interface Flow {
  readonly from: Peer;
  readonly to: Peer;
  readonly ports: readonly Port[];
}

/** Something that listens: where it is reached and by which pods it is served. */
export interface Endpoint extends Contract {
  readonly pods: PodGroup;
  /** Name of the Service. */
  readonly service: string;
  /** Name inside the cluster: `mysql.prod.svc`. */
  readonly host: string;
  /** Port of the Service. */
  readonly port: number;
  /** Name of the port on Service and container. */
  readonly portName: string;
  /** Port that the container listens on. */
  readonly containerPort: Port;
}

/** A controller that publishes HTTP endpoints. */
export interface IngressController extends Contract {
  readonly className: string;
  readonly pods: PodGroup;
  /** What every public Ingress of this controller carries: TLS only, security headers, rate limit. */
  readonly annotations: Labels;
}

/**
 * What the internet is not: private and special ranges of IANA's registry (RFC 6890) that a pod must not reach by an "internet" flow, the
 * metadata address of cloud providers (169.254.169.254) among them.
 */
const NOT_THE_INTERNET = [
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.168.0.0/16',
] as const;

export const INTERNET: AddressGroup = {
  kind: 'addresses',
  name: 'internet',
  cidrs: ['0.0.0.0/0'],
  except: NOT_THE_INTERNET,
};

export const tcp = (port: number): Port => ({ port, protocol: 'TCP' });
export const tcpRange = (port: number, endPort: number): Port => ({ port, endPort, protocol: 'TCP' });
export const udp = (port: number): Port => ({ port, protocol: 'UDP' });

/** A Service that a controller makes for an object of ours: others may name it, though no file holds it. */
export interface ManagedService {
  readonly name: string;
  readonly namespace: string;
  /** Name → number. */
  readonly ports: Readonly<Record<string, number>>;
}
