import { counted, grown, unanswered } from '../shapes';
import { Target, type AlertTest, type AlertTests, type Instance } from '../table';
import { volumeFillingUp, volumeFullSoon } from '../volume';

/** v3.7.6 of Loki: pkg/ingester/metrics.go, pkg/validation/validate.go, pkg/compactor/metrics.go, pkg/ruler/base/manager_metrics.go. */
export function loki({ namespace, objects }: Instance): AlertTests {
  const server = new Target({
    ...{ namespace, service: 'loki', pod: 'loki-0', container: 'loki', endpoint: 'http' },
    instance: '10.42.0.31:3100',
  });
  const { labels } = server;
  const volume = { namespace, claim: 'data-loki-0' };
  const reason = { reason: 'rate_limited' };
  const group = { rule_group: '/loki/rules/fake/rules.yaml;lines' };
  const judges = objects.some(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === 'loki-rules');
  const refused = { ...reason, tenant: 'fake', retention_hours: '336', policy: '', format: '' };
  return {
    targets: [server],
    alerts: {
      LokiDown: unanswered(server, 4, { severity: 'critical', summary: 'Loki does not answer' }),
      LokiLinesRefused: grown(5, {
        [server.series('loki_discarded_samples_total', refused)]: {
          labels: reason,
          summary: 'Loki refuses lines: rate_limited',
        },
      }),
      LokiWritesFail: grown(10, {
        [server.series('loki_ingester_chunks_flush_failures_total')]: written(server),
        [server.series('loki_ingester_wal_disk_full_failures_total')]: written(server),
      }),
      LokiRetentionStopped: retentionStopped(server),
      LokiPanics: counted('warning', 15, server.series('loki_panic_total'), {
        labels,
        summary: 'Requests crash in Loki',
      }),
      ...(judges && {
        LokiRulesFail: grown(10, {
          [server.series('loki_prometheus_rule_evaluation_failures_total', { ...group, user: 'fake' })]: {
            labels: group,
            summary: 'Rules on lines cannot be evaluated',
          },
        }),
      }),
      LokiVolumeFillingUp: volumeFillingUp({ ...volume, summary: 'The volume of Loki is 81% full' }),
      LokiVolumeFullSoon: volumeFullSoon({
        ...volume,
        summary: 'The volume of Loki is full within four days',
      }),
    },
  };
}

const written = ({ labels }: Target) => ({ labels, summary: 'Loki cannot write what it has in memory' });

function retentionStopped(server: Target): AlertTest {
  const last = server.series('loki_compactor_apply_retention_last_successful_run_timestamp_seconds');
  const start = server.series('process_start_time_seconds');
  const fired = { labels: server.labels, summary: 'Loki deletes no old logs' };
  return {
    severity: 'warning',
    fires: {
      'it was never done since the start in minute 0, until minute 440': {
        series: { [last]: '0x439 26400x20', [start]: '0x460' },
        ...{ minutes: [421, 439], ...fired },
      },
      // six hours after minute 1 is minute 361
      'the last time was in minute 1, until it is done again in minute 440': {
        series: { [last]: '60x439 26400x20', [start]: '0x460' },
        ...{ minutes: [422, 439], ...fired },
      },
    },
    silent: {
      'it is done every minute': { [last]: '60+60x460', [start]: '0x460' },
      'it was not done since a start in minute 300': { [last]: '0x460', [start]: '18000x460' },
      'it is done after six and a half hours': { [last]: '60x390 23460x60', [start]: '0x450' },
    },
  };
}
