import { z } from 'zod';
import { dnsLabel, httpsUrl, matching, text } from './scalars';

// What a cluster's YAML file may say of volumes and backups.

const storageClass = z
  .strictObject({
    name: dnsLabel.describe('Name of the StorageClass.'),
    provisioner: text('a provisioner', 'driver.longhorn.io')
      .default('driver.longhorn.io')
      .describe('CSI driver that makes its volumes.'),
    fsType: z
      .enum(['ext4', 'xfs'])
      .default('ext4')
      .describe('File system. xfs suits databases: it preallocates large files without writing them.'),
    replicas: z.int().min(1).max(5).default(1).describe('Copies of each volume, each on its own node.'),
    reclaimPolicy: z
      .enum(['Retain', 'Delete'])
      .default('Retain')
      .describe('What becomes of the volume of a deleted claim.'),
    existing: z
      .boolean()
      .default(false)
      .describe('true: the cluster has it already, as k3s has local-path; only its name is used.'),
  })
  .describe('One StorageClass.');

export const storage = z
  .strictObject({
    classes: z.array(storageClass).min(1).describe('StorageClasses of the cluster.'),
    general: dnsLabel.describe('Class of ordinary volumes.'),
    database: dnsLabel.describe("Class of databases' volumes."),
  })
  .describe('Where data lies.');

export const backup = z
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
    drills: matching(
      'a schedule',
      /^[0-5]?[0-9] (1?[0-9]|2[0-3]) (\*|[1-9]|1[0-9]|2[0-8]) \* (\*|[0-6])$/,
      '30 5 2 * *',
      'Write minute, hour, day of the month or *, *, and day of the week or *',
    )
      .default('30 5 2 * *')
      .describe('When backups are restored and compared: five fields of cron, UTC; once a month at least.'),
    retentionDays: z.int().min(1).max(3650).default(30).describe('Days after which a backup is deleted.'),
  })
  .describe('Where backups go. Keys go into a secret, never in here. Leave the block out for none.');
