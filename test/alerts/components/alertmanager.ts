import { held, share, unanswered } from '../shapes';
import { replicasOf, Target, type AlertTests, type Instance } from '../table';

/** v0.34 of Alertmanager: notify/metrics.go, cluster/cluster.go. */
export function alertmanager(instance: Instance): AlertTests {
  const { namespace } = instance;
  const server = new Target({
    ...{ namespace, service: 'alertmanager', pod: 'alertmanager-0', container: 'alertmanager' },
    ...{ endpoint: 'web', instance: '10.42.0.21:9093' },
  });
  const mails = { integration: 'email' };
  const pods = replicasOf(instance, 'alertmanager');
  return {
    targets: [server],
    alerts: {
      AlertmanagerDown: unanswered(server, 4, {
        severity: 'critical',
        summary: 'Alertmanager does not answer',
      }),
      AlertmanagerCannotTell: share({
        ...{ severity: 'warning', wait: 10, bad: 52, well: 48 },
        part: server.series('alertmanager_notifications_failed_total', { ...mails, reason: 'other' }),
        rest: { [server.series('alertmanager_notifications_total', mails)]: 1000 },
        ...{ labels: mails, summary: '5.2% of the messages by email fail' },
      }),
      ...(pods > 1 && {
        AlertmanagerSplit: held(
          { severity: 'warning', wait: 15, well: pods, bad: pods - 1 },
          {
            'one sees itself only': {
              series: server.series('alertmanager_cluster_members'),
              labels: {},
              summary: 'The pods of Alertmanager do not find each other',
            },
          },
        ),
      }),
    },
  };
}
