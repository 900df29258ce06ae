import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MIGRATIONS } from '../../charts/data/migrations/catalogue';
import { afterMigrate } from '../../charts/data/migrations/files';
import gate from '../../charts/data/migrations/gate.sh';
import { LivePair } from './live';
import { passwordOf } from './live-pods';
import type { Case, Suite } from './suite';
import type { World } from './world';

const A = '6f1c0f0e-0000-4000-8000-00000000000a';
const B = '6f1c0f0e-0000-4000-8000-00000000000b';

/** As Flyway makes it (flyway-core, createMetaDataTable of PostgreSQL), as far as anybody but Flyway looks at it. */
const HISTORY = `CREATE TABLE flyway_schema_history (installed_rank int PRIMARY KEY, version varchar(50), success boolean NOT NULL);
INSERT INTO flyway_schema_history VALUES (1, '1', true);`;

let pair: Promise<LivePair> | undefined;

/** The pair with the example's migration, which the owner runs, and one note of each organization. */
function live(world: World): Promise<LivePair> {
  pair ??= (async () => {
    const servers = await LivePair.start(world, ['app']);
    await succeed(servers, HISTORY);
    for (const text of Object.values(MIGRATIONS['app'] ?? {})) await succeed(servers, text);
    await succeed(servers, afterMigrate('app'));
    for (const [id, title] of [
      [A, 'of A'],
      [B, 'of B'],
    ] as const)
      await servers.rows('pooler', 'app', within(id, `INSERT INTO notes (title) VALUES ('${title}')`));
    return servers;
  })();
  return pair;
}

async function succeed(servers: LivePair, sql: string): Promise<void> {
  const { code, output } = await servers.migrate('app', sql);
  if (code !== 0) throw new Error(`the migration ended with ${code}:\n${output}`);
}

/** A transaction of an organization. */
const within = (organization: string, sql: string): string =>
  `BEGIN; SET LOCAL app.organization_id = '${organization}'; ${sql}; COMMIT`;

const owner = { user: 'app_owner' };
const TITLES = "SELECT coalesce(string_agg(title, ',' ORDER BY title), 'nothing') FROM notes";

function equal(found: string, wanted: string): void {
  if (found !== wanted) throw new Error(`found ${JSON.stringify(found)}, wanted ${JSON.stringify(wanted)}`);
}

const tenants: readonly Case[] = [
  {
    title: '[PG-04] an organization sees its rows and none of another, through PgBouncer',
    run: async (world) => {
      const servers = await live(world);
      equal(await servers.rows('pooler', 'app', within(A, TITLES)), 'of A');
      equal(await servers.rows('pooler', 'app', within(B, TITLES)), 'of B');
      // both are there, and a backup has both
      equal(await servers.superuser('app', TITLES), 'of A,of B');
      equal(await servers.rows('server', 'app', TITLES, { user: 'backup' }), 'of A,of B');
    },
  },
  {
    title: '[PG-04] it can neither add rows to another, nor move, change or remove any',
    run: async (world) => {
      const servers = await live(world);
      const violation = /new row violates row-level security policy/;
      const insert = `INSERT INTO notes (organization_id, title) VALUES ('${B}', 'smuggled')`;
      await servers.refused(violation, 'pooler', 'app', within(A, insert));
      await servers.refused(
        violation,
        'pooler',
        'app',
        within(A, `UPDATE notes SET organization_id = '${B}'`),
      );
      equal(
        await servers.rows('pooler', 'app', within(A, "UPDATE notes SET body = 'x' RETURNING title")),
        'of A',
      );
      equal(
        await servers.rows(
          'pooler',
          'app',
          within(A, "DELETE FROM notes WHERE title = 'of B' RETURNING title"),
        ),
        '',
      );
      equal(await servers.superuser('app', TITLES), 'of A,of B');
    },
  },
  {
    title:
      '[PG-04] without an organization nothing is seen and nothing can be added, also after a transaction that had one',
    run: async (world) => {
      const servers = await live(world);
      equal(await servers.rows('server', 'app', TITLES), 'nothing');
      // the setting is empty now, no longer unknown: on this very connection, and on the one that PgBouncer gives to the next client
      equal(await servers.rows('server', 'app', `${within(A, TITLES)}; ${TITLES}`), 'of A\nnothing');
      await servers.rows('pooler', 'app', within(A, TITLES));
      equal(await servers.rows('pooler', 'app', TITLES), 'nothing');
      const insert = "INSERT INTO notes (title) VALUES ('of nobody')";
      await servers.refused(
        /null value in column "organization_id"|violates row-level security/,
        'pooler',
        'app',
        insert,
      );
    },
  },
  {
    title: '[PG-04] the owner of the table is bound too',
    run: async (world) => {
      const servers = await live(world);
      equal(await servers.rows('server', 'app', TITLES, owner), 'nothing');
      equal(await servers.rows('server', 'app', within(A, TITLES), owner), 'of A');
      const insert = `INSERT INTO notes (organization_id, title) VALUES ('${B}', 'smuggled')`;
      await servers.refused(/violates row-level security/, 'server', 'app', within(A, insert), owner);
    },
  },
  {
    title: '[PG-04] the application cannot get around it',
    run: async (world) => {
      const servers = await live(world);
      const refused = (why: RegExp, sql: string) => servers.refused(why, 'server', 'app', sql);
      await refused(/must be owner/, 'ALTER TABLE notes DISABLE ROW LEVEL SECURITY');
      await refused(/must be owner/, 'ALTER TABLE notes NO FORCE ROW LEVEL SECURITY');
      await refused(/must be owner/, 'DROP POLICY organization ON notes');
      await refused(/permission denied to set role/, 'SET ROLE app_owner');
      await refused(/permission denied/, 'ALTER ROLE app BYPASSRLS');
      await refused(/query would be affected by row-level security/, `SET row_security = off; ${TITLES}`);
      await refused(/permission denied/, 'TRUNCATE notes');
      await refused(/permission denied/, 'CREATE TABLE copy AS TABLE notes');
    },
  },
  {
    title: '[PG-04] the example of the documentation does what it says',
    run: async (world) => {
      const servers = await live(world);
      const page = readFileSync('docs/row-level-security.md', 'utf8');
      const [example = '', migration = ''] = [...page.matchAll(/```sql\n([\s\S]*?)```/g)].map(
        ([, sql]) => sql,
      );
      equal(migration, MIGRATIONS['app']?.['V1__notes.sql'] ?? '');
      await servers.rows('pooler', 'app', within(A, 'DELETE FROM notes'));
      const rows = await servers.rows('pooler', 'app', example);
      equal(rows.split('\n').at(-1) ?? '', 'first');
      equal(await servers.rows('pooler', 'app', within(B, TITLES)), 'of B');
    },
  },
];

