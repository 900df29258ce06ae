import { strict as assert } from 'node:assert';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Postgres } from './postgres';
import { APPLICATIONS, describe, LATER, OWNERS, SUPERUSERS } from './postgres-data';
import { comparing, copyOf, dumped, loading, restoring } from './restoring';
import type { Suite } from './suite';
import type { Pod, World } from './world';

let server: Promise<Postgres> | undefined;

/** A server with one of everything. */
function shared(world: World): Promise<Postgres> {
  server ??= (async () => {
    const postgres = await Postgres.create(world, 'server', ['app']);
    for (const statements of [SUPERUSERS, OWNERS, APPLICATIONS]) await postgres.sql('app', statements);
    return postgres;
  })();
  return server;
}

/** Two descriptions, line by line. */
function same(found: string, wanted: string): void {
  const only = (one: string, other: string): string[] => {
    const known = new Set(other.split('\n'));
    return one.split('\n').filter((line) => !known.has(line));
  };
  assert.deepEqual({ more: only(found, wanted), less: only(wanted, found) }, { more: [], less: [] });
  // settings of a database are in the order in which they were made
  assert.equal(found.split('\n').sort().join('\n'), wanted.split('\n').sort().join('\n'));
}

/** Statements that a step leaves for the superuser, run as he would. */
async function asSuperuser(postgres: Postgres, pod: Pod, file: string): Promise<void> {
  await postgres.sql('postgres', pod.read(file));
}

/** Settings that scratch.sh writes. */
const SCRATCH = /cat <<END\n([\s\S]*?)\nEND/;
const readScratch = (): string => readFileSync('charts/data/postgresql/backup/scratch.sh', 'utf8');
/** Places, ports, what this session sets for itself or follows from the rest, and what a socket does not have. */
const OF_EACH_SERVER = new Set([
  ...['tcp_keepalives_count', 'tcp_keepalives_idle', 'tcp_keepalives_interval'],
  ...['config_file', 'data_directory', 'hba_file', 'ident_file', 'external_pid_file', 'port'],
  ...['application_name', 'client_min_messages', 'search_path', 'lock_timeout', 'lc_monetary', 'TimeZone'],
  ...['row_security', 'extra_float_digits', 'shared_memory_size', 'shared_memory_size_in_huge_pages'],
  ...['wal_buffers', 'commit_timestamp_buffers', 'multixact_offset_buffers', 'num_os_semaphores'],
  ...['subtransaction_buffers', 'transaction_buffers', 'client_encoding', 'IntervalStyle', 'DateStyle'],
]);

