import { corpus } from './change';

const KEEP = 'argocd.argoproj.io/sync-options';
const mysql = 'StatefulSet prod/mysql';

describe('data at risk', () => {
  corpus([
    [
      'a claim that goes, and is kept',
      (set) =>
        set
          .edit('Deployment prod/xwiki', (o) => (o.metadata.annotations = { a: 'b' }))
          .remove('PersistentVolumeClaim prod/xwiki-data'),
      'data cost',
      ['stays in the cluster (Prune=false): its volume left behind'],
    ],
    [
      'a claim that goes with its data',
      (set) =>
        set
          .copy('PersistentVolumeClaim prod/xwiki-data', 'xwiki-prod/persistentvolumeclaim-new.yaml', (o) => {
            o.metadata.name = 'new';
            delete o.metadata.annotations;
          })
          .remove('PersistentVolumeClaim prod/xwiki-data'),
      'data',
      [],
    ],
    [
      'a namespace that goes',
      (set) => set.remove('Namespace integration'),
      'data',
      ['data | Namespace integration', 'everything in it, claims included left behind'],
    ],
    [
      'a datastore that goes with its component',
      (set) => set.removeComponent('mysql-recette'),
      'data interrupts reach watching cost',
      [
        'the component mysql-recette goes: its finalizer deletes what it rendered, but for the 1 of 1 object',
        'StatefulSet recette/mysql',
        'goes on running (Prune=false)',
      ],
    ],
    [
      'protection of a claim taken away',
      (set) => set.edit('PersistentVolumeClaim prod/xwiki-data', (o) => delete o.metadata.annotations),
      'data',
      ['nothing protects it any more (Prune=false, Delete=false)', 'deletes it with its volume'],
    ],
    [
      'half of the protection taken away',
      (set) => set.edit(mysql, (o) => (o.metadata.annotations[KEEP] = 'Prune=false')),
      'data',
      ['nothing protects it any more (Delete=false)'],
    ],
    [
      'protection of a namespace taken away',
      (set) => set.edit('Namespace prod', (o) => delete o.metadata.annotations),
      'data',
      ['deletes it with everything in it, claims included'],
    ],
    [
      'an annotation beside the protection',
      (set) => set.edit('Namespace prod', (o) => (o.metadata.annotations.owner = 'ops')),
      '',
      ['!data |'],
    ],
    [
      'claims that go with their StatefulSet',
      (set) =>
        set.edit(
          mysql,
          (o) =>
            (o.spec.persistentVolumeClaimRetentionPolicy = { whenDeleted: 'Delete', whenScaled: 'Retain' }),
        ),
      'data',
      ['whenDeleted: Retain → Delete', 'claims are deleted with the StatefulSet'],
    ],
    [
      'a class whose volumes go with their claims',
      (set) => set.edit('StorageClass longhorn-db', (o) => (o.reclaimPolicy = 'Delete')),
      'fails data',
      ['the volume of a deleted claim is deleted too'],
    ],
    [
      'a class with fewer copies',
      (set) => set.edit('StorageClass longhorn', (o) => (o.parameters.numberOfReplicas = '0')),
      'fails data',
      ['fewer copies'],
    ],
    [
      'a datastore that is stopped',
      (set) => set.edit(mysql, (o) => (o.spec.replicas = 0)),
      'data interrupts cost',
      ['it is stopped (maintenance)', 'all 1 pod stop, and stay away; used by'],
    ],
    [
      'a standby less',
      (set) => set.edit('Deployment prod/pgbouncer', (o) => (o.spec.replicas = 0)),
      'interrupts cost',
      ['!data |'],
    ],
    [
      'a backup that goes',
      (set) => set.remove('CronJob prod/mysql-backup-logical'),
      'data interrupts cost',
      ['the backup of mysql-prod goes: what is written from now on exists once'],
    ],
    [
      'a drill that goes',
      (set) => set.removeComponent('xwiki-export-drill-prod'),
      'data interrupts reach',
      ['the drill of xwiki-prod goes: nobody knows any more whether it can be restored'],
    ],
    [
      'a check that rests',
      (set) => set.edit('CronJob prod/mysql-check-logical', (o) => (o.spec.suspend = true)),
      'data',
      [
        'spec.suspend: false → true',
        'the check of mysql-prod rests: a damaged set is noticed only when it is needed',
      ],
    ],
    [
      'a job that is no backup and rests',
      (set) =>
        set.edit('CronJob prod/mysql-check-logical', (o) => {
          o.metadata.labels = { a: 'b' };
          o.spec.suspend = true;
        }),
      '',
      ['!data |'],
    ],
    [
      'a backup once a week',
      (set) => set.edit('CronJob prod/mysql-backup-logical', (o) => (o.spec.schedule = '45 1 * * 0')),
      'data',
      ['runs less often (7 a week → 1 a week)'],
    ],
    [
      'a backup twice a day',
      (set) => set.edit('CronJob prod/mysql-backup-logical', (o) => (o.spec.schedule = '45 1,13 * * *')),
      'data',
      ['runs at other times (7 a week → 14 a week)', '!less often'],
    ],
    [
      'MySQL 8.0 to 8.4',
      (set) =>
        set.edit(mysql, (o) => {
          for (const c of o.spec.template.spec.containers)
            c.image = c.image.replace(/mysql:8\.\d.*$/, 'mysql:9.0.1@sha256:' + 'a'.repeat(64));
        }),
      'data interrupts access',
      ['a major version of the engine: the data is converted', 'docker.io/library/mysql:9.0.1'],
    ],
    [
      'PostgreSQL 17 to 18',
      (set) =>
        set.rewrite('StatefulSet prod/postgresql', /postgres:17\.11-bookworm/g, 'postgres:18.6-bookworm'),
      'data interrupts access',
      ['docker.io/library/postgres:17.11-bookworm → docker.io/library/postgres:18.6-bookworm'],
    ],
    [
      'a patch release of PostgreSQL',
      (set) =>
        set.rewrite('StatefulSet prod/postgresql', /postgres:17\.11-bookworm/g, 'postgres:17.12-bookworm'),
      'interrupts access',
      ['a minor version', '!data |'],
    ],
    [
      'an older PostgreSQL',
      (set) =>
        set.rewrite('StatefulSet prod/postgresql', /postgres:17\.11-bookworm/g, 'postgres:16.15-bookworm'),
      'data interrupts access',
      ['an older version opens data that a newer one wrote'],
    ],
    [
      'another engine on the same data',
      (set) => set.rewrite(mysql, /docker\.io\/library\/mysql:[^@]*/g, 'docker.io/library/mariadb:11.8'),
      'data interrupts access',
      ['another engine opens the data of the old one'],
    ],
    [
      'an exporter of another repository is no other engine',
      (set) =>
        set.rewrite(
          'Deployment prod/pgbouncer',
          /docker\.io\/edoburu\/pgbouncer/g,
          'docker.io/other/pgbouncer',
        ),
      'interrupts access',
      ['!data |'],
    ],
    [
      'fsync off',
      (set) => set.edit('ConfigMap prod/postgresql', (o) => (o.data['postgresql.conf'] += 'fsync = off\n')),
      'data',
      ['a crash of the node can destroy the whole database'],
    ],
    [
      'innodb_flush_log_at_trx_commit 2',
      (set) =>
        set.edit('ConfigMap prod/mysql', (o) => {
          const key = Object.keys(o.data).find((k) => k.endsWith('.cnf')) ?? '';
          o.data[key] += '\ninnodb_flush_log_at_trx_commit = 2\n';
        }),
      'data',
      ['commits of the last second can be lost'],
    ],
    [
      'another line of configuration',
      (set) =>
        set.edit('ConfigMap prod/postgresql', (o) => (o.data['postgresql.conf'] += 'work_mem = 8MB\n')),
      '',
      ['+ work_mem = 8MB', '!data |'],
    ],
  ]);
});
