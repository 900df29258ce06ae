import { z } from 'zod';
import { matching } from '../../settings/scalar';
import { httpsUrl, schedule } from '../../settings/scalars';
import { section } from '../core/definition';

/** Where backups go, and when they are restored. */
export const backup = section({
  name: 'backup',
  layer: 'backup',
  schema: z
    .strictObject({
      endpoint: httpsUrl.describe(
        'S3 API; outside of the cluster, or it is lost together with what it protects.',
      ),
      bucket: matching(
        'a bucket name',
        /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
        'strata-backups',
        'Use 3 to 63 lower-case letters, digits, dots and hyphens',
      ).describe('Bucket.'),
      region: matching(
        'a region',
        /^[a-z0-9-]+$/,
        'eu-central-003',
        'Use lower-case letters, digits and hyphens',
      ).describe('Region, as requests are signed with.'),
      recipient: matching(
        'an age recipient',
        /^age1[ac-hj-np-z02-9]{58}$/,
        `age1${'q'.repeat(58)}`,
        'Write the public key that age-keygen prints: age1 and 58 letters and digits',
      ).describe(
        "age recipient that backups are encrypted to. Its identity (the private key) lies outside of the cluster, and in the drills' namespace.",
      ),
      drills: schedule
        .default('30 5 2 * *')
        .describe(
          'When backups are restored and compared: five fields of cron, UTC; once a month at least. The drills of a cluster begin at that hour and later on that day, half an hour apart.',
        ),
      retentionDays: z.int().min(1).max(3650).default(30).describe('Days after which a backup is deleted.'),
    })
    .describe('Where backups go. Keys go into a secret, never in here. Leave the block out for none.')
    .exactOptional(),
  mistakes: (settings, { environments = [] }) => {
    const production = environments.find(({ stage }) => stage === 'prod');
    const host = settings.endpoint.replace(/^https:\/\//, '').replace(/[/:?#].*$/, '');
    if (!production || !/\.(svc|cluster\.local|local|internal)$|\.svc\./.test(host)) return [];
    return [
      {
        path: ['endpoint'],
        problem: `"${host}" lies inside the cluster, and would be lost together with the data of ${production.name}`,
        remedy: 'Use an S3 service elsewhere',
      },
    ];
  },
});

export type BackupSettings = NonNullable<z.output<typeof backup.schema>>;
