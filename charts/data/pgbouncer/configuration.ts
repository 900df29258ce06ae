import type { DatabaseAccess } from '../../core/database';
import { StrataError } from '../../core/errors';
import { bytesOf, type Memory } from '../../core/quantities';

export const PORT = 6432;
export const SOCKET_FOLDER = '/run/pgbouncer';
export const AUTH_FILE = '/etc/pgbouncer-auth/userlist.txt';
export const TLS_FOLDER = '/etc/pgbouncer-tls';
export const SERVER_AUTHORITY = '/etc/pgbouncer-server/ca.crt';

const KIBI = 2 ** 10;
const MEBI = 2 ** 20;
/** What PgBouncer 1.25.2 holds without a client is 9 MiB; the rest is for prepared statements, of which each text is kept once. */
const OVERHEAD = 32 * MEBI;
/**
 * One client with TLS: 400 of them held 16 KiB each when idle and 25 KiB each with a query under way (PgBouncer 1.25.2, OpenSSL 3.0), and
 * a client that sends large prepared statements gets a buffer of up to 16 KiB (config.md, max_prepared_statements).
 */
const PER_CLIENT = 32 * KIBI;
/** Fewer clients than one server would hold by itself need no pooler. */
const FEWEST_CLIENTS = 256;

/** Clients that a memory limit carries. `where` names the setting for the error. */
export function clientsOf(memory: Memory, where: string): number {
  const clients = Math.floor((bytesOf(memory) - OVERHEAD) / PER_CLIENT);
  if (clients >= FEWEST_CLIENTS) return clients;
  throw new StrataError(
    where,
    `${memory} is too little for ${FEWEST_CLIENTS} clients`,
    `Give it at least ${(OVERHEAD + FEWEST_CLIENTS * PER_CLIENT) / MEBI}Mi`,
  );
}

/**
 * Server connections of one pool. Every pod has a pool per database, and all of them together must stay below what the server grants
 * the role, with the extra pod of a roll-out among them.
 */
export function poolSize(connections: number, replicas: number, where: string): number {
  const size = Math.floor(connections / (replicas + 1));
  if (size >= 1) return size;
  throw new StrataError(
    where,
    `${connections} connections of a role are too few for ${replicas} pods and the extra one of a roll-out`,
    'Give PostgreSQL more memory, from which its connections follow',
  );
}

export interface PoolerConfiguration {
  /** At least one. */
  readonly databases: readonly DatabaseAccess[];
  /** Role that looks up the passwords of the others. */
  readonly lookup: string;
  readonly clients: number;
  readonly poolSize: number;
}

/** pgbouncer.ini. Options and defaults: pgbouncer, doc/config.md of 1.25.2. */
export function pgbouncerConfiguration({
  databases,
  lookup,
  clients,
  poolSize,
}: PoolerConfiguration): string {
  return `${[
    '[databases]',
    ...databases.map(
      ({ database, endpoint }) =>
        `${database} = host=${endpoint.host} port=${endpoint.port} dbname=${database}`,
    ),
    '',
    '[users]',
    `; looks up passwords, one at a time`,
    `${lookup} = pool_size=1`,
    '',
    '[pgbouncer]',
    'listen_addr = *',
    `listen_port = ${PORT}`,
    '; the console: whoever has a shell in this container, as user pgbouncer, database pgbouncer',
    `unix_socket_dir = ${SOCKET_FOLDER}`,
    'unix_socket_mode = 0700',
    '',
    'pool_mode = transaction',
    `max_client_conn = ${clients}`,
    `default_pool_size = ${poolSize}`,
    '; statements of the protocol, as drivers prepare them, per server connection',
    'max_prepared_statements = 200',
    '',
    '; Passwords are nowhere here. The server tells the SCRAM secret of who logs in, and what the client proves with its password opens',
    '; the connection to the server too.',
    'auth_type = scram-sha-256',
    `auth_file = ${AUTH_FILE}`,
    `auth_user = ${lookup}`,
    'auth_query = SELECT username, secret FROM strata.get_auth($1)',
    '; in one database for all: a connection per pod',
    `auth_dbname = ${databases[0]?.database}`,
    '',
    'client_tls_sslmode = require',
    `client_tls_cert_file = ${TLS_FOLDER}/tls.crt`,
    `client_tls_key_file = ${TLS_FOLDER}/tls.key`,
    '; it asks for no certificates of clients, but loads a list of authorities in any case: this one is sure to be there',
    `client_tls_ca_file = ${TLS_FOLDER}/ca.crt`,
    'server_tls_sslmode = verify-full',
    `server_tls_ca_file = ${SERVER_AUTHORITY}`,
    '',
    '; Empty, and it must stay so: with any name in it, a client without a password makes 1.25.2 spin for ever (CVE-2026-107349).',
    '; A driver that sends extra_float_digits or options when it connects is refused with a message that says so.',
    'ignore_startup_parameters =',
    '',
    '; a client that waits longer has given up: common pools in applications wait 30 seconds for a connection',
    'query_wait_timeout = 30',
    '; after a failed login to the server others fail at once for so long: a restart of the server takes seconds',
    'server_login_retry = 3',
    '; a server whose node died is noticed within a minute, not after two hours',
    'tcp_keepidle = 30',
    'tcp_keepintvl = 10',
    'tcp_keepcnt = 3',
    '',
    '; logins that fail are logged in any case; those that succeed, and every probe, are noise',
    'log_connections = 0',
    'log_disconnections = 0',
    '; once a minute queries, bytes and waiting times go to the log',
    'log_stats = 1',
  ].join('\n')}\n`;
}
