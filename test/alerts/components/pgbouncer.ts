import { replicasOf, series, type AlertTest, type AlertTests, type Instance } from '../table';

/** kube-state-metrics 2.20.0 (internal/store/deployment.go, pod.go), as scraped with honorLabels. */
export function pgbouncer(instance: Instance): AlertTests {
  const { namespace } = instance;
  const scraped = { job: 'kube-state-metrics', instance: '10.42.0.20:8080' };
  const deployment = { ...scraped, namespace, deployment: 'pgbouncer' };
  const pod = { ...scraped, namespace, pod: 'pgbouncer-5d8f-abcde', uid: 'f3a1', container: 'pgbouncer' };
  const available = series('kube_deployment_status_replicas_available', deployment);
  const wanted = series('kube_deployment_spec_replicas', deployment);
  const restarts = series('kube_pod_container_status_restarts_total', pod);
  const missing: AlertTest = {
    severity: 'warning',
    fires: {
      'one of two is away for half an hour': {
        series: { [available]: '2x9 1x29 2x9', [wanted]: '2x49' },
        minutes: [25, 39],
        labels: deployment,
        summary: `PgBouncer of ${namespace} has fewer pods than it should`,
      },
    },
    silent: {
      'both are there': { [available]: '2x30', [wanted]: '2x30' },
      'a roll-out of ten minutes': { [available]: '2x9 1x9 2x9', [wanted]: '2x29' },
    },
  };
  return {
    targets: [],
    alerts: {
      PgbouncerDown: {
        severity: 'critical',
        fires: {
          'no pod is ready for ten minutes': {
            series: { [available]: '1x9 0x9 1x9' },
            ...{
              minutes: [13, 19],
              labels: deployment,
              summary: `PgBouncer of ${namespace} is not available`,
            },
          },
        },
        silent: {
          'it is there': { [available]: '1x20' },
          'a restart of two minutes': { [available]: '1x9 0x2 1x9' },
        },
      },
      ...(replicasOf(instance, 'pgbouncer') > 1 && { PgbouncerPodMissing: missing }),
      PgbouncerRestarting: {
        severity: 'warning',
        fires: {
          'three restarts, ten minutes between each': {
            series: { [restarts]: '5x9 6x9 7x9 8x60' },
            // until the first of them is an hour ago
            ...{
              minutes: [30, 68],
              labels: pod,
              summary: `PgBouncer of ${namespace} restarts again and again`,
            },
          },
        },
        silent: {
          'two restarts': { [restarts]: '5x9 6x9 7x80' },
          'three restarts in three hours': { [restarts]: '5x9 6x69 7x69 8x30' },
        },
      },
    },
  };
}
