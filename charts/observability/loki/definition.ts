import { z } from 'zod';
import { memory } from '../../../settings/amounts';
import { block, sized } from '../../../settings/blocks';
import { s3Bucket, s3Endpoint, s3Region } from '../../../settings/s3';
import { own } from '../../../settings/own';
import { component, type SettingsOf } from '../../core/definition';
import { daysOrWeeks } from '../retention';

export const loki = component({
  name: 'loki',
  layer: 'observability',
  scope: 'cluster',
  priority: 'data',
  description: 'Logs of everything, and the alerts on what they say',
  settings: block({
    ...sized,
    retention: daysOrWeeks('14d').default('14d').describe('How long logs are kept.'),
    size: own(
      'volume',
      memory({ least: '2Gi', for: 'the write-ahead log and a day of logs' })
        .default('10Gi')
        .describe('Volume, of the general class. Logs lie there, or with s3 only the newest.'),
    ),
    s3: own(
      'target',
      z
        .strictObject({
          endpoint: s3Endpoint.describe('S3 API.'),
          bucket: s3Bucket('strata-logs').describe('Bucket, of its own: Loki deletes in it.'),
          region: s3Region,
        })
        .exactOptional()
        .describe(
          'Where logs lie in place of the volume. Its keys go into a secret. Logs from before are not found any more. Default: the volume.',
        ),
    ),
  }).describe('Loki, which keeps logs and searches them.'),
  exceptions: [
    {
      subject: 'loki',
      exception: 'no-backup',
      reason: 'Logs are worth a look for weeks, not a restore: a new Loki collects anew.',
    },
  ],
});

export type LokiSettings = SettingsOf<typeof loki>;
