import { corpus } from './change';

const statefulSet = 'StatefulSet prod/postgresql';
const refused = 'the API server refuses it: the field is immutable';

describe('will fail', () => {
  corpus([
    [
      'a claim template that grows',
      (set) =>
        set.edit(
          statefulSet,
          (o) => (o.spec.volumeClaimTemplates[0].spec.resources.requests.storage = '40Gi'),
        ),
      'fails data cost',
      [
        'namespace prod requests 100 Gi of 80 Gi',
        'fails | StatefulSet prod/postgresql spec.volumeClaimTemplates[data].spec.resources.requests.storage: 20Gi → 40Gi',
        '--cascade=orphan',
        '!interrupts |',
      ],
    ],
    [
      'a claim template of another class',
      (set) =>
        set.edit(statefulSet, (o) => (o.spec.volumeClaimTemplates[0].spec.storageClassName = 'longhorn')),
      'fails data',
      [refused, 'data does not move by itself'],
    ],
    [
      'a label on a claim template',
      (set) => set.edit(statefulSet, (o) => (o.spec.volumeClaimTemplates[0].metadata.labels.tier = 'gold')),
      'fails',
      [refused],
    ],
    [
      'another serviceName',
      (set) => set.edit(statefulSet, (o) => (o.spec.serviceName = 'postgresql')),
      'fails',
      ['spec.serviceName: postgresql-headless → postgresql', refused],
    ],
    [
      'another podManagementPolicy',
      (set) => set.edit(statefulSet, (o) => (o.spec.podManagementPolicy = 'OrderedReady')),
      'fails',
      [refused],
    ],
    [
      'a selector of a StatefulSet',
      (set) =>
        set.edit(statefulSet, (o) => {
          o.spec.selector.matchLabels.tier = 'gold';
          o.spec.template.metadata.labels.tier = 'gold';
        }),
      'fails interrupts',
      [
        'fails | StatefulSet prod/postgresql spec.selector.matchLabels.tier',
        'interrupts | StatefulSet prod/postgresql',
      ],
    ],
    [
      'fields of a StatefulSet that may change',
      (set) =>
        set.edit(statefulSet, (o) => {
          o.spec.revisionHistoryLimit = 5;
          o.spec.minReadySeconds = 10;
        }),
      '',
      ['it changes in place, in 2 fields'],
    ],
    [
      'a selector of a Deployment',
      (set) => set.edit('Deployment prod/xwiki', (o) => (o.spec.selector.matchLabels.tier = 'gold')),
      'fails',
      [refused, 'delete the object by hand'],
    ],
    [
      'a selector of a DaemonSet',
      (set) => set.edit('DaemonSet ingress/traefik', (o) => (o.spec.selector.matchLabels.tier = 'gold')),
      'fails',
      [refused],
    ],
    [
      'the template of a Job that is no hook',
      (set) =>
        set.edit('Job prod/migrations-app', (o) => {
          o.metadata.annotations = {};
          o.spec.template.spec.containers[0].image += '0';
        }),
      'fails interrupts access',
      [refused, 'Give the Job another name'],
    ],
    [
      'the template of a Job that a hook deletes first',
      (set) =>
        set.edit('Job prod/migrations-app', (o) =>
          o.spec.template.spec.containers[0].env.push({ name: 'A', value: '1' }),
        ),
      'interrupts',
      ['runs again in every sync', '!fails |'],
    ],
    [
      'parameters of a storage class',
      (set) => set.edit('StorageClass longhorn-db', (o) => (o.parameters.fsType = 'ext4')),
      'fails',
      ['fails | StorageClass longhorn-db parameters.fsType: xfs → ext4', 'Add a class with another name'],
    ],
    [
      'a storage class that lets volumes grow',
      (set) => set.edit('StorageClass longhorn-db', (o) => (o.allowVolumeExpansion = false)),
      '',
      ['it changes in place'],
    ],
    [
      'a claim that shrinks',
      (set) =>
        set.edit('PersistentVolumeClaim prod/xwiki-data', (o) => (o.spec.resources.requests.storage = '1Gi')),
      'fails data cost',
      ['a volume never shrinks: the change is refused'],
    ],
    [
      'a claim that grows',
      (set) =>
        set.edit(
          'PersistentVolumeClaim recette/xwiki-data',
          (o) => (o.spec.resources.requests.storage = '6Gi'),
        ),
      'data cost',
      ['the volume grows, and never shrinks again', '!fails |'],
    ],
    [
      'a claim that grows in a class that lets it not',
      (set) =>
        set
          .edit('PersistentVolumeClaim prod/xwiki-data', (o) => (o.spec.resources.requests.storage = '12Gi'))
          .edit('StorageClass longhorn', (o) => (o.allowVolumeExpansion = false)),
      'fails data cost',
      ['does not let volumes grow'],
    ],
    [
      'the access mode of a claim',
      (set) =>
        set.edit('PersistentVolumeClaim prod/xwiki-data', (o) => (o.spec.accessModes = ['ReadWriteMany'])),
      'fails',
      [refused],
    ],
    [
      'a Service that becomes headless',
      (set) => set.edit('Service prod/xwiki', (o) => (o.spec.clusterIP = 'None')),
      'fails',
      ['spec.clusterIP: None', refused],
    ],
    [
      'a headless Service that gets an address',
      (set) => set.edit('Service prod/postgresql-headless', (o) => delete o.spec.clusterIP),
      'fails',
      ['stays headless, and Argo CD says Synced'],
    ],
    [
      'the role of a binding',
      (set) => set.edit('RoleBinding argocd/argocd-server', (o) => (o.roleRef.name = 'other')),
      'fails',
      ['roleRef.name: argocd-server → other', refused],
    ],
    [
      'a ConfigMap that was sealed',
      (set) => set.edit('ConfigMap prod/xwiki', (o) => (o.immutable = true)),
      '',
      ['!fails |'],
    ],
    [
      'a StatefulSet under another name',
      (set) =>
        set
          .remove('StatefulSet prod/mysql')
          .copy('StatefulSet prod/mysql', 'mysql-prod/statefulset-mysqldb.yaml', (o) => {
            const text = JSON.stringify(o).replaceAll('mysql', 'mysqldb');
            Object.assign(o, JSON.parse(text));
          }),
      'fails data interrupts access',
      ['metadata.name: mysql → mysqldb', 'the new one starts on empty volumes', 'goes on running'],
    ],
    [
      'a Service under another name',
      (set) =>
        set
          .remove('Service prod/xwiki')
          .copy('Service prod/xwiki', 'xwiki-prod/service-wiki.yaml', (o) => (o.metadata.name = 'wiki')),
      'fails reach',
      ['who still asks for the old name finds nobody'],
    ],
    [
      'a component in another folder',
      (set) => set.moveComponent('pgbouncer-prod', 'pooler-prod'),
      'fails interrupts',
      [
        'the component pgbouncer-prod becomes pooler-prod: Application pooler-prod refuses',
        '--cascade=false',
        'folder pgbouncer-prod is now pooler-prod',
      ],
    ],
    [
      'definitions taken away while objects use them',
      (set) =>
        set.edit(
          'Kustomization crds',
          (o) => (o.resources = o.resources.filter((r: string) => !r.includes('certificates.yaml'))),
        ),
      'fails',
      ['the definition of Certificate is no longer brought'],
    ],
    [
      'definitions taken away that nothing uses',
      (set) =>
        set.edit(
          'Kustomization crds',
          (o) => (o.resources = o.resources.filter((r: string) => !r.includes('applicationset'))),
        ),
      '',
      ['!fails |'],
    ],
    [
      'a project that no longer allows a kind',
      (set) =>
        set.edit(
          'AppProject argocd/environment-prod',
          (o) =>
            (o.spec.namespaceResourceWhitelist = o.spec.namespaceResourceWhitelist.filter(
              (e: any) => e.kind !== 'StatefulSet',
            )),
        ),
      'fails',
      [
        'fails | AppProject argocd/environment-prod spec.namespaceResourceWhitelist',
        'apps/StatefulSet is no longer allowed',
      ],
    ],
    [
      'a project that no longer allows a namespace',
      (set) =>
        set.edit(
          'AppProject argocd/environment-prod',
          (o) => (o.spec.destinations = o.spec.destinations.filter((e: any) => e.namespace !== 'prod')),
        ),
      'fails',
      ['prod is no longer allowed'],
    ],
    [
      'a project that no longer allows what nothing needs',
      (set) =>
        set.edit(
          'AppProject argocd/environment-prod',
          (o) =>
            (o.spec.namespaceResourceWhitelist = o.spec.namespaceResourceWhitelist.filter(
              (e: any) => e.kind !== 'PodMonitor',
            )),
        ),
      '',
      ['!fails |'],
    ],
    [
      'a new object of a kind that its project does not know',
      (set) =>
        set.add('xwiki-prod/role-odd.yaml', {
          apiVersion: 'rbac.authorization.k8s.io/v1',
          kind: 'Role',
          metadata: { name: 'odd', namespace: 'prod' },
          rules: [],
        }),
      'fails',
      ['AppProject environment-prod does not allow the kind rbac.authorization.k8s.io/Role'],
    ],
    [
      "a Namespace in an environment's folder that is not its own",
      (set) =>
        set.copy('Namespace prod', 'environment-prod/namespace-odd.yaml', (o) => (o.metadata.name = 'odd')),
      'fails',
      ['AppProject environment-prod does not allow the kind /Namespace'],
    ],
    [
      'an Application before the definitions',
      (set) =>
        set.edit(
          'Application argocd/cert-manager',
          (o) => (o.metadata.annotations['argocd.argoproj.io/sync-wave'] = '-5'),
        ),
      'fails',
      ['synced no later than crds and platform-namespaces'],
    ],
    [
      'an Application before its environment',
      (set) =>
        set.edit(
          'Application argocd/mysql-prod',
          (o) => (o.metadata.annotations['argocd.argoproj.io/sync-wave'] = '-5'),
        ),
      'fails',
      ['synced no later than crds and environment-prod'],
    ],
    [
      "an environment's Application under another name, which takes over what is there",
      (set) => set.moveComponent('environment-prod', 'environment-live'),
      '',
      ['!refuses', '!away', '!deleted'],
    ],
    [
      'an object that another Application brings, while the one that it leaves stays',
      (set) => set.moveFile('networkpolicy-acme-solver.argocd.yaml', 'cert-manager', 'platform-namespaces'),
      'interrupts',
      ['1 object move', 'away until Application platform-namespaces creates them again'],
    ],
    [
      'a quota below what runs',
      (set) => set.edit('ResourceQuota prod/quota', (o) => (o.spec.hard['requests.memory'] = '2Gi')),
      'fails cost',
      ['namespace prod requests', 'of 2 Gi', 'Raise the quota'],
    ],
    [
      'replicas beyond the quota',
      (set) => set.edit('StatefulSet prod/mysql', (o) => (o.spec.replicas = 9)),
      'fails interrupts cost',
      ['wait for ever', '8 pods more'],
    ],
    [
      'a rolling update with a volume of one node',
      (set) => set.edit('Deployment prod/xwiki', (o) => (o.spec.strategy = { type: 'RollingUpdate' })),
      'fails',
      ['spec.strategy.type: Recreate → RollingUpdate', 'on another node the roll-out never ends'],
    ],
  ]);
});
