/** Paths in the pod, in one place for manifests, configuration and scripts; the scripts read them from these variables. */
export const FOLDERS = {
  /** The claim. Its root may hold lost+found, so the data directory is a folder in it. */
  volume: '/var/lib/postgresql/data',
  /** Scripts, postgresql.conf and pg_hba.conf. */
  config: '/etc/strata',
  tls: '/etc/postgresql-tls',
  /** Where the image's own clients look for the socket (docker-library/postgres, Dockerfile of 17/bookworm). */
  socket: '/var/run/postgresql',
} as const;

/** Environment of every script, and of whoever opens a shell in the pod. */
export const SCRIPT_ENVIRONMENT = {
  VOLUME: FOLDERS.volume,
  PGDATA: `${FOLDERS.volume}/pgdata`,
  PGHOST: FOLDERS.socket,
  CONFIG: FOLDERS.config,
  AUTHORITY: `${FOLDERS.tls}/ca.crt`,
} as const;
