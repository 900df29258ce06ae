import type { PolicyRule } from '../../core/rbac';

// cert-manager v1.21.1, deploy/charts/cert-manager/templates/{rbac,webhook-rbac,cainjector-rbac}.yaml, without what serves features
// that are off here: Gateway API, OpenShift routes, and the experimental controllers of CertificateSigningRequests.

const READ = ['get', 'list', 'watch'];
const CERT_MANAGER = ['cert-manager.io'];
const ACME = ['acme.cert-manager.io'];
const CORE = [''];

const EVENTS: PolicyRule = { groups: CORE, resources: ['events'], verbs: ['create', 'patch'] };
const READ_SECRETS: PolicyRule = { groups: CORE, resources: ['secrets'], verbs: READ };
const READ_ISSUERS: PolicyRule = {
  groups: CERT_MANAGER,
  resources: ['issuers', 'clusterissuers'],
  verbs: READ,
};

/** Rules of a controller that keeps one kind of issuer ready, with the accounts' keys it makes for them. */
const issuerRules = (kind: 'issuers' | 'clusterissuers'): readonly PolicyRule[] => [
  { groups: CERT_MANAGER, resources: [kind, `${kind}/status`], verbs: ['update', 'patch'] },
  { groups: CERT_MANAGER, resources: [kind], verbs: READ },
  { groups: CORE, resources: ['secrets'], verbs: [...READ, 'create', 'update', 'delete'] },
  EVENTS,
];

const CERTIFICATES: readonly PolicyRule[] = [
  {
    groups: CERT_MANAGER,
    resources: ['certificates', 'certificates/status', 'certificaterequests', 'certificaterequests/status'],
    verbs: ['update', 'patch'],
  },
  {
    groups: CERT_MANAGER,
    resources: ['certificates', 'certificaterequests', 'clusterissuers', 'issuers'],
    verbs: READ,
  },
  {
    groups: CERT_MANAGER,
    resources: ['certificates/finalizers', 'certificaterequests/finalizers'],
    verbs: ['update'],
  },
  { groups: ACME, resources: ['orders'], verbs: ['create', 'delete', ...READ] },
  { groups: CORE, resources: ['secrets'], verbs: [...READ, 'create', 'update', 'delete', 'patch'] },
  EVENTS,
];

const ORDERS: readonly PolicyRule[] = [
  { groups: ACME, resources: ['orders', 'orders/status'], verbs: ['update', 'patch'] },
  { groups: ACME, resources: ['orders', 'challenges'], verbs: READ },
  READ_ISSUERS,
  { groups: ACME, resources: ['challenges'], verbs: ['create', 'delete'] },
  { groups: ACME, resources: ['orders/finalizers'], verbs: ['update'] },
  {
    groups: CERT_MANAGER,
    resources: ['clusterissuers/finalizers', 'issuers/finalizers'],
    verbs: ['update'],
  },
  READ_SECRETS,
  EVENTS,
];

const CHALLENGES: readonly PolicyRule[] = [
  { groups: ACME, resources: ['challenges', 'challenges/status'], verbs: ['update', 'patch'] },
  { groups: ACME, resources: ['challenges'], verbs: READ },
  READ_ISSUERS,
  READ_SECRETS,
  EVENTS,
  { groups: CORE, resources: ['pods', 'services'], verbs: [...READ, 'create', 'delete'] },
  {
    groups: ['networking.k8s.io'],
    resources: ['ingresses'],
    verbs: [...READ, 'create', 'delete', 'update'],
  },
  { groups: ACME, resources: ['challenges/finalizers'], verbs: ['update'] },
];

const INGRESS_SHIM: readonly PolicyRule[] = [
  {
    groups: CERT_MANAGER,
    resources: ['certificates', 'certificaterequests'],
    verbs: ['create', 'update', 'delete'],
  },
  {
    groups: CERT_MANAGER,
    resources: ['certificates', 'certificaterequests', 'issuers', 'clusterissuers'],
    verbs: READ,
  },
  { groups: ['networking.k8s.io'], resources: ['ingresses'], verbs: READ },
  { groups: ['networking.k8s.io'], resources: ['ingresses/finalizers'], verbs: ['update'] },
  EVENTS,
];

