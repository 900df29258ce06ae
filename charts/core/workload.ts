import type { IPersistentVolumeClaim } from 'kubernetes-models/v1/PersistentVolumeClaim';
import { CronJob, DaemonSet, Deployment, Job, StatefulSet } from '../../imports/models';
import type { StorageClass } from './contracts';
import type { Labels } from './labels';
import type { PodGroup } from './network';
import { defined } from './objects';
import type { PodSpec } from './pod';
import { podTemplate } from './pod/template';
import type { Memory } from './quantities';
import type { Volume } from './volumes';

/** A claim that each pod of a StatefulSet gets for itself, and keeps. */
export interface ClaimTemplate {
  readonly name: string;
  readonly size: Memory;
  readonly storage: StorageClass;
  /** Who may mount it at once: pods of one node, of all nodes, or one pod alone. @default ReadWriteOnce */
  readonly accessMode?: 'ReadWriteOnce' | 'ReadWriteMany' | 'ReadWriteOncePod';
}

interface Common extends PodSpec {
  readonly name: string;
  /** Labels of object and pods beside the component's own, for others that look for them. @default none */
  readonly labels?: Labels;
  /** Seconds that a pod must be ready before the next one is replaced. @default 0 */
  readonly minReadySeconds?: number;
}

/** How many pods a roll-out may have more or fewer than wanted: a number, or a share like `25%`. Not both may be 0. */
interface Rollout {
  readonly maxSurge: number | `${number}%`;
  readonly maxUnavailable: number | `${number}%`;
}

export interface DeploymentSpec extends Common {
  readonly replicas: number;
  /** `Recreate` where two pods must never run at once (a volume, a migration). @default RollingUpdate */
  readonly strategy?: 'RollingUpdate' | 'Recreate';
  /** Of a rolling update. @default one more, none fewer */
  readonly rollout?: Rollout;
  /** Seconds until a roll-out without progress counts as failed. @default 600 */
  readonly progressDeadlineSeconds?: number;
}

export interface StatefulSetSpec extends Common {
  readonly replicas: number;
  /** Headless Service that names the pods. */
  readonly serviceName: string;
  readonly claims?: readonly ClaimTemplate[];
  /** Whether pods start all at once instead of one after the other. @default false */
  readonly parallel?: boolean;
  /**
   * `OnDelete` where somebody else decides when a pod gets the new template; below the partition pods keep the old one until it is lowered.
   * @default RollingUpdate of all
   */
  readonly updateStrategy?: 'RollingUpdate' | 'OnDelete' | { readonly partition: number };
}

export interface DaemonSetSpec extends Common {
  /** `OnDelete` where a restart hurts what runs on the node, and a person chooses the hour. @default RollingUpdate */
  readonly updateStrategy?: 'RollingUpdate' | 'OnDelete';
  /** Of a rolling update; one of the two is 0. @default no more, one fewer: on a host port two pods cannot overlap */
  readonly rollout?: Rollout;
}

/** Pods that run to an end, once. */
export interface JobSpec extends Omit<Common, 'minReadySeconds'> {
  /** Namespace of its pods. @default the component's */
  readonly namespace?: string;
  /** Labels of its pods in place of its own, where policies are to take them for those of another workload. @default its own */
  readonly podLabels?: Labels;
  /** @default none */
  readonly annotations?: Labels;
  /** Seconds after which a run that is not done is ended and counts as failed, whatever it waits for. */
  readonly deadlineSeconds: number;
  /** Further tries after a failure. @default 0 */
  readonly retries?: number;
}

/** Pods that run to an end, again and again: never two at once, so that a slow run and the next one cannot meet. */
export interface CronJobSpec extends JobSpec {
  /** Whether no run begins. @default false */
  readonly suspended?: boolean;
  /** Five fields in UTC: `15 2 * * *`. */
  readonly schedule: string;
}

/** Seconds by which a run may begin late (the node was down) before it is left out and the next one is waited for. */
const STARTING_DEADLINE_SECONDS = 3600;
/** Finished runs that are kept for their logs: one that was right to compare with, and those of a bad weekend. */
const HISTORY = { successfulJobsHistoryLimit: 1, failedJobsHistoryLimit: 3 } as const;

/** Marks objects that hold data or limit a namespace: no sync and no deleted Application takes them away. */
export const KEEP = { 'argocd.argoproj.io/sync-options': 'Prune=false,Delete=false' } as const;

/** Pods that were rendered or declared: whom flows, Services and budgets mean. */
export interface Workload {
  readonly name: string;
  /** `Managed` pods are made by the controller of another object. */
  readonly kind: 'Deployment' | 'StatefulSet' | 'DaemonSet' | 'Job' | 'CronJob' | 'Managed';
  /** One for what runs once per node, or once. */
  readonly replicas: number;
  readonly selector: Labels;
  readonly pods: PodGroup;
  /** Port name → number, over all containers. */
  readonly ports: Readonly<Record<string, number>>;
}

/** The volume that a claim template gives to each pod. */
export const templateVolume = (claim: ClaimTemplate): Volume => ({ name: claim.name, readOnly: false });

