import type { KubeObject } from '../../charts/core/objects';

// One object per mistake that a group of assertions must find.

/** A deliberate mistake, and what must be said of it. */
export interface Fault {
  readonly title: string;
  readonly expected: RegExp;
}

export const RESTRICTED = 'e2e-restricted';
const NARROW = 'e2e-narrow';

const namespace = (name: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: {
    name,
    labels: {
      'pod-security.kubernetes.io/enforce': 'restricted',
      'pod-security.kubernetes.io/warn': 'restricted',
    },
  },
});

export const NAMESPACES: readonly KubeObject[] = [
  namespace(RESTRICTED),
  namespace(NARROW),
  {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'quota', namespace: NARROW },
    spec: { hard: { 'requests.memory': '64Mi', 'requests.storage': '1Gi' } },
  },
  {
    apiVersion: 'v1',
    kind: 'LimitRange',
    metadata: { name: 'limits', namespace: RESTRICTED },
    spec: { limits: [{ type: 'Container', max: { cpu: '500' } }] },
  },
];

const container = () => ({
  name: 'main',
  image: 'registry.example/nothing:1',
  resources: { requests: { cpu: '1m', memory: '1Mi' } } as Record<string, Record<string, string>>,
  securityContext: {
    allowPrivilegeEscalation: false,
    capabilities: { drop: ['ALL'] },
  } as Record<string, unknown>,
});

const podSpec = (main: object = {}, pod: object = {}) => ({
  securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
  containers: [{ ...container(), ...main }],
  ...pod,
});

interface Workload {
  readonly kind?: 'Deployment' | 'StatefulSet' | 'DaemonSet';
  readonly namespace?: string;
  readonly container?: object;
  readonly pod?: object;
  readonly annotations?: Record<string, string>;
  readonly spec?: object;
}

export function workload(name: string, options: Workload = {}): KubeObject {
  const labels = { app: name };
  return {
    apiVersion: 'apps/v1',
    kind: options.kind ?? 'Deployment',
    metadata: { name, namespace: options.namespace ?? RESTRICTED },
    spec: {
      selector: { matchLabels: labels },
      template: {
        metadata: { labels, ...(options.annotations && { annotations: options.annotations }) },
        spec: podSpec(options.container, options.pod),
      },
      ...options.spec,
    },
  };
}

export const configMap = (name: string, fields: object = { data: { key: 'value' } }): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: RESTRICTED },
  ...fields,
});

const PRIVILEGED = { securityContext: { privileged: true } };

export const INVALID_DEFINITION = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: things.e2e.example
spec:
  group: e2e.example
  scope: Namespaced
  names: { kind: Thing, plural: things }
  versions: [{ name: v1, served: true, storage: true }]
