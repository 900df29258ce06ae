import { block, sized } from '../../../settings/blocks';
import { component, type SettingsOf } from '../../core/definition';

export const barmanCloud = component({
  name: 'barman-cloud',
  layer: 'data',
  scope: 'cluster',
  // an operator, though it lies beside what it makes
  priority: 'system',
  description: 'Plugin of CloudNativePG: base backups and write-ahead log to a bucket, recovery to a moment',
  settings: block(sized).describe(
    'Barman Cloud, the plugin that the engine cloudnative-pg of postgresql needs where there is a bucket for backups.',
  ),
  crds: ['barman-cloud'],
  exceptions: [
    {
      subject: 'plugin-barman-cloud',
      exception: 'rbac-secrets',
      reason:
        'It may give the account of a Cluster the right to read the keys of its bucket, in the namespace of the Cluster, only if it has that right itself.',
    },
  ],
});

export type BarmanCloudSettings = SettingsOf<typeof barmanCloud>;
