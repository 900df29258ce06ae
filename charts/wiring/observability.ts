import { certificates } from '../certificates/certificates';
import { defined } from '../core/objects';
import type { Endpoint } from '../core/network';
import type { Wiring } from '../core/wiring';
import { alerts } from '../delivery/alerts';
import { Alertmanager } from '../observability/alertmanager/alertmanager';
import { BlackboxExporter } from '../observability/blackbox-exporter/blackbox-exporter';
import { KubeStateMetrics } from '../observability/kube-state-metrics/kube-state-metrics';
import { KubernetesMetrics } from '../observability/kubernetes-metrics/kubernetes-metrics';
import { NodeExporter } from '../observability/node-exporter/node-exporter';
import { prometheus as prometheusDefinition } from '../observability/prometheus/definition';
import { Prometheus } from '../observability/prometheus/prometheus';
import { prometheusOperator } from '../observability/prometheus-operator/definition';
import { PrometheusOperator } from '../observability/prometheus-operator/prometheus-operator';
import type { VolumeClasses } from '../storage/storage-classes/storage-classes';

export interface Observability {
  /** Who answers questions about metrics; undefined where it is switched off. */
  readonly metrics: Endpoint | undefined;
}

/** Who collects metrics, who judges them, and who tells people. */
export function wireObservability(wiring: Wiring, { general: storage }: VolumeClasses): Observability {
  const operator = wiring.on(PrometheusOperator, () => ({}));
  const alertmanager = wiring.on(Alertmanager, () => ({ storage, recipients: wiring.section(alerts) }));
  const prometheus = wiring.on(Prometheus, (need) =>
    defined({
      operator: need(operator?.controller, prometheusOperator),
      storage,
      alertmanager: alertmanager?.endpoint,
    }),
  );
  wiring.on(KubernetesMetrics, (need) => ({ prometheus: need(prometheus?.endpoint, prometheusDefinition) }));
  wiring.on(KubeStateMetrics, () => ({}));
  wiring.on(NodeExporter, () => ({}));
  wiring.on(BlackboxExporter, () => ({
    trustedCertificates: wiring.section(certificates).issuer === 'letsencrypt-prod',
  }));
  return { metrics: prometheus?.endpoint };
}
