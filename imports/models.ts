/**
 * Every kind that a component may render, typed. Built-in kinds come from `kubernetes-models`, custom ones from the
 * `@kubernetes-models` package of their project; imports/README.md says which upstream version each was compared with.
 */
import { AppProject } from '@kubernetes-models/argo-cd/argoproj.io/v1alpha1/AppProject';
import { Application } from '@kubernetes-models/argo-cd/argoproj.io/v1alpha1/Application';
import { Certificate } from '@kubernetes-models/cert-manager/cert-manager.io/v1/Certificate';
import { ClusterIssuer } from '@kubernetes-models/cert-manager/cert-manager.io/v1/ClusterIssuer';
import { ValidatingPolicy } from '@kubernetes-models/kyverno/policies.kyverno.io/v1/ValidatingPolicy';
import { PodMonitor } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/PodMonitor';
import { Probe } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/Probe';
import { Prometheus } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/Prometheus';
import { PrometheusRule } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/PrometheusRule';
import { ServiceMonitor } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/ServiceMonitor';
import { ScrapeConfig } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1alpha1/ScrapeConfig';
import { IngressRoute } from '@kubernetes-models/traefik/traefik.io/v1alpha1/IngressRoute';
import { Middleware } from '@kubernetes-models/traefik/traefik.io/v1alpha1/Middleware';
import { TLSOption } from '@kubernetes-models/traefik/traefik.io/v1alpha1/TLSOption';
import { MutatingWebhookConfiguration } from 'kubernetes-models/admissionregistration.k8s.io/v1/MutatingWebhookConfiguration';
import { ValidatingWebhookConfiguration } from 'kubernetes-models/admissionregistration.k8s.io/v1/ValidatingWebhookConfiguration';
import { APIService } from 'kubernetes-models/apiregistration.k8s.io/v1/APIService';
import { DaemonSet } from 'kubernetes-models/apps/v1/DaemonSet';
import { Deployment } from 'kubernetes-models/apps/v1/Deployment';
import { StatefulSet } from 'kubernetes-models/apps/v1/StatefulSet';
import { HorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2/HorizontalPodAutoscaler';
import { CronJob } from 'kubernetes-models/batch/v1/CronJob';
import { Job } from 'kubernetes-models/batch/v1/Job';
import { Ingress } from 'kubernetes-models/networking.k8s.io/v1/Ingress';
import { IngressClass } from 'kubernetes-models/networking.k8s.io/v1/IngressClass';
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1/PodDisruptionBudget';
import { ClusterRole } from 'kubernetes-models/rbac.authorization.k8s.io/v1/ClusterRole';
import { ClusterRoleBinding } from 'kubernetes-models/rbac.authorization.k8s.io/v1/ClusterRoleBinding';
import { Role } from 'kubernetes-models/rbac.authorization.k8s.io/v1/Role';
import { RoleBinding } from 'kubernetes-models/rbac.authorization.k8s.io/v1/RoleBinding';
import { PriorityClass } from 'kubernetes-models/scheduling.k8s.io/v1/PriorityClass';
import { StorageClass } from 'kubernetes-models/storage.k8s.io/v1/StorageClass';
import { ConfigMap } from 'kubernetes-models/v1/ConfigMap';
import { LimitRange } from 'kubernetes-models/v1/LimitRange';
import { Namespace } from 'kubernetes-models/v1/Namespace';
import { PersistentVolumeClaim } from 'kubernetes-models/v1/PersistentVolumeClaim';
import { ResourceQuota } from 'kubernetes-models/v1/ResourceQuota';
import { Secret } from 'kubernetes-models/v1/Secret';
import { Service } from 'kubernetes-models/v1/Service';
import { ServiceAccount } from 'kubernetes-models/v1/ServiceAccount';
import { RecurringJob } from './longhorn/longhorn.io/v1beta2/RecurringJob';
import type { ModelConstructor } from '@kubernetes-models/base';
import { ObjectStore } from './cnpg/barmancloud.cnpg.io/v1/ObjectStore';
import { Cluster as PostgresqlCluster } from './cnpg/postgresql.cnpg.io/v1/Cluster';
import { Database } from './cnpg/postgresql.cnpg.io/v1/Database';
import { Pooler } from './cnpg/postgresql.cnpg.io/v1/Pooler';
import { ScheduledBackup } from './cnpg/postgresql.cnpg.io/v1/ScheduledBackup';

export {
  APIService,
  AppProject,
  Application,
  Certificate,
  ClusterIssuer,
  ClusterRole,
  ClusterRoleBinding,
  ConfigMap,
  CronJob,
  DaemonSet,
  Database,
  Deployment,
  HorizontalPodAutoscaler,
  Ingress,
  IngressClass,
  IngressRoute,
  Job,
  LimitRange,
  Middleware,
  MutatingWebhookConfiguration,
  Namespace,
  NetworkPolicy,
  ObjectStore,
  PersistentVolumeClaim,
  PodDisruptionBudget,
  PodMonitor,
  Pooler,
  PostgresqlCluster,
  PriorityClass,
  Probe,
  Prometheus,
  PrometheusRule,
  RecurringJob,
  ResourceQuota,
  Role,
  RoleBinding,
  ScheduledBackup,
  ScrapeConfig,
  Secret,
  Service,
  ServiceAccount,
  ServiceMonitor,
  StatefulSet,
  StorageClass,
  TLSOption,
  ValidatingPolicy,
  ValidatingWebhookConfiguration,
};

/** A model class: constructor data is checked by the compiler, `validate` by the schema it was generated from. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the data type of a class is its own; only inference reads it
export type ModelClass = ModelConstructor<any> & { readonly apiVersion: string; readonly kind: string };

/** What a model's constructor takes: all fields but apiVersion and kind. */
export type DataOf<M extends ModelClass> = NonNullable<ConstructorParameters<M>[0]>;

interface Kind {
  readonly model: ModelClass;
  readonly namespaced: boolean;
}

const NAMESPACED: readonly ModelClass[] = [
  AppProject,
  Application,
  Certificate,
  ConfigMap,
  CronJob,
  DaemonSet,
  Database,
  Deployment,
  HorizontalPodAutoscaler,
  Ingress,
  IngressRoute,
  Job,
  LimitRange,
  Middleware,
  NetworkPolicy,
  ObjectStore,
  PersistentVolumeClaim,
  PodDisruptionBudget,
  PodMonitor,
  Pooler,
  PostgresqlCluster,
  Probe,
  Prometheus,
  PrometheusRule,
  RecurringJob,
  ResourceQuota,
  Role,
  RoleBinding,
  ScheduledBackup,
  ScrapeConfig,
  Secret,
  Service,
  ServiceAccount,
  ServiceMonitor,
  StatefulSet,
  TLSOption,
];
const CLUSTER_SCOPED: readonly ModelClass[] = [
  APIService,
  ClusterIssuer,
  ClusterRole,
  ClusterRoleBinding,
  IngressClass,
  MutatingWebhookConfiguration,
  Namespace,
  PriorityClass,
  StorageClass,
  ValidatingPolicy,
  ValidatingWebhookConfiguration,
];

const keyOf = (type: { apiVersion: string; kind: string }): string => `${type.apiVersion}/${type.kind}`;

const KINDS: ReadonlyMap<string, Kind> = new Map([
  ...NAMESPACED.map((model): [string, Kind] => [keyOf(model), { model, namespaced: true }]),
  ...CLUSTER_SCOPED.map((model): [string, Kind] => [keyOf(model), { model, namespaced: false }]),
]);

/** `<group>` and the name of its resource, for every kind above. */
export const RESOURCES: readonly { readonly group: string; readonly resource: string }[] = [
  ...KINDS.values(),
].map(({ model: { apiVersion, kind } }) => ({
  group: apiVersion.includes('/') ? (apiVersion.split('/', 1)[0] ?? '') : '',
  resource: pluralOf(kind),
}));

/** The plural of a kind, as the API names its resources: `ingresses`, `networkpolicies`. */
function pluralOf(kind: string): string {
  const name = kind.toLowerCase();
  if (name === 'endpoints') return name;
  if (/(s|x|ch)$/.test(name)) return `${name}es`;
  return name.endsWith('y') ? `${name.slice(0, -1)}ies` : `${name}s`;
}

/** The kind of an object, or undefined where no model is listed above. */
export function kindOf(type: { apiVersion: string; kind: string }): Kind | undefined {
  return KINDS.get(keyOf(type));
}

/** Whether objects of this API group come with a CustomResourceDefinition: built-in groups are single words or end in k8s.io. */
export function isCustom(apiVersion: string): boolean {
  const group = apiVersion.split('/', 1)[0] ?? '';
  return apiVersion.includes('/') && group.includes('.') && !group.endsWith('.k8s.io');
}
