import { toYaml } from '../../core/yaml';
import type { LonghornSettings } from './definition';

/** What Longhorn gives its own pods, so that they are the last that a full node takes away. */
export const PRIORITY_CLASS = 'longhorn-critical';

/** Where volumes are backed up to. */
export interface VolumeBucket {
  readonly bucket: string;
  readonly region: string;
  /** Name of the cluster: the folder in the bucket. */
  readonly cluster: string;
}

/** Settings that each of Longhorn's two data engines has for itself name both, though Strata makes volumes of v1 only. */
const ofEngines = (value: number): string => JSON.stringify({ v1: String(value), v2: String(value) });

/**
 * The manager copies these values into its Setting objects at its start and whenever the ConfigMap changes (longhorn-manager v1.12.1,
 * types/setting.go). Settings that are not named keep upstream's defaults.
 *
 * @param reserve percent of each disk that nothing of Longhorn may take
 * @param replicas copies of a volume that names no number: those that people make by hand
 */
export const settingValues = (
  { dataPath, overProvisioning, minimalAvailable, instanceManagerCpu }: LonghornSettings,
  { reserve, replicas }: { readonly reserve: number; readonly replicas: number },
): Readonly<Record<string, string>> => ({
  'priority-class': PRIORITY_CLASS,
  'default-data-path': dataPath,
  'default-replica-count': ofEngines(replicas),
  // two copies on one node protect against nothing: where a node is away, the volume is degraded until it is back
  'replica-soft-anti-affinity': 'false',
  'storage-over-provisioning-percentage': String(overProvisioning),
  'storage-minimal-available-percentage': String(minimalAvailable),
  'storage-reserved-percentage-for-default-disk': String(reserve),
  'guaranteed-instance-manager-cpu': ofEngines(instanceManagerCpu),
  // the engine of each volume follows an upgrade by itself, one on each node at a time; upstream's 0 leaves it to a person
  'concurrent-automatic-engine-upgrade-per-node-limit': '1',
  // as upstream's manifest says; the other engine has none
  'disable-revision-counter': JSON.stringify({ v1: 'true' }),
  // nothing calls home
  'upgrade-checker': 'false',
  'allow-collecting-longhorn-usage-metrics': 'false',
});

/** `default-setting.yaml` of the ConfigMap. */
export const settingsFile = (values: Readonly<Record<string, string>>): string => toYaml(values);

/**
 * `default-resource.yaml`: the backup target named default (datastore/longhorn.go, CreateOrUpdateDefaultBackupTarget). A key that is left out
 * would keep what the target has: without a bucket they say that there is none.
 */
export const targetFile = (bucket: VolumeBucket | undefined, secret = ''): string =>
  toYaml({
    'backup-target': bucket ? `s3://${bucket.bucket}@${bucket.region}/${bucket.cluster}/volumes/` : '',
    'backup-target-credential-secret': secret,
  });
