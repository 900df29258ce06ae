import type { Alert } from '../../core/monitoring';
import { volumeAlerts } from './volume-alerts';

/**
 * Alerts on one server. Names of metrics: postgres_exporter v0.20.1 (collector/pg_database_wraparound.go, pg_stat_database.go,
 * pg_setting.go, pg_long_running_transactions.go and exporter/postgres_exporter.go), and the kubelet's volume statistics. Those on the age of
 * backups come with the backup plan.
 */
export function postgresqlAlerts(namespace: string): readonly Alert[] {
  const selector = `{namespace="${namespace}",container="exporter",pod=~"postgresql-[0-9]+"}`;
  return [
    ...serverAlerts(selector),
    ...volumeAlerts(`{namespace="${namespace}",persistentvolumeclaim=~"data-postgresql-[0-9]+"}`),
  ];
}

function serverAlerts(selector: string): readonly Alert[] {
  return [
    {
      alert: 'PostgresqlDown',
      expr: `pg_up${selector} == 0 or absent(pg_up${selector})`,
      for: '3m',
      severity: 'critical',
      summary: 'PostgreSQL of {{ $labels.namespace }} does not answer',
      description: 'Applications cannot read or write their data.',
    },
    {
      alert: 'PostgresqlTooManyConnections',
      expr: `sum by (namespace, pod) (pg_stat_database_numbackends${selector}) / on (namespace, pod) pg_settings_max_connections${selector} > 0.8`,
      for: '5m',
      severity: 'warning',
      summary:
        '{{ $labels.pod }} of {{ $labels.namespace }} uses {{ $value | humanizePercentage }} of its connections',
      description: 'When none is left, applications get errors instead of data.',
    },
    {
      alert: 'PostgresqlLongTransaction',
      expr: `pg_long_running_transactions_oldest_timestamp_seconds${selector} > 6 * 3600`,
      for: '5m',
      severity: 'warning',
      summary:
        '{{ $labels.pod }} of {{ $labels.namespace }} has a transaction open for {{ $value | humanizeDuration }}',
      description: 'Until it ends, no dead row of any table is cleaned up, and queries get slower.',
    },
    {
      alert: 'PostgresqlWraparoundNear',
      expr: `max by (namespace, datname) (pg_database_wraparound_age_datfrozenxid_seconds${selector}) > 1e9 or max by (namespace, datname) (pg_database_wraparound_age_datminmxid_seconds${selector}) > 1e9`,
      for: '4m',
      severity: 'critical',
      summary:
        '{{ $labels.datname }} of {{ $labels.namespace }} has {{ $value | humanize }} of 2.1 billion transactions without a freeze',
      description: 'Autovacuum freezes at 200 million; at 2.1 billion the server refuses every write.',
    },
    {
      alert: 'PostgresqlDeadlocks',
      expr: `sum by (namespace, datname) (rate(pg_stat_database_deadlocks${selector}[15m])) > 0.02`,
      for: '15m',
      severity: 'warning',
      summary: '{{ $labels.datname }} of {{ $labels.namespace }} has deadlocks',
      description: 'More than one a minute: transactions of the application are rolled back.',
    },
  ];
}
