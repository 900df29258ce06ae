/**
 * Lines of pg_hba.conf between the operator's own and its last one, which would let everybody in without TLS: from other pods over TLS
 * only, with SCRAM only, to the own database only. The first line that matches decides.
 */
export const hostRules = (databases: readonly string[]): readonly string[] => [
  'hostssl all backup all scram-sha-256',
  ...databases.map((database) => `hostssl ${database} ${database},${database}_owner all scram-sha-256`),
  'host all all all reject',
  'host replication all all reject',
];
