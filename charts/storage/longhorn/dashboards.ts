import type { Dashboard, Panel } from '../../core/dashboards';

const VOLUME = 'pvc_namespace=~"$namespace"';
const CLAIM = '{{pvc_namespace}} {{pvc}}';
const of = (name: string): string => `max by (pvc_namespace, pvc) (longhorn_volume_${name}{${VOLUME}})`;
const disk = (name: string): string => `max by (node, disk) (longhorn_disk_${name}_bytes)`;
/** Without what is kept free for others. */
const fullDisk = `(${disk('usage')}) / (${disk('capacity')})`;
const inState = (state: string): string =>
  `count(longhorn_volume_robustness{${VOLUME},state="${state}"} == 1) or vector(0)`;

const NOW: readonly Panel[] = [
  {
    kind: 'figure',
    title: 'Volumes without a copy that works',
    description: 'They cannot be read or written: whatever uses them stands.',
    unit: 'count',
    thresholds: { critical: 1 },
    queries: [{ expr: inState('faulted'), legend: 'faulted' }],
  },
  {
    kind: 'figure',
    title: 'Volumes that lack a copy',
    description: 'Another one is being made, or no disk has room for it.',
    unit: 'count',
    thresholds: { warning: 1 },
    queries: [{ expr: inState('degraded'), legend: 'degraded' }],
  },
  {
    kind: 'figure',
    title: 'Fullest disk',
    description: 'From 80 % on somebody should know, at 90 % volumes are about to stop.',
    unit: 'share',
    thresholds: { warning: 0.8, critical: 0.9 },
    queries: [{ expr: `max(${fullDisk})`, legend: 'full' }],
  },
  {
    kind: 'figure',
    title: 'Promised',
    description:
      'Sizes of all copies together, as a share of what the nodes have. Volumes take what is written to them.',
    unit: 'share',
    thresholds: { warning: 0.9, critical: 1 },
    queries: [
      {
        expr:
          'sum(max by (node) (longhorn_node_storage_scheduled_bytes))' +
          ' / sum(max by (node) (longhorn_node_storage_capacity_bytes))',
        legend: 'promised',
      },
    ],
  },
];

const VOLUMES: readonly Panel[] = [
  {
    kind: 'table',
    title: 'Volumes',
    description: 'Size, and what one copy of it really takes, snapshots and deleted files included.',
    unit: 'bytes',
    labels: { pvc_namespace: 'Namespace', pvc: 'Claim' },
    columns: [
      { expr: of('capacity_bytes'), legend: 'Size' },
      { expr: of('actual_size_bytes'), legend: 'Takes' },
      {
        expr: `time() - (${of('last_backup_at')} > 0)`,
        legend: 'Backup made before',
        unit: 'seconds',
      },
    ],
    detail: { dashboard: 'namespaces', title: 'How full it is', variables: { namespace: 'pvc_namespace' } },
  },
  {
    kind: 'graph',
    title: 'Read',
    description: 'Traffic of each volume.',
    unit: 'bytes per second',
    queries: [{ expr: of('read_throughput'), legend: CLAIM }],
  },
  {
    kind: 'graph',
    title: 'Written',
    description: 'Traffic of each volume. It goes to each of its copies.',
    unit: 'bytes per second',
    queries: [{ expr: of('write_throughput'), legend: CLAIM }],
  },
  {
    kind: 'graph',
    title: 'Time of a read',
    description: 'Databases feel more than ten milliseconds.',
    unit: 'seconds',
    thresholds: { warning: 0.01, critical: 0.05 },
    queries: [{ expr: `${of('read_latency')} / 1e9`, legend: CLAIM }],
  },
  {
    kind: 'graph',
    title: 'Time of a write',
    description: 'It waits for the slowest copy. Databases feel more than ten milliseconds.',
    unit: 'seconds',
    thresholds: { warning: 0.01, critical: 0.05 },
    queries: [{ expr: `${of('write_latency')} / 1e9`, legend: CLAIM }],
  },
];

const DISKS: readonly Panel[] = [
  {
    kind: 'graph',
    title: 'Disks',
    description: 'How full each is. Longhorn makes no copy where too little is free.',
    unit: 'share',
    thresholds: { warning: 0.8, critical: 0.9 },
    queries: [{ expr: fullDisk, legend: '{{node}} {{disk}}' }],
  },
  {
    kind: 'graph',
    title: 'Nodes',
    description: 'Conditions that Longhorn needs of each node: 1 holds. What is 0 says why in the alert.',
    unit: 'count',
    queries: [{ expr: 'min by (node, condition) (longhorn_node_status)', legend: '{{node}} {{condition}}' }],
  },
];

/** Series: imports/metrics.yaml, longhorn. */
export const LONGHORN: Dashboard = {
  uid: 'longhorn',
  title: 'Longhorn',
  description: 'Has every volume its copies, and is there room for them?',
  shows: '24h',
  variables: [
    {
      name: 'namespace',
      label: 'Namespace',
      series: 'longhorn_volume_capacity_bytes',
      values: 'pvc_namespace',
    },
  ],
  rows: [
    { title: 'Now', panels: NOW },
    { title: 'Volumes', panels: VOLUMES },
    { title: 'Disks and nodes', panels: DISKS },
  ],
};
