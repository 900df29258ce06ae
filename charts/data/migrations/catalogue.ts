import type { MigrationFiles } from './files';
import notes from './app/V1__notes.sql';

/**
 * The migrations of each database, on every cluster and in every environment that has a database of that name: one folder per database,
 * one line per file. A test finds a file that has no line.
 */
export const MIGRATIONS: Readonly<Record<string, MigrationFiles>> = {
  app: { 'V1__notes.sql': notes },
};

/** The migrations of those databases that have some. */
export function migrationsOf(databases: Iterable<string>): Readonly<Record<string, MigrationFiles>> {
  const wanted = new Set(databases);
  return Object.fromEntries(Object.entries(MIGRATIONS).filter(([database]) => wanted.has(database)));
}
