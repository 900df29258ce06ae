import { Target, type AlertTest, type AlertTests, type Instance } from '../table';

/** v1.12.1 of longhorn-manager: metrics_collector/{node,volume,disk,backup}_collector.go. Each manager speaks for its own node and disks. */
export function longhorn({ namespace, objects }: Instance): AlertTests {
  const onNode = (pod: string, address: string) =>
    new Target({
      ...{ namespace, service: 'longhorn-backend', pod, container: 'longhorn-manager', endpoint: 'manager' },
      instance: `${address}:9500`,
    });
  const first = onNode('longhorn-manager-aaaaa', '10.42.0.10');
  const second = onNode('longhorn-manager-bbbbb', '10.42.1.10');
  const hasBackups = objects.some(
    ({ kind, metadata }) => kind === 'RecurringJob' && metadata.name === 'backup',
  );
  return {
    targets: [first],
    alerts: {
      ...ofNodes(first, second),
      ...ofVolumes(first),
      ...ofDisks(first),
      ...(hasBackups && ofBackups(first)),
    },
  };
}

function ofNodes(first: Target, second: Target): Readonly<Record<string, AlertTest>> {
  const up = first.series('up');
  const { namespace } = first.labels;
  const status = (target: Target, node: string, condition = 'ready', reason = ''): string =>
    target.series('longhorn_node_status', { node, condition, condition_reason: reason });
  const known = (target: Target): string => target.series('longhorn_node_count_total');
  const missing = status(first, 'worker-1', 'kernelmodulesloaded', 'KernelModulesNotLoaded');
  return {
    LonghornManagerDown: {
      severity: 'warning',
      fires: {
        'one of two managers is down for twenty minutes': {
          series: { [up]: '1x9 0x19 1x9', [second.series('up')]: '1x39' },
          minutes: [20, 29],
          labels: first.labels,
          summary: "Longhorn's manager does not answer on 10.42.0.10:9500",
        },
        'there is no manager at all for twenty minutes': {
          series: { [up]: '1x9 stale _x19 1x9' },
          minutes: [20, 29],
          labels: { job: 'longhorn-backend', namespace },
          summary: "Longhorn's manager does not answer",
        },
      },
      silent: {
        'both answer': { [up]: '1x30', [second.series('up')]: '1x30' },
        'an upgrade of nine minutes': { [up]: '1x9 0x8 1x9' },
      },
    },
    LonghornNodeDown: {
      severity: 'critical',
      fires: {
        'one of two nodes is away for ten minutes, and nobody speaks for it': {
          series: {
            [known(first)]: '2x39',
            [status(first, 'worker-1')]: '1x39',
            [known(second)]: '2x9 stale _x9 2x18',
            [status(second, 'worker-2')]: '1x9 stale _x9 1x18',
          },
          minutes: [14, 19],
          labels: {},
          summary: 'Longhorn misses 1 of its nodes',
        },
        'the only node is under pressure for ten minutes': {
          series: { [known(first)]: '1x29', [status(first, 'server')]: '1x9 0x9 1x9' },
          minutes: [14, 19],
          labels: {},
          summary: 'Longhorn misses 1 of its nodes',
        },
      },
      silent: {
        'both are ready': {
          [known(first)]: '2x20',
          [status(first, 'worker-1')]: '1x20',
          [known(second)]: '2x20',
          [status(second, 'worker-2')]: '1x20',
        },
        'a restart of three minutes': { [known(first)]: '1x29', [status(first, 'server')]: '1x9 0x3 1x15' },
        'a node takes no new copy': {
          [known(first)]: '1x20',
          [status(first, 'server')]: '1x20',
          [status(first, 'server', 'schedulable', 'DiskPressure')]: '0x20',
        },
      },
    },
    LonghornNodePrerequisiteMissing: {
      severity: 'warning',
      fires: {
        'a kernel module is missing for half an hour': {
          series: { [missing]: '1x9 0x29 1x9' },
          minutes: [25, 39],
          labels: {
            ...first.labels,
            node: 'worker-1',
            condition: 'kernelmodulesloaded',
            condition_reason: 'KernelModulesNotLoaded',
          },
          summary: 'Node worker-1 lacks something that Longhorn needs: KernelModulesNotLoaded',
        },
        ...Object.fromEntries(
          [
            ['mountpropagation', 'NoMountPropagationSupport'],
            ['requiredpackages', 'PackagesNotInstalled'],
            ['nfsclientinstalled', 'NFSClientIsNotFound'],
            ['multipathd', 'MultipathdIsRunning'],
          ].map(([condition = '', reason = '']) => [
            `${condition} is false for half an hour`,
            {
              series: { [status(first, 'worker-1', condition, reason)]: '0x29 1x9' },
              minutes: [15, 29] as const,
              labels: { ...first.labels, node: 'worker-1', condition, condition_reason: reason },
              summary: `Node worker-1 lacks something that Longhorn needs: ${reason}`,
            },
          ]),
        ),
      },
      silent: {
        'all is there': { [missing]: '1x30' },
        'a package is installed within ten minutes': { [missing]: '0x10 1x20' },
        'the node is cordoned': {
          [status(first, 'worker-1', 'schedulable', 'KubernetesNodeCordoned')]: '0x30',
        },
      },
    },
  };
}

