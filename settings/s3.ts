import { matching, quote, type Refusal } from './scalar';
import { httpsUrl } from './scalars';

// Where an S3 API is and what lies there: what every block that names a bucket has in common.

/** The name of a bucket is appended, or put before the host: a path is fine, and nothing behind it. */
function endpointRefusal(value: string): Refusal | undefined {
  if (!/[?#]|\/\.{1,2}(\/|$)/.test(value)) return undefined;
  return {
    problem: `${quote(value)} is not the address of an S3 API`,
    remedy: 'Write scheme, host and path alone, e.g. https://s3.example.com',
  };
}

export const s3Endpoint = httpsUrl.superRefine((value, context) => {
  const refusal = endpointRefusal(value);
  if (refusal)
    context.addIssue({ code: 'custom', message: refusal.problem, params: { remedy: refusal.remedy } });
});

/** Of any S3 (docs.aws.amazon.com/AmazonS3, "Bucket naming rules"). */
export const s3Bucket = (example: string) =>
  matching(
    'a bucket name',
    /^(?!xn--|[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+$)(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
    example,
    'Use 3 to 63 lower-case letters, digits, single dots and hyphens, and no address',
  );

export const s3Region = matching(
  'a region',
  /^[a-z0-9-]+$/,
  'eu-central-003',
  'Use lower-case letters, digits and hyphens',
).describe('Region, as requests are signed with.');
