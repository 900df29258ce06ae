import type { Alert } from '../../core/monitoring';
import { volumeAlerts } from '../../core/volume-alerts';
import { STATE_BUCKET } from './accounts';
import type { ObjectStoreSettings } from './definition';

/**
 * Alerts on one server. Names of metrics: those of the running 4.48 (weed/stats/metrics.go), and the kubelet's volume statistics. Sizes,
 * quotas and read-only of buckets are looked up by the server every minute.
 */
export function objectStoreAlerts(
  namespace: string,
  { buckets }: Pick<ObjectStoreSettings, 'buckets'>,
): readonly Alert[] {
  const of = (more = '') => `{namespace="${namespace}",job="object-store"${more}}`;
  const written = `SeaweedFS_s3_uploaded_objects${of(`,bucket="${STATE_BUCKET}"`)}`;
  return [
    {
      alert: 'ObjectStoreDown',
      expr: `up${of()} == 0 or absent(up${of()})`,
      for: '3m',
      severity: 'critical',
      summary: 'The object store of {{ $labels.namespace }} does not answer',
      description: 'Applications of this namespace can neither read nor write their files.',
    },
    {
      alert: 'ObjectStoreErrors',
      expr:
        `sum by (namespace) (rate(SeaweedFS_s3_request_total${of(',code=~"5.."')}[5m])) / ` +
        `sum by (namespace) (rate(SeaweedFS_s3_request_total${of()}[5m])) > 0.05`,
      for: '10m',
      severity: 'warning',
      summary:
        'The object store of {{ $labels.namespace }} fails at {{ $value | humanizePercentage }} of all requests',
      description: 'It cannot write, or does not find what it wrote. A bucket over its quota counts too.',
    },
    {
      alert: 'ObjectStoreAccessDenied',
      expr: `sum by (namespace) (increase(SeaweedFS_s3_request_total${of(',code="403"')}[15m])) > 10`,
      for: '10m',
      severity: 'warning',
      summary: 'The object store of {{ $labels.namespace }} refuses keys, buckets or actions',
      description: 'An application has wrong keys, or does what its account may not; or somebody tries.',
    },
    {
      alert: 'ObjectStoreSettleFailing',
      // a server that has started anew has no such series until the first object is written
      expr: `increase(${written}[30m]) == 0 or (up${of()} == 1 unless on (namespace) ${written})`,
      for: '15m',
      severity: 'warning',
      summary: 'Nobody looks after the buckets of {{ $labels.namespace }}',
      description:
        'Quotas are not enforced, and what is expired stays; or the store takes no objects at all: its own check writes one every five minutes.',
    },
    {
      alert: 'ObjectStoreDiskLow',
      expr: `sum by (namespace) (SeaweedFS_volumeServer_read_only_volumes${of(',type="isDiskSpaceLow"')}) > 0`,
      for: '4m',
      severity: 'critical',
      summary: 'The object store of {{ $labels.namespace }} takes no more objects: its volume is full',
      description: 'Less than 5 % of the volume are free. Reading still works.',
    },
    ...(buckets.some(({ quota }) => quota !== undefined) ? quotaAlerts(of()) : []),
    ...volumeAlerts({
      name: 'ObjectStore',
      claims: `{namespace="${namespace}",persistentvolumeclaim="data-object-store-0"}`,
      subject: 'The volume of the object store in {{ $labels.namespace }}',
      full: 'at 95 % it takes no more objects',
    }),
  ];
}

const quotaAlerts = (server: string): readonly Alert[] => [
  {
    alert: 'ObjectStoreBucketFillingUp',
    expr: `SeaweedFS_s3_bucket_size_bytes${server} / SeaweedFS_s3_bucket_quota_bytes${server} > 0.8`,
    for: '15m',
    severity: 'warning',
    summary:
      'The bucket {{ $labels.bucket }} of {{ $labels.namespace }} uses {{ $value | humanizePercentage }} of its quota',
    description: 'Beyond the quota writes are refused.',
  },
  {
    alert: 'ObjectStoreBucketFull',
    expr: `SeaweedFS_s3_bucket_read_only${server} > 0`,
    for: '4m',
    severity: 'critical',
    summary:
      'The bucket {{ $labels.bucket }} of {{ $labels.namespace }} is over its quota: writes are refused',
    description: 'Reading and deleting still work.',
  },
];