function ofVolumes(target: Target): Readonly<Record<string, AlertTest>> {
  const volume = { node: 'worker-1', volume: 'pvc-1', pvc: 'data-mysql-0', pvc_namespace: 'prod' };
  const robustness = (state: string): string =>
    target.series('longhorn_volume_robustness', { ...volume, state });
  const readOnly = target.series('longhorn_volume_file_system_read_only', volume);
  const named = (state?: string) => ({ ...target.labels, ...volume, ...(state && { state }) });
  return {
    LonghornVolumeFaulted: {
      severity: 'critical',
      fires: {
        'the last copy is gone for ten minutes': {
          series: { [robustness('faulted')]: '0x9 1x9 0x9', [robustness('degraded')]: '1x9 0x9 1x9' },
          minutes: [11, 19],
          labels: named('faulted'),
          summary: 'Volume pvc-1 of prod/data-mysql-0 has no usable copy',
        },
      },
      silent: {
        'all copies are there': { [robustness('faulted')]: '0x20', [robustness('healthy')]: '1x20' },
        'one copy is left': { [robustness('faulted')]: '0x20', [robustness('degraded')]: '1x20' },
        'a minute of salvage': { [robustness('faulted')]: '0x9 1x0 0x9' },
        'it is attached to nothing': { [robustness('faulted')]: '0x20', [robustness('unknown')]: '1x20' },
      },
    },
    LonghornVolumeReadOnly: {
      severity: 'critical',
      fires: {
        'it takes no write for ten minutes': {
          // the series is there only while it is read-only
          series: { [readOnly]: '_x9 1x9 stale _x9' },
          minutes: [10, 18],
          labels: named(),
          summary: 'Volume pvc-1 of prod/data-mysql-0 is read-only',
        },
      },
      silent: { 'for one reading': { [readOnly]: '_x9 1x0 stale _x9' }, 'none is': { [readOnly]: '0x20' } },
    },
    LonghornVolumeDegraded: {
      severity: 'warning',
      fires: {
        'a copy is missing for an hour': {
          series: { [robustness('degraded')]: '0x9 1x59 0x9', [robustness('healthy')]: '1x9 0x59 1x9' },
          minutes: [40, 69],
          labels: named('degraded'),
          summary: 'Volume pvc-1 of prod/data-mysql-0 lacks a copy',
        },
      },
      silent: {
        'all copies are there': { [robustness('degraded')]: '0x60', [robustness('healthy')]: '1x60' },
        'a copy is made within twenty-five minutes': { [robustness('degraded')]: '1x25 0x30' },
      },
    },
  };
}

function ofDisks(target: Target): Readonly<Record<string, AlertTest>> {
  const disk = { node: 'worker-1', disk: 'default-disk-1' };
  const used = target.series('longhorn_disk_usage_bytes', disk);
  const capacity = target.series('longhorn_disk_capacity_bytes', disk);
  const labels = { ...target.labels, ...disk };
  return {
    LonghornDiskAlmostFull: {
      severity: 'warning',
      fires: {
        'it is 81 % full for half an hour': {
          series: { [used]: '79x9 81x29 79x9', [capacity]: '100x49' },
          minutes: [25, 39],
          labels,
          summary: 'Disk default-disk-1 of worker-1 is 81% full',
        },
      },
      silent: {
        'four fifths are used': { [used]: '80x30', [capacity]: '100x30' },
        'a dump of ten minutes': { [used]: '79x9 85x9 79x9', [capacity]: '100x30' },
      },
    },
    LonghornDiskFull: {
      severity: 'critical',
      fires: {
        'it is 91 % full for ten minutes': {
          series: { [used]: '89x9 91x9 79x9', [capacity]: '100x29' },
          minutes: [13, 19],
          labels,
          summary: 'Disk default-disk-1 of worker-1 is 91% full',
        },
      },
      silent: {
        'nine tenths are used': { [used]: '90x20', [capacity]: '100x20' },
        'a file of two minutes': { [used]: '89x9 95x1 89x9', [capacity]: '100x20' },
      },
    },
  };
}

/** Of the cluster with a backup a day. 2,160 minutes are a day and a half. */
function ofBackups(target: Target): Readonly<Record<string, AlertTest>> {
  const backup = { volume: 'pvc-1', backup: 'backup-1', recurring_job: 'backup' };
  const state = target.series('longhorn_backup_state', backup);
  const volume = { node: 'worker-1', volume: 'pvc-1', pvc: 'data-mysql-0', pvc_namespace: 'prod' };
  const last = target.series('longhorn_volume_last_backup_at', volume);
  return {
    LonghornBackupFailed: {
      severity: 'warning',
      fires: {
        'a run ends with an error, which is shown for ten minutes': {
          series: { [state]: '2x9 4x9 3x9' },
          minutes: [11, 19],
          labels: { ...target.labels, ...backup },
          summary: 'Backup backup-1 of volume pvc-1 failed',
        },
      },
      silent: {
        'it is done': { [state]: '2x9 3x20' },
        'nobody knows its state': { [state]: '5x20' },
        'an error that the next reading takes back': { [state]: '2x9 4x0 3x9' },
      },
    },
    LonghornBackupOld: {
      severity: 'warning',
      fires: {
        // at minute 0 of the test it is 0 o'clock in 1970: a backup after one minute
        'the next one does not come, until it does': {
          series: { [last]: '60x2199 132000x60' },
          minutes: [2177, 2199],
          labels: { ...target.labels, ...volume },
          summary: 'The last backup of volume pvc-1 is 1d 12h 16m 0s old',
        },
      },
      silent: {
        'a run in two fails': { [last]: '60x2160' },
        'a new volume has none': { [last]: '0x2300' },
      },
    },
  };
}
