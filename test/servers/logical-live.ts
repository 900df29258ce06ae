import { strict as assert } from 'node:assert';
import { Postgres } from './postgres';
import { comparing, copyOf, dumped, loading, restoring } from './restoring';
import type { Suite } from './suite';
import { until } from './world';

const SMALL = 'SET ROLE app_owner; CREATE TABLE written AS SELECT 1 AS id';

/** Schemas of the superuser, and of the owner under both names; one begins like theirs. */
const OTHERS = `CREATE SCHEMA tools; CREATE EXTENSION pg_stat_statements SCHEMA tools; GRANT USAGE ON SCHEMA tools TO app;
CREATE SCHEMA theirs; CREATE TABLE theirs.t AS SELECT 1 AS id; GRANT USAGE ON SCHEMA theirs TO app;
GRANT SELECT ON theirs.t TO app; COMMENT ON SCHEMA theirs IS 'of others';
ALTER SCHEMA public OWNER TO pg_database_owner; CREATE SCHEMA ours AUTHORIZATION pg_database_owner;
CREATE SCHEMA "theirs too" AUTHORIZATION app_owner; SET ROLE app_owner; CREATE TABLE ours.t (); CREATE TABLE "theirs too".t AS SELECT 2 AS id; RESET ROLE;`;

/** Restores over servers that somebody uses, or that go away. */
export const logicalLive: Suite = {
  name: 'logical-live',
  long: true,
  cases: [
    {
      title:
        '[BKP-10] a restore refuses a database that an application is connected to, says who, and changes nothing; accounts of the platform do not stop it',
      run: async (world) => {
        const postgres = await Postgres.create(world, 'in-use', ['app']);
        await postgres.sql('app', SMALL);
        const pod = await copyOf(world, await dumped(world, postgres));
        await postgres.sql('app', 'INSERT INTO written VALUES (2)');
        const count = 'SELECT count(*) FROM written';
        for (const account of ['app', 'app_owner']) {
          const client = postgres.startClient(account, 'app');
          await postgres.connected(account);
          const told = new RegExp(
            `applications are connected to app: ${account} \\(1 from 127\\.0\\.0\\.1\\)`,
          );
          const { output } = await pod.fail('restore', told, restoring(postgres));
          assert.match(output, /Nothing in it was changed.*maintenance: true/);
          assert.equal(await postgres.sql('app', count), '2');
          await postgres.disconnect(account, client);
        }
        const platform = ['backup', 'pgbouncer', 'postgres'];
        for (const account of platform) {
          postgres.startClient(account, 'app');
          await postgres.connected(account);
        }
        await pod.succeed('restore', restoring(postgres));
        assert.equal(await postgres.sql('app', count), '1');
      },
    },
    {
      title:
        '[BKP-10] a connection that breaks at COMMIT: the server is asked what became of the transaction, and nobody is told that nothing changed',
      run: async (world) => {
        const postgres = await Postgres.create(world, 'commit', ['app']);
        await postgres.sql('app', SMALL);
        const pod = await copyOf(world, await dumped(world, postgres));
        /** Until the server has committed, and waits for a standby that is not there before it answers; then it goes, as with its node. */
        const atCommit = async () => {
          await postgres.sql('app', 'TRUNCATE written');
          postgres.configure({ synchronous_standby_names: 'nobody' });
          await postgres.sql('app', 'SELECT pg_reload_conf()');
          const step = pod.start('restore', restoring(postgres));
          const waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'";
          await until('COMMIT', async () => (await postgres.sql('postgres', waiting)) === '1');
          await postgres.kill();
          postgres.configure({ synchronous_standby_names: '' });
          return step.ended;
        };
        const lost = await atCommit();
        assert.equal(lost.code, 1, lost.output);
        assert.match(lost.output, /broke at COMMIT, and nobody knows whether app is restored/);
        assert.doesNotMatch(lost.output, /was changed\. Look/);
        const [question = ''] = /SELECT pg_xact_status\('\d+'\)/.exec(lost.output) ?? [];
        await postgres.start();
        assert.equal(await postgres.sql('app', question), 'committed');
        assert.equal(await postgres.sql('app', 'SELECT count(*) FROM written'), '1');
        const back = atCommit();
        await until('the server to be gone', () => postgres.gone);
        await postgres.start();
        const found = await back;
        assert.equal(found.code, 0, found.output);
        assert.match(found.output, /broke at COMMIT: asking the server.*app: restored/s);
        await pod.succeed('compare', comparing(postgres));
      },
    },
    {
      title:
        '[BKP-10] schemas of others are left out of restore, comparison and drill, touched by none, and counted',
      run: async (world) => {
        const old = await Postgres.create(world, 'old', ['app']);
        await old.sql('app', `${OTHERS} ${SMALL}`);
        const set = await dumped(world, old);
        assert.match(set.read('data/facts.json'), /"left_out" : \["theirs", "tools"\]/);
        const drill = await copyOf(world, set);
        await drill.succeed('load', loading);
        assert.match(drill.read('result.json'), /as they were dumped; 1 in schemas of others left out/);
        const pod = await copyOf(world, set);
        const compared = async (postgres: Postgres) => {
          await pod.succeed('restore', restoring(postgres));
          const { output } = await pod.succeed('compare', comparing(postgres));
          assert.match(output, /app: 3 tables as they were dumped; 1 in schemas of others left out/);
          assert.equal(await postgres.sql('app', 'SELECT * FROM "theirs too".t'), '2');
        };
        await old.sql('app', 'INSERT INTO theirs.t VALUES (9); CREATE SCHEMA later; CREATE TABLE later.t ()');
        await compared(old);
        // it was another's when it was dumped: the set does not bring it back, so nothing may take it away
        await old.sql('app', 'ALTER SCHEMA theirs OWNER TO app_owner');
        await compared(old);
        assert.equal(await old.sql('app', 'SELECT count(*) FROM theirs.t'), '2');
        const without = await Postgres.create(world, 'without', ['app']);
        await pod.fail('restore', /what only the superuser can make/, restoring(without));
        await without.sql('postgres', pod.read('first.sql'));
        await compared(without);
        await without.sql('postgres', pod.read('after.sql'));
        assert.equal(await without.sql('app', "SELECT has_schema_privilege('app', 'tools', 'USAGE')"), 't');
        await old.sql('app', 'UPDATE "theirs too".t SET id = 3');
        await pod.fail('compare', /not as dumped: app/, comparing(old));
      },
    },
  ],
};
