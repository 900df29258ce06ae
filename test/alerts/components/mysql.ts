import { backupAges } from '../backup-age';
import { stoppedWorkload } from '../maintenance';
import { Target, type AlertTests, type Instance } from '../table';
import { volumeFillingUp, volumeFullSoon } from '../volume';

/** 0.20.0 of mysqld_exporter, with the collectors that are on by default. */
export function mysql(instance: Instance): AlertTests {
  const { id, namespace } = instance;
  const exporter = new Target({
    ...{ namespace, service: 'mysql', pod: 'mysql-0', container: 'exporter', instance: '10.42.0.9:9104' },
  });
  const { labels } = exporter;
  const up = exporter.series('mysql_up');
  const connected = exporter.series('mysql_global_status_threads_connected');
  const allowed = exporter.series('mysql_global_variables_max_connections');
  const slow = exporter.series('mysql_global_status_slow_queries');
  const reads = exporter.series('mysql_global_status_innodb_buffer_pool_reads');
  const requests = exporter.series('mysql_global_status_innodb_buffer_pool_read_requests');
  const notAfter = exporter.series('mysql_global_status_ssl_server_not_after');
  const volume = { namespace, claim: 'data-mysql-0' };
  return {
    targets: [exporter],
    alerts: {
      MysqlInMaintenance: stoppedWorkload(instance, 'statefulset', 'mysql'),
      MysqlDown: {
        severity: 'critical',
        fires: {
          'the server does not answer its exporter for ten minutes': {
            series: { [up]: '1x9 0x9 1x9' },
            ...{ minutes: [13, 19], labels, summary: `MySQL of ${namespace} does not answer` },
          },
          'the pod is away for ten minutes': {
            series: { [up]: '1x9 stale _x9 1x9' },
            minutes: [13, 19],
            labels: { namespace, job: 'mysql' },
            summary: `MySQL of ${namespace} does not answer`,
          },
        },
        silent: {
          'it answers': { [up]: '1x20' },
          'a restart of two minutes': { [up]: '1x9 0x2 1x9' },
        },
      },
      MysqlTooManyConnections: {
        severity: 'warning',
        fires: {
          '81 of 100, for ten minutes': {
            series: { [connected]: '50x9 81x9 50x19', [allowed]: '100x39' },
            // the maximum of five minutes is looked at, so that scrapes between two peaks do not end it
            minutes: [15, 23],
            labels,
            summary: `MySQL of ${namespace} uses 81% of its connections`,
          },
        },
        silent: {
          'four fifths': { [connected]: '80x30', [allowed]: '100x30' },
          'a peak of a minute': { [connected]: '50x9 100 50x19', [allowed]: '100x30' },
        },
      },
      MysqlSlowQueries: {
        severity: 'warning',
        fires: {
          '6.5 a minute for an hour': {
            series: { [slow]: '0x19 0+6.5x59 383.5x29' },
            // 90 in a quarter of an hour are exceeded after 14 minutes, and no longer when the last one is two minutes old
            minutes: [49, 80],
            labels,
            summary: `MySQL of ${namespace} has queries that take more than two seconds`,
          },
        },
        silent: {
          '5.5 a minute': { [slow]: '0x19 0+5.5x59' },
          'a hundred at once': { [slow]: '0x19 100x59' },
        },
      },
      MysqlBufferPoolTooSmall: {
        severity: 'warning',
        fires: {
          '55 reads a second, 2.1 % of all, for two hours': {
            series: { [reads]: '0+3300x120 396000x60', [requests]: '0+155000x180' },
            // 90,000 in half an hour are exceeded after 28 minutes; two minutes after the last one the share is below 2 %
            minutes: [88, 121],
            labels,
            summary: `MySQL of ${namespace} reads much of its data from disk`,
          },
        },
        silent: {
          '55 reads a second, 1.9 % of all': { [reads]: '0+3300x150', [requests]: '0+170000x150' },
          '47 reads a second, 10 % of all': { [reads]: '0+2820x150', [requests]: '0+28200x150' },
          'a dump of half an hour': {
            [reads]: '0x29 0+6000x29 174000x90',
            [requests]: '0x29 0+6000x29 174000x90',
          },
        },
      },
      MysqlVolumeFillingUp: volumeFillingUp({
        ...volume,
        summary: `The volume of MySQL in ${namespace} is 81% full`,
      }),
      MysqlVolumeFullSoon: volumeFullSoon({
        ...volume,
        summary: `The volume of MySQL in ${namespace} is full within four days`,
      }),
      ...backupAges({ prefix: 'Mysql', id, kind: 'logical', hours: 30 }),
      MysqlCertificateExpiring: {
        severity: 'critical',
        fires: {
          // time begins at 0, and 14 days are 1,209,600 seconds
          '14 days and ten minutes are left, until the server reads the renewed one': {
            series: { [notAfter]: '1210200x19 32000000x9' },
            minutes: [15, 19],
            labels,
            summary: `MySQL of ${namespace} presents a certificate that ends in 13d 23h 55m 0s`,
          },
        },
        silent: {
          '14 days and half an hour are left': { [notAfter]: '1211400x20' },
          'renewed 30 days before its end': { [notAfter]: '2592000x20' },
        },
      },
    },
  };
}
