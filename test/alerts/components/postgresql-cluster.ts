import type { KubeObject } from '../../../charts/core/objects';
import { backupAges } from '../backup-age';
import { stillRuns, stoppedServers } from '../maintenance';
import { series, type AlertTest, type AlertTests, type Instance, type Timeline } from '../table';
import { volumeFillingUp, volumeFullSoon } from '../volume';

/** A pod that a PodMonitor reads: job is `<namespace>/<PodMonitor>` (prometheus-operator, pkg/prometheus/promcfg.go). */
interface Pod {
  readonly labels: Readonly<Record<string, string>> & { readonly namespace: string; readonly pod: string };
  series(metric: string, labels?: Readonly<Record<string, string>>): string;
}

function podOf(namespace: string, monitor: string, container: string, pod: string, number: number): Pod {
  const labels = {
    ...{ namespace, pod, container, endpoint: 'metrics', job: `${namespace}/${monitor}` },
    instance: `10.42.0.${60 + number}:9187`,
  };
  return { labels, series: (metric, more = {}) => series(metric, { ...labels, ...more }) };
}

/**
 * Names: CloudNativePG v1.30.1 (pg_collector.go, pgbouncer_collector.go), our own queries (charts/data/cloudnative-pg/queries.yaml),
 * plugin-barman-cloud v0.15.0 (internal/cnpgi/instance/metrics.go).
 */
export function postgresqlCluster(instance: Instance, cluster: KubeObject): AlertTests {
  const { id, namespace, objects } = instance;
  const { name } = cluster.metadata;
  const { instances } = (cluster as KubeObject & { spec: { instances: number } }).spec;
  const servers = Array.from({ length: instances }, (_, index) =>
    podOf(namespace, name, 'postgres', `${name}-${index + 1}`, index),
  );
  const [primary] = servers;
  if (!primary) throw new Error(`${id} has no server`);
  const isThere = (kind: string): boolean =>
    objects.some((object) => object.kind === kind && object.metadata.namespace === namespace);
  const volume = { namespace, claim: `${name}-1` };
  return {
    targets: [],
    alerts: {
      PostgresqlStillRuns: stillRuns(instance, primary),
      PostgresqlInMaintenance: stoppedServers(instance, primary.series('cnpg_collector_up')),
      PostgresqlDown: down(primary, servers),
      PostgresqlNoPrimary: noPrimary(primary, servers),
      ...queries(primary),
      PostgresqlVolumeFillingUp: volumeFillingUp({
        ...volume,
        summary: `${name}-1 of ${namespace} is 81% full`,
      }),
      PostgresqlVolumeFullSoon: volumeFullSoon({
        ...volume,
        summary: `${name}-1 of ${namespace} is full within four days`,
      }),
      ...(instances > 1 && replication(primary, servers)),
      ...(isThere('ObjectStore') && archive(primary, servers)),
      ...(isThere('Pooler') && { PostgresqlPoolerDown: poolerDown(namespace, name) }),
      ...backupAges({ prefix: 'Postgresql', id, kind: 'logical', hours: 30 }),
    },
  };
}

/** The same values on all servers but those that `some` names. */
const everywhere = (
  servers: readonly Pod[],
  metric: string,
  values: string,
  some: Timeline = {},
): Timeline => ({
  ...Object.fromEntries(servers.map((server) => [server.series(metric), values])),
  ...some,
});

function down(primary: Pod, servers: readonly Pod[]): AlertTest {
  const { namespace } = primary.labels;
  const metric = 'cnpg_collector_up';
  const own = primary.series(metric);
  const summary = `A PostgreSQL server of ${namespace} does not answer`;
  return {
    severity: 'critical',
    fires: {
      'one does not answer for ten minutes': {
        series: everywhere(servers, metric, '1x29', { [own]: '1x9 0x9 1x9' }),
        ...{ minutes: [13, 19], labels: primary.labels, summary },
      },
      'no pod is there for ten minutes': {
        series: everywhere(servers, metric, '1x9 stale _x9 1x9'),
        ...{ minutes: [13, 19], labels: { namespace }, summary },
      },
      ...(servers.length > 1 && {
        'one pod is not there for ten minutes': {
          series: everywhere(servers, metric, '1x29', { [own]: '1x9 stale _x9 1x9' }),
          ...{ minutes: [13, 19] as const, labels: { namespace }, summary },
        },
      }),
    },
    silent: {
      'all answer': everywhere(servers, metric, '1x20'),
      'a restart of two minutes': everywhere(servers, metric, '1x29', { [own]: '1x9 0x2 1x9' }),
    },
  };
}

