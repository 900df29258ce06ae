import type { Graph, Panel, Query } from '../../core/dashboards';

/** What both engines show of each database, whoever counts it. */
export const DATABASE = '{{namespace}} {{datname}}';

/** A rate of pg_stat_database, by database. */
type OfDatabase = (name: string) => string;

export const transactions = (ofDatabase: OfDatabase): readonly Graph[] => [
  {
    kind: 'graph',
    title: 'Transactions',
    description: 'That were committed, by database.',
    unit: 'operations per second',
    queries: [{ expr: ofDatabase('xact_commit'), legend: DATABASE }],
  },
  {
    kind: 'graph',
    title: 'Transactions that were rolled back',
    description: 'By the application, or by an error. A few are usual; many are a bug.',
    unit: 'operations per second',
    queries: [{ expr: ofDatabase('xact_rollback'), legend: DATABASE }],
  },
];

export const sortedOnDisk = (ofDatabase: OfDatabase): Graph => ({
  kind: 'graph',
  title: 'Sorted on disk',
  description: 'Sorts and hashes that did not fit into work_mem.',
  unit: 'bytes per second',
  queries: [{ expr: ofDatabase('temp_bytes'), legend: DATABASE }],
});

export const withoutFreeze = (kind: 'figure' | 'graph', query: Query): Panel => ({
  kind,
  title: 'Transactions without a freeze',
  description: 'Autovacuum freezes at 200 million; at 2.1 billion the server refuses every write.',
  unit: 'count',
  thresholds: { warning: 5e8, critical: 1e9 },
  queries: [query],
});
