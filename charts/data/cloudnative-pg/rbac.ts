import type { PolicyRule } from '../../core/rbac';

const CORE = [''];
const CNPG = ['postgresql.cnpg.io'];
const READ = ['get', 'list', 'watch'];
/** What the operator does to objects that it makes, changes and takes away. */
const ALL = ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'];
/** The same for objects that it only ever patches. */
const PATCHED = ['create', 'delete', 'get', 'list', 'patch', 'watch'];
const STATUS = ['get', 'patch', 'update'];

/**
 * ClusterRole `cnpg-manager` of CloudNativePG v1.30.1 (releases/cnpg-1.30.1.yaml), rule by rule. It is wide because the operator keeps
 * the pods, volumes, certificates and accounts of Clusters in whatever namespace they are. Left out: volume snapshots, which no Cluster
 * here makes.
 */
export const OPERATOR_RULES: readonly PolicyRule[] = [
  { groups: CORE, resources: ['configmaps', 'secrets', 'services'], verbs: ALL },
  { groups: CORE, resources: ['configmaps/status', 'secrets/status'], verbs: STATUS },
  { groups: CORE, resources: ['events'], verbs: ['create', 'patch'] },
  { groups: CORE, resources: ['nodes'], verbs: READ },
  { groups: CORE, resources: ['persistentvolumeclaims', 'pods', 'pods/exec'], verbs: PATCHED },
  { groups: CORE, resources: ['pods/status'], verbs: ['get'] },
  {
    groups: CORE,
    resources: ['serviceaccounts'],
    verbs: ['create', 'get', 'list', 'patch', 'update', 'watch'],
  },
  {
    groups: ['admissionregistration.k8s.io'],
    resources: ['mutatingwebhookconfigurations', 'validatingwebhookconfigurations'],
    verbs: ['get', 'patch'],
  },
  { groups: ['apps'], resources: ['deployments'], verbs: ALL },
  { groups: ['batch'], resources: ['jobs'], verbs: PATCHED },
  {
    groups: ['coordination.k8s.io'],
    resources: ['leases'],
    verbs: ['create', 'get', 'list', 'update', 'watch'],
  },
  { groups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: READ },
  { groups: ['monitoring.coreos.com'], resources: ['podmonitors'], verbs: PATCHED },
  { groups: ['policy'], resources: ['poddisruptionbudgets'], verbs: ALL },
  {
    groups: CNPG,
    resources: [
      'backups',
      'clusters',
      'databaseroles',
      'databases',
      'poolers',
      'publications',
      'scheduledbackups',
      'subscriptions',
    ],
    verbs: ALL,
  },
  {
    groups: CNPG,
    resources: [
      'backups/status',
      'databases/status',
      'publications/status',
      'scheduledbackups/status',
      'subscriptions/status',
    ],
    verbs: STATUS,
  },
  { groups: CNPG, resources: ['clusterimagecatalogs', 'imagecatalogs'], verbs: READ },
  {
    groups: CNPG,
    resources: ['clusters/finalizers', 'databaseroles/finalizers', 'poolers/finalizers'],
    verbs: ['update'],
  },
  {
    groups: CNPG,
    resources: ['clusters/status', 'databaseroles/status', 'failoverquorums/status', 'poolers/status'],
    verbs: [...STATUS, 'watch'],
  },
  { groups: CNPG, resources: ['failoverquorums'], verbs: ['create', 'delete', 'get', 'list', 'watch'] },
  {
    groups: ['rbac.authorization.k8s.io'],
    resources: ['rolebindings', 'roles'],
    verbs: ['create', 'get', 'list', 'patch', 'update', 'watch'],
  },
];
