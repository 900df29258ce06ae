import { RATE, type Dashboard, type Panel } from '../../core/dashboards';

const ENTRY = 'entrypoint="websecure"';
/** Its own label gives way to the target's. */
const SERVICE = 'exported_service=~"$service"';

const requests = (more = ''): string =>
  `sum(rate(traefik_entrypoint_requests_total{${ENTRY}${more}}${RATE}))`;
const quantile = (share: number, by: string, series: string, where: string): string =>
  `histogram_quantile(${share}, sum by (${by}) (rate(${series}_request_duration_seconds_bucket{${where},protocol="http"}${RATE})))`;

const NOW: readonly Panel[] = [
  {
    kind: 'figure',
    title: 'Requests',
    description: 'Over TLS, all hosts together.',
    unit: 'requests per second',
    queries: [{ expr: requests(), legend: 'requests' }],
  },
  {
    kind: 'figure',
    title: 'Failed requests',
    description: 'Share of the requests that got a server error: users see failures.',
    unit: 'share',
    thresholds: { warning: 0.01, critical: 0.05 },
    queries: [{ expr: `${requests(',code=~"5.."')} / ${requests()}`, legend: 'failed' }],
  },
  {
    kind: 'figure',
    title: 'Open connections',
    description: 'Connections of browsers, those of websockets among them.',
    unit: 'count',
    queries: [{ expr: `sum(traefik_open_connections{${ENTRY}})`, legend: 'open' }],
  },
  {
    kind: 'figure',
    title: 'Configuration',
    description: 'When it took a configuration the last time.',
    unit: 'date',
    queries: [{ expr: 'max(traefik_config_last_reload_success) * 1000', legend: 'taken' }],
  },
];

const ALL: readonly Panel[] = [
  {
    kind: 'graph',
    title: 'Answers by code',
    description: '4xx are mistakes of whoever asks, or attacks; 5xx are ours.',
    unit: 'requests per second',
    stacked: true,
    queries: [
      {
        expr: `sum by (code) (rate(traefik_entrypoint_requests_total{${ENTRY}}${RATE}))`,
        legend: '{{code}}',
      },
    ],
  },
  {
    kind: 'graph',
    title: 'Time of an answer',
    description: 'What half, and what 95 of 100 answers stay below. Beyond three seconds people leave.',
    unit: 'seconds',
    thresholds: { warning: 1, critical: 3 },
    queries: [
      { expr: quantile(0.5, 'le', 'traefik_entrypoint', ENTRY), legend: 'half' },
      { expr: quantile(0.95, 'le', 'traefik_entrypoint', ENTRY), legend: '95 of 100' },
    ],
  },
];

const SERVICES: readonly Panel[] = [
  {
    kind: 'table',
    title: 'Services',
    description: 'What each service behind it gets, and how it answers. Choose one for the lines below.',
    unit: 'requests per second',
    labels: { exported_service: 'Service' },
    columns: [
      {
        expr: `sum by (exported_service) (rate(traefik_service_requests_total{${SERVICE}}${RATE}))`,
        legend: 'Requests',
      },
      {
        expr:
          `sum by (exported_service) (rate(traefik_service_requests_total{${SERVICE},code=~"5.."}${RATE}))` +
          ` / sum by (exported_service) (rate(traefik_service_requests_total{${SERVICE}}${RATE}))`,
        legend: 'Failed',
        unit: 'share',
        thresholds: { warning: 0.01, critical: 0.05 },
      },
      {
        expr: quantile(0.95, 'exported_service, le', 'traefik_service', SERVICE),
        legend: '95 of 100 within',
        unit: 'seconds',
        thresholds: { warning: 1, critical: 3 },
      },
    ],
    detail: { dashboard: 'ingress', title: 'This service alone', variables: { service: 'exported_service' } },
  },
  {
    kind: 'graph',
    title: 'Requests by service',
    description: 'Who is asked. Names are <namespace>-<ingress>-<host>@kubernetes.',
    unit: 'requests per second',
    queries: [
      {
        expr: `sum by (exported_service) (rate(traefik_service_requests_total{${SERVICE}}${RATE}))`,
        legend: '{{exported_service}}',
      },
    ],
  },
  {
    kind: 'graph',
    title: 'Server errors by service',
    description: 'Answers 5xx. 502 and 503 come from Traefik itself: no pod of the service answers.',
    unit: 'requests per second',
    queries: [
      {
        expr: `sum by (exported_service, code) (rate(traefik_service_requests_total{${SERVICE},code=~"5.."}${RATE}))`,
        legend: '{{exported_service}} {{code}}',
      },
    ],
  },
  {
    kind: 'graph',
    title: 'Time of an answer by service',
    description: 'What 95 of 100 answers stay below, without connections that stay open on purpose.',
    unit: 'seconds',
    thresholds: { warning: 1, critical: 3 },
    queries: [
      {
        expr: quantile(0.95, 'exported_service, le', 'traefik_service', SERVICE),
        legend: '{{exported_service}}',
      },
    ],
  },
  {
    kind: 'graph',
    title: 'Sent by service',
    description: 'Bytes of answers. Downloads stand out.',
    unit: 'bytes per second',
    queries: [
      {
        expr: `sum by (exported_service) (rate(traefik_service_responses_bytes_total{${SERVICE}}${RATE}))`,
        legend: '{{exported_service}}',
      },
    ],
  },
];

/** Series: imports/metrics.yaml, traefik. */
export const INGRESS: Dashboard = {
  uid: 'ingress',
  title: 'Ingress',
  description: 'Do users get answers, and how fast?',
  variables: [
    {
      name: 'service',
      label: 'Service',
      series: 'traefik_service_requests_total',
      values: 'exported_service',
    },
  ],
  rows: [
    { title: 'Now', panels: NOW },
    { title: 'All hosts', panels: ALL },
    { title: 'Services', panels: SERVICES },
  ],
};