function noPrimary(primary: Pod, servers: readonly Pod[]): AlertTest {
  const { namespace } = primary.labels;
  const metric = 'cnpg_pg_replication_in_recovery';
  const own = primary.series(metric);
  const text = {
    labels: { namespace },
    summary: `Not exactly one PostgreSQL server of ${namespace} takes writes`,
  };
  return {
    severity: 'critical',
    fires: {
      'all are standbys for ten minutes': {
        series: everywhere(servers, metric, '1x29', { [own]: '0x9 1x9 0x9' }),
        ...{ minutes: [13, 19], ...text },
      },
      'none says what it is for ten minutes': {
        series: everywhere(servers, metric, '1x9 stale _x9 1x9', { [own]: '0x9 stale _x9 0x9' }),
        ...{ minutes: [13, 19], ...text },
      },
    },
    silent: {
      'one takes writes': everywhere(servers, metric, '1x20', { [own]: '0x20' }),
      'a failover of two minutes': everywhere(servers, metric, '1x29', { [own]: '0x9 1x2 0x9' }),
    },
  };
}

function queries(server: Pod): Readonly<Record<string, AlertTest>> {
  const { namespace, pod } = server.labels;
  const used = server.series('cnpg_pg_connections_used');
  const allowed = server.series('cnpg_pg_connections_maximum');
  const oldest = server.series('cnpg_pg_transactions_oldest_seconds');
  const deadlocks = server.series('cnpg_pg_stat_database_deadlocks', { datname: 'app' });
  const ages = ['xid_age', 'mxid_age'].map((what): [string, string] => [
    what,
    server.series(`cnpg_pg_database_${what}`, { datname: 'app' }),
  ]);
  return {
    PostgresqlTooManyConnections: {
      severity: 'warning',
      fires: {
        '81 of 100, for ten minutes': {
          series: { [used]: '30x9 81x9 30x9', [allowed]: '100x29' },
          ...{
            minutes: [15, 19],
            labels: server.labels,
            summary: `${pod} of ${namespace} uses 81% of its connections`,
          },
        },
      },
      silent: {
        'four fifths': { [used]: '80x20', [allowed]: '100x20' },
        'a peak of four minutes': { [used]: '30x9 99x4 30x9', [allowed]: '100x29' },
      },
    },
    PostgresqlLongTransaction: {
      severity: 'warning',
      fires: {
        'one is open for more than six hours from minute 11 on, until it ends': {
          series: { [oldest]: '21000+60x19 0x9' },
          minutes: [16, 19],
          labels: server.labels,
          summary: `${pod} of ${namespace} has a transaction open for 6h 6m 0s`,
        },
      },
      silent: { 'the oldest ends after five and a half hours': { [oldest]: '18000+60x30 0x9' } },
    },
    PostgresqlWraparoundNear: {
      severity: 'critical',
      fires: Object.fromEntries(
        ages.map(([what, age]) => [
          `${what} of a database is 1.05 billion, until a vacuum is through`,
          {
            series: { [age]: '200000000x9 1050000000x9 200000000x9' },
            minutes: [13, 19] as const,
            labels: { namespace, datname: 'app' },
            summary: `app of ${namespace} has 1.05G of 2.1 billion transactions without a freeze`,
          },
        ]),
      ),
      silent: { 'they are 0.95 billion': Object.fromEntries(ages.map(([, age]) => [age, '950000000x20'])) },
    },
    PostgresqlDeadlocks: {
      severity: 'warning',
      fires: {
        '1.3 a minute for an hour': {
          series: { [deadlocks]: '0x19 0+1.3x59 76.7x29' },
          // 18 in a quarter of an hour are exceeded after 14 minutes, and no longer when the last one is two minutes old
          ...{
            minutes: [49, 80],
            labels: { namespace, datname: 'app' },
            summary: `app of ${namespace} has deadlocks`,
          },
        },
      },
      silent: {
        '1.15 a minute': { [deadlocks]: '0x19 0+1.15x59' },
        'twenty at once': { [deadlocks]: '0x19 20x59' },
      },
    },
  };
}

function replication(primary: Pod, servers: readonly Pod[]): Readonly<Record<string, AlertTest>> {
  const { namespace } = primary.labels;
  const [, standby = primary] = servers;
  const metric = 'cnpg_pg_replication_streaming_replicas';
  const streaming = (values: string): Timeline =>
    everywhere(servers, metric, '0x39', { [primary.series(metric)]: values });
  const standbys = servers.length - 1;
  const lag = standby.series('cnpg_pg_replication_lag');
  const held = primary.series('cnpg_pg_replication_slots_pg_wal_lsn_diff', { slot_name: '_cnpg_standby' });
  return {
    PostgresqlReplicationBroken: {
      severity: 'warning',
      fires: {
        'one does not stream for twenty minutes': {
          series: streaming(`${standbys}x9 ${standbys - 1}x19 ${standbys}x9`),
          ...{ minutes: [20, 29], labels: { namespace } },
          summary: `A standby of PostgreSQL in ${namespace} does not follow`,
        },
      },
      silent: {
        'all stream': streaming(`${standbys}x39`),
        'a restart of nine minutes': streaming(`${standbys}x9 ${standbys - 1}x9 ${standbys}x19`),
      },
    },
    PostgresqlReplicationLag: {
      severity: 'warning',
      fires: {
        'it is 310 seconds behind for ten minutes': {
          series: { [lag]: '0x9 310x9 0x9' },
          ...{ minutes: [15, 19], labels: standby.labels },
          summary: `${standby.labels.pod} of ${namespace} is 5m 10s behind its primary`,
        },
      },
      silent: { 'five minutes': { [lag]: '300x20' }, 'a report of four minutes': { [lag]: '0x9 400x4 0x9' } },
    },
    PostgresqlSlotRetention: {
      severity: 'warning',
      fires: {
        'it holds back 2.1 of the 4 GiB that it may': {
          series: { [held]: '0x9 2254857830x9 0x9' },
          minutes: [14, 19],
          labels: { namespace, pod: primary.labels.pod, slot_name: '_cnpg_standby' },
          summary: `Slot _cnpg_standby on ${primary.labels.pod} of ${namespace} holds back 2.1GiB of WAL`,
        },
      },
      silent: { 'it holds back 1.9': { [held]: '2040109465x20' } },
    },
  };
}

