import type { Alert } from '../../core/monitoring';

/** Metrics of v0.34: notify/metrics.go, cluster/cluster.go. */
export function alertmanagerAlerts(namespace: string, replicas: number): readonly Alert[] {
  const target = `namespace="${namespace}",job="alertmanager"`;
  return [
    {
      alert: 'AlertmanagerDown',
      expr: `absent(up{${target}} == 1)`,
      for: '4m',
      severity: 'critical',
      summary: 'Alertmanager does not answer',
      description: "Nobody is told of any alert. Only the dead man's switch notices.",
    },
    {
      alert: 'AlertmanagerCannotTell',
      expr:
        `sum by (integration) (rate(alertmanager_notifications_failed_total{${target}}[5m]))` +
        ` / sum by (integration) (rate(alertmanager_notifications_total{${target}}[5m])) > 0.05`,
      for: '10m',
      severity: 'warning',
      summary: '{{ $value | humanizePercentage }} of the messages by {{ $labels.integration }} fail',
      description: 'Receivers of this kind are not told of alerts.',
    },
    ...(replicas > 1
      ? [
          {
            alert: 'AlertmanagerSplit',
            expr: `min(alertmanager_cluster_members{${target}}) < ${replicas}`,
            for: '15m',
            severity: 'warning',
            summary: 'The pods of Alertmanager do not find each other',
            description: 'People are told twice of every alert, and silences hold in one pod only.',
          } as const,
        ]
      : []),
  ];
}
