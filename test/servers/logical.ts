import { strict as assert } from 'node:assert';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sleep } from '../e2e/processes';
import { Postgres } from './postgres';
import { fetched, stored } from './runs';
import type { Suite } from './suite';
import type { Pod, StepOptions, World } from './world';

/** What a database may hold that a backup could lose, or a comparison could trip over. */
const AWKWARD = `
SET ROLE shop_owner;
CREATE TABLE "a table with spaces, ""quotes"" and 'apostrophes'" (id serial PRIMARY KEY, "the ""text""" text, made timestamptz DEFAULT now());
INSERT INTO "a table with spaces, ""quotes"" and 'apostrophes'" ("the ""text""")
  SELECT 'line 1' || chr(10) || 'line ''2'' \\ "' || i FROM generate_series(1, 500) AS i;
CREATE TABLE parts (at date, value double precision, blob bytea) PARTITION BY RANGE (at);
CREATE TABLE parts_old PARTITION OF parts FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
CREATE TABLE parts_new PARTITION OF parts FOR VALUES FROM ('2021-01-01') TO ('2031-01-01');
INSERT INTO parts SELECT date '2020-06-01' + i, sqrt(i), decode(md5(i::text), 'hex') FROM generate_series(1, 1000) AS i;
CREATE TABLE empty ();
CREATE TABLE big (id bigint, text text);
INSERT INTO big SELECT i, repeat(md5(i::text), 20) FROM generate_series(1, 20000) AS i;
CREATE MATERIALIZED VIEW summary AS SELECT count(*), now() FROM big;
CREATE TABLE secret (organization_id int, what text);
INSERT INTO secret SELECT i % 7, 'row ' || i FROM generate_series(1, 70) AS i;
ALTER TABLE secret ENABLE ROW LEVEL SECURITY;
ALTER TABLE secret FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON secret USING (organization_id = current_setting('app.organization_id', true)::int);
`;

/** A database that somebody made by hand. */
const ODD_NAME = `o'brien ""&"" sons = 1`;

let server: Promise<Postgres> | undefined;

/** The server of this suite, with data. */
function shared(world: World): Promise<Postgres> {
  server ??= (async () => {
    const postgres = await Postgres.create(world, 'server', ['shop']);
    await postgres.sql('shop', AWKWARD);
    await postgres.sql('postgres', `CREATE DATABASE "${ODD_NAME}"; CREATE ROLE "a role's ""name"""`);
    return postgres;
  })();
  return server;
}

const YOUNG: StepOptions = { args: ['shop'], env: { MAX_AGE_SECONDS: '86400' } };

async function backup(world: World, postgres: Postgres, component: string): Promise<Pod> {
  const pod = await world.pod({ component, kind: 'logical' });
  await pod.succeed('dump', { env: postgres.environment });
  await stored(pod);
  return pod;
}

/** A backup whose dump was changed before it was sealed, in a drill. */
async function spoiled(world: World, component: string, spoil: (pod: Pod) => void): Promise<Pod> {
  const pod = await world.pod({ component, kind: 'logical' });
  await pod.succeed('dump', { env: (await shared(world)).environment });
  spoil(pod);
  await stored(pod);
  return fetched(world, pod.identity);
}

/** Replaces text of a file in a pod. */
function edit(pod: Pod, path: string, pattern: RegExp, by: string): void {
  const file = join(pod.work, path);
  const before = readFileSync(file, 'utf8');
  const after = before.replace(pattern, by);
  assert.notEqual(after, before, `${path} has no ${pattern}`);
  writeFileSync(file, after);
}

const restoring = (postgres: Postgres, overwrite?: string): StepOptions => ({
  args: ['shop'],
  env: {
    ...postgres.environment,
    PASSWORD_shop: postgres.environment['PGPASSWORD'] ?? '',
    ...(overwrite !== undefined && { OVERWRITE: overwrite }),
  },
});

