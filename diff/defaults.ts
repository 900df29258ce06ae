import { isObject } from '../checks/core/workloads';
import type { KubeObject } from '../charts/core/objects';

type Fields = Record<string, unknown>;

/** What the API server fills in where a field is left out, by the place in an object. */
interface Shape {
  /** Fields with their default, or a function of the fields beside it. */
  readonly defaults?: Readonly<Record<string, unknown>>;
  readonly fields?: Readonly<Record<string, Shape>>;
  /** Each item of a list. */
  readonly each?: Shape;
  /** All values are quantities. */
  readonly quantities?: true;
}

/** A default that depends on the fields beside it; undefined for none. */
class Computed {
  constructor(readonly of: (beside: Fields) => unknown) {}
}
const computed = (of: (beside: Fields) => unknown): Computed => new Computed(of);
const list = (each: Shape): Shape => ({ each });

/*
 * Kubernetes 1.34: pkg/apis/{core,apps,batch,networking,rbac,storage,admissionregistration}/v1/defaults.go. A field that is left out because
 * it is empty (`omitempty` of false, 0 and '') counts as left out.
 */
const HTTP: Shape = { defaults: { path: '/', scheme: 'HTTP' } };
const PROBE: Shape = {
  defaults: {
    timeoutSeconds: 1,
    periodSeconds: 10,
    successThreshold: 1,
    failureThreshold: 3,
    initialDelaySeconds: 0,
  },
  fields: { httpGet: HTTP },
};
const QUANTITIES: Shape = { quantities: true };
const RESOURCES: Shape = {
  defaults: { requests: computed(({ limits }) => limits) },
  fields: { limits: QUANTITIES, requests: QUANTITIES },
};
const FIELD: Shape = { fields: { fieldRef: { defaults: { apiVersion: 'v1' } } } };

const CONTAINER: Shape = {
  defaults: {
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    imagePullPolicy: computed(({ image }) => (isLatest(image) ? 'Always' : 'IfNotPresent')),
    stdin: false,
    tty: false,
  },
  fields: {
    ports: list({ defaults: { protocol: 'TCP' } }),
    env: list({
      defaults: { value: computed(({ valueFrom }) => (valueFrom === undefined ? '' : undefined)) },
      fields: { valueFrom: FIELD },
    }),
    volumeMounts: list({ defaults: { readOnly: false } }),
    resources: RESOURCES,
    startupProbe: PROBE,
    readinessProbe: PROBE,
    livenessProbe: PROBE,
  },
};

/** As the container runtime reads a reference: without tag and digest it is the tag `latest`. */
function isLatest(image: unknown): boolean {
  if (typeof image !== 'string' || image.includes('@')) return false;
  const name = image.slice(image.lastIndexOf('/') + 1);
  return !name.includes(':') || name.endsWith(':latest');
}

const FILES: Shape = { defaults: { defaultMode: 0o644 } };
const CLAIM: Shape = { defaults: { volumeMode: 'Filesystem' }, fields: { resources: RESOURCES } };

const POD: Shape = {
  defaults: {
    restartPolicy: 'Always',
    dnsPolicy: 'ClusterFirst',
    schedulerName: 'default-scheduler',
    terminationGracePeriodSeconds: 30,
    securityContext: {},
    enableServiceLinks: true,
    hostNetwork: false,
    hostPID: false,
    hostIPC: false,
  },
  fields: {
    containers: list(CONTAINER),
    initContainers: list(CONTAINER),
    volumes: list({
      fields: {
        configMap: FILES,
        secret: FILES,
        projected: FILES,
        downwardAPI: FILES,
        hostPath: { defaults: { type: '' } },
        emptyDir: { fields: { sizeLimit: QUANTITIES } },
      },
    }),
    overhead: QUANTITIES,
  },
};
const TEMPLATE: Shape = { fields: { spec: POD } };

const rolling = (beside: Fields): Fields => ({ type: 'RollingUpdate', ...beside });
const whenRolling = (values: Fields): Computed =>
  computed(({ type }) => (type === undefined || type === 'RollingUpdate' ? values : undefined));

const JOB: Shape = {
  defaults: {
    backoffLimit: 6,
    parallelism: 1,
    completions: computed(({ parallelism }) => (parallelism === undefined ? 1 : undefined)),
    completionMode: 'NonIndexed',
    suspend: false,
  },
  fields: { template: TEMPLATE },
};
const WEBHOOK: Shape = {
  defaults: {
    failurePolicy: 'Fail',
    matchPolicy: 'Equivalent',
    namespaceSelector: {},
    objectSelector: {},
    timeoutSeconds: 10,
  },
  fields: {
    rules: list({ defaults: { scope: '*' } }),
    clientConfig: { fields: { service: { defaults: { port: 443 } } } },
  },
};
const POLICY_RULE: Shape = { fields: { ports: list({ defaults: { protocol: 'TCP' } }) } };

const spec = (shape: Shape): Shape => ({ fields: { spec: shape } });

