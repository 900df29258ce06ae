import { z } from 'zod';
import type { ClusterSettings } from '../../../settings/base';
import { block } from '../../../settings/blocks';
import type { Mistake } from '../../../settings/problem';
import { matching } from '../../../settings/scalar';
import { own } from '../../../settings/own';
import { component } from '../../core/definition';
import { LONGHORN, type StorageSettings } from '../storage';
import { UNNAMED } from './facts';

const schedule = matching(
  'a daily or weekly schedule',
  /^[0-5]?[0-9] (1?[0-9]|2[0-3]) \* \* (\*|[0-6])$/,
  '45 1 * * *',
  'Write minute, hour, *, * and day of the week or *',
);

const settings = block({
  dataPath: own(
    'installation',
    matching(
      'a folder of the node',
      /^(?!\/(?:bin|boot|dev|etc|lib|lib32|lib64|libx32|proc|run|sbin|sys|tmp|usr)(?:\/|$))(\/(?!\.{1,2}(?:\/|$))[A-Za-z0-9._-]+)+$/,
      '/var/lib/longhorn',
      'Write an absolute path for data, without . and .. and without a slash at its end: not one of the system (/etc, /proc, /usr, …)',
    )
      .default('/var/lib/longhorn')
      .describe('Folder of each node that new nodes keep copies of volumes in.'),
  ),
  overProvisioning: z
    .int()
    .min(100)
    .max(1000)
    .default(100)
    .describe(
      'Percent of the disk, without the share that capacity.reserve keeps free, that volumes may promise together.',
    ),
  minimalAvailable: z
    .int()
    .min(10)
    .max(50)
    .default(25)
    .describe('Percent of a disk that must be free for it to get another copy.'),
  instanceManagerCpu: z
    .int()
    .min(1)
    .max(40)
    .default(12)
    .describe('Percent of each node that the process behind all its volumes requests of the CPU.'),
  uiReplicas: own(
    'sizing',
    z
      .int()
      .min(0)
      .max(2)
      .default(1)
      .describe('Pods of the web pages, which are reached by port-forward only. 0: none.'),
  ),
  snapshots: z
    .strictObject({
      schedule: schedule.default('45 1 * * *').describe('When: five fields of cron, UTC.'),
      keep: z.int().min(0).max(50).default(1).describe('How many of each volume are kept. 0: none is taken.'),
    })
    .prefault({})
    .describe('Snapshots of all volumes: a way back from a mistake of yesterday, on the same disk.'),
  backups: z
    .strictObject({
      schedule: schedule.default('15 0 * * 0').describe('When: five fields of cron, UTC.'),
      keep: z.int().min(1).max(50).default(4).describe('How many of each volume are kept.'),
    })
    .exactOptional()
    .describe(
      'Backups of all volumes to the bucket of `backup`. Longhorn does not encrypt them: whoever reads the bucket reads the data. ' +
        'Datastores have backups of their own, which are encrypted. Default: none.',
    ),
}).describe('Longhorn, which keeps volumes on the disks of the nodes.');

export type LonghornSettings = Readonly<z.output<typeof settings>>;

/** The sections of other layers that its block depends on. */
type Surroundings = Partial<ClusterSettings> & {
  readonly storage?: StorageSettings;
  readonly backup?: object;
};

function mistakes({ enabled, backups }: LonghornSettings, cluster: Surroundings): readonly Mistake[] {
  if (!enabled) return [];
  const isUsed = cluster.storage?.classes.some(
    ({ provisioner, existing }) => provisioner === LONGHORN && !existing,
  );
  return [
    ...(cluster.storage && !isUsed
      ? [
          {
            path: [],
            problem: `no class of storage.classes is made by ${LONGHORN}, so nothing would use Longhorn`,
            remedy: 'Add a class to storage.classes, or leave longhorn out',
          },
        ]
      : []),
    ...(backups && !cluster.backup
      ? [
          {
            path: ['backups'],
            problem: 'there is no bucket to back up to',
            remedy: 'Add the section backup, or leave backups out',
          },
        ]
      : []),
  ];
}

const PRIVILEGED =
  'It mounts and unmounts devices of the node, and enters its mount namespace to run iscsiadm.';
const NODE_FILES =
  'It reads what the node has (kernel, packages, processes) and finds its disks: the mounts of upstream.';

export const longhorn = component({
  name: 'longhorn',
  layer: 'storage',
  scope: 'cluster',
  description: 'Longhorn: volumes on the disks of the nodes, copied between them',
  settings,
  mistakes,
  namespaces: [
    {
      name: 'longhorn-system',
      environment: 'platform',
      podSecurity: 'privileged',
      // The manager makes pods on every node: room for some twenty of them. A limit that is met would stop volumes, not a mistake.
      quota: { cpu: '32', memory: '32Gi', storage: '0' },
      // The processes behind all volumes of a node are in one pod that names no limit: one from here would kill them at their first load.
      unnamed: UNNAMED,
    },
  ],
  crds: ['longhorn'],
  exceptions: [
    { subject: 'longhorn-manager', exception: 'privileged', reason: PRIVILEGED },
    {
      subject: 'longhorn-manager',
      exception: 'run-as-root',
      reason: "Only root enters the node's namespaces, and owns its disks.",
    },
    {
      subject: 'longhorn-manager',
      exception: 'writable-root',
      reason:
        'Upstream never runs it read-only; with the devices of the node in its hands, that would protect nothing.',
    },
    { subject: 'longhorn-manager', exception: 'host-path:/boot', reason: NODE_FILES },
    { subject: 'longhorn-manager', exception: 'host-path-write:/dev', reason: NODE_FILES },
    { subject: 'longhorn-manager', exception: 'host-path:/proc', reason: NODE_FILES },
    { subject: 'longhorn-manager', exception: 'host-path:/etc', reason: NODE_FILES },
    {
      subject: 'longhorn-manager',
      exception: 'host-path-write:/var/lib/longhorn',
      reason: 'Programs of the engine, and by default the copies of volumes, lie there.',
    },
    {
      subject: 'longhorn-manager',
      exception: 'mount-propagation',
      reason: 'Disks that are mounted below the folder later must appear on both sides.',
    },
    {
      subject: 'longhorn-driver-deployer',
      exception: 'run-as-root',
      reason: 'As upstream runs it; without capabilities and with a root that it cannot write to.',
    },
    {
      subject: 'longhorn-ui',
      exception: 'writable-root',
      reason:
        "nginx makes its temporary folders where the image's package put them, and upstream mounts nothing there.",
    },
    {
      subject: 'longhorn-role',
      exception: 'rbac-wildcard',
      reason: "Rules of upstream: it owns its own kinds, volumes, CSI objects and the namespace's own roles.",
    },
    {
      subject: 'longhorn-role',
      exception: 'rbac-secrets',
      reason: 'Keys of encrypted volumes and of backup targets lie where the classes name them.',
    },
    {
      subject: 'longhorn',
      exception: 'rbac-wildcard',
      reason: 'Rules of upstream: in its own namespace it makes pods, DaemonSets, Jobs, Services and leases.',
    },
  ],
});