export const logical: Suite = {
  name: 'logical',
  cases: [
    {
      title:
        '[BKP-01] [BKP-10] [PG-04] what is dumped stands a drill row for row, with odd names and row-level security',
      run: async (world) => {
        await backup(world, await shared(world), 'round-trip');
        const drill = await fetched(world, { component: 'round-trip', kind: 'logical' });
        await drill.succeed('load', YOUNG);
        await drill.succeed('report');
        const result = drill.read('result.json');
        assert.match(result, /3 databases, 8 tables/);
        return result.replace(/\s+/g, ' ');
      },
    },
    {
      title: '[BKP-12] a drill fails where the sentinel is too old, is another one, or is not there',
      run: async (world) => {
        const stale = await spoiled(world, 'stale', () => undefined);
        await sleep(1500);
        await stale.fail('load', /the sentinel in \S+ is \d+ s old, more than 1 s/, {
          args: ['shop'],
          env: { MAX_AGE_SECONDS: '1' },
        });
        const other = await spoiled(world, 'other-sentinel', (pod) =>
          edit(pod, 'data/facts.json', /"sentinel": "[0-9a-f]{4}/, '"sentinel": "ffff'),
        );
        await other.fail('load', /lacks the sentinel ffff/, YOUNG);
        const none = await spoiled(world, 'no-sentinel', (pod) =>
          edit(pod, 'data/facts.json', /"sentinel"/, '"none"'),
        );
        await none.fail('load', /lacks the sentinel/, YOUNG);
        for (const pod of [stale, other, none]) await pod.fail('report', /no \/work\/result\.json/);
      },
    },
    {
      title: '[BKP-10] a drill fails where a row is missing, a value differs, or a dump is cut off',
      run: async (world) => {
        const row = await spoiled(world, 'lost-row', (pod) =>
          edit(pod, 'data/database-3.facts', /("table" : "big", "rows" : )20000/, '$120001'),
        );
        await row.fail('load', /"table" : "big", "rows" : 20001.*not as dumped: shop/s, YOUNG);
        const value = await spoiled(world, 'other-value', (pod) =>
          edit(pod, 'data/database-3.facts', /("table" : "secret", "rows" : 70, "sum" : "-?)(\d)/, '$19$2'),
        );
        await value.fail('load', /not as dumped: shop/, YOUNG);
        const cut = await spoiled(world, 'cut-dump', (pod) => {
          const file = join(pod.work, 'data/database-3.dump');
          writeFileSync(file, readFileSync(file).subarray(0, -50_000));
        });
        await cut.fail('load', /the restore of shop failed/, YOUNG);
      },
    },
    {
      title: '[BKP-01] a role that sees only some rows makes no backup',
      run: async (world) => {
        const postgres = await shared(world);
        await postgres.sql('postgres', 'ALTER ROLE backup NOBYPASSRLS');
        try {
          const pod = await world.pod({ component: 'blind', kind: 'logical' });
          await pod.fail('dump', /row-level security/, { env: postgres.environment });
        } finally {
          await postgres.sql('postgres', 'ALTER ROLE backup BYPASSRLS');
        }
      },
    },
    {
      title:
        '[BKP-09] the database goes in the middle of a dump, or is not there: no backup, and the next one is good',
      run: async (world) => {
        const postgres = await shared(world);
        let failed = 0;
        for (const time of [150, 400, 700]) {
          const pod = await world.pod({ component: 'cut-short', kind: 'logical' });
          const dump = pod.start('dump', { env: postgres.environment });
          await sleep(time);
          await postgres.kill();
          const { code, output } = await dump.ended;
          if (code !== 0) failed++;
          assert.ok(code === 0 || /dump: |FATAL|server closed/.test(output), output);
          if (code !== 0) await pod.fail('key', /facts\.json/, { env: { RECIPIENT: 'age1x' } });
          await postgres.start();
        }
        assert.ok(failed > 0);
        await postgres.stop();
        const down = await world.pod({ component: 'cut-short', kind: 'logical' });
        await down.fail('dump', /cannot list the databases/, { env: postgres.environment });
        await postgres.start();
        await backup(world, postgres, 'cut-short');
        const drill = await fetched(world, { component: 'cut-short', kind: 'logical' });
        await drill.succeed('load', YOUNG);
        return `${failed} of 3 while it dumped`;
      },
    },
    {
      title:
        '[BKP-09] a dump and a drill that are killed, or whose disk is full, leave nothing that counts, and run again',
      run: async (world) => {
        const postgres = await shared(world);
        const options = { env: postgres.environment };
        const pod = await world.pod({ component: 'interrupted', kind: 'logical' });
        await pod.fail('dump', /room in \/work|No space left/, { ...options, small: { '/work': 300_000 } });
        for (const time of [100, 400, 800]) {
          const dump = pod.start('dump', options);
          await sleep(time);
          dump.kill();
          await dump.ended;
        }
        await pod.succeed('dump', options);
        await stored(pod);
        const drill = await fetched(world, pod.identity);
        for (const time of [300, 900]) {
          const load = drill.start('load', YOUNG);
          await sleep(time);
          load.kill();
          assert.notEqual((await load.ended).code, 0);
          await drill.fail('report', /no \/work\/result\.json/);
        }
        await drill.succeed('load', YOUNG);
        const full = await fetched(world, pod.identity);
        world.makeFolder(full.name, 'work/scratch');
        await full.fail('load', /room in \/work/, { ...YOUNG, small: { '/work/scratch': 20_000_000 } });
      },
    },
    {
      title:
        '[BKP-10] a restore refuses a database that holds something until told by name, and is all or nothing',
      run: async (world) => {
        const postgres = await shared(world);
        await backup(world, postgres, 'restored');
        const pod = await fetched(world, { component: 'restored', kind: 'logical' });
        const rows = async () =>
          (
            await postgres.sql(
              'shop',
              `SELECT count(*) FROM big; SELECT count(*) FROM secret; SELECT count(*) FROM parts`,
            )
          ).split('\n');
        await postgres.sql(
          'shop',
          `DROP TABLE parts; DELETE FROM secret WHERE organization_id = 1; CREATE TABLE later (id int)`,
        );
        await pod.fail('restore', /shop is not empty: \d+ tables/, restoring(postgres));
        await pod.fail('restore', /shop is not empty/, restoring(postgres, 'another'));
        const file = join(pod.work, 'data/database-3.dump');
        const whole = readFileSync(file);
        writeFileSync(file, whole.subarray(0, -50_000));
        await pod.fail(
          'restore',
          /the restore of shop failed.*Nothing in it was changed/s,
          restoring(postgres, 'restored'),
        );
        assert.equal(await postgres.sql('shop', 'SELECT count(*) FROM later'), '0');
        writeFileSync(file, whole);
        await pod.succeed('restore', restoring(postgres, 'restored'));
        const comparing = { args: ['shop'], env: postgres.environment };
        await pod.succeed('compare', comparing);
        assert.deepEqual(await rows(), ['20000', '70', '1000']);
        assert.equal(await postgres.sql('shop', "SELECT to_regclass('later') IS NULL"), 't');
        // the application's rights came back with the tables
        assert.equal(await postgres.sql('shop', "SELECT has_table_privilege('shop', 'big', 'INSERT')"), 't');
        await postgres.sql(
          'shop',
          'DROP SCHEMA public CASCADE; CREATE SCHEMA public AUTHORIZATION shop_owner',
        );
        await pod.succeed('restore', restoring(postgres));
        assert.deepEqual(await rows(), ['20000', '70', '1000']);
        await pod.succeed('compare', comparing);
        // one value of one row that an application may not see; and a table that only one of them has
        await postgres.sql(
          'shop',
          'UPDATE secret SET organization_id = organization_id + 1 WHERE organization_id = 1; CREATE TABLE later (id int)',
        );
        const { output } = await pod.fail('compare', /not as dumped: shop\./, comparing);
        assert.match(output, /^< .*"secret".*\n(.*\n)*> .*"secret"/m);
        assert.match(output, /^> .*"later"/m);
        await pod.fail('compare', /cannot log into other|the set has no database/, {
          ...comparing,
          args: ['other'],
        });
      },
    },
  ],
};
