import { backupAges } from '../backup-age';
import { stoppedWorkload } from '../maintenance';
import { Target, type AlertTest, type AlertTests, type Instance } from '../table';
import { volumeFillingUp, volumeFullSoon } from '../volume';
import { postgresqlCluster } from './postgresql-cluster';

/** v0.20.1 of postgres_exporter: collector/*.go of the metrics' names, exporter/postgres_exporter.go for pg_up. */
export function postgresql(instance: Instance): AlertTests {
  const { id, namespace, objects } = instance;
  const cluster = objects.find(
    ({ kind, metadata }) =>
      kind === 'Cluster' && metadata.namespace === namespace && metadata.name.startsWith('postgresql-'),
  );
  if (cluster) return postgresqlCluster(instance, cluster);
  const server = new Target({
    ...{ namespace, service: 'postgresql', container: 'exporter' },
    ...{ pod: 'postgresql-0', instance: '10.42.0.50:9187' },
  });
  const volume = { namespace, claim: 'data-postgresql-0' };
  return {
    targets: [server],
    alerts: {
      PostgresqlInMaintenance: stoppedWorkload(instance, 'statefulset', 'postgresql'),
      PostgresqlDown: down(server),
      ...queries(server),
      PostgresqlVolumeFillingUp: volumeFillingUp({
        ...volume,
        summary: `data-postgresql-0 of ${namespace} is 81% full`,
      }),
      PostgresqlVolumeFullSoon: volumeFullSoon({
        ...volume,
        summary: `data-postgresql-0 of ${namespace} is full within four days`,
      }),
      ...backupAges({ prefix: 'Postgresql', id, kind: 'logical', hours: 30 }),
    },
  };
}

function down(server: Target): AlertTest {
  const { namespace } = server.spec;
  const summary = `PostgreSQL of ${namespace} does not answer`;
  const up = server.series('pg_up');
  return {
    severity: 'critical',
    fires: {
      'it does not answer its exporter for ten minutes': {
        series: { [up]: '1x9 0x9 1x9' },
        ...{ minutes: [13, 19], labels: server.labels, summary },
      },
      'no pod is there for ten minutes': {
        series: { [up]: '1x9 stale _x9 1x9' },
        ...{ minutes: [13, 19], labels: { namespace, container: 'exporter' }, summary },
      },
    },
    silent: {
      'it answers': { [up]: '1x20' },
      'a restart of two minutes': { [up]: '1x9 0x2 1x9' },
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
