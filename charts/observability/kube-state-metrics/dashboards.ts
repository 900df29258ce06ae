import { namespaceOf, type Dashboard, type Panel } from '../../core/dashboards';

const NAMESPACE = 'namespace=~"$namespace"';

/** How many there are: no series is none. */
const count = (expr: string): string => `count(${expr}) or vector(0)`;

const lacking = (kind: string, wanted: string, there: string): Panel => ({
  kind: 'table',
  title: `${kind}s`,
  description: `Pods that each ${kind} has and should have. Fewer for more than a few minutes: the roll-out is stuck, or there is no room.`,
  unit: 'count',
  width: 8,
  labels: { namespace: 'Namespace', [kind.toLowerCase()]: 'Name' },
  columns: [
    {
      expr: `${wanted}{${NAMESPACE}} - ${there}{${NAMESPACE}}`,
      legend: 'Missing',
      thresholds: { critical: 1 },
    },
    { expr: `${wanted}{${NAMESPACE}}`, legend: 'Wanted' },
  ].map(({ expr, ...column }) => ({
    expr: `max by (namespace, ${kind.toLowerCase()}) (${expr})`,
    ...column,
  })),
  detail: { dashboard: 'namespaces', title: 'Pods of this namespace', variables: { namespace: 'namespace' } },
});

const TROUBLE: readonly Panel[] = [
  {
    kind: 'figure',
    title: 'Pods that are not ready',
    description: 'They run, and get no traffic.',
    unit: 'count',
    thresholds: { critical: 1 },
    queries: [
      {
        expr: count(
          `kube_pod_status_ready{${NAMESPACE},condition="false"} == 1 and on (namespace, pod) kube_pod_status_phase{${NAMESPACE},phase="Running"} == 1`,
        ),
        legend: 'not ready',
      },
    ],
  },
  {
    kind: 'figure',
    title: 'Pods that wait',
    description: 'No node takes them, or their volume or image is missing.',
    unit: 'count',
    thresholds: { warning: 1 },
    queries: [{ expr: count(`kube_pod_status_phase{${NAMESPACE},phase="Pending"} == 1`), legend: 'pending' }],
  },
  {
    kind: 'figure',
    title: 'Containers that end again and again',
    description: 'The kubelet waits longer before each further start.',
    unit: 'count',
    thresholds: { critical: 1 },
    queries: [
      {
        expr: count(`kube_pod_container_status_waiting_reason{${NAMESPACE},reason="CrashLoopBackOff"} == 1`),
        legend: 'in a loop',
      },
    ],
  },
  {
    kind: 'figure',
    title: 'Failed Jobs',
    description: 'What they were to do is not done.',
    unit: 'count',
    thresholds: { warning: 1 },
    queries: [{ expr: count(`kube_job_failed{${NAMESPACE},condition="true"} == 1`), legend: 'failed' }],
  },
];

const RESTARTS: readonly Panel[] = [
  {
    kind: 'graph',
    title: 'Restarts',
    description: 'Containers that were started again, in the hour before.',
    unit: 'count',
    queries: [
      {
        expr: `sum by (namespace, pod, container) (increase(kube_pod_container_status_restarts_total{${NAMESPACE}}[1h])) > 0`,
        legend: '{{namespace}} {{pod}} {{container}}',
      },
    ],
  },
  {
    kind: 'table',
    title: 'Why containers ended',
    description: 'The last end of each container. OOMKilled: its memory limit is too low, or it leaks.',
    unit: 'count',
    width: 12,
    labels: { namespace: 'Namespace', pod: 'Pod', container: 'Container', reason: 'Reason' },
    columns: [
      {
        expr:
          `sum by (namespace, pod, container, reason) (kube_pod_container_status_last_terminated_reason{${NAMESPACE}}` +
          ` * on (namespace, pod, container) group_left kube_pod_container_status_restarts_total{${NAMESPACE}})`,
        legend: 'Restarts',
      },
    ],
  },
];

