import type { Alert } from '../../core/monitoring';

/** File systems on disks; others (images, loop devices) are read-only or full on purpose. */
const DISKS = 'fstype=~"ext4|xfs|btrfs"';
const NODE = '{{ $labels.node }}';
const MOUNT = `{{ $labels.mountpoint }} of ${NODE}`;

/** Metrics of v1.12.1 (collector/). The label node comes from the monitor. */
export function nodeExporterAlerts(namespace: string): readonly Alert[] {
  return [
    {
      alert: 'NodeDown',
      expr: `up{namespace="${namespace}",job="node-exporter"} == 0`,
      for: '4m',
      severity: 'critical',
      summary: `Node ${NODE} does not answer`,
      description: 'The node is down, or Prometheus does not reach it.',
    },
    ...LOAD,
    ...FILE_SYSTEMS,
    ...CLOCK_AND_NETWORK,
  ];
}

const LOAD: readonly Alert[] = [
  {
    alert: 'NodeCpuBusy',
    expr: '1 - avg by (node) (sum by (node, cpu) (rate(node_cpu_seconds_total{mode=~"idle|iowait"}[5m]))) > 0.9',
    for: '30m',
    severity: 'warning',
    summary: `The processors of ${NODE} are busy`,
    description: 'For half an hour hardly any time was left: everything on this node is slow.',
  },
  {
    alert: 'NodeMemoryShort',
    expr: 'node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes < 0.1',
    for: '15m',
    severity: 'warning',
    summary: `${NODE} has {{ $value | humanizePercentage }} of its memory left`,
    description: 'Soon the kernel kills what uses most, or the kubelet evicts pods.',
  },
  {
    alert: 'NodeOomKill',
    expr: 'increase(node_vmstat_oom_kill[10m]) > 0',
    severity: 'warning',
    summary: `The kernel of ${NODE} killed a process for lack of memory`,
    description: 'A container met its limit, or the node has no memory left.',
  },
];

const FILE_SYSTEMS: readonly Alert[] = [
  {
    alert: 'NodeDiskFillsUp',
    expr:
      `predict_linear(node_filesystem_avail_bytes{${DISKS}}[6h], 24 * 3600) < 0` +
      ` and node_filesystem_avail_bytes{${DISKS}} / node_filesystem_size_bytes{${DISKS}} < 0.4`,
    for: '1h',
    severity: 'warning',
    summary: `${MOUNT} will be full within a day`,
    description:
      'At the pace of the last six hours. A full disk stops databases, and the kubelet evicts pods before.',
  },
  {
    alert: 'NodeDiskFull',
    expr: `node_filesystem_avail_bytes{${DISKS}} / node_filesystem_size_bytes{${DISKS}} < 0.05`,
    for: '4m',
    severity: 'critical',
    summary: `${MOUNT} has {{ $value | humanizePercentage }} left`,
    description: 'Databases stop, images cannot be pulled, and pods are evicted.',
  },
  {
    alert: 'NodeInodesShort',
    expr: `node_filesystem_files_free{${DISKS}} / node_filesystem_files{${DISKS}} < 0.05`,
    for: '15m',
    severity: 'warning',
    summary: `${MOUNT} has {{ $value | humanizePercentage }} of its inodes left`,
    description: 'Then no file can be made, however much room there is.',
  },
  {
    alert: 'NodeDiskReadOnly',
    expr: `node_filesystem_readonly{${DISKS}} == 1`,
    for: '4m',
    severity: 'critical',
    summary: `${MOUNT} is read-only`,
    description: 'The kernel met errors of the disk, and takes no more writes.',
  },
];

const CLOCK_AND_NETWORK: readonly Alert[] = [
  {
    alert: 'NodeClockWrong',
    expr: 'abs(node_timex_offset_seconds) > 0.05 or (node_timex_sync_status == 0 and node_timex_maxerror_seconds >= 16)',
    for: '15m',
    severity: 'warning',
    summary: `The clock of ${NODE} is wrong`,
    description: 'Certificates, tokens and the order of logs depend on it.',
  },
  {
    alert: 'NodeNetworkErrors',
    expr:
      'sum by (node, device) (rate(node_network_receive_errs_total[5m]) + rate(node_network_transmit_errs_total[5m]))' +
      ' / sum by (node, device) (rate(node_network_receive_packets_total[5m]) + rate(node_network_transmit_packets_total[5m])) > 0.01',
    for: '15m',
    severity: 'warning',
    summary: `{{ $value | humanizePercentage }} of the packets of {{ $labels.device }} on ${NODE} are damaged`,
    description: 'Connections of this node are slow or break.',
  },
  {
    alert: 'NodeConntrackFull',
    expr: 'node_nf_conntrack_entries / node_nf_conntrack_entries_limit > 0.8',
    for: '5m',
    severity: 'warning',
    summary: `${NODE} tracks {{ $value | humanizePercentage }} of the connections that it can`,
    description: 'Beyond the limit it drops new connections.',
  },
];
