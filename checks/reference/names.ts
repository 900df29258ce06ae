import type { RenderedObject } from '../../charts/core/render';
import { missing, type KnownObjects } from './known-objects';
import { serviceAndPort } from './services';
import type { Finding } from '../core/rule';
import { annotationOf, asArray, asText, at, child, fieldsOf, isObject, namespaceOf } from '../core/workloads';

/** Classes, issuers, middlewares, accounts and roles that objects name. */
export const referencesByName = (known: KnownObjects): Finding[] => [
  ...middlewaresOfAnnotations(known),
  ...known.ofKind('PersistentVolumeClaim').flatMap((claim) => storageClass(claim, claim.object, '', known)),
  ...known.pods.flatMap(({ rendered, claims }) =>
    claims.flatMap(({ claim, path }) => storageClass(rendered, claim, `${path}.`, known)),
  ),
  ...known.ofKind('Ingress').flatMap((ingress) => ofIngress(ingress, known)),
  ...known.ofKind('Middleware').flatMap((middleware) => ofMiddleware(middleware, known)),
  ...known.ofKind('IngressRoute').flatMap((route) => ofRoute(route, known)),
  ...known.ofKind('Certificate').flatMap((certificate) => ofCertificate(certificate, known)),
  ...['Issuer', 'ClusterIssuer']
    .flatMap((kind) => known.ofKind(kind))
    .flatMap((issuer) => ofIssuer(issuer, known)),
  ...['RoleBinding', 'ClusterRoleBinding']
    .flatMap((kind) => known.ofKind(kind))
    .flatMap((binding) => ofBinding(binding, known)),
  ...['ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration']
    .flatMap((kind) => known.ofKind(kind))
    .flatMap((configuration) => injectedAuthority(configuration, known)),
];

/** A class of the set, or one that the settings name and the cluster has of its own. */
function storageClass(
  rendered: RenderedObject,
  claim: unknown,
  path: string,
  known: KnownObjects,
): Finding[] {
  const name = at(claim, 'spec.storageClassName');
  // '' asks for a volume without a class
  if (
    name === '' ||
    known.input.declarations.existing.some((one) => one.kind === 'StorageClass' && one.name === name)
  )
    return [];
  return known.need(rendered, `${path}spec.storageClassName`, 'StorageClass', '', name);
}

const ISSUER_KINDS = {
  'cert-manager.io/cluster-issuer': 'ClusterIssuer',
  'cert-manager.io/issuer': 'Issuer',
};
const MIDDLEWARES = 'traefik.ingress.kubernetes.io/router.middlewares';
/** What Traefik appends to names of the provider of custom resources: `<namespace>-<name>@kubernetescrd`. */
const CRD_PROVIDER = '@kubernetescrd';

function ofIngress(ingress: RenderedObject, known: KnownObjects): Finding[] {
  const { object } = ingress;
  const namespace = namespaceOf(object);
  return [
    ...known.need(ingress, 'spec.ingressClassName', 'IngressClass', '', at(object, 'spec.ingressClassName')),
    ...asArray(at(object, 'spec.tls')).flatMap((tls, index) =>
      known.need(ingress, `spec.tls[${index}].secretName`, 'Secret', namespace, at(tls, 'secretName')),
    ),
    ...Object.entries(ISSUER_KINDS).flatMap(([key, kind]) =>
      known.need(
        ingress,
        child('metadata.annotations', key),
        kind,
        kind === 'Issuer' ? namespace : '',
        annotationOf(object, key),
      ),
    ),
  ];
}

function middlewaresOfAnnotations(known: KnownObjects): Finding[] {
  const there = new Set(
    known.ofKind('Middleware').map(({ object }) => `${namespaceOf(object)}-${object.metadata.name}`),
  );
  return known.ofKind('Ingress').flatMap((ingress) =>
    (annotationOf(ingress.object, MIDDLEWARES) ?? '')
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name.endsWith(CRD_PROVIDER))
      .map((name) => name.slice(0, -CRD_PROVIDER.length))
      .filter((name) => !there.has(name))
      .map((name) =>
        missing(ingress, child('metadata.annotations', MIDDLEWARES), 'Middleware', name, name, [...there]),
      ),
  );
}

/** The namespace that a reference names, or else its object's own. */
const namespaceIn = (reference: unknown, { object }: RenderedObject): string =>
  asText(at(reference, 'namespace')) ?? namespaceOf(object);

function ofMiddleware(middleware: RenderedObject, known: KnownObjects): Finding[] {
  const { object } = middleware;
  return [
    ...middlewareNames(middleware, at(object, 'spec.chain.middlewares'), 'spec.chain.middlewares', known),
    ...routeService(middleware, at(object, 'spec.errors.service'), 'spec.errors.service', known),
    ...['basicAuth', 'digestAuth'].flatMap((auth) =>
      known.need(
        middleware,
        `spec.${auth}.secret`,
        'Secret',
        namespaceOf(object),
        at(object, `spec.${auth}.secret`),
      ),
    ),
  ];
}

const middlewareNames = (
  rendered: RenderedObject,
  list: unknown,
  path: string,
  known: KnownObjects,
): Finding[] =>
  asArray(list).flatMap((one, index) => {
    const name = asText(at(one, 'name'));
    // a middleware of another provider than the custom resources
    if (name?.includes('@')) return [];
    return known.need(rendered, `${path}[${index}].name`, 'Middleware', namespaceIn(one, rendered), name);
  });