/** It approves the requests of its own issuers, and of no other project's. */
const APPROVE: readonly PolicyRule[] = [
  {
    groups: CERT_MANAGER,
    resources: ['signers'],
    verbs: ['approve'],
    names: ['issuers.cert-manager.io/*', 'clusterissuers.cert-manager.io/*'],
  },
];

/** ClusterRole → rules of the controller. */
export const CONTROLLER_ROLES: Readonly<Record<string, readonly PolicyRule[]>> = {
  'cert-manager-controller-issuers': issuerRules('issuers'),
  'cert-manager-controller-clusterissuers': issuerRules('clusterissuers'),
  'cert-manager-controller-certificates': CERTIFICATES,
  'cert-manager-controller-orders': ORDERS,
  'cert-manager-controller-challenges': CHALLENGES,
  'cert-manager-controller-ingress-shim': INGRESS_SHIM,
  'cert-manager-controller-approve:cert-manager-io': APPROVE,
};

/** The webhook asks whether a requester may approve. */
export const WEBHOOK_RULES: readonly PolicyRule[] = [
  { groups: ['authorization.k8s.io'], resources: ['subjectaccessreviews'], verbs: ['create'] },
];

/** The webhook keeps the authority of its own serving certificate in a Secret. Nobody can be let create a Secret by name. */
export const servingRules = (secret: string): readonly PolicyRule[] => [
  { groups: CORE, resources: ['secrets'], names: [secret], verbs: [...READ, 'update'] },
  { groups: CORE, resources: ['secrets'], verbs: ['create'] },
];

/**
 * The cainjector fills authorities into webhooks. Upstream's also writes CRDs and APIServices, and reads the Secrets of all namespaces;
 * here its flags keep it from both. It looks up one CRD to know when it may watch certificates (cmd/cainjector/app/controller.go).
 */
export const CAINJECTOR_RULES: readonly PolicyRule[] = [
  { groups: CORE, resources: ['events'], verbs: ['get', 'create', 'update', 'patch'] },
  {
    groups: ['admissionregistration.k8s.io'],
    resources: ['validatingwebhookconfigurations', 'mutatingwebhookconfigurations'],
    verbs: [...READ, 'update', 'patch'],
  },
  {
    groups: ['apiextensions.k8s.io'],
    resources: ['customresourcedefinitions'],
    names: ['certificates.cert-manager.io'],
    verbs: ['get'],
  },
];

/** Where it finds authorities: in its own namespace only. */
export const CAINJECTOR_SOURCES: readonly PolicyRule[] = [
  { groups: CERT_MANAGER, resources: ['certificates'], verbs: READ },
  READ_SECRETS,
];

/** Leases by which replicas of one controller elect the one that works. */
export const leaderRules = (...leases: readonly string[]): readonly PolicyRule[] => [
  {
    groups: ['coordination.k8s.io'],
    resources: ['leases'],
    names: leases,
    verbs: ['get', 'update', 'patch'],
  },
  { groups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['create'] },
];

/** What Kubernetes' own roles `view`, `edit` and `admin` get for certificates: `view` reads, the others write too. */
export const VIEW_RULES: readonly PolicyRule[] = [
  { groups: CERT_MANAGER, resources: ['certificates', 'certificaterequests', 'issuers'], verbs: READ },
  { groups: ACME, resources: ['challenges', 'orders'], verbs: READ },
];

/** Nobody creates challenges, or changes orders, by hand: with them one could lead an issuer's credentials elsewhere (GHSA-8rvj-mm4h-c258). */
export const EDIT_RULES: readonly PolicyRule[] = [
  {
    groups: CERT_MANAGER,
    resources: ['certificates', 'certificaterequests', 'issuers'],
    verbs: ['create', 'delete', 'deletecollection', 'patch', 'update'],
  },
  { groups: CERT_MANAGER, resources: ['certificates/status'], verbs: ['update'] },
  { groups: ACME, resources: ['challenges'], verbs: ['delete', 'deletecollection', 'patch', 'update'] },
  { groups: ACME, resources: ['orders'], verbs: ['delete', 'deletecollection'] },
];
