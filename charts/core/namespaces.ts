import type { Cpu, Memory } from './quantities';

export type PodSecurityLevel = 'restricted' | 'baseline' | 'privileged';

/** A namespace that Strata renders, and what it may hold together. */
export interface NamespaceSpec {
  readonly name: string;
  /** Label `environment`: dev, staging or prod for people's work, else what the namespace is for. */
  readonly environment: string;
  readonly podSecurity: PodSecurityLevel;
  /** Sum of the requests of its pods and claims. */
  readonly quota: { readonly cpu: string; readonly memory: string; readonly storage: string };
  /**
   * What a container gets that names nothing itself, such as those of pods that a controller makes. Without `memoryLimit` it may take
   * what the node has. @default 25m, 64Mi, and at most 128Mi
   */
  readonly unnamed?: { readonly cpu: Cpu; readonly memory: Memory; readonly memoryLimit?: Memory };
}

/** Restore drills: a scratch server each, no claims, and no route to a datastore. */
export const DRILLS_NAMESPACE = 'drills';

/** Home of Argo CD, and of the Applications and AppProjects that it reads. */
export const ARGOCD_NAMESPACE: NamespaceSpec = {
  name: 'argocd',
  environment: 'platform',
  podSecurity: 'restricted',
  quota: { cpu: '2', memory: '4Gi', storage: '0' },
};
