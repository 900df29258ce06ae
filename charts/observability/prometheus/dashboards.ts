import { RATE, type Dashboard, type Panel } from '../../core/dashboards';

const SERVER = 'job="prometheus"';

const ALERTS: readonly Panel[] = [
  {
    kind: 'figure',
    title: 'Alerts',
    description: 'That fire now. The watchdog, which always fires, is left out.',
    unit: 'count',
    thresholds: { critical: 1 },
    queries: [
      {
        expr: 'count(ALERTS{alertstate="firing",alertname!="Watchdog",severity=~"critical|warning"}) or vector(0)',
        legend: 'firing',
      },
    ],
  },
  {
    kind: 'figure',
    title: 'Targets that do not answer',
    description: 'Their metrics are missing, and with them every alert that is made of them.',
    unit: 'count',
    thresholds: { warning: 1 },
    queries: [{ expr: 'count(up == 0) or vector(0)', legend: 'down' }],
  },
  {
    kind: 'figure',
    title: 'Series',
    description: 'That it holds in memory. Each takes a few kilobytes.',
    unit: 'count',
    queries: [{ expr: `sum(prometheus_tsdb_head_series{${SERVER}})`, legend: 'series' }],
  },
  {
    kind: 'figure',
    title: 'Blocks on disk',
    description: 'Share of what retentionSize allows. At 100 % the oldest go first, before their time.',
    unit: 'share',
    thresholds: { warning: 0.9 },
    queries: [
      {
        expr: `sum(prometheus_tsdb_storage_blocks_bytes{${SERVER}}) / sum(prometheus_tsdb_retention_limit_bytes{${SERVER}})`,
        legend: 'full',
      },
    ],
  },
  {
    kind: 'table',
    title: 'Alerts that fire',
    description: 'Name and place of each. Its runbook says what to do.',
    unit: 'count',
    labels: { severity: 'Severity', alertname: 'Alert', namespace: 'Namespace' },
    columns: [
      {
        expr: 'count by (severity, alertname, namespace) (ALERTS{alertstate="firing",alertname!="Watchdog"})',
        legend: 'How many',
      },
    ],
  },
  {
    kind: 'graph',
    title: 'Alerts over time',
    description: 'What fired when, critical ones first to look at.',
    unit: 'count',
    stacked: true,
    width: 24,
    queries: [
      {
        expr: 'count by (severity, alertname) (ALERTS{alertstate="firing",alertname!="Watchdog"})',
        legend: '{{severity}} {{alertname}}',
      },
    ],
  },
];

const SCRAPES: readonly Panel[] = [
  {
    kind: 'table',
    title: 'Targets',
    description: 'By job: how many answer, how many series they give, and how long the slowest takes.',
    unit: 'count',
    labels: { namespace: 'Namespace', job: 'Job' },
    columns: [
      {
        expr: 'avg by (namespace, job) (up)',
        legend: 'Answer',
        unit: 'share',
        thresholds: { critical: 1, low: true },
      },
      { expr: 'sum by (namespace, job) (scrape_samples_scraped)', legend: 'Series' },
      {
        expr: 'max by (namespace, job) (scrape_duration_seconds)',
        legend: 'Slowest',
        unit: 'seconds',
        thresholds: { warning: 5, critical: 9 },
      },
    ],
  },
  {
    kind: 'graph',
    title: 'Samples',
    description: 'That it stores, each second.',
    unit: 'per second',
    queries: [
      {
        expr: `sum by (type) (rate(prometheus_tsdb_head_samples_appended_total{${SERVER}}${RATE}))`,
        legend: '{{type}}',
      },
    ],
  },
  {
    kind: 'graph',
    title: 'Series in memory',
    description: 'A jump is a new exporter, or a label with a value for each request.',
    unit: 'count',
    queries: [{ expr: `sum(prometheus_tsdb_head_series{${SERVER}})`, legend: 'series' }],
  },
];

const RULES: readonly Panel[] = [
  {
    kind: 'graph',
    title: 'Rules that take long',
    description:
      'Share of the time between two evaluations that the five slowest groups take. At 100 % alerts come late.',
    unit: 'share',
    thresholds: { warning: 0.5, critical: 1 },
    queries: [
      {
        expr: `topk(5, max by (rule_group) (prometheus_rule_group_last_duration_seconds{${SERVER}} / prometheus_rule_group_interval_seconds{${SERVER}}))`,
        legend: '{{rule_group}}',
      },
    ],
  },
  {
    kind: 'graph',
    title: 'Alerts that did not reach Alertmanager',
    description: 'Share of the alerts that were sent. People are told of them late or never.',
    unit: 'share',
    thresholds: { critical: 0.01 },
    queries: [
      {
        expr:
          `sum(rate(prometheus_notifications_errors_total{${SERVER}}${RATE}))` +
          ` / sum(rate(prometheus_notifications_sent_total{${SERVER}}${RATE}))`,
        legend: 'lost',
      },
    ],
  },
];

/** Series: imports/metrics.yaml, prometheus. */
export const PROMETHEUS: Dashboard = {
  uid: 'prometheus',
  title: 'Prometheus and alerts',
  description: 'What fires, who is not read, and is monitoring itself well?',
  shows: '24h',
  rows: [
    { title: 'Alerts', panels: ALERTS },
    { title: 'Targets', panels: SCRAPES },
    { title: 'Rules', panels: RULES },
  ],
};
