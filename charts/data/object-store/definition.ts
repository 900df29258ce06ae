import { z } from 'zod';
import { block, maintenance } from '../../../settings/blocks';
import type { Mistake, Path } from '../../../settings/problem';
import { duplicates } from '../../../settings/rule';
import { cpu, memory } from '../../../settings/amounts';
import { matching } from '../../../settings/scalar';
import { dnsLabel } from '../../../settings/scalars';
import { own } from '../../../settings/own';
import { component, type SettingsOf } from '../../core/definition';
import { bytesOf } from '../../core/quantities';

/** Buckets that begin with it are the store's own. */
const OWN_PREFIX = 'strata-';

// without dots: certificates and names of Secrets would read one as two labels
const bucketName = matching(
  'a bucket name',
  /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/,
  'property-images',
  'Use 3 to 63 lower-case letters, digits and hyphens',
);

const days = (what: string) => z.int().min(1).max(3650).exactOptional().describe(what);

const bucket = z
  .strictObject({
    name: bucketName.describe('Name of the bucket.'),
    versioning: z
      .boolean()
      .default(false)
      .describe('Whether what is replaced or deleted stays as an older version.'),
    expireDays: days('Days after which an object is deleted, counted from when it was written.'),
    versionDays: days('Days that an older version stays after it was replaced or deleted; needs versioning.'),
    quota: memory({ least: '1Mi', for: 'the megabytes that it is counted in' })
      .exactOptional()
      .describe('Most bytes, older versions included; writes are refused within five minutes beyond it.'),
    writers: z
      .array(dnsLabel)
      .default([])
      .describe('Applications that may read, write and delete its objects; each gets an account.'),
    readers: z.array(dnsLabel).default([]).describe('Applications that may read them, and nothing else.'),
  })
  .describe('A bucket, which nobody reads without an account.');

export const objectStore = component({
  name: 'object-store',
  layer: 'data',
  scope: 'environment',
  description: 'SeaweedFS: buckets that speak S3, with an account per bucket and application',
  settings: block({
    memory: own(
      'sizing',
      memory({ least: '512Mi', for: 'the program and uploads under way' })
        .default('1Gi')
        .describe('Memory limit; how much may be uploaded at once follows from it.'),
    ),
    cpu: own('sizing', cpu.default('100m').describe('CPU request.')),
    size: own(
      'volume',
      memory({ least: '2Gi', for: 'a few volumes of the store, and room to tidy them up' })
        .default('10Gi')
        .describe('Data volume, of the general class; all is read-only when less than 5 % of it are free.'),
    ),
    buckets: z.array(bucket).default([]).describe('Buckets to create.'),
    ...maintenance,
  }).describe('One SeaweedFS. Leave the block out for none.'),
  mistakes: ({ buckets, size }) => [
    ...duplicates(buckets.map(({ name }, index) => ({ name, path: ['buckets', index, 'name'] }))),
    ...buckets.flatMap((one, index) => mistakesOf(one, ['buckets', index], size)),
  ],
});

function mistakesOf(one: BucketSettings, place: Path, size: string): readonly Mistake[] {
  const { name, versioning, versionDays, quota } = one;
  const applications = (['writers', 'readers'] as const).flatMap((list) =>
    one[list].map((application, index) => ({ name: application, path: [...place, list, index] })),
  );
  return [
    ...duplicates(applications, 'Name an application once: a writer reads too'),
    ...(name.startsWith(OWN_PREFIX)
      ? [
          {
            path: [...place, 'name'],
            problem: `"${name}" begins with ${OWN_PREFIX}, as buckets of the store itself do`,
            remedy: 'Choose another name',
          },
        ]
      : []),
    ...(versionDays !== undefined && !versioning
      ? [
          {
            path: [...place, 'versionDays'],
            problem: 'there are no older versions without versioning',
            remedy: 'Add versioning: true, or leave it out',
          },
        ]
      : []),
    ...(quota !== undefined && bytesOf(quota) > bytesOf(size)
      ? [
          {
            path: [...place, 'quota'],
            problem: `${quota} is more than the data volume has (${size})`,
            remedy: 'Lower it, or raise size',
          },
        ]
      : []),
  ];
}

export type ObjectStoreSettings = SettingsOf<typeof objectStore>;
export type BucketSettings = z.output<typeof bucket>;
