import type { Issuer } from './contracts';
import { defined } from './objects';
import type { SecretKey } from './secrets';
import { secretVolume, type Volume } from './volumes';

/** The names by which pods of the cluster reach a Service. */
export const serviceNames = (service: string, namespace: string): string[] => [
  service,
  `${service}.${namespace}`,
  `${service}.${namespace}.svc`,
];

/** What differs from server to server. */
interface CertificateOptions {
  /** Hours that it is valid, and hours before its end when it is renewed. @default cert-manager's: 90 days, renewed after two thirds */
  readonly hours?: { readonly duration: number; readonly renewBefore: number };
  readonly commonName?: string;
  /** Who presents it. @default server auth */
  readonly side?: 'server auth' | 'client auth';
}

/** A Certificate for TLS between pods: ECDSA P-256, with a new key at each renewal. It lies in the Secret `secretName`. */
export const certificateSpec = (
  secretName: string,
  issuer: Issuer,
  dnsNames: readonly string[],
  { hours, commonName, side = 'server auth' }: CertificateOptions = {},
) =>
  defined({
    secretName,
    duration: hours && `${hours.duration}h`,
    renewBefore: hours && `${hours.renewBefore}h`,
    commonName,
    dnsNames: [...dnsNames],
    usages: ['digital signature' as const, side],
    privateKey: { algorithm: 'ECDSA' as const, size: 256, rotationPolicy: 'Always' as const },
    issuerRef: { group: 'cert-manager.io', kind: 'ClusterIssuer', name: issuer.name },
  });

/** The certificate (PEM) of the authority: cert-manager writes it into the Secret of each Certificate. */
export const authorityIn = (secret: string, namespace: string): SecretKey => ({
  secret,
  namespace,
  key: 'ca.crt',
});

/** The authority's certificate alone, as `ca.crt`: the same Secret holds the server's key. */
export const authorityVolume = ({ secret, key }: SecretKey, name: string): Volume =>
  secretVolume({ name: secret }, name, { items: { [key]: 'ca.crt' } });
