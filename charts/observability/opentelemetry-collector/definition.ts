import { z } from 'zod';
import { block, sizedFrom } from '../../../settings/blocks';
import { component, type SettingsOf } from '../../core/definition';

export const openTelemetryCollector = component({
  name: 'opentelemetry-collector',
  layer: 'observability',
  scope: 'cluster',
  // without it nobody sees traces, and nothing stops
  priority: 'app',
  description: 'Takes spans of applications, and keeps the traces that are worth it',
  settings: block({
    ...sizedFrom({ least: '128Mi', for: 'traces that wait until it is known whether they are kept' }),
    sampling: z
      .int()
      .min(0)
      .max(100)
      .default(10)
      .describe('Percent of ordinary traces that are kept. Those with an error and slow ones always are.'),
    slowMilliseconds: z
      .int()
      .min(1)
      .max(60_000)
      .default(1000)
      .describe('Milliseconds from which on a trace is slow.'),
  }).describe('OpenTelemetry Collector, for traces. It needs jaeger.'),
});

export type OpenTelemetryCollectorSettings = SettingsOf<typeof openTelemetryCollector>;
