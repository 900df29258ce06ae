import {
  connectionsInUse,
  namespaceOf,
  RATE,
  serverUp,
  type Dashboard,
  type Panel,
} from '../../core/dashboards';

const SERVER = '{namespace=~"$namespace",job="mysql"}';
const status = (name: string): string => `mysql_global_status_${name}${SERVER}`;
const rate = (name: string): string => `rate(${status(name)}${RATE})`;
const WHERE = '{{namespace}}';

const NOW: readonly Panel[] = [
  serverUp(`mysql_up${SERVER}`, WHERE),
  {
    kind: 'figure',
    title: 'Up for',
    description: 'Since its last start.',
    unit: 'seconds',
    queries: [{ expr: status('uptime'), legend: WHERE }],
  },
  {
    kind: 'figure',
    title: 'Queries',
    description: 'All statements, those of backups and of the exporter among them.',
    unit: 'operations per second',
    queries: [{ expr: rate('queries'), legend: WHERE }],
  },
  {
    kind: 'figure',
    title: 'Certificate valid for',
    description:
      'The one that it presents. cert-manager renews it; the server reads the new one without a restart.',
    unit: 'seconds',
    thresholds: { warning: 21 * 86_400, critical: 14 * 86_400, low: true },
    queries: [{ expr: `${status('ssl_server_not_after')} - time()`, legend: WHERE }],
  },
];

const LOAD: readonly Panel[] = [
  connectionsInUse('graph', 'max_connections', {
    expr: `${status('threads_connected')} / mysql_global_variables_max_connections${SERVER}`,
    legend: WHERE,
  }),
  {
    kind: 'graph',
    title: 'Statements at work',
    description:
      'Threads that do something. More than cores for long: statements wait for each other or for the disk.',
    unit: 'count',
    queries: [{ expr: status('threads_running'), legend: WHERE }],
  },
  {
    kind: 'graph',
    title: 'Statements by kind',
    description: 'The five most frequent.',
    unit: 'operations per second',
    queries: [
      {
        expr: `topk(5, sum by (namespace, command) (rate(mysql_global_status_commands_total${SERVER}${RATE})) > 0)`,
        legend: '{{namespace}} {{command}}',
      },
    ],
  },
  {
    kind: 'graph',
    title: 'Slow statements',
    description: 'Statements that took more than two seconds: users wait for their pages.',
    unit: 'per second',
    thresholds: { warning: 0.1 },
    queries: [{ expr: rate('slow_queries'), legend: WHERE }],
  },
];

const INNODB: readonly Panel[] = [
  {
    kind: 'graph',
    title: 'Reads from disk',
    description:
      'Share of the reads that miss the buffer pool. More than 2 % under load: give the server more memory.',
    unit: 'share',
    thresholds: { warning: 0.01, critical: 0.02 },
    queries: [
      {
        expr: `${rate('innodb_buffer_pool_reads')} / ${rate('innodb_buffer_pool_read_requests')}`,
        legend: WHERE,
      },
    ],
  },
  {
    kind: 'graph',
    title: 'Buffer pool',
    description:
      'Pages by state. One without free pages is as it should be, as long as few reads go to the disk.',
    unit: 'count',
    stacked: true,
    queries: [{ expr: `mysql_global_status_buffer_pool_pages${SERVER}`, legend: '{{namespace}} {{state}}' }],
  },
  {
    kind: 'graph',
    title: 'Rows',
    description: 'Rows that were read and changed.',
    unit: 'operations per second',
    queries: [
      {
        expr: `sum by (namespace, operation) (rate(mysql_global_status_innodb_row_ops_total${SERVER}${RATE}))`,
        legend: '{{namespace}} {{operation}}',
      },
    ],
  },
  {
    kind: 'graph',
    title: 'Traffic',
    description: 'Bytes from and to applications, backups among them.',
    unit: 'bytes per second',
    queries: [
      { expr: rate('bytes_received'), legend: '{{namespace}} received' },
      { expr: rate('bytes_sent'), legend: '{{namespace}} sent' },
    ],
  },
];

/** Series: imports/metrics.yaml, mysqld-exporter. */
export const MYSQL: Dashboard = {
  uid: 'mysql',
  title: 'MySQL',
  description: 'Does each MySQL answer, and what makes it slow?',
  variables: [namespaceOf('mysql_up')],
  rows: [
    { title: 'Now', panels: NOW },
    { title: 'Load', panels: LOAD },
    { title: 'InnoDB', panels: INNODB },
  ],
};
