/** Namespaces whose objects no policy judges: what a cluster needs to start, and Kyverno itself. */
const systemNamespaces = (own: string): readonly string[] => [own, 'kube-system'];

/**
 * The ConfigMap that all controllers watch: whom the webhooks are not asked about, and what background scans leave out. The list is that of
 * kyverno v1.18.2, charts/kyverno/values.yaml (`config`), where its rows for Kyverno's own objects fold into their namespace and prefix.
 */
export const configuration = (namespace: string): Readonly<Record<string, string>> => ({
  // a name without a registry means Docker Hub; it is completed in memory for the policies only
  enableDefaultRegistryMutation: 'true',
  defaultRegistry: 'docker.io',
  generateSuccessEvents: 'false',
  // kubelets write Pods, Nodes and leases all the time
  excludeGroups: 'system:nodes',
  resourceFilters: [
    `[*/*,${namespace},*]`,
    '[*/*,kube-system,*]',
    '[*/*,kube-public,*]',
    '[*/*,kube-node-lease,*]',
    '[Event,*,*]',
    '[Node,*,*]',
    '[Node/?*,*,*]',
    '[APIService,*,*]',
    '[APIService/?*,*,*]',
    '[TokenReview,*,*]',
    '[SubjectAccessReview,*,*]',
    '[SelfSubjectAccessReview,*,*]',
    '[Binding,*,*]',
    '[Pod/binding,*,*]',
    '[ReplicaSet,*,*]',
    '[ReplicaSet/?*,*,*]',
    '[EphemeralReport,*,*]',
    '[ClusterEphemeralReport,*,*]',
    '[ClusterRole,*,kyverno:*]',
    '[ClusterRoleBinding,*,kyverno:*]',
  ].join(' '),
  updateRequestThreshold: '1000',
  webhooks: JSON.stringify({
    namespaceSelector: {
      matchExpressions: [
        { key: 'kubernetes.io/metadata.name', operator: 'NotIn', values: systemNamespaces(namespace) },
      ],
    },
  }),
  // the webhooks' own configurations are Kyverno's: AKS would otherwise write to them too, and the two would never end
  webhookAnnotations: JSON.stringify({ 'admissions.enforcer/disabled': 'true' }),
});

/** Series that would have one for each namespace. kyverno v1.18.2, charts/kyverno/values.yaml (`metricsConfig`). */
const WITHOUT: Readonly<Record<string, readonly string[]>> = {
  kyverno_admission_requests_total: ['resource_namespace'],
  kyverno_admission_review_duration_seconds: ['resource_namespace'],
  kyverno_cleanup_controller_deletedobjects_total: ['resource_namespace', 'policy_namespace'],
  kyverno_generating_policy_execution_duration_seconds: ['resource_namespace', 'resource_request_operation'],
  kyverno_image_validating_policy_execution_duration_seconds: [
    'resource_namespace',
    'resource_request_operation',
  ],
  kyverno_mutating_policy_execution_duration_seconds: ['resource_namespace', 'resource_request_operation'],
  kyverno_policy_execution_duration_seconds: ['resource_namespace', 'resource_request_operation'],
  kyverno_policy_results_total: ['resource_namespace', 'policy_namespace'],
  kyverno_policy_rule_info_total: ['resource_namespace', 'policy_namespace'],
  kyverno_validating_policy_execution_duration_seconds: ['resource_namespace', 'resource_request_operation'],
};

export const METRICS: Readonly<Record<string, string>> = {
  namespaces: JSON.stringify({ include: [], exclude: [] }),
  metricsExposure: JSON.stringify(
    Object.fromEntries(
      Object.entries(WITHOUT).map(([metric, labels]) => [metric, { disabledLabelDimensions: labels }]),
    ),
  ),
  bucketBoundaries: '0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 20, 25, 30',
};
