import { block, sized } from '../../../settings/blocks';
import { component, type SettingsOf } from '../../core/definition';

export const blackboxExporter = component({
  name: 'blackbox-exporter',
  layer: 'observability',
  scope: 'cluster',
  description: 'Calls every public host as a browser would',
  settings: block(sized).describe(
    'blackbox-exporter: every host that the settings publish is called over TLS.',
  ),
});

export type BlackboxExporterSettings = SettingsOf<typeof blackboxExporter>;
