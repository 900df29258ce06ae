/** One rule of a Role. Rules are written as upstream writes them, so that the two can be compared line by line. */
export interface PolicyRule {
  /** API groups; '' is the core group. */
  readonly groups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  /** Only objects of these names. @default all */
  readonly names?: readonly string[];
}

/** Access to paths that are no resources: only in a ClusterRole. */
export interface NonResourceRule {
  readonly urls: readonly string[];
  readonly verbs: readonly string[];
}

export function policyRules(rules: readonly (PolicyRule | NonResourceRule)[]) {
  return rules.map((rule) =>
    'urls' in rule
      ? { nonResourceURLs: [...rule.urls], verbs: [...rule.verbs] }
      : {
          apiGroups: [...rule.groups],
          resources: [...rule.resources],
          verbs: [...rule.verbs],
          ...(rule.names && { resourceNames: [...rule.names] }),
        },
  );
}
