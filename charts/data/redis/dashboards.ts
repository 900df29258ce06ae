import {
  connectionsInUse,
  namespaceOf,
  RATE,
  serverUp,
  type Dashboard,
  type Panel,
} from '../../core/dashboards';

const SERVER = '{namespace=~"$namespace"}';
const WHERE = '{{namespace}}';
const rate = (name: string): string => `sum by (namespace) (rate(redis_${name}${SERVER}${RATE}))`;

const NOW: readonly Panel[] = [
  serverUp(`redis_up${SERVER}`, WHERE),
  {
    kind: 'figure',
    title: 'Up for',
    description: 'Since its last start: it reads a renewed certificate at a start only.',
    unit: 'seconds',
    queries: [{ expr: `redis_uptime_in_seconds${SERVER}`, legend: WHERE }],
  },
  {
    kind: 'figure',
    title: 'Memory',
    description: 'Share of maxmemory. A cache is full by design; sessions are refused when it is.',
    unit: 'share',
    queries: [{ expr: `redis_memory_used_bytes${SERVER} / redis_memory_max_bytes${SERVER}`, legend: WHERE }],
  },
  connectionsInUse(
    'figure',
    'maxclients',
    { expr: `redis_connected_clients${SERVER} / redis_max_clients${SERVER}`, legend: WHERE },
    'applications are refused',
  ),
];

const WORK: readonly Panel[] = [
  {
    kind: 'graph',
    title: 'Commands',
    description: 'Of all applications.',
    unit: 'operations per second',
    queries: [{ expr: rate('commands_processed_total'), legend: WHERE }],
  },
  {
    kind: 'graph',
    title: 'Found',
    description: 'Share of what was looked for that was there. Below half, a cache does not help.',
    unit: 'share',
    queries: [
      {
        expr: `${rate('keyspace_hits_total')} / (${rate('keyspace_hits_total')} + ${rate('keyspace_misses_total')})`,
        legend: WHERE,
      },
    ],
  },
  {
    kind: 'graph',
    title: 'Thrown away for lack of memory',
    description:
      'Keys that were evicted before their time. Many, and little that is found: give it more memory.',
    unit: 'per second',
    queries: [{ expr: rate('evicted_keys_total'), legend: WHERE }],
  },
  {
    kind: 'graph',
    title: 'Memory',
    description: 'That its data takes.',
    unit: 'bytes',
    queries: [{ expr: `redis_memory_used_bytes${SERVER}`, legend: WHERE }],
  },
];

/** Series: imports/metrics.yaml, redis-exporter. */
export const REDIS: Dashboard = {
  uid: 'redis',
  title: 'Valkey and Redis',
  description: 'Does each cache and store of sessions answer, and is it large enough?',
  variables: [namespaceOf('redis_up')],
  rows: [
    { title: 'Now', panels: NOW },
    { title: 'Work', panels: WORK },
  ],
};
