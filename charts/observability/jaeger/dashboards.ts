import { RATE, type Dashboard, type Panel } from '../../core/dashboards';
import { CLAIM } from './alerts';

const TARGET = 'job="jaeger"';
const rate = (metric: string): string => `sum(rate(${metric}{${TARGET}}${RATE}))`;
const VOLUME = `{persistentvolumeclaim="${CLAIM}-jaeger-0"}`;

const NOW: readonly Panel[] = [
  {
    kind: 'figure',
    title: 'Spans taken',
    description: 'Each second.',
    unit: 'per second',
    queries: [{ expr: rate('otelcol_receiver_accepted_spans_total'), legend: 'spans' }],
  },
  {
    kind: 'figure',
    title: 'Spans refused',
    description: 'Each second: there is no memory for them, or they cannot be written.',
    unit: 'per second',
    thresholds: { critical: 0.01 },
    queries: [{ expr: rate('otelcol_receiver_refused_spans_total'), legend: 'spans' }],
  },
  {
    kind: 'figure',
    title: 'Volume',
    description: 'Share that is full. On a full volume Jaeger ends, and does not start again.',
    unit: 'share',
    thresholds: { warning: 0.6, critical: 0.8 },
    queries: [
      {
        expr: `max(kubelet_volume_stats_used_bytes${VOLUME} / kubelet_volume_stats_capacity_bytes${VOLUME})`,
        legend: 'full',
      },
    ],
  },
];

const OVER_TIME: readonly Panel[] = [
  {
    kind: 'graph',
    title: 'Spans',
    description: 'That the collector sends.',
    unit: 'per second',
    queries: [
      { expr: rate('otelcol_receiver_accepted_spans_total'), legend: 'taken' },
      { expr: rate('otelcol_receiver_refused_spans_total'), legend: 'refused' },
    ],
  },
  {
    kind: 'graph',
    title: 'Searches',
    description:
      'What people and Grafana ask of the store, and with which result. err is a trace that is not there, too.',
    unit: 'per second',
    queries: [
      {
        expr: `sum by (operation, result) (rate(jaeger_storage_requests_total{${TARGET}}${RATE}))`,
        legend: '{{operation}} {{result}}',
      },
    ],
  },
  {
    kind: 'graph',
    title: 'Badger',
    description: 'Size of its tables. It grows until the oldest traces are older than retention.',
    unit: 'bytes',
    queries: [{ expr: `sum(jaeger_storage_badger_size_bytes_lsm{${TARGET}})`, legend: 'tables' }],
  },
];

/** Series: imports/metrics.yaml, jaeger. */
export const JAEGER: Dashboard = {
  uid: 'jaeger',
  title: 'Jaeger',
  description: 'Are traces written, is there room for them, and can they be found?',
  rows: [
    { title: 'Now', panels: NOW },
    { title: 'Over time', panels: OVER_TIME },
  ],
};
