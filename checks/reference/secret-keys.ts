import type { Declarations } from '../../charts/core/render';
import type { ObjectSet } from '../core/object-set';
import { annotationOf, asArray, asText, at, fieldsOf, namespaceOf } from '../core/workloads';

/** What cert-manager puts into the Secret of a certificate (cert-manager.io, "Certificate resource", target Secret). */
const CERTIFICATE_KEYS = ['tls.crt', 'tls.key', 'ca.crt'];

/** Annotations by which cert-manager makes a Certificate for each `tls` of an Ingress (its ingress-shim). */
const ISSUER_ANNOTATIONS = ['cert-manager.io/cluster-issuer', 'cert-manager.io/issuer'];

/** `namespace/name` → keys of every Secret that will be there: declared, of a certificate, or, without values, in the set. */
export function secretKeys(
  set: ObjectSet,
  declarations: Declarations,
): ReadonlyMap<string, ReadonlySet<string>> {
  const secrets = new Map<string, Set<string>>();
  const add = (namespace: string, name: unknown, keys: readonly string[]): void => {
    if (typeof name !== 'string') return;
    const id = `${namespace}/${name}`;
    secrets.set(id, new Set([...(secrets.get(id) ?? []), ...keys]));
  };
  for (const { namespace, name, keys } of declarations.secrets) add(namespace, name, Object.keys(keys));
  for (const { object } of set.ofKind('Certificate', 'Ingress', 'Secret')) {
    const namespace = namespaceOf(object);
    if (object.kind === 'Certificate') add(namespace, at(object, 'spec.secretName'), certificateKeys(object));
    if (object.kind === 'Secret') add(namespace, object.metadata.name, ownKeys(object));
    if (object.kind !== 'Ingress') continue;
    if (!ISSUER_ANNOTATIONS.some((key) => annotationOf(object, key) !== undefined)) continue;
    for (const tls of asArray(at(object, 'spec.tls')))
      add(namespace, at(tls, 'secretName'), CERTIFICATE_KEYS);
  }
  return secrets;
}

function certificateKeys(certificate: object): string[] {
  const formats = asArray(at(certificate, 'spec.additionalOutputFormats')).map((format) =>
    asText(at(format, 'type')),
  );
  const has = (path: string): boolean => at(certificate, `spec.keystores.${path}.create`) === true;
  return [
    ...CERTIFICATE_KEYS,
    ...(formats.includes('CombinedPEM') ? ['tls-combined.pem'] : []),
    ...(formats.includes('DER') ? ['key.der'] : []),
    ...(has('jks') ? ['keystore.jks', 'truststore.jks'] : []),
    ...(has('pkcs12') ? ['keystore.p12', 'truststore.p12'] : []),
  ];
}

function ownKeys(secret: Readonly<Record<string, unknown>>): string[] {
  const given = [...fieldsOf(secret['data']), ...fieldsOf(secret['stringData'])].map(([key]) => key);
  // the token controller of the control plane fills it
  const token =
    secret['type'] === 'kubernetes.io/service-account-token' ? ['token', 'ca.crt', 'namespace'] : [];
  return [...given, ...token];
}
