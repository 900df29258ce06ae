import { namespaceOf, RATE, type Dashboard, type Panel } from '../../core/dashboards';

const NAMESPACE = 'namespace=~"$namespace"';
const POD = `${NAMESPACE},pod=~"$pod"`;

const cpu = (by: string, where: string): string =>
  `sum by (${by}) (rate(container_cpu_usage_seconds_total{${where}}${RATE}))`;
const memory = (by: string, where: string): string =>
  `sum by (${by}) (container_memory_working_set_bytes{${where}})`;
const traffic = (by: string, way: 'receive' | 'transmit', where: string): string =>
  `sum by (${by}) (rate(container_network_${way}_bytes_total{${where}}${RATE}))`;
const volume = (what: string): string =>
  `max by (namespace, persistentvolumeclaim) (kubelet_volume_stats_${what}_bytes{${NAMESPACE}})`;

const OF_NAMESPACES: Panel = {
  kind: 'table',
  title: 'Namespaces',
  description: 'What the containers of each namespace use now. Choose one for its pods below.',
  unit: 'cores',
  labels: { namespace: 'Namespace' },
  columns: [
    { expr: cpu('namespace', NAMESPACE), legend: 'Processor, cores' },
    { expr: memory('namespace', NAMESPACE), legend: 'Memory', unit: 'bytes' },
    { expr: traffic('namespace', 'receive', NAMESPACE), legend: 'Received', unit: 'bytes per second' },
    { expr: traffic('namespace', 'transmit', NAMESPACE), legend: 'Sent', unit: 'bytes per second' },
  ],
  detail: {
    dashboard: 'namespaces',
    title: 'This namespace alone',
    variables: { namespace: 'namespace' },
  },
};

const OF_PODS: readonly Panel[] = [
  {
    kind: 'graph',
    title: 'Processor by pod',
    description:
      'Cores in use. There is no limit: what is beyond the request is taken from what others leave.',
    unit: 'cores',
    stacked: true,
    queries: [{ expr: cpu('namespace, pod', POD), legend: '{{namespace}} {{pod}}' }],
  },
  {
    kind: 'graph',
    title: 'Memory by pod',
    description: 'Working set: what counts against the limit, at which a container is killed.',
    unit: 'bytes',
    stacked: true,
    queries: [{ expr: memory('namespace, pod', POD), legend: '{{namespace}} {{pod}}' }],
  },
  {
    kind: 'graph',
    title: 'Received by pod',
    description: 'Traffic into the pods, without those in the host network.',
    unit: 'bytes per second',
    queries: [{ expr: traffic('namespace, pod', 'receive', POD), legend: '{{namespace}} {{pod}}' }],
  },
  {
    kind: 'graph',
    title: 'Sent by pod',
    description: 'Traffic out of the pods, without those in the host network.',
    unit: 'bytes per second',
    queries: [{ expr: traffic('namespace, pod', 'transmit', POD), legend: '{{namespace}} {{pod}}' }],
  },
];

const VOLUMES: readonly Panel[] = [
  {
    kind: 'table',
    title: 'Volumes',
    description: 'How full the claims are. Above 80 % make the claim larger, or delete what is not needed.',
    unit: 'share',
    labels: { namespace: 'Namespace', persistentvolumeclaim: 'Claim' },
    columns: [
      {
        expr: `${volume('used')} / ${volume('capacity')}`,
        legend: 'Full',
        thresholds: { warning: 0.8, critical: 0.9 },
      },
      { expr: volume('available'), legend: 'Free', unit: 'bytes' },
      { expr: volume('capacity'), legend: 'Size', unit: 'bytes' },
    ],
  },
  {
    kind: 'graph',
    title: 'How volumes fill',
    description: 'Share of each volume in use, over time.',
    unit: 'share',
    thresholds: { warning: 0.8, critical: 0.9 },
    width: 24,
    queries: [
      {
        expr: `${volume('used')} / ${volume('capacity')}`,
        legend: '{{namespace}} {{persistentvolumeclaim}}',
      },
    ],
  },
];

