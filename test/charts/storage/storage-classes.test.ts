import { renderCluster } from '../../../cli/pipeline';
import { Cluster } from '../../../charts/core/cluster';
import { componentsOf } from '../../../charts/core/components';
import { objectsOf } from '../../../charts/core/render';
import { volumeClasses } from '../../../charts/storage/storage-classes/storage-classes';
import { loadClusters } from '../../../cli/load';
import type { ClusterSettings } from '../../../charts/settings';

const { settings } = loadClusters('clusters', ['mono']).clusters[0]!;

function classes(change: Partial<ClusterSettings['storage']> = {}) {
  const cluster = new Cluster(settings);
  const offered = volumeClasses(cluster, { ...settings.storage, ...change });
  const objects = objectsOf(componentsOf(cluster)).map(({ object }) => object as any);
  return {
    offered,
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
  const { offered, find } = classes();
  expect(offered.database.name).toBe('longhorn-db');
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
  const { offered, objects } = classes({
    classes: [
      { ...general!, name: 'local-path', existing: true },
      { ...general!, name: 'csi', provisioner: 'csi.example.com' },
    ],
    general: 'local-path',
    database: 'csi',
  });
  expect(offered.general).toEqual({ name: 'local-path', component: null });
  expect(offered.database).toMatchObject({ name: 'csi', component: { id: 'storage-classes' } });
  expect(objects.map(({ metadata, parameters }) => [metadata.name, parameters])).toEqual([
    ['csi', { 'csi.storage.k8s.io/fstype': 'ext4' }],
  ]);
});

test('a cluster that brings all of its classes itself renders, without this component', () => {
  const [general] = settings.storage.classes;
  const { declarations } = renderCluster({
    ...settings,
    storage: {
      classes: [{ ...general!, name: 'local-path', existing: true }],
      general: 'local-path',
      database: 'local-path',
    },
  });
  const ids = declarations.components.map(({ id }) => id);
  expect(ids).toContain('mysql-prod');
  expect(ids).not.toContain('storage-classes');
});
