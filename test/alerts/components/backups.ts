import { Target, type AlertTests, type Instance } from '../table';

/** The results of runs; the ages themselves are alerts of the datastores (../backup-age.ts). */
export function backups({ namespace }: Instance): AlertTests {
  const gateway = pushgateway(namespace);
  const up = gateway.series('up');
  const text = { labels: {}, summary: 'The Pushgateway does not answer' };
  return {
    targets: [gateway],
    alerts: {
      BackupsPushgatewayDown: {
        severity: 'warning',
        fires: {
          'it does not answer for half an hour': {
            series: { [up]: '1x9 0x29 1x9' },
            minutes: [25, 39],
            ...text,
          },
          'it is away for half an hour': {
            series: { [up]: '1x9 stale _x29 1x9' },
            minutes: [25, 39],
            ...text,
          },
        },
        silent: {
          'it answers': { [up]: '1x30' },
          'a restart of ten minutes': { [up]: '1x9 0x9 1x9' },
        },
      },
    },
  };
}

/** It keeps labels of what was pushed, and says of itself only whether it answers. */
const pushgateway = (namespace: string): Target =>
  new Target({
    ...{
      namespace,
      service: 'pushgateway',
      pod: 'pushgateway-0',
      container: 'pushgateway',
      endpoint: 'http',
    },
    ...{ instance: '10.42.0.30:9091', honorLabels: true },
  });
