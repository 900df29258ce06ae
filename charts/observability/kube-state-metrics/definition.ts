import { block, sized } from '../../../settings/blocks';
import { component, type SettingsOf } from '../../core/definition';

export const kubeStateMetrics = component({
  name: 'kube-state-metrics',
  layer: 'observability',
  scope: 'cluster',
  description: 'Metrics of what the API server knows, and the alerts on workloads',
  settings: block(sized).describe(
    'kube-state-metrics: pods, roll-outs, jobs, quotas, claims and nodes as metrics.',
  ),
});

export type KubeStateMetricsSettings = SettingsOf<typeof kubeStateMetrics>;
