import type { KubeObject } from '../../charts/core/objects';
import type { SecretDeclaration } from '../../charts/core/render';
import { generate } from '../../cli/secrets';

interface StandIn {
  readonly what: string;
  readonly instead: string;
  readonly reason: string;
}

/** Everything in a run that is not as on a cluster, in one table. It is printed by --stand-ins. */
export const STAND_INS = {
  nodes: {
    what: 'nodes and kubelets',
    instead: 'KWOK: nodes of the size in the settings; pods are Ready when bound, those of Jobs succeed',
    reason: 'no container runs, so images, probes and scripts are not tried here',
  },
  secrets: {
    what: 'Secrets that components declare',
    instead: 'generated values; "stand-in" where somebody else gives the value',
    reason: 'no value is in the repository',
  },
  volumes: {
    what: 'volumes',
    instead: 'a PersistentVolume per claim, of its size and class, bound to it by claimRef',
    reason: 'no provisioner runs',
  },
  jobs: {
    what: 'schedules of CronJobs',
    instead: 'one Job of each, made at once as `kubectl create job --from` does',
    reason: 'nobody waits for the night',
  },
  webhooks: {
    what: 'webhook configurations and APIServices',
    instead: 'applied after everything else',
    reason: 'nothing listens behind them: they would refuse every object they are for',
  },
} as const satisfies Record<string, StandIn>;

const AFTER_ALL = ['ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration', 'APIService'];

/** The row that an object falls under, if any. */
export const standInOf = ({ kind }: KubeObject): StandIn | undefined =>
  AFTER_ALL.includes(kind) ? STAND_INS.webhooks : undefined;

/** Every declared Secret with values. */
export function standInSecrets(declared: readonly SecretDeclaration[]): KubeObject[] {
  const values = declared.flatMap(({ namespace, name, keys }) =>
    Object.entries(keys)
      .filter(([, generator]) => generator.kind === 'provided')
      .map(([key]): [string, string] => [`${namespace}/${name}.${key}`, 'stand-in']),
  );
  return generate(declared, new Map(values)) as unknown as KubeObject[];
}

/** The volume that a provisioner would make for a claim. */
export function standInVolume(claim: any): KubeObject {
  const { namespace, name, uid } = claim.metadata;
  const { accessModes, resources, storageClassName, volumeMode } = claim.spec;
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: `pvc-${uid}` },
    spec: {
      ...{ accessModes, storageClassName, volumeMode },
      capacity: { storage: resources.requests.storage },
      claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name, uid },
      persistentVolumeReclaimPolicy: 'Retain',
      csi: { driver: 'strata-e2e.example', volumeHandle: uid },
    },
  };
}
