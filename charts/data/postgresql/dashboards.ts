import {
  connectionsInUse,
  namespaceOf,
  RATE,
  serverUp,
  type Dashboard,
  type Panel,
} from '../../core/dashboards';
import { DATABASE, sortedOnDisk, transactions, withoutFreeze } from './panels';

const SERVER = '{namespace=~"$namespace",container="exporter",pod=~"postgresql-[0-9]+"}';
const WHERE = '{{namespace}} {{pod}}';

const ofDatabase = (name: string): string =>
  `sum by (namespace, datname) (rate(pg_stat_database_${name}${SERVER}${RATE}))`;

const NOW: readonly Panel[] = [
  serverUp(`pg_up${SERVER}`, WHERE),
  connectionsInUse('figure', 'max_connections', {
    expr: `sum by (namespace, pod) (pg_stat_database_numbackends${SERVER}) / on (namespace, pod) pg_settings_max_connections${SERVER}`,
    legend: WHERE,
  }),
  {
    kind: 'figure',
    title: 'Oldest transaction',
    description: 'Until it ends, no dead row of any table is cleaned up, and queries get slower.',
    unit: 'seconds',
    thresholds: { warning: 3600, critical: 6 * 3600 },
    queries: [{ expr: `pg_long_running_transactions_oldest_timestamp_seconds${SERVER}`, legend: WHERE }],
  },
  withoutFreeze('figure', {
    expr: `max by (namespace) (pg_database_wraparound_age_datfrozenxid_seconds${SERVER})`,
    legend: '{{namespace}}',
  }),
];

const LOAD: readonly Panel[] = [
  ...transactions(ofDatabase),
  {
    kind: 'graph',
    title: 'Connections',
    description: 'By database.',
    unit: 'count',
    stacked: true,
    queries: [
      { expr: `sum by (namespace, datname) (pg_stat_database_numbackends${SERVER})`, legend: DATABASE },
    ],
  },
  {
    kind: 'graph',
    title: 'Locks',
    description: 'Held and waited for, by mode. Exclusive ones that last keep others waiting.',
    unit: 'count',
    queries: [
      { expr: `sum by (namespace, mode) (pg_locks_count${SERVER})`, legend: '{{namespace}} {{mode}}' },
    ],
  },
];

const STORAGE: readonly Panel[] = [
  {
    kind: 'graph',
    title: 'Reads from disk',
    description:
      "Share of the blocks that were not in the server's own memory. The system's cache may have had them.",
    unit: 'share',
    queries: [
      {
        expr: `${ofDatabase('blks_read')} / (${ofDatabase('blks_read')} + ${ofDatabase('blks_hit')})`,
        legend: DATABASE,
      },
    ],
  },
  {
    kind: 'graph',
    title: 'Size',
    description: 'Of each database on its volume, without the write-ahead log.',
    unit: 'bytes',
    queries: [{ expr: `max by (namespace, datname) (pg_database_size_bytes${SERVER})`, legend: DATABASE }],
  },
  sortedOnDisk(ofDatabase),
  {
    kind: 'graph',
    title: 'Deadlocks',
    description: 'Transactions that waited for each other; one of them was rolled back.',
    unit: 'per second',
    thresholds: { warning: 0.02 },
    queries: [{ expr: ofDatabase('deadlocks'), legend: DATABASE }],
  },
];

/** One server, the engine `statefulset`. Series: imports/metrics.yaml, postgres-exporter. */
export const POSTGRESQL: Dashboard = {
  uid: 'postgresql',
  title: 'PostgreSQL',
  description: 'Does each PostgreSQL answer, and what makes it slow?',
  variables: [namespaceOf('pg_up')],
  rows: [
    { title: 'Now', panels: NOW },
    { title: 'Load', panels: LOAD },
    { title: 'Storage', panels: STORAGE },
  ],
};
