import type { PolicyRule } from '../../core/rbac';

// kyverno v1.18.2, charts/kyverno/templates/*/{clusterrole,role}.yaml, without what serves features that are off here: reports of
// openreports.io, metrics over TLS, the scaling by its Helm hooks, and the background controller's rights to write roles, quotas, network
// policies and other kinds that policies may generate. The roles take no rules of others by aggregation: a right that a policy needs (to
// generate, mutate or delete a kind) is a rule here, where somebody reads it.

const READ = ['get', 'list', 'watch'] as const;
const WRITE = ['create', 'delete', ...READ, 'patch', 'update'] as const;
const ALL = [...WRITE, 'deletecollection'] as const;
const EDIT = ['create', ...READ, 'patch', 'update'] as const;

const KYVERNO = ['kyverno.io'];
const POLICIES = ['policies.kyverno.io'];
const CORE = [''];
const LEASES = ['coordination.k8s.io'];
const ADMISSION = ['admissionregistration.k8s.io'];

const withStatus = (...kinds: readonly string[]): readonly string[] =>
  kinds.flatMap((kind) => [kind, `${kind}/status`]);
const withNamespaced = (...kinds: readonly string[]): readonly string[] =>
  kinds.flatMap((kind) => [kind, `namespaced${kind}`]);

const CRDS: PolicyRule = {
  groups: ['apiextensions.k8s.io'],
  resources: ['customresourcedefinitions'],
  verbs: ['get'],
};
const NAMES: PolicyRule = { groups: CORE, resources: ['configmaps', 'namespaces'], verbs: READ };
const EPHEMERAL_REPORTS: PolicyRule = {
  groups: ['reports.kyverno.io'],
  resources: ['ephemeralreports', 'clusterephemeralreports'],
  verbs: ALL,
};
const POLICY_REPORTS: PolicyRule = {
  groups: ['wgpolicyk8s.io'],
  resources: withStatus('policyreports', 'clusterpolicyreports'),
  verbs: ALL,
};
const ACCESS_REVIEWS: PolicyRule = {
  groups: ['authorization.k8s.io'],
  resources: ['subjectaccessreviews'],
  verbs: ['create'],
};
const events = (...verbs: readonly string[]): PolicyRule => ({
  groups: ['', 'events.k8s.io'],
  resources: ['events'],
  verbs,
});

