import { StrataError } from '../../core/errors';
import { bytesOf, type Memory } from '../../core/quantities';
import { FOLDERS } from './folders';

const MEBI = 2 ** 20;
const GIBI = 2 ** 30;

/** PostgreSQL's own advice for a dedicated server (manual, "Resource Consumption", shared_buffers): a quarter of its memory. */
const SHARED_BUFFERS_SHARE = 0.25;
/** Shared memory beside the buffers, and the server's own processes: 24 and 5 MiB of an idle 17.11 with the settings below and 64 connections. */
const OVERHEAD = 64 * MEBI;
/** A backend before it sorts anything: 3.4 MiB in 17.11, once it had touched 300 tables. */
const PER_CONNECTION = 4 * MEBI;
/** One connection for so much memory: 1 GiB gives 64 of them, which a pooler shares out among many more clients. */
const MEMORY_PER_CONNECTION = 16 * MEBI;
/** Beyond that a snapshot of all sessions costs every query more than another connection gains (a pooler is the answer). */
const MOST_CONNECTIONS = 400;
/** Workers of autovacuum at once, upstream's default; each may take maintenance_work_mem. */
const AUTOVACUUM_WORKERS = 3;
const MAINTENANCE_SHARE = 1 / 16;
/** Below that every sort goes to disk. */
const SMALLEST_WORK_MEM = MEBI;
/** Room for parallel queries in /dev/shm. */
const SHARED_MEMORY_SHARE = 1 / 8;

/** Connections that no application may take: 3 of the superuser (upstream's default), and those of the accounts below. */
export const OPERATIONS_CONNECTIONS = {
  exporter: 3,
  /** Two dumps at once, and a client of whoever looks on. */
  backup: 5,
  /** PgBouncer asks for secrets over a connection per database and pooler. */
  pgbouncer: 4,
} as const;
const SUPERUSER_CONNECTIONS = 3;
/** Standbys are asked about by each other: two short questions at once. */
const REPLICATION_CONNECTIONS = 4;
/** Of the owner of each database: one migration, and one person. */
export const OWNER_CONNECTIONS = 3;

/** Sizes that follow from memory and volume, in bytes unless said otherwise. */
export interface PostgresqlTuning {
  /** Number of connections in all. */
  readonly connections: number;
  /** Number of connections of each application's account. */
  readonly connectionsPerDatabase: number;
  readonly sharedBuffers: number;
  readonly effectiveCacheSize: number;
  readonly workMem: number;
  readonly maintenanceWorkMem: number;
  readonly sharedMemory: number;
  readonly maxWalSize: number;
  /** Most WAL that a slot may hold back for a standby that is away. */
  readonly slotWal: number;
  /** WAL that is kept for standbys whose slot was lost with the old primary. */
  readonly keptWal: number;
}

export interface TuningInput {
  readonly memory: Memory;
  readonly size: Memory;
  /** Number of databases. */
  readonly databases: number;
  readonly standbys: number;
}

/** What fits into a memory limit and a volume. `where` names the component in the errors. */
export function postgresqlTuning({ memory, size, databases }: TuningInput, where: string): PostgresqlTuning {
  const limit = bytesOf(memory);
  const connections = Math.min(MOST_CONNECTIONS, Math.floor(limit / MEMORY_PER_CONNECTION));
  const sharedBuffers = wholeMebi(limit * SHARED_BUFFERS_SHARE);
  const maintenanceWorkMem = Math.min(GIBI, wholeMebi(limit * MAINTENANCE_SHARE));
  const left =
    limit - OVERHEAD - sharedBuffers - connections * PER_CONNECTION - AUTOVACUUM_WORKERS * maintenanceWorkMem;
  // every connection at once with one sort or hash: more is rare, and less would waste memory all day
  const workMem = wholeMebi(left / connections);
  const connectionsPerDatabase = shareOf(connections, databases);
  if (workMem < SMALLEST_WORK_MEM || connectionsPerDatabase < 2)
    throw new StrataError(
      `${where}: memory`,
      `${memory} is too little for ${databases} database(s)`,
      'Give PostgreSQL at least 512Mi, and 256Mi more for each further database',
    );
  const volume = bytesOf(size);
  return {
    connections,
    connectionsPerDatabase,
    sharedBuffers,
    // of the page cache too, as far as the limit leaves room for it
    effectiveCacheSize: sharedBuffers + wholeMebi(left / 2),
    workMem,
    maintenanceWorkMem,
    sharedMemory: wholeMebi(limit * SHARED_MEMORY_SHARE),
    // a tenth of the volume between two checkpoints, and not more than is replayed within minutes after a crash
    maxWalSize: clamp(wholeMebi(volume / 10), 256 * MEBI, 8 * GIBI),
    slotWal: wholeMebi(volume / 5),
    keptWal: Math.min(GIBI, wholeMebi(volume / 20)),
  };
}

