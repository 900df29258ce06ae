import { block, replicas, sizedFrom } from '../../../settings/blocks';
import { component, type SettingsOf } from '../../core/definition';

export const cloudnativePg = component({
  name: 'cloudnative-pg',
  layer: 'data',
  scope: 'cluster',
  // an operator, though it lies beside what it makes
  priority: 'system',
  description: 'Operator of PostgreSQL clusters: standbys, failover, poolers, continuous backups',
  settings: block({
    ...sizedFrom({ least: '100Mi', for: 'its caches, as upstream requests' }),
    replicas,
  }).describe('CloudNativePG, which the engine cloudnative-pg of postgresql needs.'),
  namespaces: [
    {
      name: 'cnpg-system',
      environment: 'platform',
      podSecurity: 'restricted',
      quota: { cpu: '1', memory: '2Gi', storage: '0' },
    },
  ],
  crds: ['cloudnative-pg'],
  exceptions: [
    {
      subject: 'cnpg-manager',
      exception: 'rbac-secrets',
      reason:
        'It makes the certificates and accounts of Clusters, and reads the passwords of their roles, in the namespaces of the Clusters, which may be any.',
    },
  ],
});

export type CloudnativePgSettings = SettingsOf<typeof cloudnativePg>;
