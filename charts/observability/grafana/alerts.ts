import type { Alert } from '../../core/monitoring';

/** Metrics of v13: pkg/middleware/request_metrics.go, and Prometheus' own `up`. */
export function grafanaAlerts(namespace: string): readonly Alert[] {
  const target = `namespace="${namespace}",job="grafana"`;
  const requests = (more = ''): string =>
    `sum(rate(grafana_http_request_duration_seconds_count{${target}${more}}[5m]))`;
  return [
    {
      alert: 'GrafanaDown',
      expr: `absent(up{${target}} == 1)`,
      for: '10m',
      severity: 'warning',
      summary: 'Grafana does not answer',
      description: 'Nobody sees a dashboard. Metrics are collected and alerts are told as before.',
    },
    {
      alert: 'GrafanaErrors',
      expr: `${requests(',status_code=~"5.."')} / ${requests()} > 0.1`,
      for: '10m',
      severity: 'warning',
      summary: '{{ $value | humanizePercentage }} of the requests to Grafana fail',
      description: 'Panels stay empty: Prometheus does not answer it, or it lacks memory.',
    },
  ];
}
