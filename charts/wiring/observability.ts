import { backup } from '../backup/backup';
import type { CertManager } from '../certificates/cert-manager/cert-manager';
import { certManager } from '../certificates/cert-manager/definition';
import { certificates } from '../certificates/certificates';
import type { Issuer } from '../core/contracts';
import type { Endpoint } from '../core/network';
import { defined } from '../core/objects';
import type { Wiring } from '../core/wiring';
import { alerts } from '../delivery/alerts';
import { traefik } from '../network/traefik/definition';
import { Alertmanager } from '../observability/alertmanager/alertmanager';
import { BlackboxExporter } from '../observability/blackbox-exporter/blackbox-exporter';
import { FluentBit } from '../observability/fluent-bit/fluent-bit';
import { Grafana } from '../observability/grafana/grafana';
import { jaeger as jaegerDefinition } from '../observability/jaeger/definition';
import { Jaeger } from '../observability/jaeger/jaeger';
import { KubeStateMetrics } from '../observability/kube-state-metrics/kube-state-metrics';
import { KubernetesMetrics } from '../observability/kubernetes-metrics/kubernetes-metrics';
import { loki as lokiDefinition } from '../observability/loki/definition';
import { Loki } from '../observability/loki/loki';
import { NodeExporter } from '../observability/node-exporter/node-exporter';
import { OpenTelemetryCollector } from '../observability/opentelemetry-collector/opentelemetry-collector';
import { prometheus as prometheusDefinition } from '../observability/prometheus/definition';
import { Prometheus } from '../observability/prometheus/prometheus';
import { prometheusOperator } from '../observability/prometheus-operator/definition';
import { PrometheusOperator } from '../observability/prometheus-operator/prometheus-operator';
import type { VolumeClasses } from '../storage/storage-classes/storage-classes';
import type { Network } from './network';

/** What others ask of monitoring; each undefined where it is switched off. */
export interface Observability {
  readonly prometheus: Endpoint | undefined;
  readonly alertmanager: Endpoint | undefined;
  readonly loki: Endpoint | undefined;
  readonly jaeger: Endpoint | undefined;
}

/** Who collects metrics, who judges them, and who tells people. */
export function wireObservability(
  wiring: Wiring,
  { general: storage }: VolumeClasses,
  authorities: CertManager | undefined,
): Observability {
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
  wiring.on(KubeStateMetrics, () => ({ dashboards: wiring.block(Grafana.definition) !== undefined }));
  wiring.on(NodeExporter, () => ({}));
  const loki = wiring.on(Loki, () =>
    defined({ storage, alertmanager: alertmanager?.endpoint, backups: wiring.section(backup) }),
  );
  wiring.on(FluentBit, (need) => ({ store: need(loki?.logs, lokiDefinition) }));
  const jaeger = wiring.on(Jaeger, (need) => ({ storage, tls: need(authorities?.internal, certManager) }));
  wiring.on(OpenTelemetryCollector, (need) => ({ store: need(jaeger?.spans, jaegerDefinition) }));
  wiring.on(BlackboxExporter, () => ({
    trustedCertificates: wiring.section(certificates).issuer === 'letsencrypt-prod',
  }));
  return {
    prometheus: prometheus?.endpoint,
    alertmanager: alertmanager?.endpoint,
    loki: loki?.logs.endpoint,
    jaeger: jaeger?.query,
  };
}

/** Who shows it all. Wired last: it takes the dashboards that all others brought. */
export function wireGrafana(
  wiring: Wiring,
  { prometheus, alertmanager, loki, jaeger }: Observability,
  { ingress }: Network,
  issuer: Issuer | undefined,
): void {
  const hasPages = wiring.block(Grafana.definition)?.host !== undefined;
  wiring.on(Grafana, (need) =>
    defined({
      prometheus: need(prometheus, prometheusDefinition),
      alertmanager,
      loki,
      jaeger,
      ...(hasPages && { ingress: need(ingress, traefik), issuer: need(issuer, certManager) }),
    }),
  );
}
