import { StorageClass as StorageClassObject } from '../../imports/models';
import type { ClusterSettings } from '../../clusters/settings';
import type { Cluster } from '../core/cluster';
import { Component } from '../core/component';
import type { StorageClass } from '../core/contracts';

type ClassSettings = ClusterSettings['storage']['classes'][number];

/** Provisioner of Longhorn, whose parameters are its own. */
const LONGHORN = 'driver.longhorn.io';

/** The StorageClasses of the settings; those that the cluster brings itself are only named. */
export class StorageClasses extends Component {
  /** For files. */
  readonly general: StorageClass;
  /** For databases. */
  readonly database: StorageClass;

  constructor(cluster: Cluster) {
    super(cluster, {
      name: 'storage-classes',
      layer: 'storage',
      namespace: 'default',
      description: 'Storage classes for files and databases',
    });
    const { classes, general, database } = cluster.settings.storage;
    for (const settings of classes)
      if (!settings.existing) this.storageClass(settings, settings.name === general);
    this.general = { component: this, name: general };
    this.database = { component: this, name: database };
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
