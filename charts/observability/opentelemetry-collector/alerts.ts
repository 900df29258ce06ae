import type { Alert } from '../../core/monitoring';

/** Minutes that alerts on counters look back. */
const WINDOW = '15m';

/** A counter that is there from its first event on: that one counts, though nothing was there to grow from. */
const happened = (series: string): string =>
  `(increase(${series}[${WINDOW}]) > 0 or (${series} > 0 unless ${series} offset ${WINDOW}))`;

/**
 * Metrics of v0.162.0: receiver/receiverhelper, exporter/exporterhelper and processor/tailsamplingprocessor, documentation.md each. Names as
 * its Prometheus reader gives them with the options of ../collector.ts.
 */
export function collectorAlerts(namespace: string): readonly Alert[] {
  const target = `namespace="${namespace}",job="opentelemetry-collector"`;
  const tail = (metric: string): string => `otelcol_processor_tail_sampling_${metric}_total{${target}}`;
  return [
    {
      alert: 'OpentelemetryCollectorDown',
      expr: `absent(up{${target}} == 1)`,
      for: '10m',
      severity: 'warning',
      summary: 'The OpenTelemetry Collector does not answer',
      description: 'New traces are lost: applications keep spans for seconds, then drop them.',
    },
    {
      alert: 'OpentelemetryCollectorRefusesSpans',
      expr: `increase(otelcol_receiver_refused_spans_total{${target}}[${WINDOW}]) > 0`,
      for: '5m',
      severity: 'warning',
      summary: 'The OpenTelemetry Collector refuses spans',
      description: 'It is short of memory. Applications send them again for a while, then drop them.',
    },
    {
      alert: 'OpentelemetryCollectorCutsTraces',
      expr: `increase(${tail('sampling_trace_dropped_too_early')}[${WINDOW}]) > 0 or ${happened(tail('traces_dropped_too_large'))}`,
      severity: 'warning',
      summary: 'The OpenTelemetry Collector gives up traces before it has looked at them',
      description: 'There are too many at once, or one is too large. Those with errors are lost, too.',
    },
    {
      alert: 'OpentelemetryCollectorLosesSpans',
      expr: ['send_failed', 'enqueue_failed']
        .map((what) => happened(`otelcol_exporter_${what}_spans_total{${target}}`))
        .join(' or '),
      severity: 'warning',
      summary: 'Spans that were to be kept are lost',
      description: 'Jaeger has not taken them for five minutes, or refuses them, or the queue is full.',
    },
    {
      alert: 'OpentelemetryCollectorQueueFillsUp',
      expr: `otelcol_exporter_queue_size{${target}} / otelcol_exporter_queue_capacity{${target}} > 0.5`,
      for: '5m',
      severity: 'warning',
      summary: 'The queue of spans for Jaeger is {{ $value | humanizePercentage }} full',
      description: 'Jaeger is away or too slow. When the queue is full, spans are lost.',
    },
  ];
}
