import type { ComponentIdentity } from '../../core/contracts';
import type { DatabaseAccess, PostgresqlDatabase } from '../../core/database';
import type { Endpoint } from '../../core/network';
import type { SecretKey } from '../../core/secrets';
import { secretOf, type Accounts } from './accounts';

/** The databases of a server with their two accounts each, as others take them. */
export function databaseAccess(
  component: ComponentIdentity,
  endpoint: Endpoint,
  databases: readonly string[],
  accounts: Accounts,
  authority: SecretKey,
): ReadonlyMap<string, PostgresqlDatabase> {
  const as = (database: string, username: string): DatabaseAccess => ({
    component,
    endpoint,
    database,
    username,
    secret: secretOf(accounts, username),
    authority,
  });
  return new Map(
    databases.map((database) => [
      database,
      { app: as(database, database), owner: as(database, `${database}_owner`) },
    ]),
  );
}