const migrations: readonly Case[] = [
  {
    title:
      '[PG-04] [PG-05] a run fails while a table with organization_id is open, and passes when it is protected',
    run: async (world) => {
      const servers = await live(world);
      await succeed(
        servers,
        'CREATE TABLE open_notes (organization_id uuid); ALTER TABLE open_notes ENABLE ROW LEVEL SECURITY;',
      );
      const { code, output } = await servers.migrate('app', afterMigrate('app'));
      if (code === 0 || !/without forced row-level security: open_notes/.test(output))
        throw new Error(output);
      await succeed(servers, 'ALTER TABLE open_notes FORCE ROW LEVEL SECURITY;');
      await succeed(servers, afterMigrate('app'));
    },
  },
  {
    title: '[PG-05] what migrations make, the application may use, but not the history of migrations',
    run: async (world) => {
      const servers = await live(world);
      await succeed(servers, 'CREATE TABLE made (id serial, word text);');
      equal(await servers.rows('pooler', 'app', "INSERT INTO made (word) VALUES ('x') RETURNING id"), '1');
      equal(await servers.rows('pooler', 'app', 'SELECT version FROM flyway_schema_history'), '1');
      for (const statement of [
        'DELETE FROM flyway_schema_history',
        "UPDATE flyway_schema_history SET version = '9'",
      ])
        await servers.refused(/permission denied/, 'pooler', 'app', statement);
    },
  },
  {
    title: '[PG-05] the gate waits for a version that is not there, and opens when it is',
    run: async (world) => {
      const servers = await live(world);
      const folder = world.makeFolder('gate');
      writeFileSync(join(folder, 'gate.sh'), gate);
      const wait = (version: number) =>
        servers.program(
          ['sh', '/gate/gate.sh', String(version)],
          {
            PGHOST: '127.0.0.1',
            PGPORT: String(servers.poolerPort),
            PGDATABASE: 'app',
            PGUSER: 'app',
            PGPASSWORD: passwordOf('postgresql-app'),
            PGSSLMODE: 'verify-full',
            PGSSLROOTCERT: '/authority/ca.crt',
          },
          { '/gate': folder },
        ).ended;
      equal(String((await wait(1)).code), '0');
      const second = wait(2);
      // a migration that failed does not count
      await succeed(servers, "INSERT INTO flyway_schema_history VALUES (2, '2', false);");
      const state = await Promise.race([
        second,
        new Promise<'waits'>((done) => setTimeout(done, 6000, 'waits')),
      ]);
      if (state !== 'waits') throw new Error(`the gate opened: ${state.output}`);
      await succeed(servers, 'UPDATE flyway_schema_history SET success = true WHERE installed_rank = 2;');
      const { code, output } = await second;
      equal(String(code), '0');
      if (!output.includes('migration 2 of app has not run yet')) throw new Error(output);
    },
  },
];

/** Row-level security and migrations, on the servers as rendered. */
export const tenancy: Suite = { name: 'tenants', cases: [...tenants, ...migrations] };
