// Written by `npm run schema` from the files in components/ and the catalogue.
import { alertmanager } from './components/alertmanager';
import { argoRollouts } from './components/argo-rollouts';
import { argocd } from './components/argocd';
import { backups } from './components/backups';
import { barmanCloud } from './components/barman-cloud';
import { blackboxExporter } from './components/blackbox-exporter';
import { certManager } from './components/cert-manager';
import { cloudnativePg } from './components/cloudnative-pg';
import { externalDns } from './components/external-dns';
import { fluentBit } from './components/fluent-bit';
import { grafana } from './components/grafana';
import { jaeger } from './components/jaeger';
import { kubeStateMetrics } from './components/kube-state-metrics';
import { kubernetesMetrics } from './components/kubernetes-metrics';
import { kyverno } from './components/kyverno';
import { loki } from './components/loki';
import { longhorn } from './components/longhorn';
import { metricsServer } from './components/metrics-server';
import { migrations } from './components/migrations';
import { mysql } from './components/mysql';
import { nodeExporter } from './components/node-exporter';
import { objectStore } from './components/object-store';
import { opentelemetryCollector } from './components/opentelemetry-collector';
import { pgbouncer } from './components/pgbouncer';
import { postgresql } from './components/postgresql';
import { prometheus } from './components/prometheus';
import { prometheusOperator } from './components/prometheus-operator';
import { rabbitmq } from './components/rabbitmq';
import { redis } from './components/redis';
import { traefik } from './components/traefik';
import { xwiki } from './components/xwiki';
import type { AlertTests, Instance } from './table';

/** Tests of alerts by component. */
export const COMPONENTS: Readonly<Record<string, (instance: Instance) => AlertTests>> = {
  alertmanager,
  'argo-rollouts': argoRollouts,
  argocd,
  backups,
  'barman-cloud': barmanCloud,
  'blackbox-exporter': blackboxExporter,
  'cert-manager': certManager,
  'cloudnative-pg': cloudnativePg,
  'external-dns': externalDns,
  'fluent-bit': fluentBit,
  grafana,
  jaeger,
  'kube-state-metrics': kubeStateMetrics,
  'kubernetes-metrics': kubernetesMetrics,
  kyverno,
  loki,
  longhorn,
  'metrics-server': metricsServer,
  migrations,
  mysql,
  'node-exporter': nodeExporter,
  'object-store': objectStore,
  'opentelemetry-collector': opentelemetryCollector,
  pgbouncer,
  postgresql,
  prometheus,
  'prometheus-operator': prometheusOperator,
  rabbitmq,
  redis,
  traefik,
  xwiki,
};
