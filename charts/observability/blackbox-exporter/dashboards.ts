import type { Dashboard, Panel } from '../../core/dashboards';

const DAY = 86_400;
const HOST = 'job="probe",instance=~"$host"';
const of = (name: string): string => `max by (instance) (probe_${name}{${HOST}})`;

const NOW: Panel = {
  kind: 'table',
  title: 'Hosts',
  description: 'How each public host answers now, called from inside through DNS, ingress and certificate.',
  unit: 'count',
  labels: { instance: 'Host' },
  columns: [
    { expr: of('success'), legend: 'Answers', thresholds: { critical: 1, low: true } },
    { expr: of('http_status_code'), legend: 'Code' },
    {
      expr: of('duration_seconds'),
      legend: 'Takes',
      unit: 'seconds',
      thresholds: { warning: 1, critical: 3 },
    },
    {
      expr: `${of('ssl_earliest_cert_expiry')} - time()`,
      legend: 'Certificate valid for',
      unit: 'seconds',
      thresholds: { warning: 21 * DAY, critical: 14 * DAY, low: true },
    },
    {
      expr: `avg by (instance) (avg_over_time(probe_success{${HOST}}[$__range]))`,
      legend: 'Answered',
      unit: 'share',
      thresholds: { warning: 0.999, critical: 0.99, low: true },
    },
  ],
};

const OVER_TIME: readonly Panel[] = [
  {
    kind: 'graph',
    title: 'Answers',
    description: '1 where the host answered as it should.',
    unit: 'count',
    queries: [{ expr: of('success'), legend: '{{instance}}' }],
  },
  {
    kind: 'graph',
    title: 'Time of an answer',
    description: 'From the look-up of the name to the end of the page. Beyond three seconds people leave.',
    unit: 'seconds',
    thresholds: { warning: 1, critical: 3 },
    queries: [{ expr: of('duration_seconds'), legend: '{{instance}}' }],
  },
  {
    kind: 'graph',
    title: 'Where the time goes',
    description: 'Look-up, connection, TLS, waiting for the page, and reading it, on average of the hosts.',
    unit: 'seconds',
    stacked: true,
    width: 24,
    queries: [{ expr: `avg by (phase) (probe_http_duration_seconds{${HOST}})`, legend: '{{phase}}' }],
  },
];

/** Series: imports/metrics.yaml, blackbox-exporter. */
export const PUBLIC_HOSTS: Dashboard = {
  uid: 'public-hosts',
  title: 'Public hosts',
  description: 'What do users see of each host, and how much of the time?',
  shows: '7d',
  variables: [{ name: 'host', label: 'Host', series: 'probe_success{job="probe"}', values: 'instance' }],
  rows: [
    { title: 'Now, and over the time above', panels: [NOW] },
    { title: 'Over time', panels: OVER_TIME },
  ],
};
