import { block } from '../../../settings/blocks';
import { component, type SettingsOf } from '../../core/definition';

export const kubernetesMetrics = component({
  name: 'kubernetes-metrics',
  layer: 'observability',
  scope: 'cluster',
  description: 'Metrics of kubelets, the API server and the cluster DNS, and the alerts on them',
  settings: block({}).describe(
    'Metrics of Kubernetes itself: kubelets, containers, API server, DNS. It needs prometheus.',
  ),
});

export type KubernetesMetricsSettings = SettingsOf<typeof kubernetesMetrics>;
