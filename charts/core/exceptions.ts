/**
 * Everything that is less than the hardened default, in one table: which workload of which component, what it is given, and why it
 * cannot do without. The workload builder refuses what has no row here, and a check refuses a row that nothing uses.
 */
export type Exception =
  /** Pods in the node's network namespace, with host ports. */
  | 'host-network'
  /** One capability added to the empty set. */
  | `capability:${string}`
  /** A rule with `*` for groups, resources or verbs. */
  | 'rbac-wildcard';

interface Row {
  readonly component: string;
  /** Workload, or for RBAC the name of the role. */
  readonly subject: string;
  readonly exception: Exception;
  readonly reason: string;
}

export const EXCEPTIONS: readonly Row[] = [
  {
    component: 'traefik',
    subject: 'traefik',
    exception: 'host-network',
    reason: 'A server without a load balancer in front has ports 80 and 443 of its own address only.',
  },
  {
    component: 'argocd',
    subject: 'argocd-application-controller',
    exception: 'rbac-wildcard',
    reason:
      'The controller applies every kind of every component, and the roles among them: Kubernetes lets nobody grant what he does not hold. ' +
      'What reaches it is limited by the AppProjects, which name kinds and namespaces.',
  },
];

/** Whether the table lets `subject` of `component` have `exception`. */
export function isExcepted(component: string, subject: string, exception: Exception): boolean {
  return EXCEPTIONS.some(
    (row) => row.component === component && row.subject === subject && row.exception === exception,
  );
}
