import type { Alert } from '../../core/monitoring';

/** Prometheus names its target after the Service. */
const TARGET = 'job="traefik",namespace="ingress"';

/** Metrics of traefik v3.7.9, pkg/observability/metrics/prometheus.go. It has none for a configuration that was refused. */
export const ALERTS: readonly Alert[] = [
  {
    alert: 'TraefikDown',
    expr: `up{${TARGET}} == 0 or absent(up{${TARGET}})`,
    for: '2m',
    severity: 'critical',
    // where there is no pod at all, there is no label
    summary: 'Traefik does not answer{{ with $labels.instance }} on {{ . }}{{ end }}',
    description: 'Nothing that a node publishes can be reached through it while its Traefik is down.',
  },
  {
    alert: 'TraefikHigh5xxRate',
    expr:
      `sum(rate(traefik_entrypoint_requests_total{entrypoint="websecure",code=~"5.."}[5m]))` +
      ` / sum(rate(traefik_entrypoint_requests_total{entrypoint="websecure"}[5m])) > 0.05`,
    // on top of the five minutes that the ratio looks back
    for: '2m',
    severity: 'critical',
    summary: '{{ $value | humanizePercentage }} of all requests fail',
    description: 'More than one request in twenty got a server error for five minutes: users see failures.',
  },
  {
    alert: 'TraefikHighLatency',
    expr:
      // connections that stay open on purpose (websocket, sse) are no slow answers; its own `service` gives way to the target's
      `histogram_quantile(0.95, sum by (exported_service, le)` +
      ` (rate(traefik_service_request_duration_seconds_bucket{protocol="http"}[10m]))) > 3`,
    for: '15m',
    severity: 'warning',
    summary: 'Answers of {{ $labels.exported_service }} take {{ $value | humanizeDuration }}',
    description: 'One request in twenty of this service takes longer than three seconds.',
  },
];