export function deployment(spec: DeploymentSpec, labels: Labels, selector: Labels) {
  const recreate = spec.strategy === 'Recreate';
  return {
    model: Deployment,
    data: {
      metadata: { name: spec.name, labels: { ...labels } },
      spec: defined({
        replicas: spec.replicas,
        revisionHistoryLimit: 3,
        minReadySeconds: spec.minReadySeconds,
        progressDeadlineSeconds: spec.progressDeadlineSeconds ?? 600,
        strategy: recreate
          ? { type: 'Recreate' as const }
          : {
              type: 'RollingUpdate' as const,
              rollingUpdate: { ...(spec.rollout ?? { maxSurge: 1, maxUnavailable: 0 }) },
            },
        selector: { matchLabels: { ...selector } },
        template: podTemplate(spec, labels, selector),
      }),
    },
  };
}

export function statefulSet(spec: StatefulSetSpec, labels: Labels, selector: Labels) {
  const keep = spec.claims?.length ? { annotations: { ...KEEP } } : {};
  return {
    model: StatefulSet,
    data: {
      metadata: { name: spec.name, labels: { ...labels }, ...keep },
      spec: defined({
        replicas: spec.replicas,
        revisionHistoryLimit: 3,
        serviceName: spec.serviceName,
        podManagementPolicy: spec.parallel ? ('Parallel' as const) : ('OrderedReady' as const),
        minReadySeconds: spec.minReadySeconds,
        updateStrategy: setUpdateStrategy(spec),
        // the API server's default, written down: the claims stay when the set goes or shrinks
        persistentVolumeClaimRetentionPolicy: {
          whenDeleted: 'Retain' as const,
          whenScaled: 'Retain' as const,
        },
        selector: { matchLabels: { ...selector } },
        template: podTemplate(spec, labels, selector),
        volumeClaimTemplates: spec.claims?.map((claim) => claimTemplate(claim, selector)),
      }),
    },
  };
}

const setUpdateStrategy = ({ updateStrategy = 'RollingUpdate' }: StatefulSetSpec) =>
  typeof updateStrategy === 'string'
    ? { type: updateStrategy }
    : { type: 'RollingUpdate' as const, rollingUpdate: { ...updateStrategy } };

export function daemonSet(spec: DaemonSetSpec, labels: Labels, selector: Labels) {
  return {
    model: DaemonSet,
    data: {
      metadata: { name: spec.name, labels: { ...labels } },
      spec: defined({
        revisionHistoryLimit: 3,
        minReadySeconds: spec.minReadySeconds,
        updateStrategy:
          spec.updateStrategy === 'OnDelete'
            ? { type: 'OnDelete' as const }
            : {
                type: 'RollingUpdate' as const,
                rollingUpdate: { ...(spec.rollout ?? { maxSurge: 0, maxUnavailable: 1 }) },
              },
        selector: { matchLabels: { ...selector } },
        template: podTemplate(spec, labels, selector),
      }),
    },
  };
}

export function job(spec: JobSpec, labels: Labels, selector: Labels) {
  return { model: Job, data: { metadata: jobMetadata(spec, labels), spec: jobRun(spec, labels, selector) } };
}

export function cronJob(spec: CronJobSpec, labels: Labels, selector: Labels) {
  return {
    model: CronJob,
    data: {
      metadata: jobMetadata(spec, labels),
      spec: {
        schedule: spec.schedule,
        ...(spec.suspended && { suspend: true }),
        timeZone: 'Etc/UTC',
        concurrencyPolicy: 'Forbid' as const,
        startingDeadlineSeconds: STARTING_DEADLINE_SECONDS,
        ...HISTORY,
        jobTemplate: { metadata: { labels: { ...labels } }, spec: jobRun(spec, labels, selector) },
      },
    },
  };
}

const jobMetadata = (spec: JobSpec, labels: Labels) =>
  defined({
    name: spec.name,
    namespace: spec.namespace,
    labels: { ...labels },
    annotations: spec.annotations && { ...spec.annotations },
  });

const jobRun = (spec: JobSpec, labels: Labels, selector: Labels) => ({
  activeDeadlineSeconds: spec.deadlineSeconds,
  backoffLimit: spec.retries ?? 0,
  // a new pod rather than a new container: a run never meets the files of the one before
  template: podTemplate(
    { ...spec, restartPolicy: 'Never' },
    { ...labels, ...spec.podLabels },
    spec.podLabels ?? selector,
  ),
});

/** Claim templates are immutable: only what selects the pods is in their labels. */
export function claimTemplate(claim: ClaimTemplate, selector: Labels): IPersistentVolumeClaim {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: claim.name, labels: { ...selector }, annotations: { ...KEEP } },
    spec: claimSpec(claim),
  };
}

export function claimSpec(claim: Omit<ClaimTemplate, 'name'>) {
  return {
    accessModes: [claim.accessMode ?? ('ReadWriteOnce' as const)],
    storageClassName: claim.storage.name,
    resources: { requests: { storage: claim.size } },
    // the API server's default, written down so that a second apply changes nothing
    volumeMode: 'Filesystem' as const,
  };
}
