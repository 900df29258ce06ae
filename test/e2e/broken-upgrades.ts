import type { KubeObject } from '../../charts/core/objects';
import { configMap, RESTRICTED, workload, type Fault } from './broken-objects';

// One upgrade per mistake that the group `upgrade` must find.

/** An object as it was and as it comes; undefined where it was not, or is no more. */
interface Step {
  readonly before?: KubeObject;
  readonly after?: KubeObject;
  /** Component that it moves to. @default none */
  readonly to?: string;
}

const KEPT = { annotations: { 'argocd.argoproj.io/sync-options': 'Prune=false,Delete=false' } };
const ANEW = { annotations: { 'argocd.argoproj.io/sync-options': 'Force=true,Replace=true' } };

const HOOK = { annotations: { 'argocd.argoproj.io/hook': 'PreSync' } };

const marked = (object: KubeObject, metadata: object): KubeObject => ({
  ...object,
  metadata: { ...object.metadata, ...metadata },
});

const claimSpec = (storage: string) => ({
  accessModes: ['ReadWriteOnce'],
  resources: { requests: { storage } },
});

const claim = (name: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name, namespace: RESTRICTED },
  spec: claimSpec('1Gi'),
});

/** It limits nothing that anybody here asks for. */
const quota = (name: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ResourceQuota',
  metadata: { name, namespace: RESTRICTED },
  spec: { hard: { 'services.nodeports': '0' } },
});

const defaultDeny: KubeObject = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: 'default-deny', namespace: RESTRICTED },
  spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] },
};

const service = (name: string, spec: object): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: RESTRICTED },
  spec: { ports: [{ port: 80 }], ...spec },
});

const statefulSet = (name: string, spec: object = {}): KubeObject =>
  workload(name, {
    kind: 'StatefulSet',
    spec: {
      serviceName: name,
      volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: claimSpec('1Gi') }],
      ...spec,
    },
  });

const reselected = (name: string): KubeObject => {
  const { spec, ...deployment } = workload(name) as KubeObject & { spec: any };
  const labels = { app: name, tier: 'other' };
  const template = { ...spec.template, metadata: { labels } };
  return { ...deployment, spec: { ...spec, selector: { matchLabels: labels }, template } };
};

/** `image` is what differs. */
const job = (name: string, image: string): KubeObject => {
  const { spec } = workload(name, { container: { image }, pod: { restartPolicy: 'Never' } }) as KubeObject & {
    spec: any;
  };
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, namespace: RESTRICTED },
    spec: { template: spec.template },
  };
};

const IMMUTABLE_STATEFUL_SET = 'updates to statefulset spec for fields other than';

export const UPGRADE_FAULTS: readonly (Fault & Step)[] = [
  {
    title: 'a StatefulSet of another Service',
    before: statefulSet('reserved'),
    after: statefulSet('reserved', { serviceName: 'another' }),
    expected: new RegExp(
      `e2e/reserved\\.yaml: StatefulSet e2e-restricted/reserved: .*${IMMUTABLE_STATEFUL_SET}`,
      's',
    ),
  },
  {
    title: 'a larger claim template',
    before: statefulSet('enlarged'),
    after: statefulSet('enlarged', {
      volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: claimSpec('2Gi') }],
    }),
    expected: new RegExp(`StatefulSet e2e-restricted/enlarged: .*${IMMUTABLE_STATEFUL_SET}`, 's'),
  },
  {
    title: 'another selector',
    before: workload('reselected'),
    after: reselected('reselected'),
    expected: /Deployment e2e-restricted\/reselected: .*spec\.selector: .*field is immutable/s,
  },
  {
    title: 'a Job of another image that is no hook',
    before: job('rerun', 'registry.example/nothing:1'),
    after: job('rerun', 'registry.example/nothing:2'),
    expected: /Job e2e-restricted\/rerun: .*spec\.template: .*field is immutable/s,
  },
  {
    title: 'a Service without its address',
    before: service('headless', {}),
    after: service('headless', { clusterIP: 'None' }),
    expected: /Service e2e-restricted\/headless: .*spec\.clusterIPs\[0\]: .*may not change once set/s,
  },
  {
    title: 'a StatefulSet that is replaced',
    before: statefulSet('replaced'),
    after: marked(statefulSet('replaced', { serviceName: 'another' }), ANEW),
    expected: /StatefulSet e2e-restricted\/replaced is deleted and made anew/,
  },
  {
    title: 'a claim that may be pruned',
    before: claim('pruned-claim'),
    expected: /PersistentVolumeClaim e2e-restricted\/pruned-claim is deleted/,
  },
  {
    title: 'a StatefulSet that takes its claims along',
    before: statefulSet('taken', { persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Delete' } }),
    expected: /PersistentVolumeClaim e2e-restricted\/data-taken-0 is deleted/,
  },
  {
    title: 'a quota that may be pruned',
    before: quota('pruned-quota'),
    expected: /ResourceQuota e2e-restricted\/pruned-quota is deleted/,
  },
  {
    title: 'a default deny that may be pruned',
    before: defaultDeny,
    expected: /NetworkPolicy e2e-restricted\/default-deny is deleted/,
  },
  {
    title: 'a datastore that moves away from an Application that stays',
    before: statefulSet('moved'),
    after: statefulSet('moved', { replicas: 2 }),
    to: 'e2e-other',
    expected: /Pod e2e-restricted\/moved-0 is deleted and made anew/,
  },
  {
    title: 'an object that does not go',
    before: marked(configMap('held'), { finalizers: ['e2e.example/held'] }),
    expected: /ConfigMap e2e-restricted\/held is pruned, and does not go/,
  },
  {
    title: 'a roll-out that does not end',
    before: workload('stuck'),
    after: workload('stuck', { annotations: { 'strata-e2e/never-ready': 'true' } }),
    expected: /after the upgrade, Deployment e2e-restricted\/stuck: /,
  },
];

/** What must not be named. */
export const SOUND_UPGRADES: readonly Step[] = [
  { before: marked(claim('sound-claim'), KEPT) },
  { before: marked(quota('sound-quota'), KEPT) },
  {
    before: marked(statefulSet('sound-moved'), KEPT),
    after: marked(statefulSet('sound-moved', { replicas: 2 }), KEPT),
    to: 'e2e-other',
  },
  { before: configMap('sound-gone') },
  { before: statefulSet('sound-gone') },
  {
    before: marked(job('sound-hook', 'registry.example/nothing:1'), HOOK),
    after: marked(job('sound-hook', 'registry.example/nothing:2'), HOOK),
  },
  { before: workload('sound-raised'), after: workload('sound-raised', { spec: { replicas: 2 } }) },
  { before: statefulSet('sound-kept'), after: statefulSet('sound-kept', { replicas: 2 }) },
];
