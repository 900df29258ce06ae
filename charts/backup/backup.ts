import { z } from 'zod';
import { decodeBech32 } from '../../settings/bech32';
import { s3Bucket, s3Endpoint, s3Region } from '../../settings/s3';
import { quote, scalar, type Refusal } from '../../settings/scalar';
import { schedule } from '../../settings/scalars';
import { own } from '../../settings/own';
import { section } from '../core/definition';

const EXAMPLE = 'age1uzld6m80x9qltpaax5g3rzeqesrcx8pfgdv8jndrerlf7ryzmshqq8syn4';
const RECIPIENT = /^age1[ac-hj-np-z02-9]{58}$/;

function recipientRefusal(value: string): Refusal | undefined {
  if (!RECIPIENT.test(value))
    return {
      problem: `${quote(value)} is not an age recipient`,
      remedy: `Write the public key that age-keygen prints: age1 and 58 letters and digits, e.g. ${EXAMPLE}`,
    };
  if (decodeBech32(value, 'age')) return undefined;
  return {
    problem: `${quote(value)} was mistyped: its last letters are a checksum of the others, and do not fit`,
    remedy: 'Copy the public key that age-keygen printed: nobody could decrypt the backups',
  };
}

/** When each drill begins is made of one hour and one minute (drill/spread.ts). */
const isOnceADay = (drills: string): boolean => /^[0-9]+ +[0-9]+ /.test(drills.trim());

/** Where backups go, and when they are restored. */
export const backup = section({
  name: 'backup',
  layer: 'backup',
  schema: z
    .strictObject({
      endpoint: own(
        'target',
        s3Endpoint.describe('S3 API; outside of the cluster, or it is lost together with what it protects.'),
      ),
      bucket: own('target', s3Bucket('strata-backups').describe('Bucket.')),
      region: own('target', s3Region),
      recipient: own(
        'target',
        scalar('an age recipient', [EXAMPLE], recipientRefusal, RECIPIENT).describe(
          "age recipient that backups are encrypted to. Its identity (the private key) lies outside of the cluster, and in the drills' namespace.",
        ),
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
    const often = isOnceADay(settings.drills)
      ? []
      : [
          {
            path: ['drills'],
            problem: `"${settings.drills}" has several minutes or hours, at each of which all drills would begin at once`,
            remedy:
              'Name one minute and one hour, e.g. 30 5 2 * *: the drills of a cluster begin one after the other',
          },
        ];
    const production = environments.find(({ stage }) => stage === 'prod');
    const host = settings.endpoint.replace(/^https:\/\//, '').replace(/[/:?#].*$/, '');
    if (!production || !/\.(svc|cluster\.local|local|internal)$|\.svc\./.test(host)) return often;
    return [
      ...often,
      {
        path: ['endpoint'],
        problem: `"${host}" lies inside the cluster, and would be lost together with the data of ${production.name}`,
        remedy: 'Use an S3 service elsewhere',
      },
    ];
  },
});

export type BackupSettings = NonNullable<z.output<typeof backup.schema>>;
