import { StrataError } from '../../core/errors';
import { bytesOf, type Memory } from '../../core/quantities';

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
}

export interface TuningInput {
  readonly memory: Memory;
  readonly size: Memory;
  /** Number of databases. */
  readonly databases: number;
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
  };
}

const wholeMebi = (bytes: number): number => Math.floor(bytes / MEBI) * MEBI;
const clamp = (value: number, least: number, most: number): number => Math.min(most, Math.max(least, value));

/** What is left for each application when the others hold all that is theirs. */
function shareOf(connections: number, databases: number): number {
  const operations = Object.values(OPERATIONS_CONNECTIONS).reduce((sum, count) => sum + count, 0);
  const all = connections - SUPERUSER_CONNECTIONS - operations - databases * OWNER_CONNECTIONS;
  return Math.floor(all / Math.max(1, databases));
}

/** Parameters that belong together, and why they are as they are. */
export interface ParameterGroup {
  readonly comment: readonly string[];
  /** Name → value, without quotes. */
  readonly parameters: Readonly<Record<string, string>>;
}

/** What both engines set. The server refuses to start over a variable that it does not know; 17.11 was started with these. */
export function sharedParameters(tuning: PostgresqlTuning, input: TuningInput): readonly ParameterGroup[] {
  return [
    {
      comment: [`sized from the memory limit ${input.memory}`],
      parameters: {
        max_connections: String(tuning.connections),
        shared_buffers: mebibytes(tuning.sharedBuffers),
        effective_cache_size: mebibytes(tuning.effectiveCacheSize),
        work_mem: mebibytes(tuning.workMem),
        maintenance_work_mem: mebibytes(tuning.maintenanceWorkMem),
        autovacuum_max_workers: String(AUTOVACUUM_WORKERS),
      },
    },
    {
      comment: ['a node may offer huge pages that the pod has no right to: the server would die of SIGBUS'],
      parameters: { huge_pages: 'off' },
    },
    {
      comment: [
        'compiled queries cost each backend tens of MiB, and gain in reports that run for minutes only',
      ],
      parameters: { jit: 'off' },
    },
    {
      comment: [`sized from the volume ${input.size}`],
      parameters: {
        max_wal_size: mebibytes(tuning.maxWalSize),
        min_wal_size: mebibytes(Math.max(80 * MEBI, wholeMebi(tuning.maxWalSize / 4))),
        wal_compression: 'lz4',
        // a slot that nobody reads would fill the volume
        max_slot_wal_keep_size: mebibytes(tuning.slotWal),
      },
    },
    {
      comment: ['volumes are flash: a page out of order costs little more than the next one'],
      parameters: { random_page_cost: '1.1' },
    },
    {
      comment: ['a tenth of dead rows instead of a fifth: more and smaller runs, less bloat between them'],
      parameters: { autovacuum_vacuum_scale_factor: '0.1', autovacuum_analyze_scale_factor: '0.05' },
    },
    {
      comment: [
        'slow queries, waits for locks, and sorts that go to disk; values of parameters may be personal data, and are left out',
      ],
      parameters: {
        log_min_duration_statement: '2s',
        log_parameter_max_length: '0',
        log_lock_waits: 'on',
        log_temp_files: '10MB',
        log_checkpoints: 'on',
        log_autovacuum_min_duration: '1min',
        track_io_timing: 'on',
      },
    },
    {
      comment: ['statements that are no queries may hold passwords'],
      parameters: { 'pg_stat_statements.track_utility': 'off' },
    },
    {
      comment: ['a client that is gone without a word frees its locks within two minutes'],
      parameters: { tcp_keepalives_idle: '60', tcp_keepalives_interval: '10', tcp_keepalives_count: '6' },
    },
  ];
}

const mebibytes = (bytes: number): string => `${bytes / MEBI}MB`;
