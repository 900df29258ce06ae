import type { PolicyRule } from '../../core/rbac';

const READ = ['get', 'list', 'watch'];
const WRITE = ['create', 'delete', 'patch', 'update'];

/** ClusterRole `plugin-barman-cloud` of plugin-barman-cloud v0.15.0 (manifest.yaml). */
export const PLUGIN_RULES: readonly PolicyRule[] = [
  { groups: [''], resources: ['secrets'], verbs: ['create', 'delete', ...READ] },
  { groups: ['barmancloud.cnpg.io'], resources: ['objectstores'], verbs: [...READ, ...WRITE] },
  { groups: ['barmancloud.cnpg.io'], resources: ['objectstores/finalizers'], verbs: ['update'] },
  { groups: ['barmancloud.cnpg.io'], resources: ['objectstores/status'], verbs: ['get', 'patch', 'update'] },
  { groups: ['postgresql.cnpg.io'], resources: ['backups'], verbs: READ },
  { groups: ['postgresql.cnpg.io'], resources: ['clusters/finalizers'], verbs: ['update'] },
  {
    groups: ['rbac.authorization.k8s.io'],
    resources: ['rolebindings', 'roles'],
    verbs: [...READ, 'create', 'patch', 'update'],
  },
];

/** Role `barman-plugin-leader-election-role` of the same file, without its rule on ConfigMaps: the lock is a Lease. */
export const LEADER_RULES: readonly PolicyRule[] = [
  { groups: ['coordination.k8s.io'], resources: ['leases'], verbs: [...READ, ...WRITE] },
  { groups: [''], resources: ['events'], verbs: ['create', 'patch'] },
];
