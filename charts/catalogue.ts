import { root } from '../argocd/definition';
import { xwiki } from './apps/xwiki/definition';
import { backup } from './backup/backup';
import { backupScripts } from './backup/backup-scripts/definition';
import { backups } from './backup/backups/definition';
import { drill } from './backup/drill/definition';
import { certManager } from './certificates/cert-manager/definition';
import { certificates } from './certificates/certificates';
import { crds } from './cluster/crds/definition';
import { environment } from './cluster/environment/definition';
import { metricsServer } from './cluster/metrics-server/definition';
import { platformNamespaces } from './cluster/platform-namespaces/definition';
import { barmanCloud } from './data/barman-cloud/definition';
import { cloudnativePg } from './data/cloudnative-pg/definition';
import { migrations } from './data/migrations/definition';
import { mysql } from './data/mysql/definition';
import { objectStore } from './data/object-store/definition';
import { pgbouncer } from './data/pgbouncer/definition';
import { postgresql } from './data/postgresql/definition';
import { rabbitmq } from './data/rabbitmq/definition';
import { redis } from './data/redis/definition';
import { alerts } from './delivery/alerts';
import { argoRollouts } from './delivery/argo-rollouts/definition';
import { argocd } from './delivery/argocd/definition';
import { externalDns } from './network/external-dns/definition';
import { ingress } from './network/ingress';
import { traefik } from './network/traefik/definition';
import { kyverno } from './policy/kyverno/definition';
import { policies } from './policy/policies/definition';
import { alertmanager } from './observability/alertmanager/definition';
import { blackboxExporter } from './observability/blackbox-exporter/definition';
import { fluentBit } from './observability/fluent-bit/definition';
import { grafana } from './observability/grafana/definition';
import { jaeger } from './observability/jaeger/definition';
import { kubeStateMetrics } from './observability/kube-state-metrics/definition';
import { kubernetesMetrics } from './observability/kubernetes-metrics/definition';
import { loki } from './observability/loki/definition';
import { nodeExporter } from './observability/node-exporter/definition';
import { openTelemetryCollector } from './observability/opentelemetry-collector/definition';
import { prometheus } from './observability/prometheus/definition';
import { prometheusOperator } from './observability/prometheus-operator/definition';
import { longhorn } from './storage/longhorn/definition';
import { storageClasses } from './storage/storage-classes/definition';
import { storage } from './storage/storage';

/**
 * Every component there is, in no order that matters. The settings' schema, reserved namespaces, exceptions, definitions in use and the
 * README's rows follow from it.
 */
export const CATALOGUE = [
  alertmanager,
  argoRollouts,
  argocd,
  backupScripts,
  backups,
  barmanCloud,
  blackboxExporter,
  certManager,
  cloudnativePg,
  crds,
  drill,
  grafana,
  kyverno,
  environment,
  externalDns,
  fluentBit,
  jaeger,
  kubeStateMetrics,
  kubernetesMetrics,
  loki,
  longhorn,
  metricsServer,
  migrations,
  mysql,
  nodeExporter,
  objectStore,
  openTelemetryCollector,
  pgbouncer,
  policies,
  platformNamespaces,
  postgresql,
  prometheus,
  prometheusOperator,
  rabbitmq,
  redis,
  root,
  storageClasses,
  traefik,
  xwiki,
] as const;

/** Parts of the settings that belong to a layer as a whole. */
export const SECTIONS = [ingress, certificates, storage, backup, alerts] as const;