/** ClusterRole of each controller. */
export const CLUSTER_RULES = {
  'admission-controller': [
    CRDS,
    {
      groups: ADMISSION,
      resources: [
        'mutatingwebhookconfigurations',
        'validatingwebhookconfigurations',
        'validatingadmissionpolicies',
        'validatingadmissionpolicybindings',
        'mutatingadmissionpolicies',
        'mutatingadmissionpolicybindings',
      ],
      verbs: ALL,
    },
    {
      groups: ['rbac.authorization.k8s.io'],
      resources: ['roles', 'clusterroles', 'rolebindings', 'clusterrolebindings'],
      verbs: READ,
    },
    {
      groups: KYVERNO,
      resources: withStatus('policies', 'clusterpolicies', 'updaterequests', 'globalcontextentries'),
      verbs: ALL,
    },
    { groups: KYVERNO, resources: ['policyexceptions'], verbs: EDIT },
    {
      groups: POLICIES,
      resources: withStatus(
        ...withNamespaced(
          'validatingpolicies',
          'imagevalidatingpolicies',
          'generatingpolicies',
          'mutatingpolicies',
        ),
      ),
      verbs: ALL,
    },
    { groups: POLICIES, resources: ['policyexceptions'], verbs: EDIT },
    EPHEMERAL_REPORTS,
    POLICY_REPORTS,
    events('create', 'update', 'patch'),
    ACCESS_REVIEWS,
    NAMES,
    { groups: LEASES, resources: ['leases'], verbs: EDIT },
  ],
  'background-controller': [
    CRDS,
    {
      groups: KYVERNO,
      resources: [
        ...withStatus('policies', 'clusterpolicies', 'updaterequests', 'globalcontextentries'),
        'policyexceptions',
      ],
      verbs: ALL,
    },
    {
      groups: POLICIES,
      resources: [...withNamespaced('generatingpolicies', 'mutatingpolicies'), 'policyexceptions'],
      verbs: ALL,
    },
    NAMES,
    events('create', ...READ, 'patch', 'update'),
    EPHEMERAL_REPORTS,
  ],
  'cleanup-controller': [
    CRDS,
    {
      groups: ADMISSION,
      resources: ['validatingwebhookconfigurations'],
      verbs: ['create', 'delete', ...READ, 'update'],
    },
    NAMES,
    { groups: KYVERNO, resources: ['clustercleanuppolicies', 'cleanuppolicies'], verbs: ['list', 'watch'] },
    { groups: POLICIES, resources: withNamespaced('deletingpolicies'), verbs: READ },
    {
      groups: POLICIES,
      resources: ['deletingpolicies/status', 'namespaceddeletingpolicies/status'],
      verbs: ['update'],
    },
    { groups: POLICIES, resources: ['policyexceptions'], verbs: [...READ, 'patch', 'update'] },
    { groups: KYVERNO, resources: withStatus('globalcontextentries'), verbs: ALL },
    {
      groups: KYVERNO,
      resources: ['clustercleanuppolicies/status', 'cleanuppolicies/status'],
      verbs: ['update'],
    },
    events('create', 'patch', 'update'),
    ACCESS_REVIEWS,
  ],
  'reports-controller': [
    CRDS,
    NAMES,
    {
      groups: KYVERNO,
      resources: [...withStatus('globalcontextentries'), 'policyexceptions', 'policies', 'clusterpolicies'],
      verbs: ALL,
    },
    {
      groups: POLICIES,
      resources: [
        ...withStatus(...withNamespaced('validatingpolicies', 'imagevalidatingpolicies')),
        ...withNamespaced('generatingpolicies', 'mutatingpolicies'),
      ],
      verbs: ALL,
    },
    { groups: POLICIES, resources: withStatus('policyexceptions'), verbs: READ },
    {
      groups: ADMISSION,
      resources: ['validatingadmissionpolicies', 'validatingadmissionpolicybindings'],
      verbs: READ,
    },
    EPHEMERAL_REPORTS,
    POLICY_REPORTS,
    events('create', 'patch'),
  ],
} as const satisfies Readonly<Record<string, readonly PolicyRule[]>>;

export type Controller = keyof typeof CLUSTER_RULES;

const CONFIGS: PolicyRule = {
  groups: CORE,
  resources: ['configmaps'],
  verbs: READ,
  names: ['kyverno', 'kyverno-metrics'],
};
const ownLease = (name: string): readonly PolicyRule[] => [
  { groups: LEASES, resources: ['leases'], verbs: ['create'] },
  { groups: LEASES, resources: ['leases'], verbs: ['delete', 'get', 'patch', 'update'], names: [name] },
];
const DEPLOYMENTS: PolicyRule = { groups: ['apps'], resources: ['deployments'], verbs: READ };
const SECRETS: PolicyRule = { groups: CORE, resources: ['secrets'], verbs: READ };

/** Role of each controller in the namespace of Kyverno. `certificates` are the Secrets that the cleanup controller makes for its webhook. */
export const namespaceRules = (
  certificates: readonly string[],
): Readonly<Record<Controller, readonly PolicyRule[]>> => ({
  'admission-controller': [
    { groups: CORE, resources: ['secrets', 'serviceaccounts'], verbs: WRITE },
    CONFIGS,
    { groups: LEASES, resources: ['leases'], verbs: ['create', 'delete', 'get', 'patch', 'update'] },
    DEPLOYMENTS,
  ],
  'background-controller': [CONFIGS, ...ownLease('kyverno-background-controller'), SECRETS],
  'cleanup-controller': [
    { groups: CORE, resources: ['secrets'], verbs: ['create'] },
    { groups: CORE, resources: ['secrets'], verbs: ['delete', ...READ, 'update'], names: certificates },
    CONFIGS,
    ...ownLease('kyverno-cleanup-controller'),
    { groups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['list'] },
    DEPLOYMENTS,
  ],
  'reports-controller': [CONFIGS, SECRETS, ...ownLease('kyverno-reports-controller')],
});
