import type { Alert } from '../../core/monitoring';

/**
 * No pod of a job answers, or it has none; Prometheus names jobs after Services. Both keep the label `job`, which `absent` of a comparison
 * would lose.
 */
const down = (namespace: string, jobs: readonly string[]): string =>
  [
    `max by (job, namespace) (up{job=~"${jobs.join('|')}",namespace="${namespace}"}) == 0`,
    ...jobs.map((job) => `absent(up{job="${job}",namespace="${namespace}"})`),
  ].join(' or ');

const WINDOW = '15m';

/** Growth of a counter that begins at 1, and so has no increase by the first thing that it counts: it was not there before. */
const news = (counter: string, window: string): string =>
  `(increase(${counter}[${window}]) > 0 or (${counter} unless ${counter} offset ${window}))`;

/** Applications in one of the states, whatever their other labels, which change in between. */
const inState = (label: 'sync_status' | 'health_status', states: string): string =>
  `max by (name, project) (argocd_app_info{${label}=~"${states}"}) == 1`;

const counted = (metric: string): string => `sum by (namespace) (increase(${metric}[${WINDOW}])) > 0`;

/**
 * Metrics of argo-cd v3.5.1: controller/metrics/metrics.go and reposerver/metrics/metrics.go. None wakes anybody up: what runs goes on
 * running without Argo CD, it only cannot be changed.
 */
export const alerts = (namespace: string, services: readonly string[]): readonly Alert[] => [
  {
    alert: 'ArgocdDown',
    expr: down(namespace, services),
    for: '10m',
    severity: 'warning',
    summary: '{{ $labels.job }} does not answer',
    description: 'Changes in git do not reach the cluster, and changes by hand are not taken back.',
  },
  {
    alert: 'ArgocdApplicationOutOfSync',
    expr: inState('sync_status', 'OutOfSync|Unknown'),
    // the retries of a sync take about a quarter of an hour
    for: '30m',
    severity: 'warning',
    summary: 'Application {{ $labels.name }} is not what git says',
    description: 'Its sync is paused, fails, or somebody else writes the same fields; or git cannot be read.',
  },
  {
    alert: 'ArgocdApplicationUnhealthy',
    expr: inState('health_status', 'Degraded|Missing|Unknown'),
    for: '15m',
    severity: 'warning',
    summary: 'Application {{ $labels.name }} is not healthy',
    description: 'Objects of it are broken or gone. Applications of later waves wait for it.',
  },
  {
    alert: 'ArgocdApplicationStuck',
    expr: inState('health_status', 'Progressing'),
    for: '45m',
    severity: 'warning',
    summary: 'Application {{ $labels.name }} does not get ready',
    description: 'A roll-out goes neither forward nor back. Applications of later waves wait for it.',
  },
  {
    alert: 'ArgocdSyncFailed',
    expr: `sum by (name, project) ${news('argocd_app_sync_total{phase=~"Error|Failed",dry_run="false"}', WINDOW)}`,
    severity: 'warning',
    summary: 'A sync of {{ $labels.name }} failed',
    description: 'What git says was refused, or could not be applied after all retries.',
  },
  {
    alert: 'ArgocdRepositoryUnreachable',
    expr: `${counted('argocd_git_lsremote_fail_total')} or ${counted('argocd_git_fetch_fail_total')}`,
    for: '15m',
    severity: 'warning',
    summary: 'Argo CD cannot read the git repository',
    description: 'What is merged does not reach the cluster. What was rendered before is still enforced.',
  },
  {
    alert: 'ArgocdCacheFailing',
    expr: 'sum by (initiator) (rate(argocd_redis_request_total{failed="true"}[5m])) > 0',
    for: '15m',
    severity: 'warning',
    summary: '{{ $labels.initiator }} cannot use its cache',
    description: 'Comparisons and the pages are slow or fail. Nothing is lost with the cache itself.',
  },
];

/** pkg/controller/metrics.go of notifications-engine 0cff13b8a717, the version in the go.mod of argo-cd v3.5.1. */
export const NOTIFICATIONS_FAILING: Alert = {
  alert: 'ArgocdNotificationsFailing',
  // its own `service` gives way to the target's
  expr: `sum by (exported_service) ${news('argocd_notifications_deliveries_total{succeeded="false"}', '1h')}`,
  severity: 'warning',
  summary: 'Notifications of Argo CD do not arrive by {{ $labels.exported_service }}',
  description: 'People are not told of failed and finished deployments.',
};
