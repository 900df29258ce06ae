import type { EnvironmentSettings } from '../../settings/base';
import type { ComponentIdentity, Contract } from './contracts';
import type { Labels } from './labels';
import { INTERNET, tcp, type AddressGroup, type Endpoint, type Port } from './network';
import type { ContainerSpec, EnvValue } from './pod';
import type { Memory } from './quantities';
import { keyOf, type SecretRef } from './secrets';
import type { ConfigFiles } from './volumes';

/** The label of every backup, check and drill, with its step as value: `backup`, `check`, `drill`, `restore`. */
export const BACKUP_LABEL = 'strata.dev/backup';
/** Label that names the component whose data the run is about. */
export const PROTECTS_LABEL = 'strata.dev/protects';

/** Scripts in ConfigMaps of one namespace. */
export interface ScriptStore extends Contract {
  /**
   * Files with these texts. Each file is there once, whoever asked for it first; `name` is that of the ConfigMap of those that nobody asked
   * for before.
   */
  readonly files: (name: string, data: Readonly<Record<string, string>>) => readonly ConfigFiles[];
}

/** Where backups go, and what a run needs to get there. */
export interface BackupTarget extends Contract {
  readonly cluster: string;
  /** URL of the S3 API. */
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
  /** age recipient that data keys are encrypted to. */
  readonly recipient: string;
  readonly retentionDays: number;
  /** The S3 API as a NetworkPolicy sees it. */
  readonly peer: AddressGroup;
  readonly port: Port;
  /** The Pushgateway. */
  readonly metrics: Endpoint;
  /** Keys of the bucket in the namespace of drills; datastores have copies. */
  readonly access: SecretRef;
  /** The age identity, in the namespace of drills and nowhere else. */
  readonly identity: SecretRef;
  /** The scripts of all runs in a namespace. */
  readonly scriptsIn: (namespace: string) => ScriptStore;
  /** When the first drill may begin: five fields, UTC. */
  readonly drillSchedule: string;
}

/** A step of the datastore's own: a script in one of its images, in a pod with the folders that backup/common.sh names. */
export interface OwnStep extends Pick<ContainerSpec, 'name' | 'image' | 'resources' | 'env' | 'mounts'> {
  /** What reads the script; images of Alpine have no bash. @default bash */
  readonly shell?: 'bash' | 'sh';
  /** File name → text; the first is run, the others are what it reads. */
  readonly scripts: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
  /** Runs beside the steps after it, until they have ended: a server that they load into. In a drill only. @default false */
  readonly sidecar?: boolean;
}

/** One kind of backup of a datastore: how it is dumped, and how a drill loads and compares it. */
export interface BackupPlan {
  /** Folder in the bucket, and suffix of the names of its CronJobs: `logical`. */
  readonly kind: string;
  /** Five fields, UTC. */
  readonly schedule: string;
  /** Seconds after which the newest set counts as too old: the interval and a margin. */
  readonly maxAgeSeconds: number;
  /** Seconds that one run may take. */
  readonly deadlineSeconds: number;
  /** Room for the dump and its encrypted copy, and in a drill for the scratch server too. */
  readonly scratch: Memory;
  readonly user: { readonly uid: number; readonly gid: number };
  /** Write the data and facts.json. */
  readonly dump: readonly OwnStep[];
  /** In a drill: start a scratch server, restore, compare with facts.json, write result.json. */
  readonly load: readonly OwnStep[];
  /** Into the live datastore, for whoever runs the Job that `strata restore` writes. */
  readonly restore: readonly OwnStep[];
  /** What a person does before that, as a sentence. @default nothing */
  readonly before?: string;
  /** Servers that dump and restore connect to. */
  readonly servers: readonly Endpoint[];
  /** Pods that dump and restore share a node with, since they share a volume. @default any node */
  readonly beside?: Labels;
}

/** What a drill has to know of a datastore: contracts only, since it runs elsewhere. */
export interface Drillable extends Contract {
  readonly component: ComponentIdentity & { readonly name: string };
  readonly environment: EnvironmentSettings;
  readonly target: BackupTarget;
  readonly plan: BackupPlan;
}

/** Name of the CronJob, and selector of its pods, that makes sets of this kind: a restore has the same connections. */
export const backupName = (component: { readonly name: string }, plan: Pick<BackupPlan, 'kind'>): string =>
  `${component.name}-backup-${plan.kind}`;

/** Name of the Secret with the component's copy of the bucket's keys. */
export const bucketKeysName = (component: { readonly name: string }): string => `${component.name}-backup-s3`;

/** Environment of steps that know which set they are about. */
export const setEnvironment = (
  target: BackupTarget,
  component: ComponentIdentity,
  plan: Pick<BackupPlan, 'kind' | 'maxAgeSeconds'>,
): Record<string, string> => ({
  CLUSTER: target.cluster,
  COMPONENT: component.id,
  KIND: plan.kind,
  MAX_AGE_SECONDS: String(plan.maxAgeSeconds),
  // no home in the images for the pod's user, and a read-only root
  HOME: '/tmp',
});

/** Environment of steps that talk to the bucket: rclone's own variables (rclone.org/docs, "Environment variables"; backend s3). */
export const storeEnvironment = (target: BackupTarget, access: SecretRef): Record<string, EnvValue> => ({
  RCLONE_S3_PROVIDER: 'Other',
  RCLONE_S3_ENDPOINT: target.endpoint,
  RCLONE_S3_REGION: target.region,
  RCLONE_S3_ACCESS_KEY_ID: keyOf(access, 'access-key-id'),
  RCLONE_S3_SECRET_ACCESS_KEY: keyOf(access, 'secret-access-key'),
  BUCKET: target.bucket,
  PUSHGATEWAY: `http://${target.metrics.host}:${target.metrics.port}`,
});

/** The S3 API as policies see it: one address where the URL names one, else the internet. */
export function storePeer(endpoint: string): Pick<BackupTarget, 'peer' | 'port'> {
  const [, host = '', port = '443'] = /^https:\/\/([^/:]+)(?::(\d+))?/.exec(endpoint) ?? [];
  const address: AddressGroup = { kind: 'addresses', name: 'backup-store', cidrs: [`${host}/32`] };
  return { peer: /^\d+(\.\d+){3}$/.test(host) ? address : INTERNET, port: tcp(Number(port)) };
}
