import { z } from 'zod';
import { memory } from '../../../settings/amounts';
import { block, sized } from '../../../settings/blocks';
import { matching } from '../../../settings/scalar';
import { httpsUrl } from '../../../settings/scalars';
import { component, type SettingsOf } from '../../core/definition';

export const loki = component({
  name: 'loki',
  layer: 'observability',
  scope: 'cluster',
  description: 'Logs of everything, and the alerts on what they say',
  settings: block({
    ...sized,
    retention: matching(
      'a number of days or weeks',
      /^[1-9][0-9]{0,2}(d|w)$/,
      '14d',
      'Write a number and d or w',
    )
      .default('14d')
      .describe('How long logs are kept.'),
    size: memory({ least: '2Gi', for: 'the write-ahead log and a day of logs' })
      .default('10Gi')
      .describe('Volume, of the general class. Logs lie there, or with s3 only the newest.'),
    s3: z
      .strictObject({
        endpoint: httpsUrl.describe('S3 API.'),
        bucket: matching(
          'a bucket name',
          /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
          'strata-logs',
          'Use 3 to 63 lower-case letters, digits, dots and hyphens',
        ).describe('Bucket, of its own: Loki deletes in it.'),
        region: matching(
          'a region',
          /^[a-z0-9-]+$/,
          'eu-central-003',
          'Use lower-case letters, digits and hyphens',
        ).describe('Region, as requests are signed with.'),
      })
      .exactOptional()
      .describe(
        'Where logs lie in place of the volume. Its keys go into a secret. Logs from before are not found any more. Default: the volume.',
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
