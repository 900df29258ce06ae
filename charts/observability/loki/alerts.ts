import type { Alert } from '../../core/monitoring';
import { volumeAlerts } from '../../core/volume-alerts';

/** Claim of the only pod. */
export const CLAIM = 'data';

/**
 * Metrics of v3.7.6: pkg/ingester/metrics.go, pkg/validation/validate.go, pkg/compactor/metrics.go, pkg/util/server/recovery.go,
 * pkg/ruler/base/manager_metrics.go.
 */
export function lokiAlerts(namespace: string, judges: boolean): readonly Alert[] {
  const target = `namespace="${namespace}",job="loki"`;
  return [
    {
      alert: 'LokiDown',
      expr: `absent(up{${target}} == 1)`,
      for: '4m',
      severity: 'critical',
      summary: 'Loki does not answer',
      description: 'Nobody can search logs. Collectors keep what comes until their buffer is full.',
    },
    ...keeping(target),
    ...(judges ? [rulesFail(target)] : []),
    ...volumeAlerts({
      name: 'Loki',
      claims: `{namespace="${namespace}",persistentvolumeclaim="${CLAIM}-loki-0"}`,
      subject: 'The volume of Loki',
      full: 'on a full volume no line is taken',
    }),
  ];
}

const keeping = (target: string): readonly Alert[] => [
  {
    alert: 'LokiLinesRefused',
    expr: `sum by (reason) (increase(loki_discarded_samples_total{${target}}[15m])) > 0`,
    for: '5m',
    severity: 'warning',
    summary: 'Loki refuses lines: {{ $labels.reason }}',
    description:
      'They are lost, but for rate_limited, per_stream_rate_limit and stream_limit: those are sent again.',
  },
  {
    alert: 'LokiWritesFail',
    expr: `increase(loki_ingester_chunks_flush_failures_total{${target}}[15m]) > 0 or increase(loki_ingester_wal_disk_full_failures_total{${target}}[15m]) > 0`,
    for: '10m',
    severity: 'warning',
    summary: 'Loki cannot write what it has in memory',
    description: 'The volume is full or the bucket does not answer. Soon nothing more is taken.',
  },
  {
    alert: 'LokiRetentionStopped',
    // 0 until it succeeds once: since the start, then
    expr:
      `time() - (loki_compactor_apply_retention_last_successful_run_timestamp_seconds{${target}} > 0` +
      ` or process_start_time_seconds{${target}}) > 6 * 3600`,
    for: '1h',
    severity: 'warning',
    summary: 'Loki deletes no old logs',
    description: 'They are kept longer than they should be, and the volume fills up.',
  },
  {
    alert: 'LokiPanics',
    expr: `increase(loki_panic_total{${target}}[15m]) > 0`,
    severity: 'warning',
    summary: 'Requests crash in Loki',
    description: 'Some queries or lines meet a mistake of the program.',
  },
];

const rulesFail = (target: string): Alert => ({
  alert: 'LokiRulesFail',
  expr: `sum by (rule_group) (increase(loki_prometheus_rule_evaluation_failures_total{${target}}[15m])) > 0`,
  for: '10m',
  severity: 'warning',
  summary: 'Rules on lines cannot be evaluated',
  description: 'Alerts on what logs say cannot fire.',
});