function archive(primary: Pod, servers: readonly Pod[]): Readonly<Record<string, AlertTest>> {
  const { namespace, pod } = primary.labels;
  const failed = primary.series('cnpg_pg_stat_archiver_failed_count');
  const archived = primary.series('cnpg_pg_stat_archiver_archived_count');
  const ready = (server: Pod): string =>
    server.series('cnpg_collector_pg_wal_archive_status', { value: 'ready' });
  const waiting = ready(primary);
  const [, former] = servers;
  const last = primary.series('barman_cloud_cloudnative_pg_io_last_available_backup_timestamp');
  const behind = `WAL of ${pod} in ${namespace} does not reach the bucket`;
  return {
    PostgresqlArchiveFailing: {
      severity: 'warning',
      fires: {
        'every minute for 20 minutes': {
          series: { [failed]: '4x9 5+1x19 24x30' },
          ...{
            minutes: [20, 37],
            labels: primary.labels,
            summary: `${pod} of ${namespace} cannot hand over its WAL`,
          },
        },
      },
      silent: { 'failures of another day': { [failed]: '4x40' }, 'one failure': { [failed]: '4x9 5x40' } },
    },
    PostgresqlArchiveBehind: {
      severity: 'critical',
      fires: {
        'one file waits for half an hour, and none is sent': {
          series: { [waiting]: '0x9 1x29 0x9', [archived]: '5x39 6x9' },
          ...{ minutes: [23, 39], labels: { ...primary.labels, value: 'ready' }, summary: behind },
        },
        'more is written than is sent': {
          series: { [waiting]: '0x9 31x9 0x9', [archived]: '0+5x40' },
          ...{ minutes: [14, 19], labels: { namespace, pod }, summary: behind },
        },
        ...(former && {
          'nothing is sent by the new primary, while the old one has nothing to send': {
            series: { [waiting]: '0x9 1x29 0x9', [archived]: '5x39 6x9', [ready(former)]: '0x60' },
            ...{ minutes: [23, 39] as const, labels: { ...primary.labels, value: 'ready' }, summary: behind },
          },
        }),
      },
      silent: {
        'one waits at each look, and one a minute is sent': { [waiting]: '1x40', [archived]: '0+1x40' },
        '29 wait, and they are sent': { [waiting]: '29x30', [archived]: '0+5x30' },
        'nothing is written': { [waiting]: '0x60', [archived]: '5x60' },
        'the bucket is away for eight minutes': { [waiting]: '0x9 3x8 0x19', [archived]: '5x17 8x20' },
      },
    },
    PostgresqlBaseBackupOverdue: {
      severity: 'warning',
      fires: {
        // 54 hours are 194,400 seconds
        'the last one is too old from minute 11 on, until the next one': {
          series: { [last]: '-193800x59 3600x9' },
          ...{ minutes: [41, 59], labels: { namespace } },
          summary: `The last base backup of PostgreSQL in ${namespace} is too old`,
        },
        'nobody tells of any for an hour': {
          series: { [last]: '0x9 stale _x59 4200x9' },
          ...{ minutes: [40, 69], labels: { namespace } },
          summary: `The last base backup of PostgreSQL in ${namespace} is too old`,
        },
      },
      silent: { 'the last one is a day old': { [last]: '-86400x60' } },
    },
  };
}

function poolerDown(namespace: string, cluster: string): AlertTest {
  const name = `${cluster}-pooler`;
  const up = (number: number): string =>
    podOf(namespace, name, 'pgbouncer', `${name}-5d8f-abcd${number}`, 20 + number).series(
      'cnpg_pgbouncer_up',
    );
  const text = { labels: { namespace }, summary: `The pooler of PostgreSQL in ${namespace} does not answer` };
  return {
    severity: 'critical',
    fires: {
      'no pod answers for ten minutes': {
        series: { [up(1)]: '1x9 0x9 1x9', [up(2)]: '1x9 0x9 1x9' },
        ...{ minutes: [13, 19], ...text },
      },
      'no pod is there for ten minutes': {
        series: { [up(1)]: '1x9 stale _x9 1x9' },
        minutes: [13, 19],
        ...text,
      },
    },
    silent: {
      'one of two answers': { [up(1)]: '1x20', [up(2)]: '0x20' },
      'a restart of two minutes': { [up(1)]: '1x9 0x2 1x9' },
    },
  };
}
