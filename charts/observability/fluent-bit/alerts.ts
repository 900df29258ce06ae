import type { Alert } from '../../core/monitoring';

/**
 * Metrics of v5.1.1, `/api/v2/metrics/prometheus`: src/flb_output.c and src/flb_input.c. The label node comes from the monitor, `name` is the
 * plugin's.
 */
export function fluentBitAlerts(namespace: string): readonly Alert[] {
  const target = `namespace="${namespace}",job="fluent-bit"`;
  const output = `${target},name="loki.0"`;
  return [
    {
      alert: 'FluentBitDown',
      expr: `up{${target}} == 0`,
      for: '10m',
      severity: 'warning',
      summary: 'Nobody reads the logs of {{ $labels.node }}',
      description:
        'The kubelet keeps the last files of each container. What they do not hold any more when it is back is lost.',
    },
    {
      alert: 'FluentBitLoses',
      expr: `increase(fluentbit_output_dropped_records_total{${output}}[15m]) > 0`,
      severity: 'warning',
      summary: 'Lines of {{ $labels.node }} are lost',
      description: 'The buffer of the node was full, or Loki refused the lines for good.',
    },
    {
      alert: 'FluentBitBufferFillsUp',
      expr: `fluentbit_output_chunk_available_capacity_percent{${output}} < 50`,
      for: '5m',
      severity: 'warning',
      summary: 'The buffer of logs on {{ $labels.node }} has {{ $value | humanize }} % left',
      description: 'Loki has not taken lines for a while. When the buffer is full, the oldest are lost.',
    },
    {
      alert: 'FluentBitStuck',
      expr: `increase(fluentbit_output_retries_total{${output}}[15m]) > 0 and increase(fluentbit_output_proc_records_total{${output}}[15m]) == 0`,
      for: '10m',
      severity: 'warning',
      summary: 'Loki takes no lines of {{ $labels.node }}',
      description: 'They wait on the disk of the node, and nobody can search them yet.',
    },
  ];
}
