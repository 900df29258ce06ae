import type { Alert } from '../../core/monitoring';

/** Alerts on the pods alone: names of kube-state-metrics. PgBouncer has no metrics of its own, and no exporter is in the image lock. */
export function pgbouncerAlerts(namespace: string, replicas: number): readonly Alert[] {
  const deployment = `{namespace="${namespace}",deployment="pgbouncer"}`;
  const missing: Alert = {
    alert: 'PgbouncerPodMissing',
    expr: `kube_deployment_status_replicas_available${deployment} < kube_deployment_spec_replicas${deployment}`,
    for: '15m',
    severity: 'warning',
    summary: 'PgBouncer of {{ $labels.namespace }} has fewer pods than it should',
    description: 'When the remaining one goes too, applications have no database.',
  };
  return [
    {
      alert: 'PgbouncerDown',
      expr: `kube_deployment_status_replicas_available${deployment} == 0`,
      for: '3m',
      severity: 'critical',
      summary: 'PgBouncer of {{ $labels.namespace }} is not available',
      description: 'Applications of this namespace cannot reach PostgreSQL, even where PostgreSQL is well.',
    },
    ...(replicas > 1 ? [missing] : []),
    {
      alert: 'PgbouncerRestarting',
      // two restarts are a little more than 2, since the increase is extrapolated to the whole hour
      expr: `increase(kube_pod_container_status_restarts_total{namespace="${namespace}",container="pgbouncer"}[1h]) >= 3`,
      severity: 'warning',
      summary: 'PgBouncer of {{ $labels.namespace }} restarts again and again',
      description:
        'Each restart breaks the transactions under way; a crash that one client can repeat is a known weakness of 1.25.2.',
    },
  ];
}
