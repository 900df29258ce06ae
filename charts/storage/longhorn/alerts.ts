import type { Alert } from '../../core/monitoring';
import type { LonghornSettings } from './definition';

const DAY = 86_400;
const HOUR = 3600;

/** Share of a disk from which somebody should know, and from which volumes are about to stop. */
const ALMOST_FULL = 0.8;
const FULL = 0.9;

/** A run a day or a week, and half of that again for one that failed and went well the next time. */
const isWeekly = (schedule: string): boolean => !schedule.endsWith('*');
const oldest = (schedule: string): number => (isWeekly(schedule) ? 8 : 1) * DAY + 12 * HOUR;

/** Metrics of longhorn-manager v1.12.1, metrics_collector/: volumes, disks, nodes and backups, each from the manager that owns it. */
export const alerts = (
  namespace: string,
  { backups }: Pick<LonghornSettings, 'backups'>,
): readonly Alert[] => [
  ...ofNodes(`job="longhorn-backend",namespace="${namespace}"`),
  ...VOLUMES,
  ...DISKS,
  ...(backups ? ofBackups(backups.schedule) : []),
];

const ofNodes = (target: string): readonly Alert[] => [
  {
    alert: 'LonghornManagerDown',
    expr: `up{${target}} == 0 or absent(up{${target}})`,
    for: '10m',
    severity: 'warning',
    summary: "Longhorn's manager does not answer{{ with $labels.instance }} on {{ . }}{{ end }}",
    description: 'Mounted volumes go on. New ones, and pods that move to another node, wait for it.',
  },
  {
    alert: 'LonghornNodeDown',
    // a node that is away has no manager to say so: the others count it, and nobody speaks for it
    expr: 'max(longhorn_node_count_total) - (count(longhorn_node_status{condition="ready"} == 1) or vector(0)) > 0',
    for: '4m',
    severity: 'critical',
    summary: 'Longhorn misses {{ $value }} of its nodes',
    description: 'Their copies of volumes are away, and volumes with a single copy there have stopped.',
  },
  {
    alert: 'LonghornNodePrerequisiteMissing',
    expr: 'longhorn_node_status{condition=~"mountpropagation|kernelmodulesloaded|requiredpackages|nfsclientinstalled|multipathd"} == 0',
    for: '15m',
    severity: 'warning',
    summary: 'Node {{ $labels.node }} lacks something that Longhorn needs: {{ $labels.condition_reason }}',
    description: 'Volumes may fail to attach there, or lose their device to another program.',
  },
];

const VOLUMES: readonly Alert[] = [
  {
    alert: 'LonghornVolumeFaulted',
    expr: 'longhorn_volume_robustness{state="faulted"} == 1',
    for: '1m',
    severity: 'critical',
    summary:
      'Volume {{ $labels.volume }} of {{ $labels.pvc_namespace }}/{{ $labels.pvc }} has no usable copy',
    description: 'What lies on it cannot be read or written.',
  },
  {
    alert: 'LonghornVolumeReadOnly',
    expr: 'longhorn_volume_file_system_read_only == 1',
    for: '1m',
    severity: 'critical',
    summary: 'Volume {{ $labels.volume }} of {{ $labels.pvc_namespace }}/{{ $labels.pvc }} is read-only',
    description: 'Its file system met an error, and takes no write until it is mounted anew.',
  },
  {
    alert: 'LonghornVolumeDegraded',
    expr: 'longhorn_volume_robustness{state="degraded"} == 1',
    for: '30m',
    severity: 'warning',
    summary: 'Volume {{ $labels.volume }} of {{ $labels.pvc_namespace }}/{{ $labels.pvc }} lacks a copy',
    description: 'It works. If the disk of the remaining copy fails too, the data is gone but for backups.',
  },
];

/** What the file system of a disk holds, volumes or not, of what it can hold. */
const USED = 'longhorn_disk_usage_bytes / longhorn_disk_capacity_bytes';

const DISKS: readonly Alert[] = [
  {
    alert: 'LonghornDiskAlmostFull',
    expr: `${USED} > ${ALMOST_FULL}`,
    for: '15m',
    severity: 'warning',
    summary: 'Disk {{ $labels.disk }} of {{ $labels.node }} is {{ $value | humanizePercentage }} full',
    description: 'Volumes promise more than they have written yet: they fill the rest.',
  },
  {
    alert: 'LonghornDiskFull',
    expr: `${USED} > ${FULL}`,
    for: '3m',
    severity: 'critical',
    summary: 'Disk {{ $labels.disk }} of {{ $labels.node }} is {{ $value | humanizePercentage }} full',
    description: 'Once it is full, every volume with a copy there stops at its next write.',
  },
];

const ofBackups = (schedule: string): readonly Alert[] => [
  {
    alert: 'LonghornBackupFailed',
    // getBackupStateValue: 4 is Error; a failed backup is kept for a day
    expr: 'longhorn_backup_state == 4',
    for: '1m',
    severity: 'warning',
    summary: 'Backup {{ $labels.backup }} of volume {{ $labels.volume }} failed',
    description: 'The bucket holds an older state of the volume.',
  },
  {
    alert: 'LonghornBackupOld',
    // 0 where there is none yet: a new volume gets a full interval
    expr: `time() - (longhorn_volume_last_backup_at > 0) > ${oldest(schedule)}`,
    for: '15m',
    severity: 'warning',
    summary: 'The last backup of volume {{ $labels.volume }} is {{ $value | humanizeDuration }} old',
    description: 'Backups of it hang, fail, or are not made any more.',
  },
];
