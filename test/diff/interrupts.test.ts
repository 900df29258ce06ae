import { corpus } from './change';

const deployment = 'Deployment prod/pgbouncer';

describe('interrupts', () => {
  corpus([
    [
      'an environment variable of a Deployment that rolls',
      (set) =>
        set.edit(deployment, (o) => (o.spec.template.spec.containers[0].env = [{ name: 'A', value: 'b' }])),
      'interrupts',
      ['restarts 1 pod', 'rolling, new pods first', '!down for'],
    ],
    [
      'replicas',
      (set) => set.edit(deployment, (o) => (o.spec.replicas = 2)),
      'interrupts cost',
      ['spec.replicas: 1 → 2', '1 pod more', '!restarts'],
    ],
    [
      'no replicas',
      (set) => set.edit(deployment, (o) => (o.spec.replicas = 0)),
      'interrupts cost',
      ['all 1 pod stop, and stay away', '!data |'],
    ],
    [
      'a label of the pods',
      (set) => set.edit(deployment, (o) => (o.spec.template.metadata.labels.tier = 'gold')),
      'interrupts',
      ['restarts 1 pod: labels of its pods'],
    ],
    [
      'a label of the object',
      (set) => set.edit(deployment, (o) => (o.metadata.labels.tier = 'gold')),
      '',
      ['1 object | differs mechanically: labels.tier'],
    ],
    [
      'a hash whose configuration did not change',
      (set) => set.edit(deployment, (o) => (o.spec.template.metadata.annotations['checksum/config'] = '0')),
      'interrupts',
      ['its configuration hash (checksum/config)'],
    ],
    [
      'configuration and its hash',
      (set) =>
        set
          .edit(
            'ConfigMap prod/pgbouncer',
            (o) =>
              (o.data['pgbouncer.ini'] = o.data['pgbouncer.ini'].replace(
                /default_pool_size = \d+/,
                'default_pool_size = 99',
              )),
          )
          .edit(deployment, (o) => (o.spec.template.metadata.annotations['checksum/config'] = '0')),
      'interrupts',
      [
        'ConfigMap pgbouncer: pgbouncer.ini (default_pool_size: ',
        '→ 99',
        'Deployment prod/pgbouncer restarts for it',
      ],
    ],
    [
      'configuration without its hash',
      (set) => set.edit('ConfigMap prod/pgbouncer', (o) => (o.data['pgbouncer.ini'] += '\nverbose = 1\n')),
      '',
      ['nothing restarts: pods see it in their files a minute or two later'],
    ],
    [
      'the order of environment variables',
      (set) => set.edit('Deployment prod/xwiki', (o) => o.spec.template.spec.containers[0].env.reverse()),
      'interrupts',
      ['the order of xwiki: env'],
    ],
    [
      'one pod on each node',
      (set) =>
        set.edit(
          'DaemonSet ingress/traefik',
          (o) => (o.spec.template.spec.terminationGracePeriodSeconds = 90),
        ),
      'interrupts',
      ['restarts its pod on each node: terminationGracePeriodSeconds', 'down for at most'],
    ],
    [
      'a StatefulSet of several',
      (set) =>
        set.edit('StatefulSet prod/mysql', (o) => {
          o.spec.replicas = 2;
          o.spec.template.spec.priorityClassName = 'high';
        }),
      'fails interrupts cost',
      ['restarts 2 pods: priorityClassName strata-data → high; rolling, one after the other'],
    ],
    [
      'a StatefulSet that waits for a person',
      (set) =>
        set.edit('StatefulSet prod/mysql', (o) => {
          o.spec.updateStrategy = { type: 'OnDelete' };
          o.spec.template.spec.priorityClassName = 'high';
        }),
      'interrupts',
      ['nothing restarts until a person deletes the pods', '!restarts 1'],
    ],
    [
      'a maxUnavailable of all',
      (set) =>
        set.edit(deployment, (o) => {
          o.spec.strategy = { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '100%' } };
          o.spec.template.spec.priorityClassName = 'high';
        }),
      'interrupts',
      ['all at once (maxUnavailable): down for'],
    ],
    [
      'a CronJob',
      (set) =>
        set.edit(
          'CronJob prod/mysql-backup-logical',
          (o) => (o.spec.jobTemplate.spec.template.spec.priorityClassName = 'low'),
        ),
      'interrupts',
      ['restarts nothing: its next run is different: priorityClassName strata-batch → low'],
    ],
    [
      'a workload that goes',
      (set) => set.remove('Deployment argocd/argocd-redis'),
      'interrupts cost',
      ['it goes, and its pods stop; used by argocd-application-controller'],
    ],
    [
      'a budget that lets nobody go',
      (set) =>
        set.edit(
          'PodDisruptionBudget prod/pgbouncer',
          (o) => (o.spec = { selector: o.spec.selector, maxUnavailable: 0 }),
        ),
      'interrupts',
      ['no pod may be evicted any more'],
    ],
    [
      'a budget that lets one go',
      (set) =>
        set.edit(
          'PodDisruptionBudget prod/pgbouncer',
          (o) => (o.spec = { selector: o.spec.selector, maxUnavailable: 2 }),
        ),
      '',
      ['!evicted'],
    ],
    [
      'a default written out',
      (set) =>
        set.edit(deployment, (o) => {
          o.spec.template.spec.schedulerName = 'default-scheduler';
          o.spec.template.spec.containers[0].terminationMessagePolicy = 'File';
        }),
      '',
      ['!|'],
    ],
    [
      'the same amount in another form, which is stored as another',
      (set) =>
        set.edit(
          'StatefulSet prod/postgresql',
          (o) => (o.spec.template.spec.containers[0].resources.limits.memory = '1073741824'),
        ),
      'interrupts',
      ['restarts 1 pod'],
    ],
    [
      'the size of a claim in another form, which nothing refuses',
      (set) =>
        set.edit(
          'StatefulSet prod/mysql',
          (o) => (o.spec.volumeClaimTemplates[0].spec.resources.requests.storage = String(50 * 2 ** 30)),
        ),
      '',
      ['!shrinks', '!immutable'],
    ],
    [
      'amounts written otherwise',
      (set) =>
        set.edit(
          'StatefulSet prod/postgresql',
          (o) =>
            (o.spec.template.spec.containers[0].resources = {
              limits: { memory: '1024Mi' },
              requests: { cpu: '0.25', memory: '1048576Ki' },
            }),
        ),
      '',
      ['!|'],
    ],
    [
      'comments and the order of keys',
      (set) =>
        set.rewrite(
          deployment,
          /apiVersion: apps\/v1\nkind: Deployment/,
          '# a remark\nkind: Deployment\napiVersion: apps/v1',
        ),
      '',
      ['!|'],
    ],
  ]);
});
