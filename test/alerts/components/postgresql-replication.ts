import type { AlertTest, Instance, Target } from '../table';

const GIB = 2 ** 30;

/** Alerts that only a primary with standbys has. */
export function replication(
  instance: Instance,
  servers: readonly Target[],
): Readonly<Record<string, AlertTest>> {
  const [primary, standby] = servers;
  if (!primary || !standby) throw new Error(`${instance.id} has no standby`);
  const { namespace } = instance;
  const lag = standby.series('pg_replication_lag_seconds');
  // the server gives a slot up at a fifth of the volume
  const tenth = volumeBytes(instance) / 10;
  const slot = primary.series('pg_replication_slots_pg_wal_lsn_diff', {
    slot_name: 'postgresql_1',
    database: '',
  });
  return {
    PostgresqlReplicationBroken: broken(primary, servers.length - 1),
    PostgresqlReplicationLag: {
      severity: 'warning',
      fires: {
        'it is 310 seconds behind, for ten minutes': {
          series: { [lag]: '0x9 310x9 0x9' },
          minutes: [15, 19],
          labels: standby.labels,
          summary: `postgresql-1 of ${namespace} is 5m 10s behind its primary`,
        },
      },
      silent: {
        'it is 290 seconds behind': { [lag]: '290x20' },
        'a large change takes five minutes': { [lag]: '0x9 400x4 0x9' },
      },
    },
    PostgresqlSlotRetention: {
      severity: 'warning',
      fires: {
        'a slot holds back a little more than a tenth of the volume, for ten minutes': {
          series: { [slot]: `0x9 ${tenth * 1.05}x9 0x9` },
          minutes: [14, 19],
          labels: { namespace, pod: 'postgresql-0', slot_name: 'postgresql_1' },
          summary: `Slot postgresql_1 on postgresql-0 of ${namespace} holds back ${gibi(tenth * 1.05)}GiB of WAL`,
        },
      },
      silent: { 'it holds back a little less': { [slot]: `${tenth * 0.95}x20` } },
    },
  };
}

function broken(primary: Target, standbys: number): AlertTest {
  const { namespace } = primary.spec;
  const of = (number: number): string =>
    primary.series('pg_stat_replication_pg_wal_lsn_diff', {
      ...{ application_name: `postgresql-${number}`, state: 'streaming', client_addr: `10.42.0.5${number}` },
      slot_name: `postgresql_${number}`,
    });
  const numbers = Array.from({ length: standbys }, (_, index) => index + 1);
  const all = (values: string) => Object.fromEntries(numbers.map((number) => [of(number), values]));
  const summary = `A standby of PostgreSQL in ${namespace} does not follow`;
  return {
    severity: 'warning',
    fires: {
      'none follows for 20 minutes': {
        series: all('0x9 stale _x19 0x9'),
        ...{ minutes: [20, 29], labels: { namespace, container: 'exporter', state: 'streaming' }, summary },
      },
      ...(standbys > 1 && {
        'one of several does not for 20 minutes': {
          series: { ...all('0x39'), [of(1)]: '0x9 stale _x19 0x9' },
          ...{ minutes: [20, 29] as const, labels: { namespace }, summary },
        },
      }),
    },
    silent: {
      'all follow': all('0x20'),
      'a restart of nine minutes': { ...all('0x29'), [of(1)]: '0x9 stale _x8 0x9' },
    },
  };
}

const gibi = (bytes: number): number => Number((bytes / GIB).toPrecision(4));

/** Size of the claims, which settings give in Gi. */
function volumeBytes({ objects, namespace }: Instance): number {
  const server = objects.find(
    ({ kind, metadata }) =>
      kind === 'StatefulSet' && metadata.name === 'postgresql' && metadata.namespace === namespace,
  );
  const [, number] = /"storage":"(\d+)Gi"/.exec(JSON.stringify(server)) ?? [];
  if (!number) throw new Error('the claim of postgresql has no size in Gi');
  return Number(number) * GIB;
}
