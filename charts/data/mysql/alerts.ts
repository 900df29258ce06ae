import type { Alert } from '../../core/monitoring';
import { volumeAlerts } from '../../core/volume-alerts';

/**
 * Alerts on one server. Names of metrics: mysqld_exporter v0.20.0 (collector/exporter.go, global_status.go, global_variables.go), where
 * the date in Ssl_server_not_after becomes Unix time (collector.go), and the kubelet's volume statistics.
 */
export function mysqlAlerts(namespace: string): readonly Alert[] {
  const server = `{namespace="${namespace}",job="mysql"}`;
  return [
    {
      alert: 'MysqlDown',
      expr: `mysql_up${server} == 0 or absent(mysql_up${server})`,
      for: '3m',
      severity: 'critical',
      summary: 'MySQL of {{ $labels.namespace }} does not answer',
      description: 'Applications of this namespace cannot read or write their data.',
    },
    {
      alert: 'MysqlTooManyConnections',
      expr: `max_over_time(mysql_global_status_threads_connected${server}[5m]) / mysql_global_variables_max_connections${server} > 0.8`,
      for: '5m',
      severity: 'warning',
      summary: 'MySQL of {{ $labels.namespace }} uses {{ $value | humanizePercentage }} of its connections',
      description: 'When none is left, applications get errors instead of data.',
    },
    {
      alert: 'MysqlSlowQueries',
      expr: `rate(mysql_global_status_slow_queries${server}[15m]) > 0.1`,
      for: '15m',
      severity: 'warning',
      summary: 'MySQL of {{ $labels.namespace }} has queries that take more than two seconds',
      description: 'More than six a minute for a quarter of an hour: users wait for their pages.',
    },
    {
      alert: 'MysqlBufferPoolTooSmall',
      expr:
        `rate(mysql_global_status_innodb_buffer_pool_reads${server}[30m]) / ` +
        `rate(mysql_global_status_innodb_buffer_pool_read_requests${server}[30m]) > 0.02 and ` +
        `rate(mysql_global_status_innodb_buffer_pool_reads${server}[30m]) > 50`,
      for: '1h',
      severity: 'warning',
      summary: 'MySQL of {{ $labels.namespace }} reads much of its data from disk',
      description: 'More than 2 % of page reads miss the buffer pool, and every miss waits for the volume.',
    },
    ...volumeAlerts({
      name: 'Mysql',
      claims: `{namespace="${namespace}",persistentvolumeclaim="data-mysql-0"}`,
      subject: 'The volume of MySQL in {{ $labels.namespace }}',
      full: 'on a full volume every write fails, and the server stops',
    }),
    {
      alert: 'MysqlCertificateExpiring',
      expr: `mysql_global_status_ssl_server_not_after${server} - time() < 14 * 24 * 3600`,
      for: '4m',
      severity: 'critical',
      summary:
        'MySQL of {{ $labels.namespace }} presents a certificate that ends in {{ $value | humanizeDuration }}',
      description: 'After that applications refuse to connect. The server has to read the renewed one.',
    },
  ];
}
