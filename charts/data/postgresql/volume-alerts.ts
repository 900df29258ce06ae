import type { Alert } from '../../core/monitoring';

/** Alerts on data volumes: the kubelet's statistics of the claims that the selector names. */
export function volumeAlerts(volume: string): readonly Alert[] {
  return [
    {
      alert: 'PostgresqlVolumeFillingUp',
      expr: `kubelet_volume_stats_used_bytes${volume} / kubelet_volume_stats_capacity_bytes${volume} > 0.8`,
      for: '4m',
      severity: 'critical',
      summary:
        '{{ $labels.persistentvolumeclaim }} of {{ $labels.namespace }} is {{ $value | humanizePercentage }} full',
      description: 'On a full volume the server stops, and starts no more.',
    },
    {
      alert: 'PostgresqlVolumeFullSoon',
      expr: `predict_linear(kubelet_volume_stats_available_bytes${volume}[6h], 4 * 24 * 3600) < 0`,
      for: '1h',
      severity: 'warning',
      summary: '{{ $labels.persistentvolumeclaim }} of {{ $labels.namespace }} is full within four days',
      description: 'At the pace of the last six hours; on a full volume the server stops.',
    },
  ];
}
