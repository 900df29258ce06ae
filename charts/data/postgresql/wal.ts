import { image } from '../../../imports/images';
import { setEnvironment, storeEnvironment, type BackupTarget } from '../../core/backup';
import { backupVolumes, toolContainer, toolScripts } from '../../core/backup/steps';
import type { ComponentIdentity, ConfigMapRef } from '../../core/contracts';
import type { ContainerSpec } from '../../core/pod';
import { mebi } from '../../core/quantities';
import type { SecretRef } from '../../core/secrets';
import { templateVolume, type ClaimTemplate } from '../../core/workload';
import ship from './backup/ship.sh';
import { SPOOL_FOLDER } from './configuration';
import { FOLDERS } from './folders';

/** Kind of the stream, and its folder in the bucket. */
export const STREAM = 'wal';

/** Files of the ConfigMap that these containers mount. */
export const WAL_SCRIPTS: Readonly<Record<string, string>> = { ...toolScripts('key'), 'ship.sh': ship };

/** What sends write-ahead log to the bucket: a data key for the life of the pod, and the container that encrypts with it. */
export interface WalShipping {
  readonly key: ContainerSpec;
  readonly ship: ContainerSpec;
}

/** Seconds of age at which the log counts as late: alerts.ts says the same. */
const MAX_AGE_SECONDS = 600;

export function walShipping(
  component: ComponentIdentity,
  target: BackupTarget,
  access: SecretRef,
  scripts: ConfigMapRef,
  data: ClaimTemplate,
): WalShipping {
  const shared = backupVolumes(scripts, mebi(64));
  // the pod has volumes of these names
  const volumes = {
    ...shared,
    '/scripts': { ...shared['/scripts'], name: 'wal-scripts' },
    '/work': { ...shared['/work'], name: 'wal-work' },
    '/keys': { ...shared['/keys'], name: 'wal-keys' },
    '/tmp': { ...shared['/tmp'], name: 'wal-tmp' },
  };
  const environment = setEnvironment(target, component, { kind: STREAM, maxAgeSeconds: MAX_AGE_SECONDS });
  const bucket = storeEnvironment(target, access);
  return {
    key: {
      ...toolContainer('key', image('sops'), volumes, { ...environment, RECIPIENT: target.recipient }),
      name: 'wal-key',
      command: ['sh', '/scripts/key.sh', 'stream'],
    },
    ship: {
      ...toolContainer(
        'store',
        image('rclone'),
        volumes,
        { ...environment, ...bucket, SPOOL: SPOOL_FOLDER },
        { [FOLDERS.volume]: templateVolume(data) },
      ),
      name: 'wal',
      command: ['sh', '/scripts/ship.sh'],
      // each round writes the file; a batch of 16 segments over a line of 1 MB/s takes five minutes, and is then read back
      // it has its key and looks at the spool; a bucket that is away must not take the server out of its Service
      readiness: { exec: ['test', '-f', '/tmp/alive'] },
      liveness: {
        exec: ['sh', '-c', '[ -n "$(find /tmp/alive -mmin -20)" ]'],
        periodSeconds: 60,
        timeoutSeconds: 10,
      },
    },
  };
}