function routeService(
  rendered: RenderedObject,
  service: unknown,
  path: string,
  known: KnownObjects,
): Finding[] {
  if (!isObject(service) || (service['kind'] ?? 'Service') !== 'Service') return [];
  const place = { name: `${path}.name`, port: `${path}.port` };
  return serviceAndPort(
    rendered,
    place,
    namespaceIn(service, rendered),
    service['name'],
    service['port'],
    known,
  );
}

function ofRoute(route: RenderedObject, known: KnownObjects): Finding[] {
  const { object } = route;
  const options = at(object, 'spec.tls.options');
  return [
    ...asArray(at(object, 'spec.routes')).flatMap((one, index) => {
      const path = `spec.routes[${index}]`;
      return [
        ...middlewareNames(route, at(one, 'middlewares'), `${path}.middlewares`, known),
        ...asArray(at(one, 'services')).flatMap((service, number) =>
          routeService(route, service, `${path}.services[${number}]`, known),
        ),
      ];
    }),
    ...known.need(
      route,
      'spec.tls.secretName',
      'Secret',
      namespaceOf(object),
      at(object, 'spec.tls.secretName'),
    ),
    ...known.need(
      route,
      'spec.tls.options.name',
      'TLSOption',
      namespaceIn(options, route),
      at(options, 'name'),
    ),
  ];
}

function ofCertificate(certificate: RenderedObject, known: KnownObjects): Finding[] {
  const issuer = at(certificate.object, 'spec.issuerRef');
  // an issuer of another group is not cert-manager's
  if ((at(issuer, 'group') ?? 'cert-manager.io') !== 'cert-manager.io') return [];
  const kind = at(issuer, 'kind') === 'ClusterIssuer' ? 'ClusterIssuer' : 'Issuer';
  const namespace = kind === 'Issuer' ? namespaceOf(certificate.object) : '';
  return known.need(certificate, 'spec.issuerRef.name', kind, namespace, at(issuer, 'name'));
}

/** The Secrets of a ClusterIssuer lie in cert-manager's own namespace. cert-manager makes the one of the ACME account itself. */
function ofIssuer(issuer: RenderedObject, known: KnownObjects): Finding[] {
  const { object, component } = issuer;
  const namespace = object.kind === 'Issuer' ? namespaceOf(object) : (known.homes.get(component) ?? '');
  return [
    ...(namespace === ''
      ? []
      : known.need(issuer, 'spec.ca.secretName', 'Secret', namespace, at(object, 'spec.ca.secretName'))),
    ...asArray(at(object, 'spec.acme.solvers')).flatMap((solver, index) => {
      const path = `spec.acme.solvers[${index}]`;
      const ingress = at(solver, 'http01.ingress.ingressClassName');
      return [
        ...known.need(issuer, `${path}.http01.ingress.ingressClassName`, 'IngressClass', '', ingress),
        ...(namespace === ''
          ? []
          : providerKeys(issuer, at(solver, 'dns01'), `${path}.dns01`, namespace, known)),
      ];
    }),
  ];
}

/** `apiTokenSecretRef` and the like, of whichever DNS provider. */
function providerKeys(
  issuer: RenderedObject,
  dns01: unknown,
  path: string,
  namespace: string,
  known: KnownObjects,
): Finding[] {
  return fieldsOf(dns01).flatMap(([provider, settings]) =>
    fieldsOf(settings)
      .filter(([field]) => field.endsWith('SecretRef'))
      .flatMap(([field, reference]) => {
        const place = `${path}.${provider}.${field}`;
        const [name, key] = [at(reference, 'name'), at(reference, 'key')];
        const absent = known.need(issuer, `${place}.name`, 'Secret', namespace, name);
        const there = known.keys('Secret', namespace, name);
        if (absent.length || typeof name !== 'string' || typeof key !== 'string' || there.includes(key))
          return absent;
        return [
          missing(issuer, `${place}.key`, `key ${key} in the Secret`, `${namespace}/${name}`, key, there),
        ];
      }),
  );
}

/** Roles that come with Kubernetes: its documentation "Using RBAC Authorization", default roles. */
const BUILT_IN_ROLES = new Set([
  'cluster-admin',
  'admin',
  'edit',
  'view',
  'extension-apiserver-authentication-reader',
]);

function ofBinding(binding: RenderedObject, known: KnownObjects): Finding[] {
  const { object } = binding;
  const [kind, role] = [at(object, 'roleRef.kind'), asText(at(object, 'roleRef.name')) ?? ''];
  const builtIn = BUILT_IN_ROLES.has(role) || role.startsWith('system:');
  const namespace = kind === 'Role' ? namespaceOf(object) : '';
  return [
    ...(builtIn || (kind !== 'Role' && kind !== 'ClusterRole')
      ? []
      : known.need(binding, 'roleRef.name', kind, namespace, role)),
    ...asArray(object['subjects']).flatMap((subject, index) => {
      const name = at(subject, 'name');
      if (at(subject, 'kind') !== 'ServiceAccount' || name === 'default') return [];
      return known.need(
        binding,
        `subjects[${index}].name`,
        'ServiceAccount',
        namespaceIn(subject, binding),
        name,
      );
    }),
  ];
}

const INJECT = 'cert-manager.io/inject-ca-from';

/** cert-manager's injector takes the authority of a webhook from the Secret of a Certificate: `<namespace>/<name>`. */
function injectedAuthority(configuration: RenderedObject, known: KnownObjects): Finding[] {
  const [namespace = '', name] = (annotationOf(configuration.object, INJECT) ?? '').split('/');
  return known.need(configuration, child('metadata.annotations', INJECT), 'Certificate', namespace, name);
}
