import type { BucketSettings } from './definition';

/** The store's own bucket: settle.sh writes into it to show that it works. */
export const STATE_BUCKET = 'strata-state';
/** Where each backup writes something fresh, which a drill looks for. */
const SENTINEL_BUCKET = 'strata-sentinel';

/** One account: what it may, and where. Each application has one for each of its buckets. */
export interface Account {
  /** Its access key: `property-images.web`. No secret: requests show it. */
  readonly name: string;
  readonly statements: readonly Statement[];
}

interface Statement {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
}

/** Actions of S3 as SeaweedFS 4.44 names them (weed/s3api/s3_constants/s3_action_strings.go, s3_action_resolver.go). */
const READ = ['GetObject', 'GetObjectVersion', 'GetObjectTagging'];
/** Without DeleteObjectVersion: what versions are for is that an account which went wrong cannot take them away. */
const WRITE = [
  ...['PutObject', 'DeleteObject', 'PutObjectTagging', 'DeleteObjectTagging'],
  ...['AbortMultipartUpload', 'ListMultipartUploadParts'],
];
const LIST = ['ListBucket', 'ListBucketVersions', 'GetBucketLocation', 'GetBucketVersioning'];

const objectsOf = (bucket: string): string => `arn:aws:s3:::${bucket}/*`;
const itself = (bucket: string): string => `arn:aws:s3:::${bucket}`;

const reading = (buckets: readonly string[]): readonly Statement[] => [
  { actions: READ, resources: buckets.map(objectsOf) },
  { actions: LIST, resources: buckets.map(itself) },
];

const writing = (buckets: readonly string[]): readonly Statement[] => [
  { actions: [...READ, ...WRITE], resources: buckets.map(objectsOf) },
  { actions: [...LIST, 'ListBucketMultipartUploads'], resources: buckets.map(itself) },
];

/** Name of an application's account of a bucket. */
export const accountOf = (bucket: string, application: string): string => `${bucket}.${application}`;

/**
 * Accounts of applications. They may nothing with the bucket itself: no policy, no list of who may (ACL), no life-cycle, no versioning; so
 * that nothing in it can become public.
 */
export const applicationAccounts = (buckets: readonly BucketSettings[]): readonly Account[] =>
  buckets.flatMap(({ name, writers, readers }) => [
    ...writers.map((one) => ({ name: accountOf(name, one), statements: writing([name]) })),
    ...readers.map((one) => ({ name: accountOf(name, one), statements: reading([name]) })),
  ]);

/** Buckets that a backup copies. */
export const keptBuckets = (buckets: readonly BucketSettings[]): readonly string[] => [
  ...buckets.map(({ name }) => name),
  SENTINEL_BUCKET,
];

/** All buckets: those of the settings, and the store's own. */
export const bucketNames = (buckets: readonly BucketSettings[], isBackedUp: boolean): readonly string[] => [
  ...(isBackedUp ? keptBuckets(buckets) : buckets.map(({ name }) => name)),
  STATE_BUCKET,
];

/** Accounts of the store's own: settle.sh, and with a backup those that read and bring back all of it. */
export function ownAccounts(buckets: readonly BucketSettings[], isBackedUp: boolean): readonly Account[] {
  const all = bucketNames(buckets, isBackedUp);
  const settle: Account = {
    name: 'settle',
    statements: [
      { actions: ['PutLifecycleConfiguration'], resources: all.map(itself) },
      { actions: ['PutObject'], resources: [`arn:aws:s3:::${STATE_BUCKET}/settled`] },
    ],
  };
  if (!isBackedUp) return [settle];
  const kept = keptBuckets(buckets);
  return [
    settle,
    {
      name: 'backup',
      statements: [
        ...reading(kept),
        { actions: ['PutObject'], resources: [`arn:aws:s3:::${SENTINEL_BUCKET}/sentinel`] },
      ],
    },
    { name: 'restore', statements: writing(kept) },
  ];
}

/** Text that prepare.sh puts the secret of the account in the place of. */
const secretOf = (account: string): string => `@SECRET_${account}@`;

/** The file of -s3.config (weed/pb/iam.proto, S3ApiConfiguration). Who is not in it is refused, anonymous callers too. */
export function identitiesFile(accounts: readonly Account[]): string {
  const file = {
    identities: accounts.map(({ name }) => ({
      name,
      credentials: [{ accessKey: name, secretKey: secretOf(name) }],
      policyNames: [name],
    })),
    policies: accounts.map(({ name, statements }) => ({
      name,
      content: JSON.stringify({ Version: '2012-10-17', Statement: statements.map(allow) }),
    })),
  };
  return `${JSON.stringify(file, null, 2)}\n`;
}

const allow = ({ actions, resources }: Statement) => ({
  Effect: 'Allow',
  Action: actions.map((action) => `s3:${action}`),
  Resource: resources,
});
