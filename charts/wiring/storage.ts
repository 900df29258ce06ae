import { backup } from '../backup/backup';
import { storePeer } from '../core/backup';
import type { Wiring } from '../core/wiring';
import { Longhorn } from '../storage/longhorn/longhorn';
import { storage } from '../storage/storage';
import { volumeClasses, type VolumeClasses } from '../storage/storage-classes/storage-classes';

/** The classes of volumes, and what makes those of Longhorn. */
export function wireStorage(wiring: Wiring): VolumeClasses {
  const section = wiring.section(storage);
  const bucket = wiring.section(backup);
  const general = section.classes.find(({ name }) => name === section.general);
  const longhorn = wiring.on(Longhorn, () => ({
    replicas: general?.replicas ?? 1,
    ...(bucket && { store: { ...bucket, ...storePeer(bucket.endpoint) } }),
  }));
  return volumeClasses(wiring.cluster, section, longhorn);
}
