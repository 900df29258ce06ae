import { series, type AlertTests, type Instance } from '../table';

/** kube-state-metrics 2.20.0 (internal/store/job.go), as scraped with honorLabels: a series per reason once a run has failed. */
export function migrations({ namespace }: Instance): AlertTests {
  const scraped = { job: 'kube-state-metrics', instance: '10.42.0.20:8080' };
  const run = { ...scraped, namespace, job_name: 'migrations-app', reason: 'BackoffLimitExceeded' };
  const failed = series('kube_job_status_failed', run);
  return {
    targets: [],
    alerts: {
      MigrationsFailed: {
        severity: 'warning',
        fires: {
          'the run has failed for half an hour, until one succeeds': {
            series: { [failed]: '0x9 1x29 0x9' },
            minutes: [30, 39],
            labels: run,
            summary: `The run migrations-app of ${namespace} failed`,
          },
        },
        silent: {
          'no run has failed': { [failed]: '0x60' },
          'the second try succeeds': { [failed]: '0x9 1x9 0x40' },
          'a run of somebody else failed': {
            [series('kube_job_status_failed', { ...run, job_name: 'import' })]: '1x60',
          },
        },
      },
    },
  };
}
