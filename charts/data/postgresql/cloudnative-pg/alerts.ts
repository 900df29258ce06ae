import type { ComponentIdentity } from '../../../core/contracts';
import { maintenanceAlert } from '../../../core/maintenance';
import type { Alert } from '../../../core/monitoring';
import { volumeAlerts } from '../volume-alerts';
import type { PostgresqlTuning } from '../tuning';

export interface ClusterAlertsInput {
  readonly namespace: string;
  /** Name of the Cluster; its pods and claims are `<name>-<number>`. */
  readonly cluster: string;
  readonly instances: number;
  /** Whether base backups and write-ahead log go to a bucket. */
  readonly archives: boolean;
  readonly pooler: boolean;
  readonly tuning: Pick<PostgresqlTuning, 'slotWal'>;
}

/** Files of the write-ahead log, 16 MiB each, that may wait for their way to the bucket: half a gigabyte of a busy server. */
const WAITING_FILES = 30;
/** A base backup is made every day: the second one is missing. */
const BASE_BACKUP_MAX_AGE_SECONDS = 2 * 24 * 3600 + 6 * 3600;

/**
 * Alerts on one cluster. Metrics: cnpg_collector_* and cnpg_pgbouncer_* of CloudNativePG v1.30.1
 * (pkg/management/postgres/webserver/metricserver/pg_collector.go, pkg/management/pgbouncer/metricsserver), cnpg_pg_* of our own queries
 * (charts/data/cloudnative-pg/queries.yaml), barman_cloud_* of plugin-barman-cloud v0.15.0 (internal/cnpgi/instance/metrics.go), and the
 * kubelet's volume statistics.
 */
export function clusterAlerts(input: ClusterAlertsInput): readonly Alert[] {
  const { namespace, cluster } = input;
  const selector = `{namespace="${namespace}",pod=~"${cluster}-[0-9]+"}`;
  return [
    ...serverAlerts(selector, input.instances),
    ...volumeAlerts(`{namespace="${namespace}",persistentvolumeclaim=~"${cluster}-[0-9]+"}`),
    ...(input.instances > 1 ? replicationAlerts(selector, input) : []),
    ...(input.archives ? archiveAlerts(selector) : []),
    ...(input.pooler ? poolerAlerts(namespace, cluster) : []),
  ];
}

/**
 * What is left of the alerts while git stops it. The operator stops only a cluster that is healthy (pkg/reconciler/hibernation/status.go of
 * v1.30.1), and until then it takes writes that nobody backs up.
 */
export function whileStopped(
  component: ComponentIdentity & { readonly name: string },
  cluster: string,
): readonly Alert[] {
  const up = `cnpg_collector_up{namespace="${component.namespace}",pod=~"${cluster}-[0-9]+"}`;
  return [
    maintenanceAlert(component, `absent(${up})`),
    {
      alert: 'PostgresqlStillRuns',
      expr: `${up} == 1`,
      for: '15m',
      severity: 'warning',
      summary: '{{ $labels.pod }} of {{ $labels.namespace }} runs, although its settings stop it',
      description: 'It takes writes, and its backups rest. A restore must not begin.',
    },
  ];
}

function serverAlerts(selector: string, instances: number): readonly Alert[] {
  const up = `cnpg_collector_up${selector}`;
  const replica = `cnpg_pg_replication_in_recovery${selector}`;
  return [
    {
      alert: 'PostgresqlDown',
      expr: `${up} == 0 or count by (namespace) (${up}) < ${instances} or absent(${up})`,
      for: '3m',
      severity: 'critical',
      summary: 'A PostgreSQL server of {{ $labels.namespace }} does not answer',
      description:
        'When it is the primary, and no other takes over, applications cannot read or write their data.',
    },
    {
      alert: 'PostgresqlNoPrimary',
      // absent of a comparison would lose the namespace
      expr: `sum by (namespace) (${replica} == bool 0) != 1 or absent(${replica})`,
      for: '3m',
      severity: 'critical',
      summary: 'Not exactly one PostgreSQL server of {{ $labels.namespace }} takes writes',
      description: 'With none every write fails.',
    },
    {
      alert: 'PostgresqlTooManyConnections',
      expr: `cnpg_pg_connections_used${selector} / cnpg_pg_connections_maximum${selector} > 0.8`,
      for: '5m',
      severity: 'warning',
      summary:
        '{{ $labels.pod }} of {{ $labels.namespace }} uses {{ $value | humanizePercentage }} of its connections',
      description: 'When none is left, applications get errors instead of data.',
    },
    {
      alert: 'PostgresqlLongTransaction',
      expr: `cnpg_pg_transactions_oldest_seconds${selector} > 6 * 3600`,
      for: '5m',
      severity: 'warning',
      summary:
        '{{ $labels.pod }} of {{ $labels.namespace }} has a transaction open for {{ $value | humanizeDuration }}',
      description: 'Until it ends, no dead row of any table is cleaned up, and queries get slower.',
    },
    {
      alert: 'PostgresqlWraparoundNear',
      expr: `max by (namespace, datname) (cnpg_pg_database_xid_age${selector}) > 1e9 or max by (namespace, datname) (cnpg_pg_database_mxid_age${selector}) > 1e9`,
      for: '3m',
      severity: 'critical',
      summary:
        '{{ $labels.datname }} of {{ $labels.namespace }} has {{ $value | humanize }} of 2.1 billion transactions without a freeze',
      description: 'Autovacuum freezes at 200 million; at 2.1 billion the server refuses every write.',
    },
    {
      alert: 'PostgresqlDeadlocks',
      expr: `sum by (namespace, datname) (rate(cnpg_pg_stat_database_deadlocks${selector}[15m])) > 0.02`,
      for: '15m',
      severity: 'warning',
      summary: '{{ $labels.datname }} of {{ $labels.namespace }} has deadlocks',
      description: 'More than one a minute: transactions of the application are rolled back.',
    },
  ];
}

