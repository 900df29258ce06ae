import { loadClusters } from '../../../cli/load';
import { renderCluster } from '../../../cli/pipeline';

const settings = loadClusters('clusters').clusters.find(({ name }) => name === 'mono')!.settings;
const { objects, declarations } = renderCluster(settings);
const of = (component: string, kind: string): any[] =>
  objects
    .filter((one) => one.component === component && one.object.kind === kind)
    .map(({ object }) => object);
const drills = declarations.components.filter(({ source }) => source === 'charts/backup/drill/drill.ts');

describe('backups', () => {
  test('[BKP-08] declares the keys of the bucket and the identity where drills run, and renders no Secret', () => {
    const secrets = declarations.secrets.filter(({ component }) => component === 'backups');
    expect(secrets.map(({ name, namespace }) => `${namespace}/${name}`).sort()).toEqual([
      'drills/backup-identity',
      'drills/backup-s3',
    ]);
    expect(of('backups', 'Secret')).toEqual([]);
  });

  test('[BKP-09] keeps the results of runs over a restart, in one pod that alone writes them', () => {
    const [{ spec }] = of('backups', 'Deployment');
    expect(spec).toMatchObject({ replicas: 1, strategy: { type: 'Recreate' } });
    const [{ metadata }] = of('backups', 'PersistentVolumeClaim');
    expect(spec.template.spec.volumes).toContainEqual(
      expect.objectContaining({ persistentVolumeClaim: { claimName: metadata.name } }),
    );
  });
});

describe('drill', () => {
  test('[BKP-12] is there for each kind of backup, at the time of the settings', () => {
    const runs = objects
      .map(({ object }) => object)
      .filter(({ metadata }) => metadata.labels?.['strata.dev/backup'] === 'backup');
    expect(drills.length).toBe(runs.length);
    const schedules = drills.flatMap(({ id }) => of(id, 'CronJob').map(({ spec }) => spec.schedule));
    expect(schedules).toEqual(drills.map(() => settings.backup?.drills));
  });

  test('[BKP-10] reaches name servers, the bucket and the Pushgateway, and nobody reaches it', () => {
    expect(drills.length).toBeGreaterThan(0);
    for (const { id } of drills) {
      const [{ spec }] = of(id, 'NetworkPolicy');
      expect(spec.ingress).toBeUndefined();
      const ports = spec.egress.flatMap((rule: any) => rule.ports.map(({ port }: any) => port));
      expect([...new Set(ports)].sort()).toEqual([443, 53, 9091]);
    }
  });
});
