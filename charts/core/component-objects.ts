import { Chart } from 'cdk8s';
import { ServiceAccount } from 'cdk8s-plus-27';
import type { EnvironmentSettings } from '../../settings/settings';
import {
  ClusterRole,
  ClusterRoleBinding,
  ConfigMap,
  isCustom,
  kindOf,
  PersistentVolumeClaim,
  Role,
  RoleBinding,
  type DataOf,
  type ModelClass,
} from '../../imports/models';
import type { Cluster } from './cluster';
import type { ComponentIdentity, ConfigMapRef, Contract, StorageClass } from './contracts';
import { componentLabels, type Labels } from './labels';
import { defined } from './objects';
import { policyRules, type NonResourceRule, type PolicyRule } from './rbac';
import { Resource, type Metadata } from './resource';
import type { Generator, SecretRef } from './secrets';
import { claimSpec, KEEP, type ClaimTemplate } from './workload';

/** A layer is a folder of charts/ and an AppProject of Argo CD. */
export type Layer =
  'cluster' | 'storage' | 'network' | 'certificates' | 'backup' | 'data' | 'apps' | 'delivery';

export interface ComponentSpec {
  /** Kebab case; the folder is charts/<layer>/<name>/. */
  readonly name: string;
  readonly layer: Layer;
  /** One line for `strata list` and the documentation. */
  readonly description: string;
  /** Namespace of its objects. @default the environment's */
  readonly namespace?: string;
  /** Set for an instance of an environment; the id gets its name as suffix. */
  readonly environment?: EnvironmentSettings;
  /** Upstream version, as of the main image. @default none */
  readonly version?: string;
  /** File that a reader of dist/ is sent to. @default charts/<layer>/<name>/<name>.ts */
  readonly source?: string;
}

/** Who a component is, what it depends on, and the objects that are not about running pods. */
export abstract class ComponentObjects extends Chart implements ComponentIdentity {
  readonly id: string;
  readonly name: string;
  readonly layer: Layer;
  readonly source: string;
  readonly description: string;
  readonly version: string | undefined;
  override readonly namespace: string;
  /** A kustomization in place of objects, for what is applied from upstream's own files. */
  readonly kustomization: Readonly<Record<string, unknown>> | undefined = undefined;
  /** Ids of the components that must be there first. */
  readonly dependencies = new Set<string>();

  constructor(
    readonly cluster: Cluster,
    spec: ComponentSpec,
  ) {
    const id = spec.environment ? `${spec.name}-${spec.environment.name}` : spec.name;
    const namespace = spec.namespace ?? spec.environment?.namespace;
    if (namespace === undefined)
      throw new Error(`Component ${id} has neither a namespace nor an environment`);
    super(cluster, id, { disableResourceNameHashes: true });
    this.id = id;
    this.name = spec.name;
    this.layer = spec.layer;
    this.source = spec.source ?? `charts/${spec.layer}/${spec.name}/${spec.name}.ts`;
    this.description = spec.description;
    this.version = spec.version;
    this.namespace = namespace;
  }

  /** Labels of every object. */
  protected get objectLabels(): Labels {
    return componentLabels(this.name, this.id);
  }

  /** Adds an object, with the component's labels and, where the kind has one, its namespace. */
  add<M extends ModelClass>(model: M, data: DataOf<M> & { metadata: Metadata }): void {
    const { metadata }: { metadata: Metadata } = data;
    const namespaced = kindOf(model)?.namespaced ?? true;
    new Resource(
      this,
      model,
      data,
      defined({
        ...metadata,
        namespace: namespaced ? (metadata.namespace ?? this.namespace) : undefined,
        labels: { ...this.objectLabels, ...metadata.labels },
      }),
    );
    if (namespaced) this.dependsOn('namespaces');
    if (isCustom(model.apiVersion)) this.dependsOn('crds');
  }

  /** Declares that the provider comes first. */
  protected requires(contract: Contract | StorageClass): void {
    if (contract.component) this.dependsOn(contract.component.id);
  }

  private dependsOn(id: string): void {
    if (id !== this.id) this.dependencies.add(id);
  }

  /** A ConfigMap; pods that mount it restart when it changes. */
  protected configMap(
    name: string,
    data: Readonly<Record<string, string>>,
    labels: Labels = {},
  ): ConfigMapRef {
    const content = Object.keys(data).length ? { data: { ...data } } : {};
    this.add(ConfigMap, { metadata: { name, labels }, immutable: false, ...content });
    return { name, data };
  }

  /** A ServiceAccount. Its token is mounted only in pods that ask for it. */
  protected serviceAccount(name: string): string {
    new ServiceAccount(this, `serviceaccount.${name}`, {
      metadata: { name, namespace: this.namespace, labels: { ...this.objectLabels } },
      automountToken: false,
    });
    this.dependsOn('namespaces');
    return name;
  }

  /** A Role in `namespace` and its binding to an account of this component. */
  protected role(
    name: string,
    account: string,
    rules: readonly PolicyRule[],
    namespace: string = this.namespace,
  ): void {
    this.add(Role, { metadata: { name, namespace }, rules: policyRules(rules) });
    this.add(RoleBinding, { metadata: { name, namespace }, ...this.binding('Role', name, account) });
  }

  /** A ClusterRole and its binding, in all namespaces, to an account of this component. */
  protected clusterRole(
    name: string,
    account: string,
    rules: readonly (PolicyRule | NonResourceRule)[],
  ): void {
    this.add(ClusterRole, { metadata: { name }, rules: policyRules(rules) });
    this.add(ClusterRoleBinding, { metadata: { name }, ...this.binding('ClusterRole', name, account) });
  }

  private binding(kind: 'Role' | 'ClusterRole', name: string, account: string) {
    return {
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind, name },
      subjects: [{ kind: 'ServiceAccount', name: account, namespace: this.namespace }],
    };
  }

  /** Declares a Secret that must exist. Where it comes from is the cluster's business. */
  protected secret(
    name: string,
    keys: Readonly<Record<string, Generator>>,
    options: { readonly labels?: Labels; readonly namespace?: string } = {},
  ): SecretRef {
    const secret: SecretRef = {
      name,
      namespace: options.namespace ?? this.namespace,
      keys,
      declaredBy: this,
      ...(options.labels && { labels: options.labels }),
    };
    this.cluster.secrets.push(secret);
    return secret;
  }

  /** A claim that no sync and no deleted Application takes away. */
  protected claim(claim: ClaimTemplate): void {
    this.requires(claim.storage);
    this.add(PersistentVolumeClaim, {
      metadata: { name: claim.name, annotations: { ...KEEP } },
      spec: claimSpec(claim),
    });
  }
}
