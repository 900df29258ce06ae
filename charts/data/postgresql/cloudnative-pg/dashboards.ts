import { connectionsInUse, namespaceOf, RATE, type Dashboard, type Panel } from '../../../core/dashboards';
import { DATABASE, sortedOnDisk, transactions, withoutFreeze } from '../panels';

const SERVER = '{namespace=~"$namespace"}';
const WHERE = '{{namespace}} {{pod}}';

/** A standby counts what it replays, too: the larger value is the primary's. */
const ofDatabase = (name: string): string =>
  `max by (namespace, datname) (rate(cnpg_pg_stat_database_${name}${SERVER}${RATE}))`;

const NOW: readonly Panel[] = [
  {
    kind: 'table',
    title: 'Servers',
    description: 'Each server of each cluster. Exactly one of a namespace takes writes.',
    unit: 'count',
    labels: { namespace: 'Namespace', pod: 'Server' },
    columns: [
      {
        expr: `max by (namespace, pod) (cnpg_collector_up${SERVER})`,
        legend: 'Answers',
        thresholds: { critical: 1, low: true },
      },
      {
        expr: `1 - max by (namespace, pod) (cnpg_pg_replication_in_recovery${SERVER})`,
        legend: 'Takes writes',
      },
      {
        expr: `max by (namespace, pod) (cnpg_pg_replication_lag${SERVER})`,
        legend: 'Behind the primary',
        unit: 'seconds',
        thresholds: { warning: 30, critical: 300 },
      },
      {
        expr: `max by (namespace, pod) (cnpg_pg_connections_used${SERVER} / cnpg_pg_connections_maximum${SERVER})`,
        legend: 'Connections in use',
        unit: 'share',
        thresholds: { warning: 0.6, critical: 0.8 },
      },
      {
        expr: `max by (namespace, pod) (cnpg_pg_transactions_oldest_seconds${SERVER})`,
        legend: 'Oldest transaction',
        unit: 'seconds',
        thresholds: { warning: 3600, critical: 6 * 3600 },
      },
    ],
  },
];

const REPLICATION: readonly Panel[] = [
  {
    kind: 'graph',
    title: 'Behind the primary',
    description:
      'Age of what a standby has replayed last. Without synchronous replication so much is lost with the primary.',
    unit: 'seconds',
    thresholds: { warning: 30, critical: 300 },
    queries: [{ expr: `cnpg_pg_replication_lag${SERVER}`, legend: WHERE }],
  },
  {
    kind: 'graph',
    title: 'Standbys that follow',
    description: 'As the primary sees them. One fewer than there should be: a standby serves old data.',
    unit: 'count',
    queries: [
      {
        expr: `max by (namespace) (cnpg_pg_replication_streaming_replicas${SERVER})`,
        legend: '{{namespace}}',
      },
    ],
  },
  {
    kind: 'graph',
    title: 'Write-ahead log that is held back',
    description: 'By slots of standbys that are away. It fills the volume, until the slot is given up.',
    unit: 'bytes',
    queries: [
      {
        expr: `max by (namespace, slot_name) (cnpg_pg_replication_slots_pg_wal_lsn_diff${SERVER})`,
        legend: '{{namespace}} {{slot_name}}',
      },
    ],
  },
];

const ARCHIVE: readonly Panel[] = [
  {
    kind: 'graph',
    title: 'Segments that wait for the bucket',
    description:
      '16 MiB each. With all volumes, everything since the last segment that arrived would be lost.',
    unit: 'count',
    thresholds: { warning: 5, critical: 30 },
    queries: [
      {
        expr: `max by (namespace, pod) (cnpg_collector_pg_wal_archive_status{namespace=~"$namespace",value="ready"})`,
        legend: WHERE,
      },
    ],
  },
  {
    kind: 'graph',
    title: 'Segments handed over',
    description: 'In the hour before, and the tries that failed.',
    unit: 'count',
    queries: [
      {
        expr: `sum by (namespace) (increase(cnpg_pg_stat_archiver_archived_count${SERVER}[1h]))`,
        legend: '{{namespace}}',
      },
      {
        expr: `sum by (namespace) (increase(cnpg_pg_stat_archiver_failed_count${SERVER}[1h]))`,
        legend: '{{namespace}} failed',
      },
    ],
  },
];

const LOAD: readonly Panel[] = [
  ...transactions(ofDatabase),
  connectionsInUse('graph', 'max_connections', {
    expr: `cnpg_pg_connections_used${SERVER} / cnpg_pg_connections_maximum${SERVER}`,
    legend: WHERE,
  }),
  sortedOnDisk(ofDatabase),
  {
    kind: 'graph',
    title: 'Size',
    description: 'Of each database, without the write-ahead log.',
    unit: 'bytes',
    queries: [
      { expr: `max by (namespace, datname) (cnpg_pg_database_size_bytes${SERVER})`, legend: DATABASE },
    ],
  },
  withoutFreeze('graph', {
    expr: `max by (namespace, datname) (cnpg_pg_database_xid_age${SERVER})`,
    legend: DATABASE,
  }),
];

/** Servers of the engine `cloudnative-pg`. Series: imports/metrics.yaml, cloudnative-pg. */
export const POSTGRESQL_CLUSTER: Dashboard = {
  uid: 'postgresql-cluster',
  title: 'PostgreSQL with standbys',
  description: 'Do primary and standbys answer, and how much would be lost with the primary?',
  variables: [namespaceOf('cnpg_collector_up')],
  rows: [
    { title: 'Now', panels: NOW },
    { title: 'Replication', panels: REPLICATION },
    { title: 'Archive', panels: ARCHIVE },
    { title: 'Load and storage', panels: LOAD },
  ],
};
