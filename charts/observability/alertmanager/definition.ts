import { z } from 'zod';
import { block, replicas, sized } from '../../../settings/blocks';
import { memory } from '../../../settings/amounts';
import { VOLUME } from '../../../settings/base';
import { own } from '../../../settings/own';
import { component, type SettingsOf } from '../../core/definition';

export const alertmanager = component({
  name: 'alertmanager',
  layer: 'observability',
  scope: 'cluster',
  // it keeps a volume, and must not push a database out
  priority: 'data',
  description: 'Tells people of alerts',
  settings: block({
    ...sized,
    replicas,
    size: own(
      'volume',
      memory(VOLUME).default('1Gi').describe('Volume of each pod for silences, of the general class.'),
    ),
    deadMansSwitch: own(
      'secret',
      z
        .boolean()
        .default(false)
        .describe(
          'Whether a service outside of the cluster is called every minute, and alarms when the calls stop. Its address goes into a secret.',
        ),
    ),
  }).describe('Alertmanager, which tells the receivers of alerts.'),
  exceptions: [
    {
      subject: 'alertmanager',
      exception: 'no-backup',
      reason: 'It holds silences and who was told what: without it people are told once more.',
    },
  ],
});

export type AlertmanagerSettings = SettingsOf<typeof alertmanager>;