/** Series: imports/metrics.yaml, kube-state-metrics. */
export const WORKLOADS: Dashboard = {
  uid: 'workloads',
  title: 'Workloads',
  description: 'Is everything there that should run?',
  variables: [namespaceOf('kube_pod_status_phase')],
  rows: [
    { title: 'Trouble', panels: TROUBLE },
    {
      title: 'Roll-outs',
      panels: [
        lacking('Deployment', 'kube_deployment_spec_replicas', 'kube_deployment_status_replicas_available'),
        lacking('StatefulSet', 'kube_statefulset_replicas', 'kube_statefulset_status_replicas_ready'),
        lacking(
          'DaemonSet',
          'kube_daemonset_status_desired_number_scheduled',
          'kube_daemonset_status_number_ready',
        ),
      ],
    },
    { title: 'Restarts', panels: RESTARTS },
  ],
};

const requested = (by: string, resource: string): string =>
  `sum by (${by}) (kube_pod_container_resource_requests{resource="${resource}"} * on (namespace, pod) group_left max by (namespace, pod) (kube_pod_status_phase{phase=~"Pending|Running"} == 1))`;
const allocatable = (resource: string): string => `kube_node_status_allocatable{resource="${resource}"}`;
/** Part of what all nodes have for pods. */
const part = (by: string, resource: string): string =>
  `${requested(by, resource)} / scalar(sum(${allocatable(resource)}))`;

const used = (resource: string): string =>
  `max by (namespace) (kube_resourcequota{resource="${resource}",type="used"}) / (max by (namespace) (kube_resourcequota{resource="${resource}",type="hard"}) > 0)`;

const SHARES: readonly Panel[] = [
  {
    kind: 'table',
    title: 'Share of the cluster by namespace',
    description:
      'What the pods of a namespace request of all that the nodes have for pods: the part of the bill of the servers that it causes.',
    unit: 'share',
    labels: { namespace: 'Namespace' },
    columns: [
      { expr: part('namespace', 'cpu'), legend: 'Processor' },
      { expr: part('namespace', 'memory'), legend: 'Memory' },
      { expr: requested('namespace', 'cpu'), legend: 'Cores', unit: 'cores' },
      { expr: requested('namespace', 'memory'), legend: 'Bytes', unit: 'bytes' },
    ],
    detail: { dashboard: 'namespaces', title: 'What it really uses', variables: { namespace: 'namespace' } },
  },
];

const NODES: readonly Panel[] = [
  {
    kind: 'graph',
    title: 'Processor requested by node',
    description:
      'Share of what a node has for pods. Near 100 % no further pod fits, however idle the node is.',
    unit: 'share',
    thresholds: { warning: 0.85, critical: 0.95 },
    queries: [
      {
        expr: `${requested('node', 'cpu')} / sum by (node) (${allocatable('cpu')})`,
        legend: '{{node}}',
      },
    ],
    detail: { dashboard: 'nodes', title: 'What the node really uses', variables: { node: 'node' } },
  },
  {
    kind: 'graph',
    title: 'Memory requested by node',
    description:
      'Share of what a node has for pods. When a node is lost, the others must have room for its pods.',
    unit: 'share',
    thresholds: { warning: 0.85, critical: 0.95 },
    queries: [
      {
        expr: `${requested('node', 'memory')} / sum by (node) (${allocatable('memory')})`,
        legend: '{{node}}',
      },
    ],
    detail: { dashboard: 'nodes', title: 'What the node really uses', variables: { node: 'node' } },
  },
];

const QUOTAS: readonly Panel[] = [
  {
    kind: 'table',
    title: 'Quotas',
    description:
      'Share of the quota of each namespace that is taken. At 100 % a roll-out cannot start its new pod.',
    unit: 'share',
    thresholds: { warning: 0.85, critical: 0.95 },
    labels: { namespace: 'Namespace' },
    columns: [
      { expr: used('requests.cpu'), legend: 'Processor' },
      { expr: used('requests.memory'), legend: 'Memory' },
      { expr: used('requests.storage'), legend: 'Volumes' },
    ],
  },
];

/** Series: imports/metrics.yaml, kube-state-metrics. */
export const CAPACITY: Dashboard = {
  uid: 'capacity',
  title: 'Capacity and its share by namespace',
  description: 'Who requests what of the cluster, and what is left?',
  shows: '7d',
  rows: [
    { title: 'Namespaces', panels: SHARES },
    { title: 'Nodes', panels: NODES },
    { title: 'Quotas', panels: QUOTAS },
  ],
};
