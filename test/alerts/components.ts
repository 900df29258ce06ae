import { alertmanager } from './components/alertmanager';
import { argocd } from './components/argocd';
import { backups } from './components/backups';
import { blackboxExporter } from './components/blackbox-exporter';
import { certManager } from './components/cert-manager';
import { kubeStateMetrics } from './components/kube-state-metrics';
import { kubernetesMetrics } from './components/kubernetes-metrics';
import { barmanCloud } from './components/barman-cloud';
import { cloudnativePg } from './components/cloudnative-pg';
import { kyverno } from './components/kyverno';
import { longhorn } from './components/longhorn';
import { metricsServer } from './components/metrics-server';
import { migrations } from './components/migrations';
import { mysql } from './components/mysql';
import { nodeExporter } from './components/node-exporter';
import { pgbouncer } from './components/pgbouncer';
import { postgresql } from './components/postgresql';
import { prometheus } from './components/prometheus';
import { prometheusOperator } from './components/prometheus-operator';
import { rabbitmq } from './components/rabbitmq';
import { redis } from './components/redis';
import { traefik } from './components/traefik';
import { xwiki } from './components/xwiki';
import type { AlertTests, Instance } from './table';

/** Tests of alerts by component: a component with alerts needs a row, and each of its alerts a test. */
export const COMPONENTS: Readonly<Record<string, (instance: Instance) => AlertTests>> = {
  alertmanager,
  argocd,
  backups,
  'blackbox-exporter': blackboxExporter,
  'cert-manager': certManager,
  'kube-state-metrics': kubeStateMetrics,
  'kubernetes-metrics': kubernetesMetrics,
  'barman-cloud': barmanCloud,
  'cloudnative-pg': cloudnativePg,
  kyverno,
  longhorn,
  'metrics-server': metricsServer,
  migrations,
  mysql,
  'node-exporter': nodeExporter,
  pgbouncer,
  postgresql,
  prometheus,
  'prometheus-operator': prometheusOperator,
  rabbitmq,
  redis,
  traefik,
  xwiki,
};