function replicationAlerts(selector: string, { instances, tuning }: ClusterAlertsInput): readonly Alert[] {
  const streaming = `cnpg_pg_replication_streaming_replicas${selector}`;
  return [
    {
      alert: 'PostgresqlReplicationBroken',
      expr: `max by (namespace) (${streaming}) < ${instances - 1}`,
      for: '10m',
      severity: 'warning',
      summary: 'A standby of PostgreSQL in {{ $labels.namespace }} does not follow',
      description: 'It serves old data, and cannot take over what was written since.',
    },
    {
      alert: 'PostgresqlReplicationLag',
      expr: `cnpg_pg_replication_lag${selector} > 300`,
      for: '5m',
      severity: 'warning',
      summary:
        '{{ $labels.pod }} of {{ $labels.namespace }} is {{ $value | humanizeDuration }} behind its primary',
      description:
        'Reads from it are old, and without synchronous replication so much is lost with the primary.',
    },
    {
      alert: 'PostgresqlSlotRetention',
      expr: `max by (namespace, pod, slot_name) (cnpg_pg_replication_slots_pg_wal_lsn_diff${selector}) > ${Math.floor(tuning.slotWal / 2)}`,
      for: '4m',
      severity: 'warning',
      summary:
        'Slot {{ $labels.slot_name }} on {{ $labels.pod }} of {{ $labels.namespace }} holds back {{ $value | humanize1024 }}B of WAL',
      description: 'At twice as much it is given up, and its standby is built anew.',
    },
  ];
}

/** One series for each pod: a former primary that has nothing to send must not speak for the new one. */
function archiveAlerts(selector: string): readonly Alert[] {
  const labelled = (more: string): string => selector.replace('}', `,${more}}`);
  const waiting = `cnpg_collector_pg_wal_archive_status${labelled('value="ready"')}`;
  const backup = `barman_cloud_cloudnative_pg_io_last_available_backup_timestamp${selector}`;
  return [
    {
      alert: 'PostgresqlArchiveFailing',
      // no longer than it has to hold: one failure is none
      expr: `increase(cnpg_pg_stat_archiver_failed_count${selector}[10m]) > 0`,
      for: '10m',
      severity: 'warning',
      summary: '{{ $labels.pod }} of {{ $labels.namespace }} cannot hand over its WAL',
      description: 'WAL stays on the volume until it is full, and a recovery ends before it.',
    },
    {
      alert: 'PostgresqlArchiveBehind',
      expr:
        `max by (namespace, pod) (${waiting}) > ${WAITING_FILES}` +
        ` or (min_over_time(${waiting}[10m]) > 0 unless on (namespace, pod) increase(cnpg_pg_stat_archiver_archived_count${selector}[10m]) > 0)`,
      for: '4m',
      severity: 'critical',
      summary: 'WAL of {{ $labels.pod }} in {{ $labels.namespace }} does not reach the bucket',
      description: 'With all volumes, everything since the last segment that arrived would be lost.',
    },
    {
      alert: 'PostgresqlBaseBackupOverdue',
      expr: `time() - max by (namespace) (${backup}) > ${BASE_BACKUP_MAX_AGE_SECONDS} or absent(${backup})`,
      for: '30m',
      severity: 'warning',
      summary: 'The last base backup of PostgreSQL in {{ $labels.namespace }} is too old',
      description: 'A recovery replays all log since it; where there is none at all, none is possible.',
    },
  ];
}

function poolerAlerts(namespace: string, cluster: string): readonly Alert[] {
  const up = `cnpg_pgbouncer_up{namespace="${namespace}",pod=~"${cluster}-pooler-.+"}`;
  return [
    {
      alert: 'PostgresqlPoolerDown',
      expr: `max by (namespace) (${up}) == 0 or absent(${up})`,
      for: '3m',
      severity: 'critical',
      summary: 'The pooler of PostgreSQL in {{ $labels.namespace }} does not answer',
      description: 'Applications of this namespace cannot reach PostgreSQL, even where PostgreSQL is well.',
    },
  ];
}
