import type { Alert } from '../../core/monitoring';

/** Metrics: docs/metrics of v2.20.0. Namespace, pod and names are those of the objects. */
export function kubeStateAlerts(namespace: string): readonly Alert[] {
  return [
    {
      alert: 'KubeStateMetricsDown',
      expr: `absent(up{namespace="${namespace}",job="kube-state-metrics"} == 1)`,
      for: '10m',
      severity: 'warning',
      summary: 'kube-state-metrics does not answer',
      description: 'No alert on pods, roll-outs, jobs, quotas and nodes fires.',
    },
    ...PODS,
    ...ROLLOUTS,
    ...OTHERS,
  ];
}

const POD = '{{ $labels.namespace }}/{{ $labels.pod }}';

const PODS: readonly Alert[] = [
  {
    alert: 'KubePodCrashLooping',
    expr: 'max_over_time(kube_pod_container_status_waiting_reason{reason="CrashLoopBackOff"}[5m]) >= 1',
    for: '15m',
    severity: 'warning',
    summary: `Container {{ $labels.container }} of ${POD} ends again and again`,
    description: 'The kubelet waits longer before each further start.',
  },
  {
    alert: 'KubePodImageMissing',
    expr: 'max_over_time(kube_pod_container_status_waiting_reason{reason=~"ErrImagePull|ImagePullBackOff|InvalidImageName"}[5m]) >= 1',
    for: '10m',
    severity: 'warning',
    summary: `The image of {{ $labels.container }} in ${POD} cannot be pulled`,
    description: 'The container does not start.',
  },
  {
    alert: 'KubePodPending',
    expr: 'kube_pod_status_phase{phase=~"Pending|Unknown"} == 1',
    for: '15m',
    severity: 'warning',
    summary: `${POD} is {{ $labels.phase }}`,
    description: 'No node takes it, its volume or image is missing, or its node is away.',
  },
  {
    alert: 'KubePodNotReady',
    expr:
      'kube_pod_status_ready{condition="false"} == 1' +
      ' and on (namespace, pod) kube_pod_status_phase{phase="Running"} == 1',
    for: '15m',
    severity: 'warning',
    summary: `${POD} runs and is not ready`,
    description: 'It gets no traffic.',
  },
  {
    alert: 'KubePodOomKilled',
    expr:
      'increase(kube_pod_container_status_restarts_total[15m]) >= 1' +
      ' and on (namespace, pod, container) kube_pod_container_status_last_terminated_reason{reason="OOMKilled"} == 1',
    severity: 'warning',
    summary: `Container {{ $labels.container }} of ${POD} was killed at its memory limit`,
    description: 'Its limit is too low, or it leaks.',
  },
  {
    alert: 'KubePodEvicted',
    expr: 'kube_pod_status_reason{reason="Evicted"} == 1',
    severity: 'warning',
    summary: `${POD} was evicted`,
    description: 'Its node was short of memory or disk, or the pod used more disk than it may.',
  },
];

const ROLLOUTS: readonly Alert[] = [
  {
    alert: 'KubeDeploymentReplicas',
    expr: 'kube_deployment_status_replicas_available < kube_deployment_spec_replicas',
    for: '15m',
    severity: 'warning',
    summary: 'Deployment {{ $labels.namespace }}/{{ $labels.deployment }} has too few pods',
    description: 'Pods are missing or not ready: a roll-out is stuck, or there is no room.',
  },
  {
    alert: 'KubeStatefulSetReplicas',
    expr: 'kube_statefulset_status_replicas_ready < kube_statefulset_replicas',
    for: '15m',
    severity: 'warning',
    summary: 'StatefulSet {{ $labels.namespace }}/{{ $labels.statefulset }} has too few pods',
    description: 'Pods are missing or not ready: a roll-out is stuck, or a volume is not there.',
  },
  {
    alert: 'KubeDaemonSetPods',
    expr: 'kube_daemonset_status_number_ready < kube_daemonset_status_desired_number_scheduled',
    for: '15m',
    severity: 'warning',
    summary: 'DaemonSet {{ $labels.namespace }}/{{ $labels.daemonset }} lacks pods on some nodes',
    description: 'What it does for a node is missing there.',
  },
  {
    alert: 'KubeJobFailed',
    expr: 'kube_job_failed{condition="true"} == 1',
    for: '5m',
    severity: 'warning',
    summary: 'Job {{ $labels.namespace }}/{{ $labels.job_name }} failed',
    description: 'What it was to do is not done. The alert ends when the Job is deleted.',
  },
];

const OTHERS: readonly Alert[] = [
  {
    alert: 'KubeQuotaNearlyUsed',
    expr: 'kube_resourcequota{type="used"} / ignoring (type) kube_resourcequota{type="hard"} > 0.95',
    for: '15m',
    severity: 'warning',
    summary:
      '{{ $value | humanizePercentage }} of the quota of {{ $labels.namespace }} for {{ $labels.resource }} are used',
    description: 'Soon no further pod or claim fits into the namespace, a roll-out among them.',
  },
  {
    alert: 'KubeClaimPending',
    expr: 'kube_persistentvolumeclaim_status_phase{phase=~"Pending|Lost"} == 1',
    for: '15m',
    severity: 'warning',
    summary: 'Claim {{ $labels.namespace }}/{{ $labels.persistentvolumeclaim }} is {{ $labels.phase }}',
    description: 'Pods that mount it do not start.',
  },
  {
    alert: 'KubeNodeNotReady',
    expr: 'kube_node_status_condition{condition="Ready",status="true"} == 0',
    for: '3m',
    severity: 'critical',
    summary: 'Node {{ $labels.node }} is not ready',
    description:
      'Its kubelet does not report. Its pods are moved away after five minutes, and volumes only when it is seen to be dead.',
  },
  {
    alert: 'KubeNodePressure',
    expr: 'kube_node_status_condition{condition=~".+Pressure",status="true"} == 1',
    for: '5m',
    severity: 'warning',
    summary: 'Node {{ $labels.node }} has {{ $labels.condition }}',
    description: 'It takes no new pods, and evicts some of those that it has.',
  },
];
