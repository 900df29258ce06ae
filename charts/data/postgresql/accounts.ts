import type { SecretRef } from '../../core/secrets';

/** Passwords of the accounts: `replication`, `shop`, `shop_owner` → the Secret. */
export type Accounts = ReadonlyMap<string, SecretRef>;

/** All accounts that log in with a password. */
export const accountNames = (databases: readonly string[]): readonly string[] => [
  'exporter',
  'replication',
  'backup',
  'pgbouncer',
  ...databases.flatMap((name) => [name, `${name}_owner`]),
];

/** Secret of an account. Throws where there is no such account. */
export function secretOf(accounts: Accounts, name: string): SecretRef {
  const secret = accounts.get(name);
  if (!secret) throw new Error(`postgresql has no account ${name}`);
  return secret;
}
