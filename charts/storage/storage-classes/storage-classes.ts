import { StorageClass as StorageClassObject } from '../../../imports/models';
import type { Cluster } from '../../core/cluster';
import { Component } from '../../core/component';
import type { Contract, StorageClass } from '../../core/contracts';
import { LONGHORN, type StorageSettings } from '../storage';
import { storageClasses } from './definition';

type ClassSettings = StorageSettings['classes'][number];

/** The two classes that volumes are made of. */
export interface VolumeClasses {
  /** For files. */
  readonly general: StorageClass;
  /** For databases. */
  readonly database: StorageClass;
}

/**
 * The classes of the settings. The component that renders them is left out where the cluster brings all of them itself.
 *
 * @param driver what makes the volumes of Longhorn's classes; undefined where somebody else has installed it
 */
export function volumeClasses(
  cluster: Cluster,
  { classes, general, database }: StorageSettings,
  driver?: Contract,
): VolumeClasses {
  const rendered = classes.filter(({ existing }) => !existing);
  for (const { name, existing } of classes)
    if (existing) cluster.existing.push({ kind: 'StorageClass', name });
  const component = rendered.length ? new StorageClasses(cluster, rendered, general, driver) : null;
  const named = (name: string): StorageClass => ({
    name,
    component: rendered.some((one) => one.name === name) ? component : null,
  });
  return { general: named(general), database: named(database) };
}

/** StorageClasses that Strata renders. */
class StorageClasses extends Component {
  constructor(
    cluster: Cluster,
    classes: readonly ClassSettings[],
    general: string,
    driver: Contract | undefined,
  ) {
    super(cluster, { definition: storageClasses, namespace: 'default' });
    if (driver && classes.some(({ provisioner }) => provisioner === LONGHORN)) this.requires(driver);
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
