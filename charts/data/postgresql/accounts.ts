import type { SecretRef } from '../../core/secrets';

/** Passwords of the accounts: `backup`, `shop`, `shop_owner` → the Secret. */
export type Accounts = ReadonlyMap<string, SecretRef>;

/** The accounts of each database that log in with a password. */
export const databaseAccounts = (databases: readonly string[]): readonly string[] =>
  databases.flatMap((name) => [name, `${name}_owner`]);

/** Name of the Secret of an account. Names of Secrets have no underscore, and names of databases no hyphen: this stays unique. */
export const accountSecret = (account: string): string => `postgresql-${account.replaceAll('_', '-')}`;

/** Secret of an account. Throws where there is no such account. */
export function secretOf(accounts: Accounts, name: string): SecretRef {
  const secret = accounts.get(name);
  if (!secret) throw new Error(`postgresql has no account ${name}`);
  return secret;
}
