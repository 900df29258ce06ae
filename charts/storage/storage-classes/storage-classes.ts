import { StorageClass as StorageClassObject } from '../../../imports/models';
import type { ClusterSettings } from '../../../settings/settings';
import type { Cluster } from '../../core/cluster';
import { Component } from '../../core/component';
import type { StorageClass } from '../../core/contracts';

type ClassSettings = ClusterSettings['storage']['classes'][number];

/** Provisioner of Longhorn, whose parameters are its own. */
const LONGHORN = 'driver.longhorn.io';

/** The two classes that volumes are made of. */
export interface VolumeClasses {
  /** For files. */
  readonly general: StorageClass;
  /** For databases. */
  readonly database: StorageClass;
}

/** The classes of the settings. The component that renders them is left out where the cluster brings all of them itself. */
export function volumeClasses(cluster: Cluster): VolumeClasses {
  const { classes, general, database } = cluster.settings.storage;
  const rendered = classes.filter(({ existing }) => !existing);
  const component = rendered.length ? new StorageClasses(cluster, rendered) : null;
  const named = (name: string): StorageClass => ({
    name,
    component: rendered.some((one) => one.name === name) ? component : null,
  });
  return { general: named(general), database: named(database) };
}

/** StorageClasses that Strata renders. */
class StorageClasses extends Component {
  constructor(cluster: Cluster, classes: readonly ClassSettings[]) {
    super(cluster, {
      name: 'storage-classes',
      layer: 'storage',
      namespace: 'default',
      description: 'Storage classes for files and databases',
    });
    const { general } = cluster.settings.storage;
    for (const settings of classes) this.storageClass(settings, settings.name === general);
  }

  private storageClass(settings: ClassSettings, isDefault: boolean): void {
    this.add(StorageClassObject, {
      metadata: {
        name: settings.name,
        ...(isDefault && { annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } }),
      },
      provisioner: settings.provisioner,
      parameters:
        settings.provisioner === LONGHORN
          ? { numberOfReplicas: String(settings.replicas), fsType: settings.fsType }
          : { 'csi.storage.k8s.io/fstype': settings.fsType },
      reclaimPolicy: settings.reclaimPolicy,
      allowVolumeExpansion: true,
      volumeBindingMode: 'WaitForFirstConsumer',
    });
  }
}
