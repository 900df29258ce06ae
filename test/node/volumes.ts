import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { KubeObject } from '../../charts/core/objects';
import { standInVolume } from '../e2e/stand-ins';

/** Folder of this machine that holds what a claim's volume holds. */
export const volumeFolder = (folder: string, namespace: string, name: string): string =>
  join(folder, 'volumes', `${namespace}-${name}`);

/** Makes the volumes that a provisioner would: local ones, of which the kubelet sets the group as it does of a disk's. */
export const localVolumes =
  (folder: string, node: string) =>
  (claim: any): KubeObject => {
    const path = volumeFolder(folder, claim.metadata.namespace, claim.metadata.name);
    mkdirSync(path, { recursive: true });
    const volume = standInVolume(claim);
    const spec = { ...(volume['spec'] as Record<string, unknown>) };
    delete spec['csi'];
    const host = { key: 'kubernetes.io/hostname', operator: 'In', values: [node] };
    return {
      ...volume,
      spec: {
        ...spec,
        local: { path },
        nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [host] }] } },
      },
    };
  };
