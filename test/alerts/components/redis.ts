import { backupAges } from '../backup-age';
import { stoppedWorkload } from '../maintenance';
import { Target, type AlertTests, type Instance } from '../table';
import { volumeFillingUp, volumeFullSoon } from '../volume';

/** 1.93.0 of redis_exporter, which reads INFO. */
export function redis(instance: Instance): AlertTests {
  const { id, namespace } = instance;
  const exporter = new Target({
    ...{ namespace, service: 'redis', pod: 'redis-0', container: 'exporter', instance: '10.42.0.12:9121' },
  });
  const { labels } = exporter;
  const up = exporter.series('redis_up');
  const clients = exporter.series('redis_connected_clients');
  const most = exporter.series('redis_max_clients');
  const passwords = exporter.series('redis_acl_access_denied_auth_total');
  const commands = exporter.series('redis_acl_access_denied_cmd_total');
  const keys = exporter.series('redis_acl_access_denied_key_total');
  const nobody = { [passwords]: '0x60', [commands]: '0x60', [keys]: '0x60' };
  const denied = (at: string): AlertTests['alerts'][string]['fires'][string] => ({
    series: { ...nobody, [at]: '0x9 0+1x29 29x20' },
    // eleven in a quarter of an hour are there in minute 21; ten, which count as 10.7 of fifteen minutes, are left in minute 43
    minutes: [31, 43],
    labels: { namespace },
    summary: `Redis of ${namespace} refuses passwords, commands or keys`,
  });
  return {
    targets: [exporter],
    alerts: {
      RedisInMaintenance: stoppedWorkload(instance, 'statefulset', 'redis'),
      RedisDown: {
        severity: 'critical',
        fires: {
          'the server does not answer its exporter for ten minutes': {
            series: { [up]: '1x9 0x9 1x9' },
            ...{ minutes: [13, 19], labels, summary: `Redis of ${namespace} does not answer` },
          },
          'the pod is away for ten minutes': {
            series: { [up]: '1x9 stale _x9 1x9' },
            minutes: [13, 19],
            labels: { namespace, job: 'redis' },
            summary: `Redis of ${namespace} does not answer`,
          },
        },
        silent: { 'it answers': { [up]: '1x20' }, 'a restart of two minutes': { [up]: '1x9 0x2 1x9' } },
      },
      RedisTooManyConnections: {
        severity: 'warning',
        fires: {
          '81 of 100, for ten minutes': {
            series: { [clients]: '50x9 81x9 50x19', [most]: '100x39' },
            minutes: [15, 23],
            labels,
            summary: `Redis of ${namespace} has 81% of the clients that it takes`,
          },
        },
        silent: {
          'four fifths': { [clients]: '80x30', [most]: '100x30' },
          'a peak of a minute': { [clients]: '50x9 100 50x19', [most]: '100x30' },
        },
      },
      RedisAccessDenied: {
        severity: 'warning',
        fires: {
          'one wrong password a minute, for half an hour': denied(passwords),
          'one forbidden command a minute': denied(commands),
          'one key of another a minute': denied(keys),
        },
        silent: {
          'nobody is refused': nobody,
          'somebody mistypes five times': { ...nobody, [passwords]: '0x9 0+1x4 5x40' },
          'eight commands in a quarter of an hour': { ...nobody, [commands]: '0+0.5x60' },
        },
      },
      ...ofCache(exporter),
      ...ofSessions(exporter, id),
      RedisRestartDue: restartDue(exporter),
    },
  };
}

function ofCache(exporter: Target): AlertTests['alerts'] {
  const { labels } = exporter;
  const evicted = exporter.series('redis_evicted_keys_total');
  const hits = exporter.series('redis_keyspace_hits_total');
  const misses = exporter.series('redis_keyspace_misses_total');
  return {
    RedisCacheTooSmall: {
      severity: 'warning',
      fires: {
        'two keys a second are evicted and 45 % are found, for two hours': {
          series: {
            [evicted]: '0+120x120 14400x60',
            [hits]: '0+45x120 5400x60',
            [misses]: '0+55x120 6600x60',
          },
          // 1,800 in half an hour are exceeded after 16 minutes, and until 14 minutes after the last one
          minutes: [46, 134],
          labels,
          summary: `The cache of ${labels.namespace} throws away what is asked for again`,
        },
      },
      silent: {
        'as many are evicted, and 51 % are found': {
          [evicted]: '0+120x120',
          [hits]: '0+51x120',
          [misses]: '0+49x120',
        },
        'nothing is evicted, and nothing found': {
          [evicted]: '0x120',
          [hits]: '0x120',
          [misses]: '0+100x120',
        },
        'half a key a second is evicted': { [evicted]: '0+30x120', [hits]: '0+10x120', [misses]: '0+90x120' },
      },
    },
  };
}

function ofSessions(exporter: Target, id: string): AlertTests['alerts'] {
  const { labels } = exporter;
  const { namespace } = labels;
  const used = exporter.series('redis_memory_used_bytes');
  const most = exporter.series('redis_memory_max_bytes');
  const written = exporter.series('redis_aof_last_write_status');
  const rewritten = exporter.series('redis_aof_last_bgrewrite_status');
  const volume = { namespace, claim: 'data-redis-0' };
  const failing = {
    minutes: [14, 19] as const,
    labels,
    summary: `Redis of ${namespace} cannot write its log of changes`,
  };
  return {
    RedisMemoryFull: {
      severity: 'critical',
      fires: {
        '91 % of it, until there is more': {
          series: { [used]: '50x9 91x19', [most]: '100x19 200x9' },
          ...{ minutes: [14, 19], labels, summary: `The memory of Redis in ${namespace} is 91% full` },
        },
      },
      silent: {
        'nine tenths': { [used]: '90x20', [most]: '100x20' },
        'a peak of three minutes': { [used]: '50x9 99x3 50x9', [most]: '100x30' },
      },
    },
    RedisLogFailing: {
      severity: 'critical',
      fires: {
        'the last write failed, for ten minutes': {
          series: { [written]: '1x9 0x9 1x9', [rewritten]: '1x29' },
          ...failing,
        },
        'the last rewrite failed': { series: { [written]: '1x29', [rewritten]: '1x9 0x9 1x9' }, ...failing },
      },
      silent: {
        'both are well': { [written]: '1x20', [rewritten]: '1x20' },
        'one failed, and the next one did not': { [written]: '1x9 0x3 1x9', [rewritten]: '1x20' },
      },
    },
    RedisVolumeFillingUp: volumeFillingUp({
      ...volume,
      summary: `The volume of Redis in ${namespace} is 81% full`,
    }),
    RedisVolumeFullSoon: volumeFullSoon({
      ...volume,
      summary: `The volume of Redis in ${namespace} is full within four days`,
    }),
    ...backupAges({ prefix: 'RedisSnapshot', id, kind: 'snapshot', hours: 30 }),
  };
}

function restartDue(exporter: Target): AlertTests['alerts'][string] {
  const { labels } = exporter;
  const uptime = exporter.series('redis_uptime_in_seconds');
  return {
    severity: 'warning',
    fires: {
      // 330 days are 28,512,000 seconds
      'since 330 days and an hour, until it is restarted': {
        series: { [uptime]: '28512060+60x119 0+60x9' },
        minutes: [60, 119],
        labels,
        summary: `Redis of ${labels.namespace} runs for 330d 1h 1m 0s`,
      },
    },
    silent: { 'since 329 days': { [uptime]: '28425600+60x120' } },
  };
}
