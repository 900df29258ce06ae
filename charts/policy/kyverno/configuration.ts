import { JUDGED_NAMESPACES } from '../judged-namespaces';

/**
 * The ConfigMap that all controllers watch: whom the webhooks are asked about, and what policies leave out. The filters are those of kyverno
 * v1.18.2, charts/kyverno/values.yaml (`config`), where its rows for Kyverno's own objects fold into their namespace and prefix.
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
    '[Event,*,*]',
    '[*/*,kube-system,*]',
    '[*/*,kube-public,*]',
    '[*/*,kube-node-lease,*]',
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
  webhooks: JSON.stringify({ namespaceSelector: JUDGED_NAMESPACES }),
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
