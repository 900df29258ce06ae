import { RATE, type Dashboard, type Panel } from '../../core/dashboards';

const TARGET = 'job="opentelemetry-collector"';
const rate = (metric: string): string => `sum(rate(${metric}{${TARGET}}${RATE}))`;
const DECIDED = 'otelcol_processor_tail_sampling_global_count_traces_sampled_total';
const QUEUE = `otelcol_exporter_queue_size{${TARGET}} / otelcol_exporter_queue_capacity{${TARGET}}`;
const IN_QUEUE = {
  description: 'Share that is full. It fills while Jaeger is away; beyond it spans are lost.',
  unit: 'share',
  thresholds: { warning: 0.5, critical: 0.8 },
  queries: [{ expr: `max(${QUEUE})`, legend: 'full' }],
} as const;

const NOW: readonly Panel[] = [
  {
    kind: 'figure',
    title: 'Spans taken',
    description: 'From applications, each second.',
    unit: 'per second',
    queries: [{ expr: rate('otelcol_receiver_accepted_spans_total'), legend: 'spans' }],
  },
  {
    kind: 'figure',
    title: 'Spans refused',
    description: 'Each second, for want of memory.',
    unit: 'per second',
    thresholds: { critical: 0.01 },
    queries: [{ expr: rate('otelcol_receiver_refused_spans_total'), legend: 'spans' }],
  },
  {
    kind: 'figure',
    title: 'Traces kept',
    description: 'Share of all: those with errors, slow ones, and some of the others.',
    unit: 'share',
    queries: [
      {
        expr: `sum(rate(${DECIDED}{${TARGET},sampled="true"}${RATE})) / ${rate(DECIDED)}`,
        legend: 'kept',
      },
    ],
  },
  { kind: 'figure', title: 'Queue', ...IN_QUEUE },
];

const OVER_TIME: readonly Panel[] = [
  {
    kind: 'graph',
    title: 'Spans',
    description: 'Taken from applications, and sent to Jaeger.',
    unit: 'per second',
    queries: [
      { expr: rate('otelcol_receiver_accepted_spans_total'), legend: 'taken' },
      { expr: rate('otelcol_receiver_refused_spans_total'), legend: 'refused' },
      { expr: rate('otelcol_exporter_sent_spans_total'), legend: 'sent' },
      { expr: rate('otelcol_exporter_send_failed_spans_total'), legend: 'lost' },
    ],
  },
  {
    kind: 'graph',
    title: 'Traces',
    description: 'By what was decided.',
    unit: 'per second',
    stacked: true,
    queries: [
      {
        expr: `sum by (decision) (rate(${DECIDED}{${TARGET}}${RATE}))`,
        legend: '{{decision}}',
      },
    ],
  },
  {
    kind: 'graph',
    title: 'Traces given up',
    description:
      'Before anybody looked at them: there were too many at once. More memory lets more of them wait.',
    unit: 'per second',
    thresholds: { critical: 0.01 },
    queries: [
      {
        expr: rate('otelcol_processor_tail_sampling_sampling_trace_dropped_too_early_total'),
        legend: 'given up',
      },
    ],
  },
  { kind: 'graph', title: 'Queue', ...IN_QUEUE },
];

/** Series: imports/metrics.yaml, opentelemetry-collector. */
export const OPENTELEMETRY_COLLECTOR: Dashboard = {
  uid: 'opentelemetry-collector',
  title: 'OpenTelemetry Collector',
  description: 'How many spans come, which traces are kept, and is anything lost?',
  rows: [
    { title: 'Now', panels: NOW },
    { title: 'Over time', panels: OVER_TIME },
  ],
};
