import type { Alert } from '../../core/monitoring';
import type { PostgresqlTuning } from './configuration';

/** Bytes of WAL of 16 MiB that may wait in the spool: two minutes' worth of a busy server, or half an hour of a quiet one. */
const SPOOLED_FILES = 30;

/**
 * Alerts on one PostgreSQL. Names of metrics: postgres_exporter v0.20.1 (collector/pg_replication.go, pg_replication_slots.go,
 * pg_stat_replication.go, pg_stat_archiver.go, pg_database_wraparound.go, pg_stat_database.go, pg_setting.go, pg_long_running_transactions.go
 * and exporter/postgres_exporter.go), and the kubelet's volume statistics. Those on the age of backups come with the backup plan.
 */
export function postgresqlAlerts(
  namespace: string,
  servers: readonly string[],
  tuning: Pick<PostgresqlTuning, 'slotWal'>,
): readonly Alert[] {
  const selector = `{namespace="${namespace}",container="exporter",pod=~"postgresql-[0-9]+"}`;
  return [
    ...serverAlerts(selector, servers),
    ...volumeAlerts(`{namespace="${namespace}",persistentvolumeclaim=~"data-postgresql-[0-9]+"}`),
    ...(servers.length > 1 ? replicationAlerts(selector, servers, tuning) : []),
  ];
}

function serverAlerts(selector: string, servers: readonly string[]): readonly Alert[] {
  return [
    {
      alert: 'PostgresqlDown',
      expr: `pg_up${selector} == 0 or ${fewer(`pg_up${selector}`, servers.length)}`,
      for: '3m',
      severity: 'critical',
      summary: 'A PostgreSQL server of {{ $labels.namespace }} does not answer',
      description: 'When it is the primary, applications cannot read or write their data.',
    },
    {
      alert: 'PostgresqlNoPrimary',
      // absent of a comparison would lose the namespace
      expr: `sum by (namespace) (pg_replication_is_replica${selector} == bool 0) != 1 or absent(pg_replication_is_replica${selector})`,
      for: '4m',
      severity: 'critical',
      summary: 'Not exactly one PostgreSQL server of {{ $labels.namespace }} takes writes',
      description: 'With none every write fails; with two, each takes writes that the other lacks.',
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

function volumeAlerts(volume: string): readonly Alert[] {
  return [
    {
      alert: 'PostgresqlVolumeFillingUp',
      expr: `kubelet_volume_stats_used_bytes${volume} / kubelet_volume_stats_capacity_bytes${volume} > 0.8`,
      for: '4m',
      severity: 'critical',
      summary:
        '{{ $labels.persistentvolumeclaim }} of {{ $labels.namespace }} is {{ $value | humanizePercentage }} full',
      description: 'On a full volume the server stops, and starts no more.',
    },
    {
      alert: 'PostgresqlVolumeFullSoon',
      expr: `predict_linear(kubelet_volume_stats_available_bytes${volume}[6h], 4 * 24 * 3600) < 0`,
      for: '1h',
      severity: 'warning',
      summary: '{{ $labels.persistentvolumeclaim }} of {{ $labels.namespace }} is full within four days',
      description: 'At the pace of the last six hours; on a full volume the server stops.',
    },
  ];
}

function replicationAlerts(
  selector: string,
  servers: readonly string[],
  { slotWal }: Pick<PostgresqlTuning, 'slotWal'>,
): readonly Alert[] {
  return [
    {
      alert: 'PostgresqlReplicationBroken',
      expr: fewer(
        `pg_stat_replication_pg_wal_lsn_diff${withLabels(selector, 'state="streaming",application_name=~"postgresql-[0-9]+"')}`,
        servers.length - 1,
      ),
      for: '10m',
      severity: 'warning',
      summary: 'A standby of PostgreSQL in {{ $labels.namespace }} does not follow',
      description: 'It serves old data, and cannot take over what was written since.',
    },
    {
      alert: 'PostgresqlReplicationLag',
      expr: `pg_replication_lag_seconds${selector} > 300`,
      for: '5m',
      severity: 'warning',
      summary:
        '{{ $labels.pod }} of {{ $labels.namespace }} is {{ $value | humanizeDuration }} behind its primary',
      description:
        'Reads from it are old, and without synchronous replication so much is lost with the primary.',
    },
    {
      alert: 'PostgresqlSlotRetention',
      expr: `max by (namespace, pod, slot_name) (pg_replication_slots_pg_wal_lsn_diff${selector}) > ${Math.floor(slotWal / 2)}`,
      for: '4m',
      severity: 'warning',
      summary:
        'Slot {{ $labels.slot_name }} on {{ $labels.pod }} of {{ $labels.namespace }} holds back {{ $value | humanize1024 }}B of WAL',
      description: 'At twice as much it is given up, and its standby is built anew.',
    },
  ];
}

/** Alerts on WAL on its way to the bucket, where it goes there. */
export function archiveAlerts(namespace: string, component: string): readonly Alert[] {
  const selector = `{namespace="${namespace}",container="exporter",pod=~"postgresql-[0-9]+"}`;
  const shipped = `strata_wal_last_shipped_timestamp_seconds{component="${component}"}`;
  return [
    {
      alert: 'PostgresqlArchiveFailing',
      // no longer than it has to hold: one failure is none
      expr: `increase(pg_stat_archiver_failed_count${selector}[10m]) > 0`,
      for: '10m',
      severity: 'warning',
      summary: '{{ $labels.pod }} of {{ $labels.namespace }} cannot hand over its WAL',
      description: 'WAL stays on the volume until it is full, and a restore ends before it.',
    },
    {
      alert: 'PostgresqlArchiveBehind',
      expr: `time() - max(${shipped}) > 600 or max(strata_wal_spool_files{component="${component}"}) > ${SPOOLED_FILES} or absent(${shipped})`,
      for: '4m',
      severity: 'critical',
      summary: `WAL of ${component} does not reach the bucket`,
      description: 'With the volume, everything since the last segment that arrived would be lost.',
    },
  ];
}

/** Fewer series than there should be; of one, none. */
const fewer = (series: string, count: number): string =>
  [...(count > 1 ? [`count by (namespace) (${series}) < ${count}`] : []), `absent(${series})`].join(' or ');

const withLabels = (selector: string, more: string): string => selector.replace('}', `,${more}}`);
