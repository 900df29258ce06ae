import { backup } from '../../../checks/backup/backup';
import { brief, findingsAfter, monoInput, pick } from '../mutation';

type Input = ReturnType<typeof monoInput>;
const remove = (input: Input, kind: string, path: string): void => {
  const object = pick(input, kind, path);
  input.objects.splice(
    input.objects.findIndex((one) => one.object === object),
    1,
  );
};
const found = (breakIt: (input: Input) => void): string[] =>
  brief(findingsAfter(breakIt)).filter((line) => line.startsWith('backup: '));

test('[BKP-01] [BKP-03] [BKP-04] [BKP-09] [BKP-10] every volume of the cluster has a backup, a check and a drill', () => {
  expect(backup.check(monoInput())).toEqual([]);
});

test.each([
  ['postgresql-prod', 'StatefulSet prod/postgresql spec.volumeClaimTemplates', 'postgresql'],
  ['mysql-recette', 'StatefulSet recette/mysql spec.volumeClaimTemplates', 'mysql'],
  ['xwiki-prod', 'PersistentVolumeClaim prod/xwiki-data spec', 'xwiki'],
])('[BKP-10] %s without backup, check and drill is found for each', (component, place) => {
  const lines = found((input) => {
    const runs = input.objects.filter(
      ({ object }) => object.metadata.labels?.['strata.dev/protects'] === component,
    );
    for (const run of runs) input.objects.splice(input.objects.indexOf(run), 1);
  });
  expect(lines).toEqual(Array(3).fill(`backup: ${place}`));
});

test('[BKP-10] a datastore whose drill alone is gone is found, with what that means', () => {
  const findings = findingsAfter((input) => remove(input, 'CronJob', 'drills/mysql-logical-drill-prod'));
  expect(findings.filter(({ rule }) => rule === 'backup')).toMatchObject([
    { object: 'StatefulSet prod/mysql', problem: expect.stringContaining('mysql-prod has no drill') },
  ]);
});

test('[BKP-08] where the settings name no bucket, the remedy is to name one', () => {
  const findings = findingsAfter((input) => {
    const { declarations } = input;
    const components = declarations.components.filter(({ layer }) => layer !== 'backup');
    Object.assign(input, { declarations: { ...declarations, components } });
    remove(input, 'CronJob', 'prod/mysql-backup-logical');
  });
  expect(findings.find(({ rule }) => rule === 'backup')?.remedy).toContain('(backup)');
});

const CRON = 'CronJob prod/mysql-backup-logical';
test.each<[string, (spec: any, object: any) => void]>([
  ['spec.suspend', (spec) => (spec.suspend = true)],
  ['spec.concurrencyPolicy', (spec) => (spec.concurrencyPolicy = 'Allow')],
  [
    'spec.jobTemplate.spec.activeDeadlineSeconds',
    (spec) => delete spec.jobTemplate.spec.activeDeadlineSeconds,
  ],
])('[BKP-01] a run that may hang or never begin is found: %s', (field, breakIt) => {
  const lines = found((input) => {
    const object = pick(input, 'CronJob', 'prod/mysql-backup-logical');
    breakIt(object.spec, object);
  });
  expect(lines).toEqual([`backup: ${CRON} ${field}`]);
});

test('[BKP-10] an exception that nothing uses any more is found', () => {
  const lines = found((input) => remove(input, 'PersistentVolumeClaim', 'observability/pushgateway'));
  expect(lines).toEqual(['backup: Exception backups/pushgateway no-backup']);
});
