import { RATE, type Dashboard, type Panel } from '../../core/dashboards';

const NODE = 'node=~"$node"';
/** File systems on disks; others (images, loop devices) are read-only or full on purpose. */
const DISKS = `${NODE},fstype=~"ext4|xfs|btrfs"`;

const busy = `1 - avg by (node) (sum by (node, cpu) (rate(node_cpu_seconds_total{${NODE},mode=~"idle|iowait"}${RATE})))`;
const memory = `1 - sum by (node) (node_memory_MemAvailable_bytes{${NODE}}) / sum by (node) (node_memory_MemTotal_bytes{${NODE}})`;
const full = `1 - node_filesystem_avail_bytes{${DISKS}} / node_filesystem_size_bytes{${DISKS}}`;

const OVERVIEW: Panel = {
  kind: 'table',
  title: 'Nodes',
  description: 'How full each node is now. Choose one for the rows below.',
  unit: 'share',
  labels: { node: 'Node' },
  columns: [
    { expr: busy, legend: 'Processor', thresholds: { warning: 0.7, critical: 0.9 } },
    { expr: memory, legend: 'Memory', thresholds: { warning: 0.8, critical: 0.9 } },
    { expr: `max by (node) (${full})`, legend: 'Fullest disk', thresholds: { warning: 0.8, critical: 0.95 } },
    {
      expr: `sum by (node) (node_load5{${NODE}}) / count by (node) (node_cpu_seconds_total{${NODE},mode="idle"})`,
      legend: 'Load per core',
      unit: 'count',
      thresholds: { warning: 1, critical: 2 },
    },
    {
      expr: `time() - max by (node) (node_boot_time_seconds{${NODE}})`,
      legend: 'Up for',
      unit: 'seconds',
    },
  ],
  detail: { dashboard: 'nodes', title: 'This node alone', variables: { node: 'node' } },
};

const WORK: readonly Panel[] = [
  {
    kind: 'graph',
    title: 'Processor',
    description:
      'Share of the time in which the processors worked. For long near 100 %, everything on the node waits.',
    unit: 'share',
    thresholds: { warning: 0.7, critical: 0.9 },
    queries: [{ expr: busy, legend: '{{node}}' }],
  },
  {
    kind: 'graph',
    title: 'Memory',
    description: 'Share that is not available. Beyond 90 % the kubelet soon evicts pods.',
    unit: 'share',
    thresholds: { warning: 0.8, critical: 0.9 },
    queries: [{ expr: memory, legend: '{{node}}' }],
  },
  {
    kind: 'graph',
    title: 'Waiting for a processor, disk or memory',
    description:
      'Share of the time in which something waited (pressure stall information). A few percent are usual.',
    unit: 'share',
    queries: [
      { expr: `rate(node_pressure_cpu_waiting_seconds_total{${NODE}}${RATE})`, legend: '{{node}} processor' },
      {
        expr: `rate(node_pressure_io_stalled_seconds_total{${NODE}}${RATE})`,
        legend: '{{node}} disk, all at once',
      },
      {
        expr: `rate(node_pressure_memory_stalled_seconds_total{${NODE}}${RATE})`,
        legend: '{{node}} memory, all at once',
      },
    ],
  },
  {
    kind: 'graph',
    title: 'Killed for lack of memory',
    description:
      'Processes that the kernel killed: a container met its limit, or the node had no memory left.',
    unit: 'count',
    queries: [{ expr: `increase(node_vmstat_oom_kill{${NODE}}${RATE})`, legend: '{{node}}' }],
  },
];

const STORAGE: readonly Panel[] = [
  {
    kind: 'graph',
    title: 'Disks',
    description: 'How full each file system is. Databases stop on a full one.',
    unit: 'share',
    thresholds: { warning: 0.8, critical: 0.95 },
    queries: [{ expr: full, legend: '{{node}} {{mountpoint}}' }],
  },
  {
    kind: 'graph',
    title: 'Inodes',
    description:
      'Share of the inodes in use. Without a free one no file can be made, however much room there is.',
    unit: 'share',
    thresholds: { warning: 0.8, critical: 0.95 },
    queries: [
      {
        expr: `1 - node_filesystem_files_free{${DISKS}} / node_filesystem_files{${DISKS}}`,
        legend: '{{node}} {{mountpoint}}',
      },
    ],
  },
  {
    kind: 'graph',
    title: 'Read and written',
    description: 'Traffic of the disks. What is usual is said by the days before.',
    unit: 'bytes per second',
    queries: [
      { expr: `sum by (node) (rate(node_disk_read_bytes_total{${NODE}}${RATE}))`, legend: '{{node}} read' },
      {
        expr: `sum by (node) (rate(node_disk_written_bytes_total{${NODE}}${RATE}))`,
        legend: '{{node}} written',
      },
    ],
  },
  {
    kind: 'graph',
    title: 'Busy disks',
    description:
      'Share of the time in which a disk had something to do. A spinning disk near 100 % is the bottleneck.',
    unit: 'share',
    queries: [
      {
        expr: `max by (node, device) (rate(node_disk_io_time_seconds_total{${NODE}}${RATE}))`,
        legend: '{{node}} {{device}}',
      },
    ],
  },
];

const NETWORK: readonly Panel[] = [
  {
    kind: 'graph',
    title: 'Traffic',
    description: 'What the interfaces of the node received and sent, without those of single pods.',
    unit: 'bytes per second',
    queries: [
      {
        expr: `sum by (node) (rate(node_network_receive_bytes_total{${NODE}}${RATE}))`,
        legend: '{{node}} received',
      },
      {
        expr: `sum by (node) (rate(node_network_transmit_bytes_total{${NODE}}${RATE}))`,
        legend: '{{node}} sent',
      },
    ],
  },
  {
    kind: 'graph',
    title: 'Damaged packets',
    description: 'Errors of the interfaces. Any that last are a cable, a port or a driver.',
    unit: 'per second',
    queries: [
      {
        expr: `sum by (node, device) (rate(node_network_receive_errs_total{${NODE}}${RATE}) + rate(node_network_transmit_errs_total{${NODE}}${RATE}))`,
        legend: '{{node}} {{device}}',
      },
    ],
  },
  {
    kind: 'graph',
    title: 'Clock',
    description:
      'How far the clock is from the time of its servers. Certificates and the order of logs depend on it.',
    unit: 'seconds',
    queries: [{ expr: `node_timex_offset_seconds{${NODE}}`, legend: '{{node}}' }],
  },
];

/** Series: imports/metrics.yaml, node-exporter. */
export const NODES: Dashboard = {
  uid: 'nodes',
  title: 'Nodes',
  description: 'Which node is short of processor, memory, disk or network?',
  variables: [{ name: 'node', label: 'Node', series: 'node_memory_MemTotal_bytes', values: 'node' }],
  rows: [
    { title: 'Now', panels: [OVERVIEW] },
    { title: 'Processor and memory', panels: WORK },
    { title: 'Disks', panels: STORAGE },
    { title: 'Network and clock', panels: NETWORK },
  ],
};
