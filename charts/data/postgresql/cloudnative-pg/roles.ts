import type { SecretRef } from '../../../core/secrets';
import { databaseAccounts, secretOf, type Accounts } from '../accounts';
import { OPERATIONS_CONNECTIONS, OWNER_CONNECTIONS, type PostgresqlTuning } from '../tuning';

/** A role that the operator keeps as it is here. */
export interface Role {
  readonly name: string;
  readonly secret: SecretRef;
  readonly connectionLimit: number;
  readonly bypassrls?: boolean;
  readonly inRoles?: readonly string[];
}

/** The account of dumps, and the two of each database. The server's exporter and poolers have roles that the operator makes itself. */
export function rolesOf(
  accounts: Accounts,
  databases: readonly string[],
  tuning: PostgresqlTuning,
): readonly Role[] {
  const backup: Role = {
    name: 'backup',
    secret: secretOf(accounts, 'backup'),
    connectionLimit: OPERATIONS_CONNECTIONS.backup,
    // every table of every database; that does not reach past row-level security
    inRoles: ['pg_read_all_data'],
    bypassrls: true,
  };
  return [
    backup,
    ...databaseAccounts(databases).map((name) => ({
      name,
      secret: secretOf(accounts, name),
      connectionLimit: databases.includes(name) ? tuning.connectionsPerDatabase : OWNER_CONNECTIONS,
      // whatever the application made, large objects above all, its owner may restore
      ...(!databases.includes(name) && { inRoles: [name.replace(/_owner$/, '')] }),
    })),
  ];
}

/** All fields, since what is left out the API server fills in, and Argo CD would see a difference. */
export const managedRole = ({ name, secret, connectionLimit, bypassrls = false, inRoles = [] }: Role) => ({
  name,
  ensure: 'present' as const,
  login: true,
  superuser: false,
  createdb: false,
  createrole: false,
  replication: false,
  inherit: true,
  bypassrls,
  connectionLimit,
  ...(inRoles.length && { inRoles: [...inRoles] }),
  passwordSecret: { name: secret.name },
});
