import { backupAges } from '../backup-age';
import {
  replicasOf,
  series,
  Target,
  type AlertTest,
  type AlertTests,
  type Instance,
  type Timeline,
} from '../table';
import { volumeFillingUp, volumeFullSoon } from '../volume';
import { replication } from './postgresql-replication';

/** v0.20.1 of postgres_exporter: collector/*.go of the metrics' names, exporter/postgres_exporter.go for pg_up. */
export function postgresql(instance: Instance): AlertTests {
  const { id, namespace } = instance;
  const count = replicasOf(instance, 'postgresql');
  const servers = Array.from({ length: count }, (_, number) => serverOf(namespace, number, count));
  const [primary] = servers;
  if (!primary) throw new Error(`${id} has no server`);
  const volume = { namespace, claim: 'data-postgresql-0' };
  return {
    targets: servers,
    alerts: {
      PostgresqlDown: down(primary, servers),
      PostgresqlNoPrimary: noPrimary(primary, servers),
      ...queries(primary),
      PostgresqlVolumeFillingUp: volumeFillingUp({
        ...volume,
        summary: `data-postgresql-0 of ${namespace} is 81% full`,
      }),
      PostgresqlVolumeFullSoon: volumeFullSoon({
        ...volume,
        summary: `data-postgresql-0 of ${namespace} is full within four days`,
      }),
      PostgresqlArchiveFailing: archiveFailing(primary),
      PostgresqlArchiveBehind: archiveBehind(id),
      ...backupAges({ prefix: 'Postgresql', id, kind: 'logical', hours: 30 }),
      ...backupAges({ prefix: 'PostgresqlBase', id, kind: 'base', hours: 8 * 24 }),
      ...(count > 1 && replication(instance, servers)),
    },
  };
}

/** With standbys, the Service of all servers is the one that is scraped. */
const serverOf = (namespace: string, number: number, count: number): Target =>
  new Target({
    ...{ namespace, service: count > 1 ? 'postgresql-ro' : 'postgresql', container: 'exporter' },
    ...{ pod: `postgresql-${number}`, instance: `10.42.0.${50 + number}:9187` },
  });

/** The same values on all servers but those that `some` names. */
const everywhere = (
  servers: readonly Target[],
  metric: string,
  values: string,
  some: Timeline = {},
): Timeline => ({
  ...Object.fromEntries(servers.map((server) => [server.series(metric), values])),
  ...some,
});

function down(primary: Target, servers: readonly Target[]): AlertTest {
  const { namespace } = primary.spec;
  const summary = `A PostgreSQL server of ${namespace} does not answer`;
  const up = primary.series('pg_up');
  return {
    severity: 'critical',
    fires: {
      'one does not answer its exporter for ten minutes': {
        series: everywhere(servers, 'pg_up', '1x29', { [up]: '1x9 0x9 1x9' }),
        ...{ minutes: [13, 19], labels: primary.labels, summary },
      },
      'no pod is there for ten minutes': {
        series: everywhere(servers, 'pg_up', '1x9 stale _x9 1x9'),
        ...{ minutes: [13, 19], labels: { namespace, container: 'exporter' }, summary },
      },
      ...(servers.length > 1 && {
        'one pod is not there for ten minutes': {
          series: everywhere(servers, 'pg_up', '1x29', { [up]: '1x9 stale _x9 1x9' }),
          ...{ minutes: [13, 19] as const, labels: { namespace }, summary },
        },
      }),
    },
    silent: {
      'all answer': everywhere(servers, 'pg_up', '1x20'),
      'a restart of two minutes': everywhere(servers, 'pg_up', '1x29', { [up]: '1x9 0x2 1x9' }),
    },
  };
}

function noPrimary(primary: Target, servers: readonly Target[]): AlertTest {
  const { namespace } = primary.spec;
  const metric = 'pg_replication_is_replica';
  const own = primary.series(metric);
  const other = new Target({ ...primary.spec, pod: 'postgresql-9', instance: '10.42.0.99:9187' });
  const text = {
    labels: { namespace },
    summary: `Not exactly one PostgreSQL server of ${namespace} takes writes`,
  };
  return {
    severity: 'critical',
    fires: {
      'all are standbys for ten minutes': {
        series: everywhere(servers, metric, '1x29', { [own]: '0x9 1x9 0x9' }),
        ...{ minutes: [14, 19], ...text },
      },
      'two take writes for ten minutes': {
        series: everywhere(servers, metric, '1x29', { [own]: '0x29', [other.series(metric)]: '1x9 0x9 1x9' }),
        ...{ minutes: [14, 19], ...text },
      },
      'none says what it is for ten minutes': {
        series: everywhere(servers, metric, '1x9 stale _x9 1x9', { [own]: '0x9 stale _x9 0x9' }),
        ...{ minutes: [14, 19], ...text, labels: { namespace, container: 'exporter' } },
      },
    },
    silent: {
      'one takes writes': everywhere(servers, metric, '1x20', { [own]: '0x20' }),
      'a switchover of three minutes': everywhere(servers, metric, '1x29', { [own]: '0x9 1x3 0x9' }),
    },
  };
}

