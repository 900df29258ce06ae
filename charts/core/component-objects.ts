import { Chart } from 'cdk8s';
import { ServiceAccount } from 'cdk8s-plus-27';
import type { EnvironmentSettings } from '../../settings/base';
import type { Path } from '../../settings/problem';
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
import type { Definition } from './definition';
import { componentLabels, type Labels } from './labels';
import type { Layer } from './layers';
import { defined } from './objects';
import { bytesOf } from './quantities';
import { policyRules, type NonResourceRule, type PolicyRule } from './rbac';
import { Resource, type Metadata } from './resource';
import { deployedFiles } from './scripts';
import type { Generator, SecretRef } from './secrets';
import { claimSpec, KEEP, type ClaimTemplate } from './workload';

export interface ComponentSpec {
  readonly definition: Definition;
  /** Where one definition makes several components of different names: a drill for each datastore. @default the definition's */
  readonly name?: string;
  /** @default the definition's */
  readonly description?: string;
  /** Namespace of its objects. @default the environment's, else the first of the definition's */
  readonly namespace?: string;
  /** Set for an instance of an environment; the id gets its name as suffix. */
  readonly environment?: EnvironmentSettings;
  /** Upstream version, as of the main image. @default none */
  readonly version?: string;
  /** Whether its settings stop it: its objects are there, and no pod runs. @default false */
  readonly stopped?: boolean;
  /** File that a reader of dist/ is sent to. @default charts/<layer>/<name>/<name>.ts */
  readonly source?: string;
}

/** Who a component is, what it depends on, and the objects that are not about running pods. */
export abstract class ComponentObjects extends Chart implements ComponentIdentity {
  readonly id: string;
  readonly name: string;
  readonly definition: Definition;
  readonly environment: EnvironmentSettings | undefined;
  readonly layer: Layer;
  readonly source: string;
  readonly description: string;
  readonly version: string | undefined;
  override readonly namespace: string;
  readonly stopped: boolean;
  /** A kustomization in place of objects, for what is applied from upstream's own files. */
  readonly kustomization: Readonly<Record<string, unknown>> | undefined = undefined;
  /** Ids of the components that must be there first. */
  readonly dependencies = new Set<string>();
  /** Namespaces that its objects lie in: whoever renders them comes first. */
  readonly namespacesUsed = new Set<string>();
  /** `<group>/<Kind>` of its custom resources: their definitions come first. */
  readonly customKinds = new Set<string>();

  constructor(
    readonly cluster: Cluster,
    spec: ComponentSpec,
  ) {
    const { definition, environment } = spec;
    const name = spec.name ?? definition.name;
    const id = environment ? `${name}-${environment.name}` : name;
    const namespace = spec.namespace ?? environment?.namespace ?? definition.namespaces?.[0]?.name;
    if (namespace === undefined)
      throw new Error(`Component ${id} has neither a namespace nor an environment`);
    super(cluster, id, { disableResourceNameHashes: true });
    this.id = id;
    this.name = name;
    this.definition = definition;
    this.environment = environment;
    this.layer = definition.layer;
    this.source = spec.source ?? `charts/${definition.layer}/${name}/${name}.ts`;
    this.description = spec.description ?? definition.description;
    this.version = spec.version;
    this.stopped = spec.stopped ?? false;
    this.namespace = namespace;
  }

  /** The AppProject of its Application: of the environment that it lies in, else of its layer. */
  get project(): string {
    const { environment, namespace, layer } = this;
    return environment?.namespace === namespace ? `environment-${environment.name}` : layer;
  }

  /** Where its settings stand. */
  protected get path(): Path {
    return this.cluster.pathOf(this.definition.name, this.environment);
  }

  /** The same for a reader of what was rendered: what has no settings follows from those of the others of its environment. */
  get setting(): Path | undefined {
    if (this.definition.settings !== null) return this.path;
    return this.environment && this.path.slice(0, -1);
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
        annotations: this.definition.takesOver ? { ...metadata.annotations, ...KEEP } : metadata.annotations,
        namespace: namespaced ? (metadata.namespace ?? this.namespace) : undefined,
        labels: { ...this.objectLabels, ...metadata.labels },
      }),
    );
    if (namespaced) this.namespacesUsed.add(metadata.namespace ?? this.namespace);
    if (isCustom(model.apiVersion)) this.customKinds.add(`${model.apiVersion.split('/')[0]}/${model.kind}`);
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
    namespace = this.namespace,
  ): ConfigMapRef {
    const files = deployedFiles(data);
    const content = Object.keys(files).length ? { data: files } : {};
    this.add(ConfigMap, { metadata: { name, namespace, labels }, immutable: false, ...content });
    return { name, data: files };
  }

  /**
   * A ServiceAccount. Its token is mounted only in pods that ask for it; with `mounted`, in all that name the account: for pods that a
   * controller makes, and that cannot ask.
   */
  protected serviceAccount(name: string, options: { readonly mounted?: boolean } = {}): string {
    new ServiceAccount(this, `serviceaccount.${name}`, {
      metadata: { name, namespace: this.namespace, labels: { ...this.objectLabels } },
      automountToken: options.mounted ?? false,
    });
    this.namespacesUsed.add(this.namespace);
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
    const { namespace } = this;
    this.cluster.demands.push({
      namespace,
      pod: { cpu: 0, bytes: 0 },
      storage: bytesOf(claim.size),
      count: 1,
    });
    this.add(PersistentVolumeClaim, {
      metadata: { name: claim.name, annotations: { ...KEEP } },
      spec: claimSpec(claim),
    });
  }
}
