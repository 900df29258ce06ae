import type { PolicyRule } from '../../core/rbac';

const READ = ['get', 'list', 'watch'] as const;
const ALL = ['*'] as const;

const withStatus = (...kinds: readonly string[]): readonly string[] =>
  kinds.flatMap((kind) => [kind, `${kind}/status`]);

/** ClusterRole longhorn-role of longhorn v1.12.1, deploy/longhorn.yaml. */
export const CLUSTER_RULES: readonly PolicyRule[] = [
  { groups: ['apiextensions.k8s.io'], resources: ['customresourcedefinitions'], verbs: ALL },
  { groups: [''], resources: ['pods'], verbs: [...READ, 'delete', 'deletecollection'] },
  {
    groups: [''],
    resources: ['secrets', 'services', 'endpoints', 'configmaps', 'serviceaccounts', 'pods/log'],
    verbs: READ,
  },
  {
    groups: [''],
    resources: [
      'events',
      'persistentvolumes',
      'persistentvolumeclaims',
      'persistentvolumeclaims/status',
      'nodes',
    ],
    verbs: ALL,
  },
  { groups: [''], resources: ['namespaces'], verbs: ['get', 'list'] },
  {
    groups: ['apps'],
    resources: ['daemonsets', 'statefulsets', 'deployments', 'replicasets'],
    verbs: READ,
  },
  { groups: ['batch'], resources: ['jobs', 'cronjobs'], verbs: READ },
  { groups: ['policy'], resources: ['poddisruptionbudgets'], verbs: READ },
  { groups: ['scheduling.k8s.io'], resources: ['priorityclasses'], verbs: ['watch', 'list'] },
  {
    groups: ['storage.k8s.io'],
    resources: [
      'storageclasses',
      'volumeattachments',
      'volumeattachments/status',
      'volumeattributesclasses',
      'csinodes',
      'csidrivers',
      'csistoragecapacities',
    ],
    verbs: ALL,
  },
  {
    groups: ['snapshot.storage.k8s.io'],
    resources: [
      'volumesnapshotclasses',
      'volumesnapshots',
      'volumesnapshotcontents',
      'volumesnapshotcontents/status',
    ],
    verbs: ALL,
  },
  {
    groups: ['longhorn.io'],
    resources: withStatus(
      'volumes',
      'enginefrontends',
      'engines',
      'replicas',
      'settings',
      'engineimages',
      'nodes',
      'instancemanagers',
      'sharemanagers',
      'backingimages',
      'backingimagemanagers',
      'backingimagedatasources',
      'backuptargets',
      'backupvolumes',
      'backups',
      'recurringjobs',
      'orphans',
      'snapshots',
      'supportbundles',
      'systembackups',
      'systemrestores',
      'volumeattachments',
      'backupbackingimages',
      'shards',
      'shardgroups',
    ),
    verbs: ALL,
  },
  { groups: ['coordination.k8s.io'], resources: ['leases'], verbs: READ },
  { groups: ['metrics.k8s.io'], resources: ['pods', 'nodes'], verbs: ['get', 'list'] },
  { groups: ['apiregistration.k8s.io'], resources: ['apiservices'], verbs: ['list', 'watch'] },
  {
    groups: ['admissionregistration.k8s.io'],
    resources: ['mutatingwebhookconfigurations', 'validatingwebhookconfigurations'],
    verbs: ['get', 'list', 'create', 'patch', 'delete'],
  },
  { groups: ['rbac.authorization.k8s.io'], resources: ['roles', 'rolebindings'], verbs: READ },
  { groups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: READ },
  { groups: ['rbac.authorization.k8s.io'], resources: ['clusterrolebindings', 'clusterroles'], verbs: ALL },
];

/** Role longhorn of longhorn v1.12.1, deploy/longhorn.yaml, in the namespace of Longhorn. */
export const NAMESPACE_RULES: readonly PolicyRule[] = [
  {
    groups: [''],
    resources: [
      'pods',
      'pods/log',
      'events',
      'secrets',
      'services',
      'endpoints',
      'configmaps',
      'serviceaccounts',
      'persistentvolumeclaims',
      'persistentvolumeclaims/status',
    ],
    verbs: ALL,
  },
  { groups: ['apps'], resources: ['daemonsets', 'deployments', 'statefulsets', 'replicasets'], verbs: ALL },
  { groups: ['batch'], resources: ['jobs', 'cronjobs'], verbs: ALL },
  { groups: ['policy'], resources: ['poddisruptionbudgets'], verbs: ALL },
  { groups: ['coordination.k8s.io'], resources: ['leases'], verbs: ALL },
  { groups: ['rbac.authorization.k8s.io'], resources: ['roles', 'rolebindings'], verbs: ALL },
  { groups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ALL },
];
