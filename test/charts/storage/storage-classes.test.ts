import { Cluster } from '../../../charts/core/cluster';
import { objectsOf } from '../../../charts/core/render';
import { StorageClasses } from '../../../charts/storage/storage-classes';
import { loadClusters } from '../../../clusters/load';
import type { ClusterSettings } from '../../../clusters/settings';

const { settings } = loadClusters('clusters', ['mono']).clusters[0]!;

function classes(change: Partial<ClusterSettings['storage']> = {}) {
  const component = new StorageClasses(
    new Cluster({ ...settings, storage: { ...settings.storage, ...change } }),
  );
  const objects = objectsOf([component]).map(({ object }) => object as any);
  return {
    component,
    objects,
    find: (name: string) => objects.find(({ metadata }) => metadata.name === name),
  };
}

test('[STOR-01] volumes of mono have one replica, since it has one node', () => {
  for (const { provisioner, parameters } of classes().objects) {
    expect({ provisioner, replicas: parameters.numberOfReplicas }).toEqual({
      provisioner: 'driver.longhorn.io',
      replicas: '1',
    });
  }
});

test('[STOR-02] databases have a class of their own, on xfs, whose volumes outlive their claims and can grow', () => {
  const { component, find } = classes();
  expect(component.database.name).toBe('longhorn-db');
  expect(find('longhorn-db')).toMatchObject({
    parameters: { fsType: 'xfs' },
    reclaimPolicy: 'Retain',
    allowVolumeExpansion: true,
  });
});

test('the general class is the default one, and only it', () => {
  const marked = classes().objects.filter(
    ({ metadata }) => metadata.annotations?.['storageclass.kubernetes.io/is-default-class'] === 'true',
  );
  expect(marked.map(({ metadata }) => metadata.name)).toEqual(['longhorn']);
});

test('a class that the cluster brings is named and not rendered; another driver gets no parameter of Longhorn', () => {
  const [general] = settings.storage.classes;
  const { component, objects } = classes({
    classes: [
      { ...general!, name: 'local-path', existing: true },
      { ...general!, name: 'csi', provisioner: 'csi.example.com' },
    ],
    general: 'local-path',
    database: 'csi',
  });
  expect(component.general.name).toBe('local-path');
  expect(objects.map(({ metadata, parameters }) => [metadata.name, parameters])).toEqual([
    ['csi', { 'csi.storage.k8s.io/fstype': 'ext4' }],
  ]);
});
