/** Paths in the pod, in one place for manifests, configuration and scripts; the scripts read them from these variables. */
export const FOLDERS = {
  /** The claim. Its root may hold lost+found, so the data directory is a folder in it. */
  volume: '/var/lib/postgresql/data',
  /** Scripts, postgresql.conf and pg_hba.conf. */
  config: '/etc/strata',
  /** The setting `primary`, as a file that the kubelet renews in running pods. */
  record: '/etc/strata-primary',
  tls: '/etc/postgresql-tls',
  /** Where the image's own clients look for the socket (docker-library/postgres, Dockerfile of 17/bookworm). */
  socket: '/var/run/postgresql',
  /** In memory: the password of `replication` as libpq reads it. */
  replication: '/run/replication',
} as const;

/** Environment of every script, and of whoever opens a shell in the pod. */
export const SCRIPT_ENVIRONMENT = {
  VOLUME: FOLDERS.volume,
  PGDATA: `${FOLDERS.volume}/pgdata`,
  PGHOST: FOLDERS.socket,
  CONFIG: FOLDERS.config,
  RECORD: `${FOLDERS.record}/primary`,
  AUTHORITY: `${FOLDERS.tls}/ca.crt`,
  PASSFILE: `${FOLDERS.replication}/pgpass`,
} as const;
