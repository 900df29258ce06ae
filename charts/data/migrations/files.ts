import { StrataError } from '../../core/errors';

/** Name → text. */
export type MigrationFiles = Readonly<Record<string, string>>;

const VERSIONED = /^V([1-9][0-9]*)__[a-z0-9]+(_[a-z0-9]+)*\.sql$/;
const REPEATABLE = /^R__[a-z0-9]+(_[a-z0-9]+)*\.sql$/;
const FORM =
  'V<number>__<words_with_underscores>.sql, or R__<words>.sql for one that runs again when it changes';
/** A line that psql reads, and the server does not know. */
const META_COMMAND = /^\\[a-z!?]/m;
/** The API server refuses a ConfigMap beyond 1 MiB (kubernetes.io, "ConfigMaps"); names and metadata need some of it. */
const MOST_CHARACTERS = 1_000_000;

/**
 * The newest version of a database's migrations, 0 without a versioned one. Throws a StrataError for names that Flyway would not run, a
 * number that is there twice or missing, and text that cannot be a migration: on the cluster each of these would stop a roll-out.
 */
export function newestVersion(database: string, files: MigrationFiles): number {
  const refuse = (name: string, problem: string, remedy: string): never => {
    throw new StrataError(`charts/data/migrations/${database}/${name}`, problem, remedy);
  };
  const byVersion = new Map<number, string>();
  for (const [name, text] of Object.entries(files)) {
    if (text.trim() === '') refuse(name, 'the file is empty', 'Write the migration, or take the file away');
    const meta = META_COMMAND.exec(text)?.[0];
    if (meta !== undefined)
      refuse(name, `"${meta}" is a command of psql, and no SQL`, 'Say it in SQL: Flyway runs it, not psql');
    if (REPEATABLE.test(name)) continue;
    const version = Number(VERSIONED.exec(name)?.[1] ?? refuse(name, 'is no name of a migration', FORM));
    const same = byVersion.get(version);
    if (same !== undefined)
      refuse(name, `${same} has number ${version} too`, 'Give the newer one the next number');
    byVersion.set(version, name);
  }
  for (let version = 1; version <= byVersion.size; version++) {
    if (!byVersion.has(version))
      refuse(
        '',
        `number ${version} is missing`,
        `Number the files from 1 without a gap: ${[...byVersion.values()].join(', ')}`,
      );
  }
  const size = Object.values(files).reduce((sum, text) => sum + text.length, 0);
  if (size > MOST_CHARACTERS)
    refuse(
      '',
      `${size} characters do not fit into a ConfigMap`,
      'Load data with a Job of the application, not with a migration',
    );
  return byVersion.size;
}

/**
 * What Flyway runs after every run that succeeded (its callback afterMigrate): the application may read the history, since it waits for a
 * version, but not write it; and a table with a column organization_id whose rows are open to everybody fails the run.
 */
export const afterMigrate = (
  application: string,
): string => `REVOKE ALL ON flyway_schema_history FROM "${application}";
GRANT SELECT ON flyway_schema_history TO "${application}";

DO $$
DECLARE
  unprotected text;
BEGIN
  SELECT string_agg(c.oid::regclass::text, ', ' ORDER BY c.oid::regclass::text) INTO unprotected
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'organization_id' AND NOT a.attisdropped
  WHERE c.relkind IN ('r', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
    AND n.nspname !~ '^pg_(temp|toast)' AND NOT (c.relrowsecurity AND c.relforcerowsecurity);
  IF unprotected IS NOT NULL THEN
    RAISE EXCEPTION 'tables with organization_id but without forced row-level security: %', unprotected
      USING HINT = 'ALTER TABLE … ENABLE ROW LEVEL SECURITY; ALTER TABLE … FORCE ROW LEVEL SECURITY; and a policy (docs/row-level-security.md)';
  END IF;
END
$$;
`;
