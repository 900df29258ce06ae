import type { BackupTarget } from '../../../core/backup';
import type { ComponentIdentity } from '../../../core/contracts';
import { mebi } from '../../../core/quantities';
import { keyOf, type SecretRef } from '../../../core/secrets';
import type { ArchivePlugin } from '../../../core/database';

/** Folder in the bucket, beside those of the dumps. */
const KIND = 'physical';

/** Once a day, after the dump of the night: a recovery then replays at most a day. The first field is seconds. */
const SCHEDULE = '0 15 3 * * *';

/**
 * The plugin's container in each database pod. Users saw it at 254 MiB while it backed up 38 MB, and killed at 512 MiB in a recovery: the
 * limit is what a recovery needs.
 */
const SIDECAR = {
  requests: { cpu: '20m', memory: mebi(64) },
  limits: { memory: '1Gi' },
} as const;

/** Where base backups and write-ahead log go. Fields: plugin-barman-cloud v0.15.0, web/docs/plugin-barman-cloud.v1.md. */
export function objectStoreSpec(component: ComponentIdentity, target: BackupTarget, access: SecretRef) {
  const key = (name: string) => {
    const { secret, key: of } = keyOf(access, name);
    return { name: secret, key: of };
  };
  return {
    retentionPolicy: `${target.retentionDays}d`,
    configuration: {
      destinationPath: `s3://${target.bucket}/${target.cluster}/${component.id}/${KIND}`,
      endpointURL: target.endpoint,
      s3Credentials: { accessKeyId: key('access-key-id'), secretAccessKey: key('secret-access-key') },
      wal: { compression: 'gzip' as const },
      data: { compression: 'gzip' as const, jobs: 2, immediateCheckpoint: true },
    },
    instanceSidecarConfiguration: {
      retentionPolicyIntervalSeconds: 1800,
      resources: SIDECAR,
      env: [
        { name: 'AWS_DEFAULT_REGION', value: target.region },
        // stores that are not Amazon's know no trailing checksums (web/docs/object_stores.md)
        { name: 'AWS_REQUEST_CHECKSUM_CALCULATION', value: 'when_required' },
        { name: 'AWS_RESPONSE_CHECKSUM_VALIDATION', value: 'when_required' },
      ],
    },
  };
}

export const SIDECAR_RESOURCES = {
  cpu: SIDECAR.requests.cpu,
  memory: SIDECAR.requests.memory,
  memoryLimit: SIDECAR.limits.memory,
} as const;

/** A base backup every day, and the first one at once: without one, the log leads nowhere. */
export const scheduledBackupSpec = (cluster: string, plugin: ArchivePlugin, stopped: boolean) => ({
  schedule: SCHEDULE,
  immediate: true,
  suspend: stopped,
  backupOwnerReference: 'cluster' as const,
  cluster: { name: cluster },
  // the load is a standby's, where there is one
  target: 'prefer-standby' as const,
  method: 'plugin' as const,
  pluginConfiguration: { name: plugin.name },
});
