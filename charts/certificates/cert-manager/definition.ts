import { block, replicas, sized } from '../../../settings/blocks';
import { component, type SettingsOf } from '../../core/definition';

export const certManager = component({
  name: 'cert-manager',
  layer: 'certificates',
  scope: 'cluster',
  description: "Certificates of Let's Encrypt and of the cluster's own authority",
  settings: block({ ...sized, replicas }).describe('cert-manager, which asks for certificates.'),
  onByDefault: true,
  namespaces: [
    {
      name: 'cert-manager',
      environment: 'platform',
      podSecurity: 'restricted',
      quota: { cpu: '1', memory: '2Gi', storage: '0' },
    },
  ],
  crds: ['cert-manager'],
  exceptions: ['issuers', 'clusterissuers', 'certificates', 'orders', 'challenges'].map((controller) => ({
    subject: `cert-manager-controller-${controller}`,
    exception: 'rbac-secrets' as const,
    reason: 'It keeps keys and certificates in the namespaces of the Certificates, which may be any.',
  })),
});

export type CertManagerSettings = SettingsOf<typeof certManager>;
