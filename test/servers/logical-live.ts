import { strict as assert } from 'node:assert';
import { Postgres } from './postgres';
import { comparing, copyOf, dumped, restoring } from './restoring';
import type { Suite } from './suite';
import { until } from './world';

const SMALL = 'SET ROLE app_owner; CREATE TABLE written AS SELECT 1 AS id';

/** Restores over servers that somebody uses, or that go away. */
export const logicalLive: Suite = {
  name: 'logical-live',
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
  ],
};
