/** A sizing preset of a cluster. */
export interface Profile {
  /** Pods of each stateless controller. */
  readonly replicas: 1 | 2;
  /** What the memory and CPU defaults of infrastructure components are multiplied by. */
  readonly factor: number;
  /** Sum of requests that an environment's namespace may claim, when its settings name none. */
  readonly quota: {
    readonly cpu: `${number}`;
    readonly memory: `${number}Gi`;
    readonly storage: `${number}Gi`;
  };
}

export type ProfileName = 'mono' | 'small' | 'standard';

export const PROFILES: Readonly<Record<ProfileName, Profile>> = {
  // One node: a second pod of a controller dies with the first, and only costs memory.
  // Each component of an environment with its defaults and backups, in one environment. It is a bound and no reservation: that all environments
  // fit on the node together is what the rule capacity says of their requests.
  mono: { replicas: 1, factor: 1, quota: { cpu: '3', memory: '7Gi', storage: '100Gi' } },
  // Two or three nodes of 4 cores and 8 GiB: controllers survive the loss of a node, but see little load.
  // The quota is half of two such workers, since one of them has to carry the namespace while the other restarts.
  small: { replicas: 2, factor: 1, quota: { cpu: '4', memory: '8Gi', storage: '80Gi' } },
  // Four or more workers: hundreds of pods to watch, which is what controllers' memory grows with.
  standard: { replicas: 2, factor: 2, quota: { cpu: '8', memory: '16Gi', storage: '200Gi' } },
};
