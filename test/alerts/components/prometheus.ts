import { burst, held, share } from '../shapes';
import { series, Target, type AlertTest, type AlertTests, type Instance } from '../table';

/** v3.15 of Prometheus: cmd/prometheus/main.go, rules/group.go, tsdb/, notifier/metric.go. */
export function prometheus({ namespace }: Instance): AlertTests {
  const server = new Target({
    ...{ namespace, service: 'prometheus', pod: 'prometheus-prometheus-0', container: 'prometheus' },
    ...{ endpoint: 'web', instance: '10.42.0.22:9090' },
  });
  const group = { rule_group: '/etc/prometheus/rules/mysql.yaml;mysql' };
  return {
    targets: [server],
    alerts: {
      Watchdog: {
        severity: 'warning',
        fires: {
          'Prometheus reads itself': {
            series: { [server.series('up')]: '0x9 1x9 0x9' },
            ...{ minutes: [10, 19], labels: {}, summary: 'Alerting works' },
          },
        },
        silent: { 'Prometheus does not read itself': { [server.series('up')]: '0x20' } },
      },
      PrometheusTargetsDown: targetsDown(),
      PrometheusConfigurationRefused: held(
        { severity: 'warning', wait: 10, well: 1, bad: 0 },
        {
          'a change is refused': {
            series: server.series('prometheus_config_last_reload_successful'),
            labels: server.labels,
            summary: 'Prometheus refuses its configuration',
          },
        },
      ),
      PrometheusRulesFail: growing(server.series('prometheus_rule_evaluation_failures_total', group), 10, {
        labels: group,
        summary: `Rules of ${group.rule_group} cannot be evaluated`,
      }),
      PrometheusRulesLate: growing(
        server.series('prometheus_rule_group_iterations_missed_total', group),
        15,
        {
          labels: { ...server.labels, ...group },
          summary: `Prometheus leaves out evaluations of ${group.rule_group}`,
        },
      ),
      PrometheusStorageFails: storageFails(server),
      PrometheusVolumeFull: volumeFull(namespace),
      PrometheusTellsNobody: held(
        { severity: 'warning', wait: 10, well: 1, bad: 0 },
        {
          'no address is found': {
            series: server.series('prometheus_notifications_alertmanagers_discovered'),
            labels: {},
            summary: 'Prometheus finds no Alertmanager',
          },
        },
      ),
      PrometheusAlertsLost: share({
        ...{ severity: 'warning', wait: 10, bad: 10.5, well: 9.5 },
        part: server.series('prometheus_notifications_errors_total'),
        rest: { [server.series('prometheus_notifications_sent_total')]: 1000 },
        ...{ labels: {}, summary: '1.05% of the alerts do not reach Alertmanager' },
      }),
    },
  };
}

/** Two of some targets of a job are down from minute 10 on. */
function targetsDown(): AlertTest {
  const labels = { job: 'shop', namespace: 'prod' };
  const targets = (count: number, values: string) =>
    Object.fromEntries(
      Array.from({ length: count }, (_, index) => [
        series('up', { ...labels, instance: `10.42.1.${index}:8080` }),
        index < 2 ? values : '1x50',
      ]),
    );
  return {
    severity: 'warning',
    fires: {
      'two of nineteen': {
        series: targets(19, '1x9 0x24 1x9'),
        minutes: [25, 34],
        labels,
        summary: '10.53% of the targets of shop in prod do not answer',
      },
    },
    silent: { 'two of twenty-one': targets(21, '0x50'), 'two restart': targets(19, '1x9 0x14 1x9') },
  };
}

/** A counter that grows: over five minutes it has grown from minute 21 to 63. */
const growing = (
  counter: string,
  wait: number,
  told: { labels: Readonly<Record<string, string>>; summary: string },
): AlertTest => ({
  severity: 'warning',
  fires: { 'for forty minutes': { series: { [counter]: burst(1) }, minutes: [21 + wait, 63], ...told } },
  silent: { never: { [counter]: '7x60' }, once: { [counter]: '7x20 8x40' } },
});

/** One failure counts for an hour. */
function storageFails(server: Target): AlertTest {
  const metrics = ['compactions_failed_total', 'wal_corruptions_total', 'reloads_failures_total'];
  return {
    severity: 'warning',
    fires: Object.fromEntries(
      metrics.map((metric) => [
        metric,
        {
          series: { [server.series(`prometheus_tsdb_${metric}`)]: '0x9 1x80' },
          minutes: [20, 68],
          labels: server.labels,
          summary: 'Prometheus cannot keep its metrics in order',
        },
      ]),
    ),
    silent: {
      'nothing fails': Object.fromEntries(
        metrics.map((metric) => [server.series(`prometheus_tsdb_${metric}`), '2x80']),
      ),
    },
  };
}

function volumeFull(namespace: string): AlertTest {
  const labels = {
    ...{ instance: 'server', job: 'kubelet', node: 'server', namespace },
    persistentvolumeclaim: 'prometheus-prometheus-db-prometheus-prometheus-0',
  };
  return held(
    {
      ...{ severity: 'critical', wait: 2, well: 52, bad: 48 },
      beside: { [series('kubelet_volume_stats_capacity_bytes', labels)]: 1000 },
    },
    {
      '4.8 % are left': {
        series: series('kubelet_volume_stats_available_bytes', labels),
        labels,
        summary: 'The volume of Prometheus is nearly full',
      },
    },
  );
}
