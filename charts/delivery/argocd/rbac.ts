import type { NonResourceRule, PolicyRule } from '../../core/rbac';

// argo-cd v3.5.1: manifests/base/<part>/argocd-<part>-role.yaml and manifests/cluster-rbac/<part>/argocd-<part>-clusterrole.yaml

/** In its own namespace. */
export const CONTROLLER_RULES: readonly PolicyRule[] = [
  { groups: [''], resources: ['secrets', 'configmaps'], verbs: ['get', 'list', 'watch'] },
  {
    groups: ['argoproj.io'],
    resources: ['applications', 'applicationsets', 'appprojects'],
    verbs: ['create', 'get', 'list', 'watch', 'update', 'patch', 'delete'],
  },
  { groups: [''], resources: ['events'], verbs: ['create', 'list'] },
  { groups: ['apps'], resources: ['deployments'], verbs: ['get', 'list', 'watch'] },
];

/** Everywhere; the reason stands in the table of exceptions. */
export const CONTROLLER_CLUSTER_RULES: readonly (PolicyRule | NonResourceRule)[] = [
  { groups: ['*'], resources: ['*'], verbs: ['*'] },
  { urls: ['*'], verbs: ['*'] },
];

/** In its own namespace: settings, accounts, repositories, Applications. */
export const SERVER_RULES: readonly PolicyRule[] = [
  {
    groups: [''],
    resources: ['secrets', 'configmaps'],
    verbs: ['create', 'get', 'list', 'watch', 'update', 'patch', 'delete'],
  },
  {
    groups: ['argoproj.io'],
    resources: ['applications', 'appprojects', 'applicationsets'],
    verbs: ['create', 'get', 'list', 'watch', 'update', 'delete', 'patch'],
  },
  { groups: [''], resources: ['events'], verbs: ['create', 'list'] },
];

/** Kinds that the pages show: those that components render and those that controllers make of them. Never Secrets. */
const SHOWN: Readonly<Record<string, readonly string[]>> = {
  '': [
    'configmaps',
    'limitranges',
    'namespaces',
    'persistentvolumeclaims',
    'persistentvolumes',
    'pods',
    'pods/log',
    'resourcequotas',
    'serviceaccounts',
    'services',
  ],
  'acme.cert-manager.io': ['challenges', 'orders'],
  'admissionregistration.k8s.io': ['mutatingwebhookconfigurations', 'validatingwebhookconfigurations'],
  'apiextensions.k8s.io': ['customresourcedefinitions'],
  apps: ['controllerrevisions', 'daemonsets', 'deployments', 'replicasets', 'statefulsets'],
  'argoproj.io': ['applications', 'appprojects'],
  autoscaling: ['horizontalpodautoscalers'],
  batch: ['cronjobs', 'jobs'],
  'cert-manager.io': ['certificates', 'clusterissuers', 'issuers'],
  'monitoring.coreos.com': ['podmonitors', 'prometheusrules', 'servicemonitors'],
  'networking.k8s.io': ['ingressclasses', 'ingresses', 'networkpolicies'],
  policy: ['poddisruptionbudgets'],
  'rbac.authorization.k8s.io': ['clusterrolebindings', 'clusterroles', 'rolebindings', 'roles'],
  'scheduling.k8s.io': ['priorityclasses'],
  'storage.k8s.io': ['storageclasses'],
  'traefik.io': ['ingressroutes', 'middlewares', 'tlsoptions'],
};

/**
 * Everywhere. Upstream gives get, patch and delete on everything, Secrets included, and create on Jobs and workflows, for the buttons of
 * its pages. Here changes come from git, so the pages only show: a stolen session can neither read a Secret nor delete a volume.
 */
export const SERVER_CLUSTER_RULES: readonly PolicyRule[] = [
  ...Object.entries(SHOWN).map(([group, resources]) => ({ groups: [group], resources, verbs: ['get'] })),
  { groups: [''], resources: ['events'], verbs: ['list'] },
];

export const NOTIFICATIONS_RULES: readonly PolicyRule[] = [
  {
    groups: ['argoproj.io'],
    resources: ['applications', 'appprojects'],
    verbs: ['get', 'list', 'watch', 'update', 'patch'],
  },
  { groups: [''], resources: ['configmaps', 'secrets'], verbs: ['list', 'watch'] },
  { groups: [''], resources: ['configmaps'], names: ['argocd-notifications-cm'], verbs: ['get'] },
  { groups: [''], resources: ['secrets'], names: ['argocd-notifications-secret'], verbs: ['get'] },
];
