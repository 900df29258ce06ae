import type { Layer } from './layers';

/** Whose pods go first where room is short: to the scheduler, and as the last that a kubelet evicts. */
export type Priority = 'system' | 'data' | 'app' | 'batch';

interface PriorityClassSpec {
  /**
   * Below 10^9, the most that a class of people may have (Kubernetes v1.36, pkg/apis/scheduling: HighestUserDefinablePriority). Pods that name
   * no class have 0. The API server refuses another value for a class that is there: a new value needs a new name.
   */
  readonly value: number;
  /** Whether a pod that finds no room pushes others out. Of these the scheduler takes the lowest that suffice. */
  readonly preemptionPolicy: 'PreemptLowerPriority' | 'Never';
  readonly description: string;
}

export const PRIORITIES: Readonly<Record<Priority, PriorityClassSpec>> = {
  system: {
    value: 1_000_000,
    // without the ingress, the operators and what puts things right nobody reaches the rest, or mends it
    preemptionPolicy: 'PreemptLowerPriority',
    description: 'What the others run on: ingress, DNS, storage, policies, operators, delivery, watching',
  },
  data: {
    value: 100_000,
    // a database that lost its node comes back before the applications that need it
    preemptionPolicy: 'PreemptLowerPriority',
    description: 'Datastores: databases, caches, queues, metrics',
  },
  app: {
    value: 10_000,
    // users go before a backup, which is made again, and before pods that name no class
    preemptionPolicy: 'PreemptLowerPriority',
    description: 'Applications',
  },
  batch: {
    value: 1_000,
    // a run that waits is only late: it pushes nobody out, and pods that name no class do not push it out either
    preemptionPolicy: 'Never',
    description: 'Backups, their checks, and restore drills',
  },
};

/** Kubernetes keeps names with `system-` for itself, and a bare `system` might be anybody's. */
export const priorityClassName = (priority: Priority): string => `strata-${priority}`;

/** What the pods of a layer are, unless a component says otherwise of itself. */
export const PRIORITY_OF_LAYER: Readonly<Record<Layer, Priority>> = {
  cluster: 'system',
  storage: 'system',
  network: 'system',
  certificates: 'system',
  secrets: 'system',
  policy: 'system',
  backup: 'batch',
  data: 'data',
  apps: 'app',
  observability: 'system',
  delivery: 'system',
};
