import { block, sized } from '../../../settings/blocks';
import { component, type SettingsOf } from '../../core/definition';

export const prometheusOperator = component({
  name: 'prometheus-operator',
  layer: 'observability',
  scope: 'cluster',
  description: 'Makes Prometheus and its configuration from monitors and rules',
  settings: block(sized).describe('Prometheus Operator, which prometheus needs.'),
  crds: ['prometheus-operator'],
});

export type PrometheusOperatorSettings = SettingsOf<typeof prometheusOperator>;
