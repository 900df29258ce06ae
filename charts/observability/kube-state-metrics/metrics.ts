/** One kind that is watched, and what is made of it. */
interface Source {
  readonly group: string;
  /** What alerts use. */
  readonly metrics: readonly string[];
  /** What dashboards use beside these: kept where there is a Grafana. @default nothing */
  readonly shown?: readonly string[];
}

export const metricsOf = ({ metrics, shown = [] }: Source, dashboards: boolean): readonly string[] =>
  dashboards ? [...metrics, ...shown] : metrics;

/**
 * Every metric of v2.20.0 (docs/metrics) that an alert or a dashboard here uses, by the kind that it is made of: what nobody asks for is
 * neither watched nor stored. test/charts/observability/metrics.test.ts holds it against all of them.
 */
export const SOURCES: Readonly<Record<string, Source>> = {
  daemonsets: {
    group: 'apps',
    metrics: ['kube_daemonset_status_desired_number_scheduled', 'kube_daemonset_status_number_ready'],
  },
  deployments: {
    group: 'apps',
    metrics: ['kube_deployment_spec_replicas', 'kube_deployment_status_replicas_available'],
  },
  jobs: { group: 'batch', metrics: ['kube_job_failed', 'kube_job_status_failed'] },
  nodes: { group: '', metrics: ['kube_node_status_condition'], shown: ['kube_node_status_allocatable'] },
  persistentvolumeclaims: { group: '', metrics: ['kube_persistentvolumeclaim_status_phase'] },
  pods: {
    group: '',
    metrics: [
      'kube_pod_container_status_last_terminated_reason',
      'kube_pod_container_status_restarts_total',
      'kube_pod_container_status_waiting_reason',
      'kube_pod_status_phase',
      'kube_pod_status_ready',
      'kube_pod_status_reason',
    ],
    shown: ['kube_pod_container_resource_requests'],
  },
  resourcequotas: { group: '', metrics: ['kube_resourcequota'] },
  statefulsets: {
    group: 'apps',
    metrics: ['kube_statefulset_replicas', 'kube_statefulset_status_replicas_ready'],
  },
};
