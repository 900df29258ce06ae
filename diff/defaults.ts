import { at, isObject } from '../checks/core/workloads';
import { CLAIM, TEMPLATE } from './defaults-pods';
import { computed, fields, list, QUANTITIES, spec, type Fields, type Shape } from './shape';

/*
 * Kubernetes 1.36.3, pkg/apis/<group>/v1: `defaults.go` says what is filled in, `zz_generated.defaults.go` in which kinds; policy/v1 has no
 * defaults. A field that is left out because it is empty (`omitempty` of false, 0 and '' that are no pointers, in
 * k8s.io/api/<group>/v1/types.go) counts as left out.
 */
const isFilled = (value: unknown): boolean => Array.isArray(value) && value.length > 0;
const mapOf = (value: unknown): Fields => (isObject(value) ? value : {});

// core/v1/defaults.go
/** A default limit is the most that is allowed, a default request the default limit, or else the least that is allowed. */
function limitsOf(item: Fields): Fields {
  if (item['type'] !== 'Container') return item;
  const limits = { ...mapOf(item['max']), ...mapOf(item['default']) };
  const requests = { ...mapOf(item['min']), ...limits, ...mapOf(item['defaultRequest']) };
  return {
    ...item,
    ...(Object.keys(limits).length && { default: limits }),
    ...(Object.keys(requests).length && { defaultRequest: requests }),
  };
}

/** A Service that others than the cluster reach (pkg/api/v1/service/util.go). */
const isExternal = ({ type, externalIPs }: Fields): boolean =>
  type === 'LoadBalancer' ||
  type === 'NodePort' ||
  ((type === undefined || type === 'ClusterIP') && isFilled(externalIPs));

const SERVICE: Shape = {
  defaults: {
    type: 'ClusterIP',
    sessionAffinity: 'None',
    sessionAffinityConfig: computed(({ sessionAffinity }) =>
      sessionAffinity === 'ClientIP' ? {} : undefined,
    ),
    publishNotReadyAddresses: false,
    internalTrafficPolicy: computed(({ type }) => (type === 'ExternalName' ? undefined : 'Cluster')),
    externalTrafficPolicy: computed((service) => (isExternal(service) ? 'Cluster' : undefined)),
    allocateLoadBalancerNodePorts: computed(({ type }) => (type === 'LoadBalancer' ? true : undefined)),
  },
  fields: {
    ports: list({ defaults: { protocol: 'TCP', targetPort: computed(({ port }) => port) } }),
    sessionAffinityConfig: {
      defaults: { clientIP: {} },
      fields: { clientIP: { defaults: { timeoutSeconds: 10800 } } },
    },
  },
};

// apps/v1/defaults.go
const whenRolling = computed(({ type }) => (type === undefined || type === 'RollingUpdate' ? {} : undefined));
const rolling = (defaults: Fields): Shape => ({
  defaults: { type: 'RollingUpdate', rollingUpdate: whenRolling },
  fields: { rollingUpdate: { defaults } },
});

// batch/v1/defaults.go; it fills nothing of this into the template of a CronJob
const JOB: Shape = {
  defaults: {
    backoffLimit: computed(({ backoffLimitPerIndex }) =>
      backoffLimitPerIndex === undefined ? 6 : 2 ** 31 - 1,
    ),
    parallelism: 1,
    completions: computed(({ parallelism }) => (parallelism === undefined ? 1 : undefined)),
    completionMode: 'NonIndexed',
    suspend: false,
    podReplacementPolicy: computed(({ podFailurePolicy }) =>
      podFailurePolicy === undefined ? 'TerminatingOrFailed' : 'Failed',
    ),
    manualSelector: false,
  },
  fields: { template: TEMPLATE },
};

// admissionregistration/v1/defaults.go
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
    clientConfig: fields({ service: { defaults: { port: 443 } } }),
  },
};

// networking/v1/defaults.go
const POLICY_RULE = fields({ ports: list({ defaults: { protocol: 'TCP' } }) });

// rbac/v1/defaults.go
const RBAC = 'rbac.authorization.k8s.io';
const BINDING = fields({
  roleRef: { defaults: { apiGroup: RBAC } },
  subjects: list({ defaults: { apiGroup: computed(({ kind }) => (kind === 'ServiceAccount' ? '' : RBAC)) } }),
});

/** Labels of an object, filled up with others. */
const labelled = (object: Fields, labels: Fields): Fields => ({
  ...object,
  metadata: { ...mapOf(object['metadata']), labels },
});

