import { RESOURCES } from '../../../imports/models';
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

/** What controllers make of rendered objects, and people look for beside them. */
const MADE: Readonly<Record<string, readonly string[]>> = {
  '': ['persistentvolumes', 'pods', 'pods/log'],
  'acme.cert-manager.io': ['challenges', 'orders'],
  'apiextensions.k8s.io': ['customresourcedefinitions'],
  apps: ['controllerrevisions', 'replicasets'],
  'cert-manager.io': ['issuers'],
};

/** Every kind that components can render, but Secrets, and what is made of them. */
const SHOWN: readonly (readonly [string, readonly string[]])[] = [
  ...new Set([...RESOURCES.map(({ group }) => group), ...Object.keys(MADE)]),
]
  .sort()
  .map((group) => {
    const rendered = RESOURCES.filter((one) => one.group === group && one.resource !== 'secrets');
    return [group, [...rendered.map(({ resource }) => resource), ...(MADE[group] ?? [])].sort()];
  });

/**
 * Everywhere. Upstream gives get, patch and delete on everything, Secrets included, and create on Jobs and workflows, for the buttons of
 * its pages. Here changes come from git, so the pages only show: a stolen session can neither read a Secret nor delete a volume.
 */
export const SERVER_CLUSTER_RULES: readonly PolicyRule[] = [
  ...SHOWN.map(([group, resources]) => ({ groups: [group], resources, verbs: ['get'] })),
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
