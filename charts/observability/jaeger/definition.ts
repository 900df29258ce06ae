import { memory } from '../../../settings/amounts';
import { block, sizedFrom } from '../../../settings/blocks';
import { own } from '../../../settings/own';
import { component, type SettingsOf } from '../../core/definition';
import { daysOrWeeks } from '../retention';

export const jaeger = component({
  name: 'jaeger',
  layer: 'observability',
  scope: 'cluster',
  // without it nobody sees traces, and nothing stops: it makes no room for itself at the cost of a datastore
  priority: 'app',
  description: 'Traces: what became of a request in each service that it went through',
  settings: block({
    ...sizedFrom({ least: '768Mi', for: 'what Badger keeps in memory' }),
    retention: daysOrWeeks('7d').default('7d').describe('How long traces are kept.'),
    size: own(
      'volume',
      memory({ least: '2Gi', for: 'tables of Badger while they are merged' })
        .default('10Gi')
        .describe('Volume, of the general class. Nothing but retention and sampling keeps Jaeger within it.'),
    ),
  }).describe('Jaeger, which keeps traces and searches them. It needs cert-manager.'),
  exceptions: [
    {
      subject: 'jaeger',
      exception: 'no-backup',
      reason: 'Traces are worth a look for days, not a restore: a new Jaeger collects anew.',
    },
  ],
});

export type JaegerSettings = SettingsOf<typeof jaeger>;
