import type { IVolume } from 'kubernetes-models/v1/Volume';
import type { ConfigMapRef } from './contracts';
import type { Memory } from './quantities';
import type { SecretRef } from './secrets';

/** A volume of a pod. The same object mounted by several containers is one volume. */
export interface Volume {
  readonly name: string;
  /** Undefined for a claim template of the workload, which brings its own volume. */
  readonly source?: Omit<IVolume, 'name'>;
  readonly readOnly: boolean;
  /** Set where the pod must restart when the content changes. */
  readonly config?: ConfigMapRef;
}

/** Where a volume, or one path inside it, is mounted. */
export interface Mount {
  readonly volume: Volume;
  /** One file or folder of the volume. @default the whole volume */
  readonly subPath?: string;
}

export const configVolume = (config: ConfigMapRef): Volume => ({
  name: config.name,
  source: { configMap: { name: config.name } },
  readOnly: true,
  config,
});

/** A Secret's keys as files, readable by owner and group (0440): the pod's fsGroup is that group. */
export const secretVolume = (secret: Pick<SecretRef, 'name'>, name: string = secret.name): Volume => ({
  name,
  source: { secret: { secretName: secret.name, defaultMode: 0o440 } },
  readOnly: true,
});

/** An empty folder that lives as long as the pod. Its size counts as ephemeral storage; beyond it the pod is evicted. */
export const scratch = (name: string, size: Memory): Volume => ({
  name,
  source: { emptyDir: { sizeLimit: size } },
  readOnly: false,
});

/** A PersistentVolumeClaim of the same namespace. */
export const claimVolume = (claim: string, name: string = claim): Volume => ({
  name,
  source: { persistentVolumeClaim: { claimName: claim } },
  readOnly: false,
});
