import { bytesOf, type Memory } from '../../core/quantities';
import { toYaml, type Json } from '../../core/yaml';
import { hoursOf } from '../retention';
import type { LokiSettings } from './definition';

export const DATA_FOLDER = '/loki';
export const CONFIG_FOLDER = '/etc/loki/config';
/** Loki looks for rules below a folder for each of its tenants. */
export const RULES_FOLDER = '/etc/loki/rules';
/** The one tenant where `auth_enabled` is false (pkg/util/fakeauth). */
export const ONLY_TENANT = 'fake';

/** Variables that hold the keys of the bucket; `-config.expand-env` puts them in. */
export const BUCKET_KEYS = { access: 'S3_ACCESS_KEY_ID', secret: 'S3_SECRET_ACCESS_KEY' } as const;

/** Labels of a stream. Loki refuses streams with more than there are here. */
export const LABELS = ['cluster', 'namespace', 'app', 'level', 'tenant'] as const;

/**
 * Hours that a line may come later than others of its stream. Loki takes half of `max_chunk_age` (pkg/ingester/stream.go) and refuses what
 * is older, so this bounds how long it may be away without the loss of lines that collectors kept.
 */
const LATE_HOURS = 12;

const MEBI = 2 ** 20;
/** Share of the memory that replaying the write-ahead log may take before chunks are written out. */
const REPLAY_SHARE = 0.4;

interface Input extends Pick<LokiSettings, 'retention' | 's3'> {
  readonly cluster: string;
  readonly memory: Memory;
  /** Address of Alertmanager. @default no rules are evaluated */
  readonly alertmanager: string | undefined;
}

/**
 * Loki's configuration: docs/sources/shared/configuration.md of v3.7.6, cmd/loki/loki-docker-config.yaml for one process on one volume.
 */
export const lokiConfiguration = (input: Input): string => {
  const { retention, memory, alertmanager, cluster, s3 } = input;
  const store = s3 ? 's3' : 'filesystem';
  return toYaml({
    // who gets in is said by network policies
    auth_enabled: false,
    server: {
      http_listen_port: 3100,
      // the parts of one process talk to each other by it, and nobody else does
      grpc_listen_address: '127.0.0.1',
      log_format: 'json',
    },
    common: {
      path_prefix: DATA_FOLDER,
      instance_addr: '127.0.0.1',
      replication_factor: 1,
      ring: { kvstore: { store: 'inmemory' } },
    },
    schema_config: {
      configs: [
        {
          from: '2024-01-01',
          store: 'tsdb',
          object_store: store,
          schema: 'v13',
          index: { prefix: 'index_', period: '24h' },
        },
      ],
    },
    storage_config: s3 ? { aws: bucket(s3) } : { filesystem: { directory: `${DATA_FOLDER}/chunks` } },
    ingester: {
      max_chunk_age: `${2 * LATE_HOURS}h`,
      wal: { replay_memory_ceiling: `${share(memory, REPLAY_SHARE)}MB` },
    },
    // chunks stay in memory longer than the three hours of the default
    querier: { query_ingesters_within: '0s' },
    // without a size of ours each takes 100 MB
    chunk_store_config: { chunk_cache_config: cache(memory) },
    query_range: { results_cache: { cache: cache(memory) } },
    compactor: { retention_enabled: true, delete_request_store: store },
    // the compactor wants a day at least, which is the least that can be written
    limits_config: limits(hoursOf(retention)),
    ...(alertmanager !== undefined && { ruler: ruler(alertmanager, cluster) }),
    analytics: { reporting_enabled: false },
  });
};

const bucket = ({ endpoint, bucket: name, region }: NonNullable<LokiSettings['s3']>): Json => ({
  endpoint,
  region,
  bucketnames: name,
  s3forcepathstyle: true,
  access_key_id: `\${${BUCKET_KEYS.access}}`,
  secret_access_key: `\${${BUCKET_KEYS.secret}}`,
});

const limits = (hours: number): Json => ({
  retention_period: `${hours}h`,
  // what would be kept is taken, however old: a collector that comes back after days brings old lines
  reject_old_samples_max_age: `${hours}h`,
  max_label_names_per_series: LABELS.length,
  // else Loki adds a label of its own, and guesses a level for each line that has one already
  discover_service_name: [],
  discover_log_levels: false,
  max_global_streams_per_user: 2000,
  // a collector that catches up sends chunks of 2 MB one after the other
  ingestion_rate_mb: 8,
  ingestion_burst_size_mb: 16,
  // cut rather than refused: the collector would not send it again
  max_line_size_truncate: true,
  // queries are split for many machines by default; here they only wait for each other
  tsdb_max_query_parallelism: 16,
});

const ruler = (alertmanager: string, cluster: string): Json => ({
  storage: { type: 'local', local: { directory: RULES_FOLDER } },
  rule_path: `${DATA_FOLDER}/rules`,
  alertmanager_url: alertmanager,
  external_labels: { cluster },
  ring: { kvstore: { store: 'inmemory' } },
});

/** Share of the memory of each of the two caches. */
const CACHE_SHARE = 0.05;

const cache = (memory: Memory): Json => ({
  embedded_cache: { enabled: true, max_size_mb: share(memory, CACHE_SHARE) },
});

/** Mebibytes, at least one. */
const share = (memory: Memory, of: number): number => Math.max(1, Math.floor((bytesOf(memory) * of) / MEBI));
