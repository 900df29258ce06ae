import type { Labels } from '../../../charts/core/labels';
import { counted, grown, happened, held, unanswered } from '../shapes';
import { Target, type AlertTest, type AlertTests, type Instance } from '../table';

/** v0.162.0: documentation.md of receiver/receiverhelper, exporter/exporterhelper and processor/tailsamplingprocessor; labels as seen. */
export function opentelemetryCollector({ namespace }: Instance): AlertTests {
  const collector = new Target({
    ...{ namespace, service: 'opentelemetry-collector', pod: 'opentelemetry-collector-5c9f7d-abcde' },
    ...{ container: 'opentelemetry-collector', instance: '10.42.0.34:8888' },
  });
  const { labels } = collector;
  const otlp = { receiver: 'otlp', transport: 'grpc' };
  const store = { exporter: 'otlp_grpc' };
  const queue = { ...store, data_type: 'traces' };
  const sent = { ...store, server_address: `jaeger.${namespace}.svc`, server_port: '4317' };
  const lost = (what: string, own: Labels): [string, { labels: Labels; summary: string }] => [
    collector.series(`otelcol_exporter_${what}_spans_total`, own),
    { labels: { ...labels, ...own }, summary: 'Spans that were to be kept are lost' },
  ];
  return {
    targets: [collector],
    alerts: {
      OpentelemetryCollectorDown: unanswered(collector, 10, {
        severity: 'warning',
        summary: 'The OpenTelemetry Collector does not answer',
      }),
      OpentelemetryCollectorRefusesSpans: grown(5, {
        [collector.series('otelcol_receiver_refused_spans_total', otlp)]: {
          labels: { ...labels, ...otlp },
          summary: 'The OpenTelemetry Collector refuses spans',
        },
      }),
      OpentelemetryCollectorCutsTraces: cut(collector),
      OpentelemetryCollectorLosesSpans: happened(
        Object.fromEntries([lost('send_failed', sent), lost('enqueue_failed', store)]),
      ),
      OpentelemetryCollectorQueueFillsUp: held(
        {
          ...{ severity: 'warning', wait: 5, well: 50, bad: 51 },
          beside: { [collector.series('otelcol_exporter_queue_capacity', queue)]: 100 },
        },
        {
          'Jaeger is away': {
            series: collector.series('otelcol_exporter_queue_size', queue),
            labels: { ...labels, ...queue },
            summary: 'The queue of spans for Jaeger is 51% full',
          },
        },
      ),
    },
  };
}

/** One is counted from the start on, the other from its first event on. */
function cut(collector: Target): AlertTest {
  const { labels } = collector;
  const metric = (name: string): string => collector.series(`otelcol_processor_tail_sampling_${name}_total`);
  const told = {
    labels,
    summary: 'The OpenTelemetry Collector gives up traces before it has looked at them',
  };
  const early = counted('warning', 15, metric('sampling_trace_dropped_too_early'), told);
  const large = happened({ [metric('traces_dropped_too_large')]: told });
  return {
    severity: 'warning',
    fires: { ...early.fires, ...large.fires },
    silent: { ...early.silent, ...large.silent },
  };
}