/** Restores into two kinds of live servers, and drills on the same road. */
export const logicalRestore: Suite = {
  name: 'logical-restore',
  cases: [
    {
      title:
        '[BKP-01] [BKP-10] one of everything is dumped and stands a drill: large objects, extensions, settings, roles, publications, forced row-level security',
      run: async (world) => {
        const set = await dumped(world, await shared(world));
        assert.match(set.read('gaps'), /^options of 1 user mappings of app are not in the set\n$/);
        const drill = await copyOf(world, set);
        await drill.succeed('load', loading);
        return drill.read('result.json').replace(/\s+/g, ' ');
      },
    },
    {
      title:
        '[BKP-10] one of everything comes back over the live database, schema, rights, settings and rows',
      run: async (world) => {
        const postgres = await shared(world);
        const before = await describe(postgres);
        const set = await dumped(world, postgres);
        await postgres.sql('app', LATER);
        const pod = await copyOf(world, set);
        await pod.fail('compare', /not as dumped/, comparing(postgres));
        await pod.succeed('restore', restoring(postgres));
        await asSuperuser(postgres, pod, 'after.sql');
        same(await describe(postgres), before);
        await pod.succeed('compare', comparing(postgres));
        const reads = 'SET ROLE app; SELECT count(*) FROM shop.invoices WHERE length(lo_get(pdf)) > 0';
        assert.equal(await postgres.sql('app', reads), '2');
      },
    },
    {
      title:
        '[BKP-10] into a new server: what only the superuser can make is asked for first, and nothing is changed; then all is there',
      run: async (world) => {
        const old = await shared(world);
        const set = await dumped(world, old);
        const postgres = await Postgres.create(world, 'new', ['app']);
        const pod = await copyOf(world, set);
        const empty = await postgres.sql('app', 'SELECT count(*) FROM pg_class');
        const { output } = await pod.fail(
          'restore',
          /what only the superuser can make.*Nothing was changed/s,
          restoring(postgres),
        );
        for (const statement of [
          /^CREATE ROLE reporting;$/m,
          /^ALTER ROLE reporting SET statement_timeout TO '1min';$/m,
          /^CREATE EXTENSION IF NOT EXISTS pg_stat_statements WITH SCHEMA public;$/m,
          /^CREATE EXTENSION IF NOT EXISTS postgres_fdw WITH SCHEMA public;$/m,
        ])
          assert.match(output, statement);
        assert.equal(await postgres.sql('app', 'SELECT count(*) FROM pg_class'), empty);
        await asSuperuser(postgres, pod, 'first.sql');
        await pod.succeed('restore', restoring(postgres));
        await asSuperuser(postgres, pod, 'after.sql');
        same(await describe(postgres), await describe(old));
        await pod.succeed('compare', comparing(postgres));
      },
    },
    {
      title: '[BKP-01] what the Job cannot bring back is told the same night, and all else is dumped',
      run: async (world) => {
        const postgres = await shared(world);
        await postgres.sql('app', 'CREATE SCHEMA "of others"; CREATE TABLE "of others".t (id int)');
        await postgres.sql(
          'postgres',
          'ALTER ROLE backup RESET lo_compat_privileges; CREATE DATABASE "by hand"',
        );
        try {
          const set = await dumped(world, postgres);
          const gaps = set.read('gaps');
          assert.match(gaps, /2 large objects of app are not in the set/);
          assert.match(gaps, /schemas of app that are not its owner's: \["of others"\]/);
          assert.match(gaps, /by hand is in no settings/);
          const pod = await copyOf(world, set);
          await pod.succeed('restore', restoring(postgres));
          // those that are there are not dropped for a set that has none
          assert.equal(await postgres.sql('app', 'SELECT count(*) FROM pg_largeobject_metadata'), '2');
          assert.equal(await postgres.sql('app', 'SELECT count(*) FROM "of others".t'), '0');
        } finally {
          await postgres.sql(
            'postgres',
            'ALTER ROLE backup SET lo_compat_privileges = on; DROP DATABASE "by hand"',
          );
          await postgres.sql('app', 'DROP SCHEMA "of others" CASCADE');
        }
      },
    },
    {
      title:
        '[BKP-10] the server of a drill differs from the live one in what scratch.sh lists, and in nothing else',
      run: async (world) => {
        const postgres = await shared(world);
        const drill = await copyOf(world, await dumped(world, postgres));
        // read by load.sh when it has compared
        const query = 'SELECT name, setting FROM pg_settings ORDER BY 1';
        const hook = join(world.scripts, 'scratch.sh');
        writeFileSync(hook, `\nelapsed() { sql postgres <<<"${query}" >"$WORK/settings"; echo 0; }\n`, {
          flag: 'a',
        });
        await drill.succeed('load', loading);
        assert.ok(existsSync(join(drill.work, 'settings')));
        const settings = (text: string): Map<string, string> =>
          new Map(
            text
              .trim()
              .split('\n')
              .map((line) => line.split('|') as [string, string]),
          );
        const scratch = settings(drill.read('settings'));
        const listed = new Set(SCRATCH.exec(readScratch())?.[1]?.match(/^[a-z_]+(?= = )/gm) ?? []);
        const differing = [...settings(await postgres.sql('postgres', query))]
          .filter(([name, value]) => scratch.get(name) !== value)
          .map(([name]) => name)
          .filter((name) => !listed.has(name) && !OF_EACH_SERVER.has(name));
        assert.deepEqual(differing, []);
      },
    },
  ],
};
