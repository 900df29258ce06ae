import type { PolicyRule } from '../../core/rbac';

// argo-rollouts v1.9.1, manifests/role/argo-rollouts-clusterrole.yaml and manifests/base/argo-rollouts-aggregate-roles.yaml, without what
// serves routers that are not here: Istio, SMI, Ambassador, the balancers of AWS, App Mesh, APISIX.

const ROLLOUTS = ['argoproj.io'];
const READ = ['get', 'list', 'watch'] as const;
const KEEP = ['create', ...READ, 'update', 'patch', 'delete'] as const;

/** In all namespaces. */
export const CLUSTER_RULES: readonly PolicyRule[] = [
  {
    groups: ROLLOUTS,
    resources: ['rollouts', 'rollouts/status', 'rollouts/finalizers'],
    verbs: [...READ, 'update', 'patch'],
  },
  {
    groups: ROLLOUTS,
    resources: ['analysisruns', 'analysisruns/finalizers', 'experiments', 'experiments/finalizers'],
    verbs: KEEP,
  },
  { groups: ROLLOUTS, resources: ['analysistemplates', 'clusteranalysistemplates'], verbs: READ },
  { groups: ['apps'], resources: ['replicasets'], verbs: KEEP },
  // a Rollout may take its pods from a Deployment, and scales that one down
  { groups: ['', 'apps'], resources: ['deployments', 'podtemplates'], verbs: [...READ, 'update'] },
  // Services of the old and the new version select by hash; experiments have Services of their own
  { groups: [''], resources: ['services'], verbs: [...READ, 'patch', 'create', 'delete'] },
  { groups: [''], resources: ['secrets', 'configmaps'], verbs: READ },
  { groups: [''], resources: ['pods'], verbs: ['list', 'update', 'watch'] },
  { groups: [''], resources: ['pods/eviction'], verbs: ['create'] },
  { groups: [''], resources: ['events'], verbs: ['create', 'update', 'patch'] },
  {
    groups: ['networking.k8s.io', 'extensions'],
    resources: ['ingresses'],
    verbs: ['create', ...READ, 'update', 'patch'],
  },
  // measurements of an analysis may be Jobs
  { groups: ['batch'], resources: ['jobs'], verbs: KEEP },
  { groups: ['traefik.io'], resources: ['traefikservices'], verbs: ['watch', 'get', 'update'] },
];

/** In its own namespace: who of several pods works. Upstream gives it in all. */
export const LEADER_RULES: readonly PolicyRule[] = [
  { groups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['create', 'get', 'update'] },
];

const KINDS = ['experiments', 'analysistemplates', 'clusteranalysistemplates', 'analysisruns'];

/** Into Kubernetes' role `view`. */
export const VIEW_RULES: readonly PolicyRule[] = [
  { groups: ROLLOUTS, resources: ['rollouts', 'rollouts/scale', ...KINDS], verbs: READ },
];

/** Into `edit` and `admin`. */
export const EDIT_RULES: readonly PolicyRule[] = [
  {
    groups: ROLLOUTS,
    resources: ['rollouts', 'rollouts/scale', 'rollouts/status', ...KINDS],
    verbs: ['create', 'delete', 'deletecollection', ...READ, 'patch', 'update'],
  },
];