/** By `group/kind`; `/Service` for the core group. */
const SHAPES: Readonly<Record<string, Shape>> = {
  'apps/Deployment': spec({
    defaults: {
      replicas: 1,
      revisionHistoryLimit: 10,
      progressDeadlineSeconds: 600,
      minReadySeconds: 0,
      paused: false,
      strategy: rolling({}),
    },
    fields: {
      strategy: {
        defaults: {
          type: 'RollingUpdate',
          rollingUpdate: whenRolling({ maxSurge: '25%', maxUnavailable: '25%' }),
        },
        fields: { rollingUpdate: { defaults: { maxSurge: '25%', maxUnavailable: '25%' } } },
      },
      template: TEMPLATE,
    },
  }),
  'apps/StatefulSet': spec({
    defaults: {
      replicas: 1,
      revisionHistoryLimit: 10,
      minReadySeconds: 0,
      podManagementPolicy: 'OrderedReady',
      updateStrategy: rolling({}),
      persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
    },
    fields: {
      updateStrategy: {
        defaults: { type: 'RollingUpdate', rollingUpdate: whenRolling({ partition: 0 }) },
        fields: { rollingUpdate: { defaults: { partition: 0 } } },
      },
      persistentVolumeClaimRetentionPolicy: { defaults: { whenDeleted: 'Retain', whenScaled: 'Retain' } },
      template: TEMPLATE,
      volumeClaimTemplates: list({
        defaults: { apiVersion: 'v1', kind: 'PersistentVolumeClaim' },
        fields: { spec: CLAIM },
      }),
    },
  }),
  'apps/DaemonSet': spec({
    defaults: { revisionHistoryLimit: 10, minReadySeconds: 0, updateStrategy: rolling({}) },
    fields: {
      updateStrategy: {
        defaults: { type: 'RollingUpdate', rollingUpdate: whenRolling({ maxSurge: 0, maxUnavailable: 1 }) },
        fields: { rollingUpdate: { defaults: { maxSurge: 0, maxUnavailable: 1 } } },
      },
      template: TEMPLATE,
    },
  }),
  'batch/Job': spec(JOB),
  'batch/CronJob': spec({
    defaults: {
      concurrencyPolicy: 'Allow',
      suspend: false,
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 1,
    },
    fields: { jobTemplate: spec(JOB) },
  }),
  '/Pod': spec(POD),
  '/Service': spec({
    defaults: { type: 'ClusterIP', sessionAffinity: 'None', publishNotReadyAddresses: false },
    fields: { ports: list({ defaults: { protocol: 'TCP', targetPort: computed(({ port }) => port) } }) },
  }),
  '/PersistentVolumeClaim': spec(CLAIM),
  '/Secret': { defaults: { type: 'Opaque' } },
  '/ResourceQuota': spec({ fields: { hard: QUANTITIES } }),
  '/LimitRange': spec({
    fields: {
      limits: list({
        fields: { default: QUANTITIES, defaultRequest: QUANTITIES, max: QUANTITIES, min: QUANTITIES },
      }),
    },
  }),
  'networking.k8s.io/NetworkPolicy': spec({
    defaults: {
      policyTypes: computed(({ egress }) => (isFilled(egress) ? ['Ingress', 'Egress'] : ['Ingress'])),
    },
    fields: { ingress: list(POLICY_RULE), egress: list(POLICY_RULE) },
  }),
  'storage.k8s.io/StorageClass': {
    defaults: { reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate', allowVolumeExpansion: false },
  },
  'autoscaling/HorizontalPodAutoscaler': spec({ defaults: { minReplicas: 1 } }),
  'scheduling.k8s.io/PriorityClass': {
    defaults: { preemptionPolicy: 'PreemptLowerPriority', globalDefault: false },
  },
  'rbac.authorization.k8s.io/RoleBinding': {
    fields: { roleRef: { defaults: { apiGroup: 'rbac.authorization.k8s.io' } } },
  },
  'rbac.authorization.k8s.io/ClusterRoleBinding': {
    fields: { roleRef: { defaults: { apiGroup: 'rbac.authorization.k8s.io' } } },
  },
  'admissionregistration.k8s.io/ValidatingWebhookConfiguration': { fields: { webhooks: list(WEBHOOK) } },
  'admissionregistration.k8s.io/MutatingWebhookConfiguration': {
    fields: {
      webhooks: list({ ...WEBHOOK, defaults: { ...WEBHOOK.defaults, reinvocationPolicy: 'Never' } }),
    },
  },
};

const isFilled = (value: unknown): boolean => Array.isArray(value) && value.length > 0;

/** What differs in a quantity only is found by {@link Quantity}. */
export class Quantity {
  constructor(readonly text: string | number) {}
}

/**
 * The object as the API server would store it, as far as it matters to a comparison: defaults filled in, quantities marked as such, nulls
 * and empty labels and annotations left out. Kinds of others (CRDs) are taken as they are.
 */
export function completed(object: KubeObject): Fields {
  const group = object.apiVersion.includes('/') ? (object.apiVersion.split('/')[0] ?? '') : '';
  const filled = fill(object, SHAPES[`${group}/${object.kind}`]) as Fields;
  delete filled['status'];
  const metadata = filled['metadata'];
  if (!isObject(metadata)) return filled;
  for (const field of ['labels', 'annotations', 'finalizers']) {
    const value = metadata[field];
    if (typeof value === 'object' && value !== null && Object.keys(value).length === 0)
      delete metadata[field];
  }
  return filled;
}

function fill(value: unknown, shape: Shape | undefined): unknown {
  if (Array.isArray(value)) return value.map((item) => fill(item, shape?.each));
  if (!isObject(value)) {
    const isQuantity = shape?.quantities && (typeof value === 'string' || typeof value === 'number');
    return isQuantity ? new Quantity(value) : value;
  }
  const result: Fields = {};
  for (const [key, inner] of Object.entries(withDefaults(value, shape?.defaults))) {
    if (inner === null || inner === undefined) continue;
    result[key] = fill(inner, shape?.quantities ? QUANTITIES : shape?.fields?.[key]);
  }
  return result;
}

function withDefaults(value: Fields, defaults: Shape['defaults']): Fields {
  if (!defaults) return value;
  const result = { ...value };
  for (const [key, fallback] of Object.entries(defaults)) {
    if (result[key] !== undefined && result[key] !== null) continue;
    result[key] = fallback instanceof Computed ? fallback.of(value) : fallback;
  }
  return result;
}
