import type { Alert } from '../../core/monitoring';
import { VOLUME } from './server';

/** Metrics of Prometheus v3.15.0: cmd/prometheus/main.go, notifier/metric.go, rules/group.go, tsdb/db.go, tsdb/head.go. */
export function prometheusAlerts(namespace: string, hasAlertmanager: boolean): readonly Alert[] {
  const target = `namespace="${namespace}",job="prometheus"`;
  return [
    ...watching(target),
    ...working(target),
    ...storing(namespace, target),
    ...(hasAlertmanager ? telling(target) : []),
  ];
}

const watching = (target: string): Alert[] => [
  {
    alert: 'Watchdog',
    expr: `max(up{${target}}) == 1`,
    severity: 'warning',
    summary: 'Alerting works',
    description:
      'It fires as long as Prometheus scrapes, evaluates and tells. Whoever stops getting it should look at Prometheus and Alertmanager.',
  },
  {
    alert: 'PrometheusTargetsDown',
    // what a component misses most has an alert of its own: this one is for all others
    expr: 'count by (job, namespace) (up == 0) / count by (job, namespace) (up) > 0.1',
    for: '15m',
    severity: 'warning',
    summary:
      '{{ $value | humanizePercentage }} of the targets of {{ $labels.job }} in {{ $labels.namespace }} do not answer',
    description: 'Their metrics are missing, and with them every alert that is made of them.',
  },
];

const working = (target: string): Alert[] => [
  {
    alert: 'PrometheusConfigurationRefused',
    expr: `prometheus_config_last_reload_successful{${target}} == 0`,
    for: '10m',
    severity: 'warning',
    summary: 'Prometheus refuses its configuration',
    description: 'It goes on with the one before: new monitors and rules do not count.',
  },
  {
    alert: 'PrometheusRulesFail',
    expr: `sum by (rule_group) (increase(prometheus_rule_evaluation_failures_total{${target}}[5m])) > 0`,
    for: '10m',
    severity: 'warning',
    summary: 'Rules of {{ $labels.rule_group }} cannot be evaluated',
    description: 'Alerts of this group cannot fire.',
  },
  {
    alert: 'PrometheusRulesLate',
    expr: `increase(prometheus_rule_group_iterations_missed_total{${target}}[5m]) > 0`,
    for: '15m',
    severity: 'warning',
    summary: 'Prometheus leaves out evaluations of {{ $labels.rule_group }}',
    description: 'Its rules take longer than the time between two evaluations: alerts come late.',
  },
];

const storing = (namespace: string, target: string): Alert[] => {
  const volume = `{namespace="${namespace}",persistentvolumeclaim=~"${VOLUME}-.+"}`;
  return [
    {
      alert: 'PrometheusStorageFails',
      expr:
        `increase(prometheus_tsdb_compactions_failed_total{${target}}[1h]) > 0` +
        ` or increase(prometheus_tsdb_wal_corruptions_total{${target}}[1h]) > 0` +
        ` or increase(prometheus_tsdb_reloads_failures_total{${target}}[1h]) > 0`,
      for: '10m',
      severity: 'warning',
      summary: 'Prometheus cannot keep its metrics in order',
      description: 'Blocks are not compacted or not read: the volume fills, or metrics are missing.',
    },
    {
      alert: 'PrometheusVolumeFull',
      expr: `kubelet_volume_stats_available_bytes${volume} / kubelet_volume_stats_capacity_bytes${volume} < 0.05`,
      // the kubelet looks at a volume every one or two minutes, which leaves these of five
      for: '2m',
      severity: 'critical',
      summary: 'The volume of Prometheus is nearly full',
      description: 'When it is full, Prometheus takes no samples, and no alert is evaluated.',
    },
  ];
};

const telling = (target: string): Alert[] => [
  {
    alert: 'PrometheusTellsNobody',
    expr: `max(prometheus_notifications_alertmanagers_discovered{${target}}) < 1`,
    for: '10m',
    severity: 'warning',
    summary: 'Prometheus finds no Alertmanager',
    description: 'Alerts fire, and nobody is told.',
  },
  {
    alert: 'PrometheusAlertsLost',
    expr:
      `sum(increase(prometheus_notifications_errors_total{${target}}[5m]))` +
      ` / sum(increase(prometheus_notifications_sent_total{${target}}[5m])) > 0.01`,
    for: '10m',
    severity: 'warning',
    summary: '{{ $value | humanizePercentage }} of the alerts do not reach Alertmanager',
    description: 'Some alerts are told late or never.',
  },
];
