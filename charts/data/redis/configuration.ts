import { bytesOf, type Memory } from '../../core/quantities';
import type { RedisSettings } from './definition';

export const DATA_FOLDER = '/data';
export const TLS_FOLDER = '/etc/redis/tls';
/** The users file that prepare.sh writes, in memory. */
export const USERS_FILE = '/run/accounts/users.acl';

const MEBI = 2 ** 20;
/** The program, its tables, TLS, and the backlog of replication that a backup opens (repl-backlog-size, 10 MiB by default). */
const OVERHEAD = 32 * MEBI;
/**
 * Share of the rest that data may take. Beyond it are the allocator's fragmentation and, for sessions, the pages that are written to while
 * a forked process rewrites the log or sends a backup: each is held twice until that ends.
 */
const DATA_SHARE = { cache: 0.75, sessions: 0.5 } as const;
/** Connections for each MiB of the limit: one over TLS takes some 60 KiB. */
const CONNECTIONS_PER_MEBI = 2;

/** Bytes that keys and values may take. */
export const maxMemory = (limit: Memory, use: RedisSettings['use']): number =>
  Math.floor(((bytesOf(limit) - OVERHEAD) * DATA_SHARE[use]) / MEBI) * MEBI;

/** Clients at once. */
export const maxClients = (limit: Memory): number => Math.floor(bytesOf(limit) / MEBI) * CONNECTIONS_PER_MEBI;

/** The server's configuration file. Both engines know every line but the last (valkey.conf of 9.1, redis.conf of 8.0). */
export function redisConfiguration({ engine, use, memory }: RedisSettings): string {
  return `# over TLS only; who connects is proved by a password
port 0
tls-port 6379
tls-cert-file ${TLS_FOLDER}/tls.crt
tls-key-file ${TLS_FOLDER}/tls.key
tls-ca-cert-file ${TLS_FOLDER}/ca.crt
tls-auth-clients no
tls-protocols "TLSv1.2 TLSv1.3"

# no account but those of this file: the default one is off
aclfile ${USERS_FILE}
# accounts are told apart by the beginning of their keys, which a second database would repeat
databases 1

# sized from the memory limit ${memory}
maxmemory ${maxMemory(memory, use)}
maxmemory-policy ${use === 'cache' ? 'allkeys-lru' : 'noeviction'}
# buffers of clients, the one that takes most is cut off
maxmemory-clients 10%
maxclients ${maxClients(memory)}

# no dumps; sessions have a log of changes
save ""
${use === 'cache' ? 'appendonly no' : `appendonly yes\nappendfsync everysec\ndir ${DATA_FOLDER}`}
${engine === 'valkey' ? '\n# seconds between two looks at the certificate: cert-manager renews it in place\ntls-auto-reload-interval 3600\n' : ''}`;
}
