import type { Alert } from '../../core/monitoring';
import type { RedisSettings } from './definition';
import { volumeAlerts } from '../../core/volume-alerts';

/**
 * Alerts on one server. Names of metrics: redis_exporter v1.86.0 (exporter/exporter.go, metricMapGauges and metricMapCounters), which reads
 * INFO, and the kubelet's volume statistics.
 */
export function redisAlerts(namespace: string, { use, engine }: RedisSettings): readonly Alert[] {
  const server = `{namespace="${namespace}",job="redis"}`;
  return [
    ...common(server),
    ...(use === 'cache' ? ofCache(server) : [...ofSessions(server), ...ofVolume(namespace)]),
    ...(engine === 'redis' ? [restartDue(server)] : []),
  ];
}

const common = (server: string): readonly Alert[] => [
  {
    alert: 'RedisDown',
    expr: `redis_up${server} == 0 or absent(redis_up${server})`,
    for: '3m',
    severity: 'critical',
    summary: 'Redis of {{ $labels.namespace }} does not answer',
    description: 'Applications of this namespace have no cache, and no sessions where it holds them.',
  },
  {
    alert: 'RedisTooManyConnections',
    expr: `max_over_time(redis_connected_clients${server}[5m]) / redis_max_clients${server} > 0.8`,
    for: '5m',
    severity: 'warning',
    summary:
      'Redis of {{ $labels.namespace }} has {{ $value | humanizePercentage }} of the clients that it takes',
    description: 'When none is left, applications are refused.',
  },
  {
    alert: 'RedisAccessDenied',
    expr:
      `sum by (namespace) (increase(redis_acl_access_denied_auth_total${server}[15m]) + ` +
      `increase(redis_acl_access_denied_cmd_total${server}[15m]) + increase(redis_acl_access_denied_key_total${server}[15m])) > 10`,
    for: '10m',
    severity: 'warning',
    summary: 'Redis of {{ $labels.namespace }} refuses passwords, commands or keys',
    description: 'An application has a wrong password, or does what its account may not; or somebody tries.',
  },
];

const ofCache = (server: string): readonly Alert[] => [
  {
    alert: 'RedisCacheTooSmall',
    expr:
      `rate(redis_evicted_keys_total${server}[30m]) > 1 and rate(redis_keyspace_hits_total${server}[30m]) / ` +
      `(rate(redis_keyspace_hits_total${server}[30m]) + rate(redis_keyspace_misses_total${server}[30m])) < 0.5`,
    for: '30m',
    severity: 'warning',
    summary: 'The cache of {{ $labels.namespace }} throws away what is asked for again',
    description: 'Less than half of what applications look for is there, and keys are evicted all the time.',
  },
];

const ofSessions = (server: string): readonly Alert[] => [
  {
    alert: 'RedisMemoryFull',
    expr: `redis_memory_used_bytes${server} / redis_memory_max_bytes${server} > 0.9`,
    for: '4m',
    severity: 'critical',
    summary: 'The memory of Redis in {{ $labels.namespace }} is {{ $value | humanizePercentage }} full',
    description: 'On a full one every write is refused: nobody can log in.',
  },
  {
    alert: 'RedisLogFailing',
    expr: `redis_aof_last_write_status${server} == 0 or redis_aof_last_bgrewrite_status${server} == 0`,
    for: '4m',
    severity: 'critical',
    summary: 'Redis of {{ $labels.namespace }} cannot write its log of changes',
    description: 'Writes are refused, or the log grows without end; what is not in it is lost at a restart.',
  },
];

const ofVolume = (namespace: string): readonly Alert[] =>
  volumeAlerts({
    name: 'Redis',
    claims: `{namespace="${namespace}",persistentvolumeclaim="data-redis-0"}`,
    subject: 'The volume of Redis in {{ $labels.namespace }}',
    full: 'on a full volume every write is refused',
  });

/** Redis reads its certificate at its start: one that is renewed a year before its end outlives that by a year at least. */
const restartDue = (server: string): Alert => ({
  alert: 'RedisRestartDue',
  expr: `redis_uptime_in_seconds${server} > 330 * 24 * 3600`,
  for: '1h',
  severity: 'warning',
  summary: 'Redis of {{ $labels.namespace }} runs for {{ $value | humanizeDuration }}',
  description: 'It presents the certificate that it started with, which may end within a month.',
});
