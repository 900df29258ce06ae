import type { ClusterSettings } from '../../settings/settings';
import { PROFILES } from '../../settings/profiles';

export type PodSecurityLevel = 'restricted' | 'baseline' | 'privileged';

/** A namespace that Strata renders, and what it may hold together. */
export interface NamespaceSpec {
  readonly name: string;
  /** Label `environment`: dev, staging or prod for people's work, else what the namespace is for. */
  readonly environment: string;
  readonly podSecurity: PodSecurityLevel;
  /** Sum of the requests of its pods and claims. */
  readonly quota: { readonly cpu: string; readonly memory: string; readonly storage: string };
}

/** Namespaces of components that exist once in a cluster. */
const INFRASTRUCTURE: readonly NamespaceSpec[] = [
  {
    name: 'argocd',
    environment: 'platform',
    podSecurity: 'restricted',
    quota: { cpu: '2', memory: '4Gi', storage: '0' },
  },
  {
    name: 'cert-manager',
    environment: 'platform',
    podSecurity: 'restricted',
    quota: { cpu: '1', memory: '2Gi', storage: '0' },
  },
  {
    // the host network, and with it ports 80 and 443 of the node, is forbidden below this level
    name: 'ingress',
    environment: 'platform',
    podSecurity: 'privileged',
    quota: { cpu: '2', memory: '2Gi', storage: '0' },
  },
];

/** Restore drills: a scratch server each, no claims, and no route to a datastore. */
export const DRILLS_NAMESPACE = 'drills';

const DRILLS: NamespaceSpec = {
  name: DRILLS_NAMESPACE,
  environment: 'platform',
  podSecurity: 'restricted',
  quota: { cpu: '2', memory: '4Gi', storage: '0' },
};

/** All namespaces of a cluster: infrastructure, monitoring, then the environments in the order of the settings. */
export function namespacesOf(settings: ClusterSettings): readonly NamespaceSpec[] {
  const { quota } = PROFILES[settings.profile];
  return [
    ...INFRASTRUCTURE,
    ...(settings.backup ? [DRILLS] : []),
    {
      name: settings.monitoring.namespace,
      environment: 'monitoring',
      podSecurity: settings.monitoring.podSecurity,
      quota,
    },
    ...settings.environments.map((environment) => ({
      name: environment.namespace,
      environment: environment.stage,
      podSecurity: environment.podSecurity,
      quota: environment.quota,
    })),
  ];
}