function queries(server: Target): Readonly<Record<string, AlertTest>> {
  const { namespace, pod } = server.spec;
  const database = (metric: string, datname: string): string => server.series(metric, { datname });
  const connected = (datname: string): string => database('pg_stat_database_numbackends', datname);
  const allowed = server.series('pg_settings_max_connections');
  const age = server.series('pg_long_running_transactions_oldest_timestamp_seconds');
  const deadlocks = database('pg_stat_database_deadlocks', 'app');
  const frozen = ['datfrozenxid', 'datminmxid'].map((what): [string, string] => [
    what,
    database(`pg_database_wraparound_age_${what}_seconds`, 'app'),
  ]);
  return {
    PostgresqlTooManyConnections: {
      severity: 'warning',
      fires: {
        '81 of 100 to two databases, for ten minutes': {
          series: {
            [connected('app')]: '30x9 60x9 30x9',
            [connected('other')]: '21x29',
            [allowed]: '100x29',
          },
          minutes: [15, 19],
          labels: { namespace, pod },
          summary: `${pod} of ${namespace} uses 81% of its connections`,
        },
      },
      silent: {
        'four fifths': { [connected('app')]: '60x20', [connected('other')]: '20x20', [allowed]: '100x20' },
        'a peak of four minutes': { [connected('app')]: '30x9 99x4 30x9', [allowed]: '100x29' },
      },
    },
    PostgresqlLongTransaction: {
      severity: 'warning',
      fires: {
        'one is open for more than six hours from minute 11 on, until it ends': {
          series: { [age]: '21000+60x19 0x9' },
          minutes: [16, 19],
          labels: server.labels,
          summary: `${pod} of ${namespace} has a transaction open for 6h 6m 0s`,
        },
      },
      silent: { 'the oldest ends after five and a half hours': { [age]: '18000+60x30 0x9' } },
    },
    PostgresqlWraparoundNear: {
      severity: 'critical',
      fires: Object.fromEntries(
        frozen.map(([what, series]) => [
          `${what} of a database is 1.05 billion old, until a vacuum is through`,
          {
            series: { [series]: '200000000x9 1050000000x9 200000000x9' },
            minutes: [14, 19],
            labels: { namespace, datname: 'app' },
            summary: `app of ${namespace} has 1.05G of 2.1 billion transactions without a freeze`,
          },
        ]),
      ),
      silent: {
        'they are 0.95 billion old': Object.fromEntries(frozen.map(([, series]) => [series, '950000000x20'])),
      },
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

function archiveFailing(server: Target): AlertTest {
  const { namespace, pod } = server.spec;
  const failed = server.series('pg_stat_archiver_failed_count');
  return {
    severity: 'warning',
    fires: {
      'every minute for 20 minutes': {
        series: { [failed]: '4x9 5+1x19 24x30' },
        ...{
          minutes: [20, 37],
          labels: server.labels,
          summary: `${pod} of ${namespace} cannot hand over its WAL`,
        },
      },
    },
    silent: {
      'failures of another day': { [failed]: '4x40' },
      'one failure': { [failed]: '4x9 5x40' },
    },
  };
}

/** Pushed by charts/data/postgresql/backup/ship.sh. */
function archiveBehind(id: string): AlertTest {
  const pushed = (metric: string, component = id): string =>
    series(metric, { component, kind: 'wal', job: 'backup', step: 'wal', service: 'pushgateway' });
  const shipped = pushed('strata_wal_last_shipped_timestamp_seconds');
  const waiting = pushed('strata_wal_spool_files');
  const elsewhere = pushed('strata_wal_last_shipped_timestamp_seconds', 'another');
  const text = { labels: {}, summary: `WAL of ${id} does not reach the bucket` };
  return {
    severity: 'critical',
    fires: {
      'nothing arrives from minute 0 to 20': {
        series: { [shipped]: '0x19 1200x9', [waiting]: '1x29' },
        ...{ minutes: [15, 19], ...text },
      },
      'less arrives than is written, for ten minutes': {
        series: { [shipped]: '0+60x29', [waiting]: '0x9 31x9 0x9' },
        ...{ minutes: [14, 19], ...text },
      },
      'nothing ever arrived, until it does': {
        series: { [shipped]: '_x9 540x9', [elsewhere]: '0+60x18' },
        ...{ minutes: [4, 8], ...text, labels: { component: id } },
      },
    },
    silent: {
      'it arrives every minute': { [shipped]: '0+60x30', [waiting]: '1x30' },
      '28 files wait, and nothing arrived for nine minutes': { [shipped]: '0x9 540x9', [waiting]: '28x19' },
    },
  };
}
