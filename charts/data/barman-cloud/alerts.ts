import type { Alert } from '../../core/monitoring';

const TARGET = 'job="barman-cloud-metrics",namespace="cnpg-system"';

/** Metrics: Prometheus' own `up`. The state of backups is told by the database pods. */
export const ALERTS: readonly Alert[] = [
  {
    alert: 'BarmanCloudDown',
    expr: `max by (job, namespace) (up{${TARGET}}) == 0 or absent(up{${TARGET}})`,
    for: '15m',
    severity: 'warning',
    summary: 'The backup plugin of the PostgreSQL clusters does not answer',
    description:
      'Running servers go on archiving, but no pod of a cluster can start, and no backup can begin.',
  },
];
