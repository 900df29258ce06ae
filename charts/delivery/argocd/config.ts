import { toYaml } from '../../core/yaml';
import { APPLICATION_HEALTH } from './health';
import { POSTGRESQL_HEALTH } from './health-postgresql';

/** What is made by the control plane or in between, in large numbers or often: never in git, so not worth watching. */
const EXCLUSIONS = [
  { apiGroups: ['', 'discovery.k8s.io'], kinds: ['Endpoints', 'EndpointSlice'] },
  { apiGroups: ['coordination.k8s.io'], kinds: ['Lease'] },
  {
    apiGroups: ['authentication.k8s.io', 'authorization.k8s.io'],
    kinds: [
      'SelfSubjectReview',
      'TokenReview',
      'LocalSubjectAccessReview',
      'SelfSubjectAccessReview',
      'SelfSubjectRulesReview',
      'SubjectAccessReview',
    ],
  },
  { apiGroups: ['certificates.k8s.io'], kinds: ['CertificateSigningRequest'] },
  { apiGroups: ['cert-manager.io'], kinds: ['CertificateRequest'] },
];

/** Changes of live objects that no comparison needs. A status that changes an object's health counts all the same. */
const IGNORED_UPDATES = {
  all: { jsonPointers: ['/status'] },
  'argoproj.io_Application': {
    jqPathExpressions: [
      '.metadata.annotations."notified.notifications.argoproj.io"',
      '.metadata.annotations."argocd.argoproj.io/refresh"',
      '.operation',
    ],
  },
  ConfigMap: { jqPathExpressions: ['.metadata.annotations."control-plane.alpha.kubernetes.io/leader"'] },
  apps_ReplicaSet: {
    jqPathExpressions: [
      '.metadata.annotations."deployment.kubernetes.io/desired-replicas"',
      '.metadata.annotations."deployment.kubernetes.io/max-replicas"',
    ],
  },
};

/**
 * argocd-cm: docs/operator-manual/argocd-cm.yaml of v3.5.1. No differences are ignored: fields that controllers add to rendered objects,
 * such as the authority in webhook configurations, have owners of their own, so the API server reports no difference. The same holds for
 * keys that the server adds here when somebody adds an account on its pages.
 */
export const settingsOf = (host: string | undefined): Record<string, string> => ({
  ...(host !== undefined && { url: `https://${host}` }),
  'admin.enabled': 'true',
  'users.anonymous.enabled': 'false',
  'exec.enabled': 'false',
  // a label for tracking would fight over app.kubernetes.io/instance, which every object carries for people
  'application.resourceTrackingMethod': 'annotation',
  // whoever may sync may not thereby choose another revision than the one in git
  'application.sync.requireOverridePrivilegeForRevisionSync': 'true',
  'resource.customizations.health.argoproj.io_Application': APPLICATION_HEALTH,
  ...POSTGRESQL_HEALTH,
  'resource.exclusions': toYaml(EXCLUSIONS),
  ...Object.fromEntries(
    Object.entries(IGNORED_UPDATES).map(([kind, paths]) => [
      `resource.customizations.ignoreResourceUpdates.${kind}`,
      toYaml(paths),
    ]),
  ),
});

/** Port that a git URL leads to, and whether by ssh. */
export function gitAccess(url: string): { readonly ssh: boolean; readonly port: number } {
  const ssh = !url.startsWith('https://');
  // `git@host:path`, the short form of ssh, has no port: what stands behind its colon is a path
  const port = /^(?:https|ssh):\/\/[^/]+:([0-9]+)\//.exec(url)?.[1];
  return { ssh, port: port === undefined ? (ssh ? 22 : 443) : Number(port) };
}
