import { exceptionsWanted, type Exception } from './exception-kinds';
import type { PodSpec } from './pod';

export type { Exception } from './exception-kinds';

interface Row {
  readonly component: string;
  /** Workload, for RBAC the name of the role, for `no-backup` the claim or StatefulSet. */
  readonly subject: string;
  readonly exception: Exception;
  readonly reason: string;
}

/**
 * Everything that is less than the hardened default, in one table: which workload of which component, what it is given, and why it
 * cannot do without. The workload builder refuses what has no row here, and a check refuses a row that nothing uses.
 */
export const EXCEPTIONS: readonly Row[] = [
  {
    component: 'backups',
    subject: 'pushgateway',
    exception: 'no-backup',
    reason: 'It holds the results of the last runs: the next ones write them anew.',
  },
  {
    component: 'traefik',
    subject: 'traefik',
    exception: 'host-network',
    reason: 'A server without a load balancer in front has ports 80 and 443 of its own address only.',
  },
  {
    component: 'traefik',
    subject: 'traefik',
    exception: 'capability:NET_BIND_SERVICE',
    reason:
      'Ports below 1024 of the node: the sysctl that frees them in a pod does not reach the host network.',
  },
  {
    component: 'traefik',
    subject: 'traefik',
    exception: 'run-as-root',
    reason:
      'An added capability reaches only processes of user 0: Kubernetes sets no ambient capabilities, and without privilege escalation ' +
      'those of a file do not count either.',
  },
  {
    component: 'traefik',
    subject: 'traefik',
    exception: 'rbac-secrets',
    reason: 'It serves the certificates of Ingresses, whose Secrets lie beside them in any namespace.',
  },
  ...['issuers', 'clusterissuers', 'certificates', 'orders', 'challenges'].map((controller) => ({
    component: 'cert-manager',
    subject: `cert-manager-controller-${controller}`,
    exception: 'rbac-secrets' as const,
    reason: 'It keeps keys and certificates in the namespaces of the Certificates, which may be any.',
  })),
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

/** Throws where a workload asks for less than the hardened default and the table has no row for it. */
export function refuseUnexcepted(component: string, workload: PodSpec & { readonly name: string }): void {
  for (const exception of exceptionsWanted(workload)) {
    if (!isExcepted(component, workload.name, exception))
      throw new Error(
        `Workload ${workload.name} of ${component} wants ${exception}: give it a row with a reason in charts/core/exceptions.ts`,
      );
  }
}
