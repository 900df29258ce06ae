import { StrataError } from '../../core/errors';
import { bytesOf, type Memory } from '../../core/quantities';

export const DATA_FOLDER = '/var/lib/mysql';
export const TLS_FOLDER = '/etc/mysql/tls';
/** Where the image's own clients look for it (docker-library/mysql, Dockerfile.oracle). */
export const SOCKET = '/var/run/mysqld/mysqld.sock';

const MEBI = 2 ** 20;
/**
 * What mysqld holds before it caches a page or serves a client: performance schema, dictionary, table cache, log buffer. MySQL 9.7.4 with
 * the settings below held 369 MiB of anonymous memory when idle.
 */
const OVERHEAD = 400 * MEBI;
/** One busy connection: sort, join and read buffers, packet, TLS and thread stack as far as it is touched. */
const PER_CONNECTION = 2 * MEBI;
/** One connection for so much memory: a sixth of the limit goes to connections, and 1 GiB gives 85 of them. */
const MEMORY_PER_CONNECTION = 12 * MEBI;
/** The buffer pool grows in such steps, so that rounding up by mysqld cannot exceed what was left for it. */
const CHUNK = 32 * MEBI;
/** Below the pool that mysqld would take by default nothing useful runs. */
const SMALLEST_POOL = 128 * MEBI;
/** More than one instance pays off from one GiB each on; 64 is the most that mysqld takes. */
const POOL_PER_INSTANCE = 1024 * MEBI;
/** Innodb's default; half the pool where that is more, so that a full pool of changes does not stall on the log. */
const SMALLEST_REDO_LOG = 100 * MEBI;

/** Sizes that follow from the memory limit, in bytes unless said otherwise. */
export interface MysqlTuning {
  /** Number of connections. */
  readonly connections: number;
  readonly bufferPool: number;
  /** Number of instances that the pool is divided into. */
  readonly instances: number;
  readonly redoLog: number;
}

/** What fits into a memory limit. `where` names the setting in the error that a limit below 640Mi gives. */
export function mysqlTuning(memory: Memory, where: string): MysqlTuning {
  const limit = bytesOf(memory);
  const connections = Math.floor(limit / MEMORY_PER_CONNECTION);
  const left = limit - OVERHEAD - connections * PER_CONNECTION;
  if (left < SMALLEST_POOL) {
    throw new StrataError(
      where,
      `${memory} leaves no room for a buffer pool of 128Mi`,
      'Give MySQL at least 640Mi',
    );
  }
  const instances = Math.min(64, Math.max(1, Math.floor(left / POOL_PER_INSTANCE)));
  const step = CHUNK * instances;
  const bufferPool = Math.floor(left / step) * step;
  const redoLog = Math.max(SMALLEST_REDO_LOG, Math.floor(bufferPool / 2 / MEBI) * MEBI);
  return { connections, bufferPool, instances, redoLog };
}

/**
 * The server's option file. mysqld refuses to start over a variable that it does not know. These were started with on MySQL 9.7.4; 8.0.46 and
 * 8.4.11 have not been started with them, and innodb_redo_log_capacity is the youngest (8.0.30). What 8.4 removed
 * (default_authentication_plugin, expire_logs_days, innodb_log_file_size…) is left out; both have caching_sha2_password as default.
 */
export function mysqlConfiguration(memory: Memory, where: string): string {
  const { connections, bufferPool, instances, redoLog } = mysqlTuning(memory, where);
  return `[mysqld]
# a folder of the volume: its root may hold lost+found
datadir = ${DATA_FOLDER}/data
# large sorts fill the volume, where they fail alone, and not a scratch volume, where they would have the pod evicted
tmpdir = ${DATA_FOLDER}/tmp
socket = ${SOCKET}
pid_file = /var/run/mysqld/mysqld.pid

# clients come over TLS; the exporter's socket counts as secure
require_secure_transport = ON
tls_version = TLSv1.2,TLSv1.3
ssl_ca = ${TLS_FOLDER}/ca.crt
ssl_cert = ${TLS_FOLDER}/tls.crt
ssl_key = ${TLS_FOLDER}/tls.key
# accounts are named by '%' or localhost: no look-up that could fail
skip_name_resolve = ON
# no second port, no files through SQL
mysqlx = OFF
local_infile = OFF
secure_file_priv = NULL

# a value that one statement brought is twice as long as text of a dump: the most that there is, so that what was taken can be restored
max_allowed_packet = 1G

# XWiki asks for it: names of pages differ by case and accent
character_set_server = utf8mb4
collation_server = utf8mb4_bin

# sized from the memory limit ${memory}
max_connections = ${connections}
innodb_buffer_pool_size = ${bufferPool}
innodb_buffer_pool_chunk_size = ${CHUNK}
innodb_buffer_pool_instances = ${instances}
innodb_redo_log_capacity = ${redoLog}
innodb_log_buffer_size = ${16 * MEBI}
table_open_cache = 1000
table_definition_cache = 600

# what is committed survives the loss of power
innodb_flush_log_at_trx_commit = 1
sync_binlog = 1
# the pages are in the buffer pool: no second copy in the page cache
innodb_flush_method = O_DIRECT

# changes of three days, to go forward from a backup; relative, since the data directory is made under another name
log_bin = binlog
binlog_expire_logs_seconds = ${3 * 24 * 3600}

# counted and digested in performance_schema, which is bounded; a log file would need rotation, and mysqld cannot log to a pipe
long_query_time = 2
slow_query_log = OFF
`;
}