`;

/** What the server refuses, or takes with a warning. */
export const REFUSED: readonly (Fault & { readonly object: KubeObject; readonly text?: string })[] = [
  {
    title: 'an unknown field',
    object: workload('unknown-field', { spec: { replica: 1 } }),
    expected:
      /broken\.yaml: Deployment e2e-restricted\/unknown-field: .*\.spec\.replica: field not declared/s,
  },
  {
    title: 'a doubled key',
    object: configMap('doubled-key'),
    text: `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: doubled-key, namespace: ${RESTRICTED} }\ndata:\n  key: one\n  key: two\n`,
    expected: /key "key" already set/,
  },
  {
    title: 'a kind without a definition',
    object: { ...configMap('unknown-kind'), apiVersion: 'e2e.example/v1', kind: 'Nothing' },
    expected: /does not know the kind e2e\.example\/v1 Nothing/,
  },
  {
    title: 'a namespace that is not there',
    object: { ...configMap('nowhere'), metadata: { name: 'nowhere', namespace: 'e2e-nowhere' } },
    expected: /namespaces "e2e-nowhere" not found/,
  },
  {
    title: 'an invalid value',
    object: workload('invalid', { pod: { restartPolicy: 'Never' } }),
    expected: /spec\.template\.spec\.restartPolicy: Unsupported value/,
  },
  {
    title: 'a deprecated API',
    object: { ...configMap('deprecated', {}), kind: 'Endpoints' },
    expected: /Endpoints e2e-restricted\/deprecated: warning: v1 Endpoints is deprecated/,
  },
  {
    title: 'a Pod Security warning',
    object: workload('warned', { container: PRIVILEGED }),
    expected: /warned: warning: would violate PodSecurity "restricted/,
  },
  {
    title: 'a webhook without side effects told',
    object: {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingWebhookConfiguration',
      metadata: { name: 'e2e-invalid' },
      webhooks: [
        {
          name: 'a.e2e.example',
          clientConfig: { url: 'https://e2e.example' },
          admissionReviewVersions: ['v1'],
        },
      ],
    },
    expected: /webhooks\[0\]\.sideEffects/,
  },
];

/** What the server takes and stores in another way. */
export const REWRITTEN: readonly (Fault & { readonly object: KubeObject })[] = [
  {
    title: 'an empty list',
    object: {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: 'rewritten-empty', namespace: RESTRICTED },
      spec: { podSelector: {}, policyTypes: ['Egress'], egress: [] },
    },
    expected: /rewritten-empty: the server stores spec\.egress: nothing for \[\]/,
  },
  {
    title: 'a quantity in another unit',
    object: workload('rewritten-quantity', { container: { resources: { requests: { cpu: '1000m' } } } }),
    expected: /resources\.requests\.cpu: "1" for "1000m"/,
  },
  {
    title: 'a field that is only written',
    object: { ...configMap('rewritten-secret', { stringData: { key: 'value' } }), kind: 'Secret' },
    expected: /Secret e2e-restricted\/rewritten-secret: the server stores stringData: nothing/,
  },
];

/** What somebody changes after it was applied. */
export const INTERVENTIONS: readonly (Fault & {
  readonly object: KubeObject;
  readonly change: object | 'delete';
})[] = [
  {
    title: 'replicas that an autoscaler sets too',
    object: workload('scaled', { spec: { replicas: 1 } }),
    change: { spec: { replicas: 2 } },
    expected: /scaled changes when applied again; there was spec\.replicas: 2 for 1/,
  },
  {
    title: 'a value changed by hand',
    object: configMap('edited'),
    change: { data: { key: 'another' } },
    expected: /edited changes when applied again; there was data\.key: "another" for "value"/,
  },
  {
    title: 'an object that was deleted',
    object: configMap('deleted'),
    change: 'delete',
    expected: /deleted is gone/,
  },
];

/** What must not be named: a Deployment, and a CronJob whose Job succeeds. */
export const SOUND: readonly KubeObject[] = [
  workload('sound'),
  {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: 'sound', namespace: RESTRICTED },
    spec: {
      schedule: '0 3 * * *',
      jobTemplate: { spec: { template: { spec: podSpec({}, { restartPolicy: 'Never' }) } } },
    },
  },
];

/** What never gets its pods. */
export const POD_FAULTS: readonly (Fault & { readonly object: KubeObject })[] = [
  {
    title: 'a privileged container',
    object: workload('privileged', { container: PRIVILEGED }),
    expected: /Deployment e2e-restricted\/privileged: 0 of 1 .*violates PodSecurity "restricted/s,
  },
  {
    title: 'a quota that is too small',
    object: workload('over-quota', { namespace: NARROW, container: memory('65Mi') }),
    expected: /over-quota: 0 of 1 .*exceeded quota: quota/s,
  },
  {
    title: 'a container above the limit range',
    object: workload('over-limit', { container: { resources: { limits: { cpu: '501' } } } }),
    expected: /over-limit: 0 of 1 .*maximum cpu usage per Container is 500/s,
  },
  {
    title: 'a pod larger than any node',
    object: workload('too-large', { container: memory('4Ti') }),
    expected: /too-large: 0 of 1 .*Insufficient memory/s,
  },
  {
    title: 'a node that is not there',
    object: workload('nowhere', {
      kind: 'DaemonSet',
      pod: { nodeSelector: { 'kubernetes.io/os': 'plan9' } },
    }),
    expected: /DaemonSet e2e-restricted\/nowhere: 0 of 0/,
  },
  {
    title: 'an account that is not there',
    object: workload('no-account', { kind: 'StatefulSet', pod: { serviceAccountName: 'nobody' } }),
    expected: /StatefulSet e2e-restricted\/no-account: 0 of 1 .*serviceaccount "nobody" not found/s,
  },
  {
    title: 'a claim that is not there',
    object: workload('no-claim', {
      pod: { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'nothing' } }] },
    }),
    expected: /no-claim: 0 of 1 .*persistentvolumeclaim "nothing" not found/s,
  },
  {
    title: 'a container that never gets Ready',
    object: workload('never-ready', { annotations: { 'strata-e2e/never-ready': 'true' } }),
    expected: /never-ready: 0 of 1 pods Ready/,
  },
  {
    title: 'a Job of a CronJob that is refused',
    object: {
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: { name: 'refused', namespace: RESTRICTED },
      spec: {
        schedule: '0 3 * * *',
        jobTemplate: { spec: { template: { spec: podSpec(PRIVILEGED, { restartPolicy: 'Never' }) } } },
      },
    },
    expected: /refused.*would violate PodSecurity "restricted/s,
  },
];

const service = (name: string, app: string, targetPort: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: RESTRICTED },
  spec: { selector: { app }, ports: [{ name: 'http', port: 80, targetPort }] },
});

const budget = (name: string, app: string): KubeObject => ({
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: { name, namespace: RESTRICTED },
  spec: { minAvailable: 1, selector: { matchLabels: { app } } },
});

/** What finds no pods, or cannot let one go. */
export const SELECTION_FAULTS: readonly (Fault & { readonly object: KubeObject })[] = [
  {
    title: 'a Service that selects nothing',
    object: service('selects-nothing', 'nobody', 'http'),
    expected: /Service e2e-restricted\/selects-nothing has no endpoint that is ready/,
  },
  {
    title: 'a Service of a port that no container has',
    object: service('wrong-port', 'sound', 'http'),
    expected: /Service e2e-restricted\/wrong-port has no endpoint on its port http/,
  },
  {
    title: 'a budget that counts nothing',
    object: budget('counts-nothing', 'nobody'),
    expected: /PodDisruptionBudget e2e-restricted\/counts-nothing counts no pod/,
  },
  {
    title: 'a budget that blocks a drain',
    object: budget('blocks', 'sound'),
    expected: /blocks lets none of 1 pods go/,
  },
];

function memory(amount: string) {
  return { resources: { requests: { cpu: '1m', memory: amount } } };
}
