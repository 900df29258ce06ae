/** Names of databases whose account or Secret would be the server's own; the bucket's keys lie in `<server>-backup-s3`. */
const RESERVED_DATABASES = {
  mysql: [
    'root',
    'exporter',
    'backup',
    'backup_s3',
    'strata',
    'tls',
    'mysql',
    'sys',
    'information_schema',
    'performance_schema',
  ],
  postgresql: [
    'postgres',
    'template0',
    'template1',
    'exporter',
    'replication',
    'backup',
    'backup_s3',
    'pgbouncer',
    'strata',
    'tls',
  ],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** Whether a server has a use of its own for the name; PostgreSQL gives each database an owner. */
export const isReserved = (server: keyof typeof RESERVED_DATABASES, database: string): boolean =>
  (RESERVED_DATABASES[server] as readonly string[]).includes(database);