const wholeMebi = (bytes: number): number => Math.floor(bytes / MEBI) * MEBI;
const clamp = (value: number, least: number, most: number): number => Math.min(most, Math.max(least, value));

/** What is left for each application when the others hold all that is theirs. */
function shareOf(connections: number, databases: number): number {
  const operations = Object.values(OPERATIONS_CONNECTIONS).reduce((sum, count) => sum + count, 0);
  const reserved = SUPERUSER_CONNECTIONS + REPLICATION_CONNECTIONS + operations;
  const all = connections - reserved - databases * OWNER_CONNECTIONS;
  return Math.floor(all / Math.max(1, databases));
}

export interface ConfigurationInput extends TuningInput {
  readonly synchronous: boolean;
  /** Names of all pods. */
  readonly servers: readonly string[];
  /** Whether WAL goes to the backup's bucket. */
  readonly archive: boolean;
}

/** postgresql.conf. The server refuses to start over a variable that it does not know; 17.11 was started with these. */
export function postgresqlConfiguration(input: ConfigurationInput, where: string): string {
  const tuning = postgresqlTuning(input, where);
  const mebi = (bytes: number): string => `${bytes / MEBI}MB`;
  return `timezone = 'UTC'
log_timezone = 'UTC'

# where it listens, and how
listen_addresses = '*'
unix_socket_directories = '${FOLDERS.socket}'
hba_file = '${FOLDERS.config}/pg_hba.conf'
password_encryption = scram-sha-256
ssl = on
ssl_min_protocol_version = TLSv1.2
ssl_ca_file = '${FOLDERS.tls}/ca.crt'
ssl_cert_file = '${FOLDERS.tls}/tls.crt'
ssl_key_file = '${FOLDERS.tls}/tls.key'

# sized from the memory limit ${input.memory}
max_connections = ${tuning.connections}
shared_buffers = ${mebi(tuning.sharedBuffers)}
effective_cache_size = ${mebi(tuning.effectiveCacheSize)}
work_mem = ${mebi(tuning.workMem)}
maintenance_work_mem = ${mebi(tuning.maintenanceWorkMem)}
autovacuum_max_workers = ${AUTOVACUUM_WORKERS}
# a node may offer huge pages that the pod has no right to: the server would die of SIGBUS
huge_pages = off
# compiled queries cost each backend tens of MiB, and gain in reports that run for minutes only
jit = off

# sized from the volume ${input.size}
max_wal_size = ${mebi(tuning.maxWalSize)}
min_wal_size = ${mebi(Math.max(80 * MEBI, wholeMebi(tuning.maxWalSize / 4)))}
wal_compression = lz4

# volumes are flash: a page out of order costs little more than the next one
random_page_cost = 1.1

# a tenth of dead rows instead of a fifth: more and smaller runs, less bloat between them
autovacuum_vacuum_scale_factor = 0.1
autovacuum_analyze_scale_factor = 0.05

# slow queries, waits for locks, and sorts that go to disk; values of parameters may be personal data, and are left out
log_min_duration_statement = 2s
log_parameter_max_length = 0
log_lock_waits = on
log_temp_files = 10MB
log_checkpoints = on
log_autovacuum_min_duration = 1min
log_line_prefix = '%m [%p] %q%u@%d %a '
shared_preload_libraries = 'pg_stat_statements'
# statements that are no queries may hold passwords
pg_stat_statements.track_utility = off
track_io_timing = on

# a client that is gone without a word frees its locks within two minutes
tcp_keepalives_idle = 60
tcp_keepalives_interval = 10
tcp_keepalives_count = 6

# standbys and base backups
wal_level = replica
max_wal_senders = ${input.standbys * 2 + 4}
max_replication_slots = ${input.standbys + 4}
max_slot_wal_keep_size = ${mebi(tuning.slotWal)}
wal_keep_size = ${input.standbys ? mebi(tuning.keptWal) : '0'}
synchronous_standby_names = '${synchronousNames(input)}'
# a long report on a standby holds back clean-up on the primary, instead of being cancelled
hot_standby_feedback = on
${following(input.standbys)}${archiving(input.archive)}`;
}

/** start.sh writes there whom the server follows. */
const following = (standbys: number): string =>
  standbys ? `include_if_exists '${FOLDERS.volume}/follow.conf'\n` : '';

/** Any one of the others: which of them are standbys changes with a switchover, and the primary itself never answers. */
const synchronousNames = ({ synchronous, servers }: ConfigurationInput): string =>
  synchronous ? `ANY 1 (${servers.map((server) => `"${server}"`).join(', ')})` : '';

/** Folder on the volume where WAL waits for its way to the bucket. */
export const SPOOL_FOLDER = `${FOLDERS.volume}/spool`;

const archiving = (archive: boolean): string =>
  archive
    ? `
# WAL goes to the spool on the volume, and from there to the bucket; a quiet minute ends a segment too
archive_mode = on
archive_command = 'bash ${FOLDERS.config}/archive.sh "%p" "%f"'
archive_timeout = 60s
`
    : '';
