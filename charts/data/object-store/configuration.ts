import { bytesOf, type Memory } from '../../core/quantities';
import type { BucketSettings, ObjectStoreSettings } from './definition';

export const DATA_FOLDER = '/data';
export const TLS_FOLDER = '/etc/object-store-tls';
/** The identities that prepare.sh writes, in memory. */
export const IDENTITIES_FILE = '/run/identities/s3.json';
/** Where weed looks for its *.toml (weed/util/config.go). */
export const CONFIG_FOLDER = '/etc/seaweedfs';

export const PORTS = { s3: 8333, metrics: 9327 } as const;
/** Name in the server's certificate, by which its parts know each other. */
export const COMMON_NAME = 'object-store';

const MEBI = 2 ** 20;
/** MiB of one volume (a file that holds objects of one bucket): small enough that a copy of one, which tidying up needs, has room. */
const volumeSize = (size: Memory): number =>
  Math.min(8192, Math.max(64, Math.floor(bytesOf(size) / MEBI / 20)));

/** Volumes at the most: as many as fill the disk, and a few half-full ones for each bucket. They take room only as they fill. */
const volumeCount = (size: Memory, buckets: number): number =>
  Math.ceil(bytesOf(size) / MEBI / volumeSize(size)) + 4 * (buckets + 2);

/** MiB of uploads, and of downloads, that may be under way at once; more of them wait. The process holds each several times. */
const inFlight = (memory: Memory): number => Math.floor(bytesOf(memory) / MEBI / 16);

/**
 * Flags of `weed server` 4.48, which says them with -h: master, volume server, filer and S3 in one process. All but S3 and the metrics listen
 * on the loopback only.
 */
export const flags = ({ size, memory, buckets }: ObjectStoreSettings): readonly string[] => [
  ...[`-dir=${DATA_FOLDER}`, '-ip=127.0.0.1', '-ip.bind=127.0.0.1'],
  // it would tell upstream how much is stored
  '-master.telemetry=false',
  // one master elects itself
  '-master.electionTimeout=1s',
  `-master.volumeSizeLimitMB=${volumeSize(size)}`,
  `-volume.max=${volumeCount(size, buckets.length)}`,
  ...['-volume.minFreeSpace=5', '-volume.preStopSeconds=1'],
  ...['-filer', '-filer.exposeDirectoryData=false'],
  ...['-s3', '-s3.ip.bind=0.0.0.0', `-s3.port=${PORTS.s3}`, `-s3.config=${IDENTITIES_FILE}`],
  ...[`-s3.cert.file=${TLS_FOLDER}/tls.crt`, `-s3.key.file=${TLS_FOLDER}/tls.key`],
  // accounts and buckets come from the settings only; and none of the other services
  ...['-s3.iam=false', '-s3.autoCreateBucket=false', '-s3.allowDeleteBucketNotEmpty=false'],
  ...['-s3.port.iceberg=0', '-s3.port.lance=0'],
  ...[`-s3.concurrentUploadLimitMB=${inFlight(memory)}`, `-s3.readerCacheSizeMB=${inFlight(memory)}`],
  ...[
    `-volume.concurrentUploadLimitMB=${inFlight(memory)}`,
    `-volume.concurrentDownloadLimitMB=${inFlight(memory)}`,
  ],
  ...['-metricsIp=0.0.0.0', `-metricsPort=${PORTS.metrics}`],
];

/** Where the filer keeps names and attributes (weed/command/scaffold/filer.toml). */
export const FILER = `[leveldb2]
enabled = true
dir = "${DATA_FOLDER}/filer"
`;

const PARTS = ['master', 'volume', 'filer', 's3'];

/**
 * gRPC between the parts, and of \`weed shell\`, over TLS with the server's own certificate on both sides: the port of S3's gRPC is open to
 * the pod's network, and who may call it may make accounts (weed/command/scaffold/security.toml).
 */
export const SECURITY = [
  `[grpc]\nca = "${TLS_FOLDER}/ca.crt"`,
  ...PARTS.map((part) => `[grpc.${part}]\n${pair()}\nallowed_commonNames = "${COMMON_NAME}"`),
  `[grpc.client]\n${pair()}\n`,
].join('\n\n');

function pair(): string {
  return `cert = "${TLS_FOLDER}/tls.crt"\nkey = "${TLS_FOLDER}/tls.key"`;
}

/** New volumes one by one: seven at once, as upstream has it, are for many disks (weed/command/scaffold/master.toml). */
export const MASTER = `[master.volume_growth]
copy_1 = 1
`;

/** Lines `<bucket> <enabled|suspended> <quota in MiB, 0 for none>` for settle.sh. */
export const bucketLines = (names: readonly string[], buckets: readonly BucketSettings[]): string =>
  names
    .map((name) => {
      const { versioning = false, quota } = settingsOf(name, buckets);
      const mebibytes = quota === undefined ? 0 : Math.floor(bytesOf(quota) / MEBI);
      return `${name} ${versioning ? 'enabled' : 'suspended'} ${mebibytes}\n`;
    })
    .join('');

/** The store's own buckets have none. */
const settingsOf = (name: string, buckets: readonly BucketSettings[]): Partial<BucketSettings> =>
  buckets.find((bucket) => bucket.name === name) ?? {};

/** `<bucket>.xml` → the life-cycle of the bucket. */
export const lifecycles = (
  names: readonly string[],
  buckets: readonly BucketSettings[],
): Record<string, string> =>
  Object.fromEntries(names.map((name) => [`${name}.xml`, lifecycle(settingsOf(name, buckets))]));

/** Days after which parts of an upload that was never completed are deleted. */
const ABANDONED_DAYS = 7;

/** What S3 calls the life-cycle of a bucket (PutBucketLifecycleConfiguration). */
function lifecycle({ expireDays, versionDays }: Partial<BucketSettings>): string {
  const rules = [
    rule(
      'abandoned',
      `<AbortIncompleteMultipartUpload><DaysAfterInitiation>${ABANDONED_DAYS}</DaysAfterInitiation></AbortIncompleteMultipartUpload>`,
    ),
    expireDays === undefined ? '' : rule('expire', `<Expiration><Days>${expireDays}</Days></Expiration>`),
    versionDays === undefined
      ? ''
      : rule(
          'versions',
          `<NoncurrentVersionExpiration><NoncurrentDays>${versionDays}</NoncurrentDays></NoncurrentVersionExpiration>`,
        ),
  ];
  return `<LifecycleConfiguration>\n${rules.join('')}</LifecycleConfiguration>\n`;
}

const rule = (id: string, action: string): string =>
  `<Rule><ID>${id}</ID><Status>Enabled</Status><Filter><Prefix></Prefix></Filter>${action}</Rule>\n`;