/** Series: imports/metrics.yaml, kubelet. */
export const NAMESPACES: Dashboard = {
  uid: 'namespaces',
  title: 'Namespaces and pods',
  description: 'Who uses processor, memory, network and volumes?',
  variables: [
    namespaceOf('container_memory_working_set_bytes'),
    {
      name: 'pod',
      label: 'Pod',
      series: `container_memory_working_set_bytes{${NAMESPACE}}`,
      values: 'pod',
    },
  ],
  rows: [
    { title: 'Now', panels: [OF_NAMESPACES] },
    { title: 'Pods', panels: OF_PODS },
    { title: 'Volumes', panels: VOLUMES },
  ],
};

const API = 'job="apiserver"';
/** Requests that stay open on purpose. */
const SHORT = `${API},verb!~"WATCH|CONNECT"`;

const API_SERVER: readonly Panel[] = [
  {
    kind: 'graph',
    title: 'Requests',
    description:
      'What people, kubelets and controllers ask of the API server. A controller in a loop stands out.',
    unit: 'requests per second',
    queries: [{ expr: `sum by (verb) (rate(apiserver_request_total{${API}}${RATE}))`, legend: '{{verb}}' }],
  },
  {
    kind: 'graph',
    title: 'Failed requests',
    description:
      'Share of the requests that got a server error. Its store, a webhook or its memory may be the reason.',
    unit: 'share',
    thresholds: { warning: 0.01, critical: 0.03 },
    queries: [
      {
        expr: `sum(rate(apiserver_request_total{${API},code=~"5.."}${RATE})) / sum(rate(apiserver_request_total{${API}}${RATE}))`,
        legend: 'failed',
      },
    ],
  },
  {
    kind: 'graph',
    title: 'Time of a request',
    description: 'On average, without what webhooks take. Beyond a second its store or the node is slow.',
    unit: 'seconds',
    thresholds: { warning: 0.5, critical: 1 },
    queries: [
      {
        expr:
          `sum by (verb) (rate(apiserver_request_sli_duration_seconds_sum{${SHORT}}${RATE}))` +
          ` / sum by (verb) (rate(apiserver_request_sli_duration_seconds_count{${SHORT}}${RATE}))`,
        legend: '{{verb}}',
      },
    ],
  },
];

const DNS: readonly Panel[] = [
  {
    kind: 'graph',
    title: 'Look-ups of names',
    description: 'What pods ask CoreDNS.',
    unit: 'requests per second',
    queries: [
      {
        expr: `sum by (server) (rate(coredns_dns_request_duration_seconds_count${RATE}))`,
        legend: '{{server}}',
      },
    ],
  },
  {
    kind: 'graph',
    title: 'Time of a look-up',
    description: 'What 99 of 100 look-ups stay below. Names outside of the cluster take a few milliseconds.',
    unit: 'seconds',
    thresholds: { warning: 0.5, critical: 1 },
    queries: [
      {
        expr: `histogram_quantile(0.99, sum by (server, le) (rate(coredns_dns_request_duration_seconds_bucket${RATE})))`,
        legend: '{{server}}',
      },
    ],
  },
  {
    kind: 'graph',
    title: 'Answers',
    description:
      'By kind. NXDOMAIN is usual: pods try several suffixes. SERVFAIL means that a name server does not answer.',
    unit: 'requests per second',
    queries: [{ expr: `sum by (rcode) (rate(coredns_dns_responses_total${RATE}))`, legend: '{{rcode}}' }],
  },
];

/** Series: imports/metrics.yaml, kubernetes. */
export const CONTROL_PLANE: Dashboard = {
  uid: 'control-plane',
  title: 'API server and DNS',
  description: 'Does Kubernetes itself answer, and how fast?',
  rows: [
    { title: 'API server', panels: API_SERVER },
    { title: 'CoreDNS', panels: DNS },
  ],
};
