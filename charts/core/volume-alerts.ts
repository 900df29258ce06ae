import type { Alert } from './monitoring';

/** Whose volume, and what becomes of it. */
interface VolumeAlerts {
  /** Beginning of the alerts' names: `Mysql`. */
  readonly name: string;
  /** Label matchers of the claims: `{namespace="prod",persistentvolumeclaim="data-mysql-0"}`. */
  readonly claims: string;
  /** The volume, in a summary: `The volume of MySQL in {{ $labels.namespace }}`. */
  readonly subject: string;
  /** What a full volume does, as the end of a sentence: `on a full volume every write fails`. */
  readonly full: string;
}

/** Alerts on a volume that fills up. Metrics: the kubelet's volume statistics (pkg/kubelet/metrics/collectors/volume_stats.go). */
export const volumeAlerts = ({ name, claims, subject, full }: VolumeAlerts): readonly Alert[] => [
  {
    alert: `${name}VolumeFillingUp`,
    expr: `kubelet_volume_stats_used_bytes${claims} / kubelet_volume_stats_capacity_bytes${claims} > 0.8`,
    // the kubelet looks at a volume every one or two minutes, which leaves these of five
    for: '2m',
    severity: 'critical',
    summary: `${subject} is {{ $value | humanizePercentage }} full`,
    description: `${full.charAt(0).toUpperCase()}${full.slice(1)}.`,
  },
  {
    alert: `${name}VolumeFullSoon`,
    expr: `predict_linear(kubelet_volume_stats_available_bytes${claims}[6h], 4 * 24 * 3600) < 0`,
    for: '1h',
    severity: 'warning',
    summary: `${subject} is full within four days`,
    description: `At the pace of the last six hours; ${full}.`,
  },
];
