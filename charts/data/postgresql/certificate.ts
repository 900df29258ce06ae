import type { Issuer } from '../../core/contracts';

/** A certificate for 90 days: servers read a renewed one by themselves. */
export const certificateSpec = (secretName: string, issuer: Issuer, dnsNames: readonly string[]) => ({
  secretName,
  duration: '2160h',
  renewBefore: '720h',
  dnsNames: [...dnsNames],
  usages: ['digital signature' as const, 'server auth' as const],
  privateKey: { algorithm: 'ECDSA' as const, size: 256, rotationPolicy: 'Always' as const },
  issuerRef: { group: 'cert-manager.io', kind: 'ClusterIssuer', name: issuer.name },
});
