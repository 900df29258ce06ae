import type { EnvironmentSettings } from '../../settings/base';
import { backup } from '../backup/backup';
import { Backups } from '../backup/backups/backups';
import type { BackupTarget } from '../core/backup';
import type { Wiring } from '../core/wiring';
import type { VolumeClasses } from '../storage/storage-classes/storage-classes';

/** What a datastore takes to back itself up: nothing where the settings name no bucket, or its environment goes without. */
export type Backup = (environment: EnvironmentSettings) => { readonly backup?: BackupTarget };

/** The component is made for the first datastore that asks: without one, nobody would use its keys. */
export function wireBackup(wiring: Wiring, { general }: VolumeClasses): Backup {
  const bucket = wiring.section(backup);
  let backups: Backups | undefined;
  return ({ noBackup }) => {
    if (!bucket || noBackup !== undefined) return {};
    backups ??= wiring.on(Backups, () => ({ storage: general, bucket }));
    return backups ? { backup: backups.target } : {};
  };
}
