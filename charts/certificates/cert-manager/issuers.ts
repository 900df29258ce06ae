import type { IngressController } from '../../core/network';
import { keyOf, type SecretRef } from '../../core/secrets';
import type { CertificateSettings } from '../certificates';

/** Issuer → directory of Let's Encrypt's ACME servers (letsencrypt.org, "Staging Environment" and "ACME Protocol Updates"). */
export const LETS_ENCRYPT: Readonly<Record<CertificateSettings['issuer'], string>> = {
  'letsencrypt-staging': 'https://acme-staging-v02.api.letsencrypt.org/directory',
  'letsencrypt-prod': 'https://acme-v02.api.letsencrypt.org/directory',
};

/** Key of the Secret that holds Cloudflare's token. */
export const CLOUDFLARE_KEY = 'api-token';

/**
 * Objects that the webhook judges come after it: within one sync, Argo CD waits for the health of a wave before it begins the next.
 */
export const AFTER_WEBHOOK = { 'argocd.argoproj.io/sync-wave': '1' } as const;

/** What ClusterIssuers of an ACME server say. `token` is there if, and only if, the settings name zones that DNS proves. */
export function acmeSpec(
  issuer: CertificateSettings['issuer'],
  settings: CertificateSettings,
  ingress: IngressController,
  token: SecretRef | undefined,
) {
  return {
    acme: {
      server: LETS_ENCRYPT[issuer],
      email: settings.contact,
      privateKeySecretRef: { name: `${issuer}-account` },
      solvers: [
        // the API server would default to NodePort, of which no quota here allows one
        { http01: { ingress: { ingressClassName: ingress.className, serviceType: 'ClusterIP' as const } } },
        ...(settings.dns01 && token ? [cloudflareSolver(settings.dns01.zones, token)] : []),
      ],
    },
  };
}

/** Beats the solver without a selector for all names in the zones, wildcards among them. */
function cloudflareSolver(zones: readonly string[], token: SecretRef) {
  const { secret: name, key } = keyOf(token, CLOUDFLARE_KEY);
  return {
    selector: { dnsZones: [...zones] },
    dns01: { cloudflare: { apiTokenSecretRef: { name, key } } },
  };
}

/** Name of the internal authority: of its Certificate, its Secret and its ClusterIssuer. */
export const INTERNAL = 'internal-ca';

/** Certificate of the internal authority, which signs itself. */
export const internalAuthority = (cluster: string, selfSigned: string) => ({
  isCA: true,
  commonName: 'strata-internal-ca',
  subject: { organizations: [cluster] },
  secretName: INTERNAL,
  // ten years, renewed in the ninth
  duration: '87600h',
  renewBefore: '8760h',
  privateKey: {
    algorithm: 'ECDSA' as const,
    size: 256,
    // renewed with the same key, it still proves what it has signed; for a new key see the runbook
    rotationPolicy: 'Never' as const,
  },
  issuerRef: { name: selfSigned, kind: 'ClusterIssuer', group: 'cert-manager.io' },
});
