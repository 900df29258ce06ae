import { ApiObject } from 'cdk8s';
import type { Path } from '../../settings/problem';
import type { Cluster, NodeOverhead } from './cluster';
import type { Component } from './component';
import type { Definition } from './definition';
import type { ComponentException } from './exceptions';
import type { PodDeclaration } from './managed-pods';
import type { AddressGroup, Flow, ManagedService, Peer, PodGroup } from './network';
import type { KubeObject } from './objects';
import { flowsOf } from './policies';
import type { Generator } from './secrets';
import { waves } from './waves';

/** One object of a cluster, and the file of dist/<cluster>/ that holds it. */
export interface RenderedObject {
  readonly object: KubeObject;
  /** `mysql-prod/statefulset-mysql.yaml` */
  readonly file: string;
  /** Id of the component whose folder that is. */
  readonly component: string;
}

/** A kustomization of a cluster, and the file of dist/<cluster>/ that holds it. */
export interface RenderedKustomization {
  readonly content: Readonly<Record<string, unknown>>;
  /** `crds/kustomization.yaml` */
  readonly file: string;
  /** Id of the component whose folder that is; undefined for what a person applies once. */
  readonly component: string | undefined;
}

/** What a component is, without its objects. */
export interface ComponentDeclaration {
  readonly id: string;
  readonly name: string;
  readonly layer: string;
  /** Name of the AppProject that its Application is in. */
  readonly project: string;
  readonly namespace: string;
  readonly description: string;
  readonly version: string | undefined;
  readonly source: string;
  /** Where its settings stand; undefined where it has none. */
  readonly setting: Path | undefined;
  readonly wave: number;
  readonly dependencies: readonly string[];
  /** Whether its settings stop it. */
  readonly stopped: boolean;
}

export type PeerDeclaration = (Omit<PodGroup, 'owner'> & { readonly owner: string | null }) | AddressGroup;

/** A flow between plain data. */
export interface FlowDeclaration {
  readonly from: PeerDeclaration;
  readonly to: PeerDeclaration;
  readonly ports: Flow['ports'];
}

export interface SecretDeclaration {
  readonly name: string;
  readonly namespace: string;
  readonly keys: Readonly<Record<string, Generator>>;
  readonly labels: Readonly<Record<string, string>>;
  /** Id of the component that needs it. */
  readonly component: string;
}

/** What the constructs declared beside their objects: the other half of what checks compare. */
export interface Declarations {
  readonly components: readonly ComponentDeclaration[];
  readonly flows: readonly FlowDeclaration[];
  readonly secrets: readonly SecretDeclaration[];
  /** Pods that controllers of rendered objects make. */
  readonly pods: readonly PodDeclaration[];
  /** What pods that controllers make take of each node. */
  readonly overheads: readonly NodeOverhead[];
  /** Addresses that traffic of the host network comes from. */
  readonly hosts: readonly string[];
  /** What of the components is less than the hardened default. */
  readonly exceptions: readonly ComponentException[];
  /** What the cluster brings itself, and objects may name. */
  readonly existing: readonly { readonly kind: string; readonly name: string }[];
  /** Services that controllers make, and objects may name. */
  readonly managedServices: readonly ManagedService[];
}

/** All objects, component by component. */
export function objectsOf(components: readonly Component[]): RenderedObject[] {
  return components.flatMap((component) =>
    component.node
      .findAll()
      .filter((construct) => ApiObject.isApiObject(construct))
      .map((construct) => {
        const object = construct.toJson() as KubeObject;
        return {
          object,
          component: component.id,
          file: `${component.id}/${fileName(object, component.namespace)}`,
        };
      }),
  );
}

/** The kustomizations of components that are rendered as one instead of objects. */
export function kustomizationsOf(components: readonly Component[]): RenderedKustomization[] {
  return components.flatMap(({ id, kustomization }) =>
    kustomization ? [{ content: kustomization, file: `${id}/kustomization.yaml`, component: id }] : [],
  );
}

export function declarationsOf(cluster: Cluster, components: readonly Component[]): Declarations {
  const order = waves(components);
  return {
    components: components.map((component) => ({
      id: component.id,
      name: component.name,
      layer: component.layer,
      project: component.project,
      namespace: component.namespace,
      description: component.description,
      version: component.version,
      source: component.source,
      setting: component.setting,
      wave: order.get(component.id) ?? 0,
      dependencies: [...component.dependencies],
      stopped: component.stopped,
    })),
    flows: flowsOf(cluster).map(({ from, to, ports }) => ({ from: plain(from), to: plain(to), ports })),
    secrets: cluster.secrets.map(({ declaredBy, labels, ...secret }) => ({
      ...secret,
      labels: labels ?? {},
      component: declaredBy.id,
    })),
    pods: cluster.managedPods,
    overheads: cluster.nodeOverheads,
    hosts: cluster.hosts.cidrs,
    exceptions: exceptionsOf(components),
    existing: cluster.existing,
    managedServices: cluster.managedServices,
  };
}

/** The rows of every definition that is there, each once. */
const exceptionsOf = (components: readonly Component[]): ComponentException[] =>
  [...new Set(components.map(({ definition }) => definition))].flatMap((definition) =>
    (definition.exceptions ?? []).map((row) => ({
      ...row,
      component: definition.name,
      source: sourceOf(definition),
    })),
  );

/** The file that holds a definition. */
export const sourceOf = ({ layer, name }: Definition): string => `charts/${layer}/${name}/definition.ts`;

const plain = (peer: Peer): PeerDeclaration =>
  peer.kind === 'addresses' ? peer : { ...peer, owner: peer.owner?.id ?? null };

/** `statefulset-mysql.yaml`; objects outside of the component's namespace carry theirs: `role-leader-election.kube-system.yaml`. */
function fileName({ kind, metadata }: KubeObject, home: string): string {
  const elsewhere = metadata.namespace !== undefined && metadata.namespace !== home;
  const name = `${kind.toLowerCase()}-${metadata.name}${elsewhere ? `.${metadata.namespace}` : ''}.yaml`;
  // RBAC names may hold colons, which no file on Windows may
  return name.replaceAll(':', '.');
}
