import type { IPersistentVolumeClaim } from 'kubernetes-models/v1/PersistentVolumeClaim';
import { DaemonSet, Deployment, StatefulSet } from '../../imports/models';
import type { StorageClass } from './contracts';
import type { Labels } from './labels';
import type { PodGroup } from './network';
import { defined } from './objects';
import { podTemplate, type PodSpec } from './pod';
import type { Memory } from './quantities';
import type { Volume } from './volumes';

/** A claim that each pod of a StatefulSet gets for itself, and keeps. */
export interface ClaimTemplate {
  readonly name: string;
  readonly size: Memory;
  readonly storage: StorageClass;
}

interface Common extends PodSpec {
  readonly name: string;
}

export interface DeploymentSpec extends Common {
  readonly replicas: number;
  /** `Recreate` where two pods must never run at once (a volume, a migration). @default RollingUpdate */
  readonly strategy?: 'RollingUpdate' | 'Recreate';
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
}

/** Marks objects that hold data: no sync and no deleted Application takes them away. */
export const KEEP = { 'argocd.argoproj.io/sync-options': 'Prune=false,Delete=false' } as const;

/** A workload that was rendered: whom flows, Services and budgets mean. */
export interface Workload {
  readonly name: string;
  readonly kind: 'Deployment' | 'StatefulSet' | 'DaemonSet';
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
      spec: {
        replicas: spec.replicas,
        revisionHistoryLimit: 3,
        progressDeadlineSeconds: spec.progressDeadlineSeconds ?? 600,
        strategy: recreate
          ? { type: 'Recreate' as const }
          : { type: 'RollingUpdate' as const, rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
        selector: { matchLabels: { ...selector } },
        template: podTemplate(spec, labels, selector),
      },
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
        updateStrategy: { type: 'RollingUpdate' as const },
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

export function daemonSet(spec: Common, labels: Labels, selector: Labels) {
  return {
    model: DaemonSet,
    data: {
      metadata: { name: spec.name, labels: { ...labels } },
      spec: {
        revisionHistoryLimit: 3,
        // on a host port two pods cannot overlap: the old one goes first
        updateStrategy: { type: 'RollingUpdate' as const, rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } },
        selector: { matchLabels: { ...selector } },
        template: podTemplate(spec, labels, selector),
      },
    },
  };
}

/** Claim templates are immutable: only what selects the pods is in their labels. */
function claimTemplate(claim: ClaimTemplate, selector: Labels): IPersistentVolumeClaim {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: claim.name, labels: { ...selector }, annotations: { ...KEEP } },
    spec: claimSpec(claim),
  };
}

export function claimSpec(claim: Pick<ClaimTemplate, 'size' | 'storage'>) {
  return {
    accessModes: ['ReadWriteOnce' as const],
    storageClassName: claim.storage.name,
    resources: { requests: { storage: claim.size } },
    // the API server's default, written down so that a second apply changes nothing
    volumeMode: 'Filesystem' as const,
  };
}
