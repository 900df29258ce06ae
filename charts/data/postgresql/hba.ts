/**
 * pg_hba.conf: who may log in, from where, and how. From other pods over TLS only, with SCRAM only, to the own database only; the
 * superuser over the socket only, and only as the user of the server's own processes (peer), which the exporter's container is not.
 * Which pods get this far is up to the network policies. The first line that matches decides.
 */
export function hostAuthentication(databases: readonly string[]): string {
  const lines: readonly Line[] = [
    ['local', 'all', 'postgres', '', 'peer'],
    ['local', 'postgres', 'exporter', '', 'scram-sha-256'],
    ['local', 'all', 'all', '', 'reject'],
    ['hostssl', 'all', 'backup,pgbouncer', 'all', 'scram-sha-256'],
    ...databases.map((database): Line => [
      'hostssl',
      database,
      `${database},${database}_owner`,
      'all',
      'scram-sha-256',
    ]),
    ['host', 'all', 'all', 'all', 'reject'],
    // `all` does not mean replication here (manual, "The pg_hba.conf File")
    ['host', 'replication', 'all', 'all', 'reject'],
  ];
  return lines.map((line) => `${line.join(' ').replace(/ {2,}/g, ' ')}\n`).join('');
}

/** type, databases, users, addresses, method */
type Line = readonly [string, string, string, string, string];
