import { RATE, type Dashboard, type Panel } from '../../core/dashboards';

const PROJECT = 'project=~"$project"';

const apps = (more = ''): string => `max by (name, project) (argocd_app_info{${PROJECT}${more}})`;
const count = (more: string): string => `count(${apps(more)}) or vector(0)`;
const failed = `sum by (name, project) (increase(argocd_app_sync_total{${PROJECT},phase=~"Error|Failed",dry_run="false"}[24h]))`;

const NOW: readonly Panel[] = [
  {
    kind: 'figure',
    title: 'Applications',
    description: 'All that git holds.',
    unit: 'count',
    queries: [{ expr: count(''), legend: 'Applications' }],
  },
  {
    kind: 'figure',
    title: 'Not what git says',
    description: 'Out of sync, or unknown: a sync fails, or somebody else writes the same fields.',
    unit: 'count',
    thresholds: { warning: 1 },
    queries: [{ expr: count(',sync_status!="Synced"'), legend: 'not synced' }],
  },
  {
    kind: 'figure',
    title: 'Not healthy',
    description: 'Broken, missing or on their way for now. Applications of later waves wait for them.',
    unit: 'count',
    thresholds: { critical: 1 },
    queries: [{ expr: count(',health_status!="Healthy"'), legend: 'not healthy' }],
  },
  {
    kind: 'figure',
    title: 'Syncs that failed today',
    description: 'In the last 24 hours. What git says was refused, or could not be applied.',
    unit: 'count',
    thresholds: { warning: 1 },
    queries: [{ expr: `sum(${failed}) or vector(0)`, legend: 'failed' }],
  },
  {
    kind: 'table',
    title: 'Applications',
    description: 'State of each, and the syncs that failed in the last 24 hours.',
    unit: 'count',
    thresholds: { warning: 1 },
    labels: { name: 'Application', project: 'Project', sync_status: 'Sync', health_status: 'Health' },
    columns: [
      {
        expr:
          `max by (name, project, sync_status, health_status) (argocd_app_info{${PROJECT}}) * 0` +
          ` + on (name, project) group_left () (${failed} or ${apps()} * 0)`,
        legend: 'Failed syncs',
      },
    ],
  },
];

const WORK: readonly Panel[] = [
  {
    kind: 'graph',
    title: 'Syncs',
    description: 'In the hour before, by how they ended.',
    unit: 'count',
    stacked: true,
    queries: [
      {
        expr: `sum by (phase) (increase(argocd_app_sync_total{${PROJECT},dry_run="false"}[1h]))`,
        legend: '{{phase}}',
      },
    ],
  },
  {
    kind: 'graph',
    title: 'Time to compare an Application',
    description: 'What 95 of 100 comparisons with git stay below. When it grows, changes arrive late.',
    unit: 'seconds',
    queries: [
      {
        expr: `histogram_quantile(0.95, sum by (le) (rate(argocd_app_reconcile_bucket${RATE})))`,
        legend: '95 of 100',
      },
    ],
  },
  {
    kind: 'graph',
    title: 'Cache',
    description: 'Requests to its Redis. Failed ones make comparisons and pages slow; nothing is lost.',
    unit: 'requests per second',
    queries: [
      {
        expr: `sum by (initiator, failed) (rate(argocd_redis_request_total${RATE}))`,
        legend: '{{initiator}}, failed: {{failed}}',
      },
    ],
  },
];

/** Series: imports/metrics.yaml, argocd. */
export const ARGOCD: Dashboard = {
  uid: 'argocd',
  title: 'Argo CD',
  description: 'Is the cluster what git says?',
  shows: '24h',
  variables: [{ name: 'project', label: 'Project', series: 'argocd_app_info', values: 'project' }],
  rows: [
    { title: 'Now', panels: NOW },
    { title: 'Work', panels: WORK },
  ],
};