/** By `group/kind`; `/Service` for the core group. */
export const SHAPES: Readonly<Record<string, Shape>> = {
  'apps/Deployment': spec({
    defaults: {
      replicas: 1,
      revisionHistoryLimit: 10,
      progressDeadlineSeconds: 600,
      minReadySeconds: 0,
      paused: false,
      strategy: {},
    },
    fields: { strategy: rolling({ maxSurge: '25%', maxUnavailable: '25%' }), template: TEMPLATE },
  }),
  'apps/StatefulSet': spec({
    defaults: {
      replicas: 1,
      revisionHistoryLimit: 10,
      minReadySeconds: 0,
      podManagementPolicy: 'OrderedReady',
      updateStrategy: {},
      persistentVolumeClaimRetentionPolicy: {},
    },
    fields: {
      updateStrategy: {
        // where the type is written and the partition is not, there is none
        defaults: {
          type: 'RollingUpdate',
          rollingUpdate: computed(({ type }) => (type === undefined ? {} : undefined)),
        },
        fields: { rollingUpdate: { defaults: { partition: 0 } } },
      },
      persistentVolumeClaimRetentionPolicy: { defaults: { whenDeleted: 'Retain', whenScaled: 'Retain' } },
      template: TEMPLATE,
      // apps/v1/conversion.go
      volumeClaimTemplates: list({
        defaults: { apiVersion: 'v1', kind: 'PersistentVolumeClaim' },
        fields: { spec: CLAIM },
      }),
    },
  }),
  'apps/DaemonSet': spec({
    defaults: { revisionHistoryLimit: 10, minReadySeconds: 0, updateStrategy: {} },
    fields: { updateStrategy: rolling({ maxSurge: 0, maxUnavailable: 1 }), template: TEMPLATE },
  }),
  'batch/Job': {
    whole: (job) =>
      Object.keys(mapOf(at(job, 'metadata.labels'))).length
        ? job
        : labelled(job, mapOf(at(job, 'spec.template.metadata.labels'))),
    ...spec(JOB),
  },
  'batch/CronJob': spec({
    defaults: {
      concurrencyPolicy: 'Allow',
      suspend: false,
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 1,
    },
    fields: { jobTemplate: spec(fields({ template: TEMPLATE })) },
  }),
  '/Service': spec(SERVICE),
  '/Namespace': {
    whole: (namespace) =>
      labelled(namespace, {
        ...mapOf(at(namespace, 'metadata.labels')),
        'kubernetes.io/metadata.name': at(namespace, 'metadata.name'),
      }),
  },
  '/PersistentVolumeClaim': spec(CLAIM),
  '/Secret': { defaults: { type: 'Opaque' } },
  '/ResourceQuota': spec(fields({ hard: QUANTITIES })),
  '/LimitRange': spec(
    fields({
      limits: list({
        whole: limitsOf,
        fields: {
          default: QUANTITIES,
          defaultRequest: QUANTITIES,
          max: QUANTITIES,
          min: QUANTITIES,
          maxLimitRequestRatio: QUANTITIES,
        },
      }),
    }),
  ),
  'networking.k8s.io/NetworkPolicy': spec({
    defaults: {
      policyTypes: computed(({ egress }) => (isFilled(egress) ? ['Ingress', 'Egress'] : ['Ingress'])),
    },
    fields: { ingress: list(POLICY_RULE), egress: list(POLICY_RULE) },
  }),
  'networking.k8s.io/IngressClass': spec(fields({ parameters: { defaults: { scope: 'Cluster' } } })),
  // storage/v1/defaults.go
  'storage.k8s.io/StorageClass': { defaults: { reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' } },
  // autoscaling/v2/defaults.go
  'autoscaling/HorizontalPodAutoscaler': spec({ defaults: { minReplicas: 1 } }),
  // scheduling/v1/defaults.go
  'scheduling.k8s.io/PriorityClass': {
    defaults: { preemptionPolicy: 'PreemptLowerPriority', globalDefault: false },
  },
  // kube-aggregator 0.36.3, pkg/apis/apiregistration/v1/defaults.go
  'apiregistration.k8s.io/APIService': spec(fields({ service: { defaults: { port: 443 } } })),
  'rbac.authorization.k8s.io/RoleBinding': BINDING,
  'rbac.authorization.k8s.io/ClusterRoleBinding': BINDING,
  'admissionregistration.k8s.io/ValidatingWebhookConfiguration': fields({ webhooks: list(WEBHOOK) }),
  'admissionregistration.k8s.io/MutatingWebhookConfiguration': fields({
    webhooks: list({ ...WEBHOOK, defaults: { ...WEBHOOK.defaults, reinvocationPolicy: 'Never' } }),
  }),
};
