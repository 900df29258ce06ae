import { Target, type AlertTests, type Instance } from '../table';

/** Prometheus' own `up`. */
export function barmanCloud({ namespace }: Instance): AlertTests {
  const plugin = new Target({
    ...{ namespace, service: 'barman-cloud-metrics', container: 'barman-cloud' },
    ...{ pod: 'barman-cloud-0', instance: '10.42.0.40:8080' },
  });
  const up = plugin.series('up');
  const text = {
    labels: { job: 'barman-cloud-metrics', namespace },
    summary: 'The backup plugin of the PostgreSQL clusters does not answer',
  };
  return {
    targets: [plugin],
    alerts: {
      BarmanCloudDown: {
        severity: 'warning',
        fires: {
          'it does not answer for half an hour': {
            series: { [up]: '1x9 0x29 1x9' },
            ...{ minutes: [25, 39], ...text },
          },
          'no pod is there for half an hour': {
            series: { [up]: '1x9 stale _x29 1x9' },
            ...{ minutes: [25, 39], ...text },
          },
        },
        silent: { 'it answers': { [up]: '1x30' }, 'a restart of ten minutes': { [up]: '1x9 0x9 1x30' } },
      },
    },
  };
}
