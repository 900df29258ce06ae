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
  argocd: {
    what: 'Argo CD of the release in the image lock',
    instead:
      'GitOps groups: 3.2.11 as local processes, with the flags, variables, ConfigMaps and rights that are rendered; only addresses and ' +
      'folders differ, and the 2 s between two waves are left out',
    reason: 'no container runs, and no newer release builds as a Go module',
  },
  redis: {
    what: 'the Redis of Argo CD',
    instead: 'GitOps groups: miniredis, without a password',
    reason: 'no container runs',
  },
  repository: {
    what: 'gitops.repository of the settings',
    instead:
      'GitOps groups: a file:// address in the Applications and AppProjects of a scratch copy of dist/<cluster>',
    reason: 'commits are made and taken back in it',
  },
  polling: {
    what: 'the wait for the next look at git',
    instead:
      'GitOps groups: the annotation argocd.argoproj.io/refresh after each commit, as a webhook of the git server sets it, but only on ' +
      'Applications whose folder it changes; after the commit that is no YAML, on all but the definitions',
    reason: 'nobody waits for two minutes',
  },
  addresses: {
    what: 'raw addresses in dist/<cluster>/crds',
    instead:
      'GitOps groups with --crds: the same files, by their locked sums, beside the kustomization of the scratch copy',
    reason: 'no network is needed',
  },
  silent: {
    what: 'webhooks that are asked',
    instead:
      'GitOps groups: the rendered configurations with an objectSelector that nothing matches, in the scratch copy; APIServices are left out',
    reason: 'Argo CD applies them when git says so, and nothing listens behind them',
  },
  status: {
    what: 'controllers of custom resources and Ingresses',
    instead:
      'GitOps groups: Certificates and issuers get the condition Ready, Ingresses and Services of type LoadBalancer an address, PostgreSQL and Prometheus the word of their operators (STATUSES)',
    reason: 'no container runs, and Argo CD waits for that status',
  },
  operators: {
    what: 'pods that operators make (Prometheus, PostgreSQL)',
    instead: 'none: Services and budgets that select only them are left out of the group selected',
    reason: 'no operator runs',
  },
  upgrade: {
    what: 'the sync from the previous set to this one',
    instead:
      'group upgrade: this run applies and prunes by the rules of Argo CD, on a server put back to the previous set; kinds are those of today',
    reason: 'previous definitions are not at hand, and a second server would double the time',
  },
  verified: {
    what: 'what strata verify reads',
    instead:
      'group verify: Applications Synced and Healthy, Certificates issued today, and webhooks with a selector that nothing matches',
    reason: 'neither Argo CD nor cert-manager runs in that group',
  },
} as const satisfies Record<string, StandIn>;

const AFTER_ALL = ['ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration', 'APIService'];

const ready = {
  conditions: [{ type: 'Ready', status: 'True', reason: 'StandIn', message: 'said by the end-to-end run' }],
};
const available = ['Available', 'Reconciled'].map((type) => ({
  ...{ type, status: 'True', reason: 'StandIn', message: 'said by the end-to-end run' },
  ...{ observedGeneration: 1, lastTransitionTime: '2026-01-01T00:00:00Z' },
}));
const reachable = { loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } };

/** What a controller would write into the status of an object that has none yet: whatever Argo CD's health checks wait for. */
export const STATUSES: readonly {
  readonly apiVersion: string;
  readonly kind: string;
  /** Of which objects; all by default. */
  readonly of?: (spec: any, metadata: KubeObject['metadata']) => boolean;
  readonly status: { readonly [field: string]: unknown };
}[] = [
  { apiVersion: 'cert-manager.io/v1', kind: 'Certificate', status: ready },
  { apiVersion: 'cert-manager.io/v1', kind: 'ClusterIssuer', status: ready },
  { apiVersion: 'cert-manager.io/v1', kind: 'Issuer', status: ready },
  // charts/delivery/argocd: the checks of health that these have to satisfy
  { apiVersion: 'postgresql.cnpg.io/v1', kind: 'Cluster', status: { phase: 'Cluster in healthy state' } },
  {
    ...{ apiVersion: 'postgresql.cnpg.io/v1', kind: 'Cluster' },
    of: (_, { annotations }) => annotations?.['cnpg.io/hibernation'] === 'on',
    status: {
      conditions: [
        {
          type: 'cnpg.io/hibernation',
          status: 'True',
          reason: 'Hibernated',
          message: 'Cluster has been hibernated',
        },
      ],
    },
  },
  { apiVersion: 'postgresql.cnpg.io/v1', kind: 'Pooler', status: { phase: 'active' } },
  { apiVersion: 'postgresql.cnpg.io/v1', kind: 'Database', status: { applied: true, observedGeneration: 1 } },
  // resource_customizations/monitoring.coreos.com/Prometheus/health.lua of Argo CD v3.5.1
  { apiVersion: 'monitoring.coreos.com/v1', kind: 'Prometheus', status: { conditions: available } },
  { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', status: reachable },
  { apiVersion: 'v1', kind: 'Service', of: ({ type }) => type === 'LoadBalancer', status: reachable },
];

/** The selector of webhooks that nobody is to ask. */
export const ASKED_FOR_NOTHING = { matchLabels: { 'strata-e2e/asked': 'never' } };

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
