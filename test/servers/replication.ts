import { promotion } from './promotion';
import type { Suite } from './suite';
import { equal, replayed, rows, says, trioOf } from './trio-cases';
import { until } from './world';

export const replication: Suite = {
  name: 'replication',
  cases: [
    {
      title: '[PG-01] [PG-02] standbys that start before their primary wait, build themselves, and stream',
      run: async (world) => {
        const trio = trioOf(world);
        await Promise.all([trio.start(1), trio.start(2)]);
        // copying is no reason for a restart
        await until('the probe is there', async () => (await trio.live(1)).code === 0);
        await trio.start(0);
        await trio.ready(0);
        await trio.streaming(0);
        await trio.sql(0, 'CREATE TABLE t (i int); INSERT INTO t SELECT generate_series(1, 1000)');
        for (const number of [1, 2]) await replayed(trio, number, 1000);
        for (const number of [0, 1, 2]) equal((await trio.live(number)).code, 0, `live.sh of ${number}`);
        equal(
          await trio.sql(0, 'SELECT count(*) FROM pg_replication_slots WHERE active'),
          '2',
          'slots in use',
        );
        const sync = `SELECT string_agg(DISTINCT sync_state, ',') FROM pg_stat_replication`;
        equal(await trio.sql(0, sync), 'quorum', 'state of the standbys');
      },
    },
    {
      title:
        '[PG-01] [SEC-06] the next start brings a new database and a changed password, and leaves all other secrets alone',
      run: async (world) => {
        const trio = trioOf(world);
        const secret = `SELECT rolpassword FROM pg_authid WHERE rolname = 'shop_owner'`;
        const before = await trio.sql(0, secret);
        await trio.stop(0);
        trio.databases = ['shop', 'web_app'];
        // characters that a shell or SQL would take for its own
        trio.passwords['shop'] = `new 'password' \\ "$HOME" %s`;
        await trio.start(0);
        await trio.ready(0);
        equal(await trio.sql(0, secret), before, 'secret of shop_owner');
        equal(
          await trio.login(0, 'shop', trio.passwords['shop'], 'shop'),
          true,
          'login with the new password',
        );
        equal(
          await trio.login(0, 'shop', 'password-of-postgresql-shop', 'shop'),
          false,
          'login with the old one',
        );
        equal(
          await trio.login(0, 'web_app', 'password-of-web_app', 'web_app'),
          false,
          'login that pg_hba.conf does not name',
        );
        equal(await trio.sql(0, 'SELECT current_database()', 'web_app'), 'web_app', 'the new database');
        await trio.streaming(0);
      },
    },
    {
      title: '[PG-06] without TLS, to another database, or as the superuser nobody gets in',
      run: async (world) => {
        const trio = trioOf(world);
        const password = trio.passwords['shop'] ?? '';
        equal(await trio.login(0, 'shop', password, 'shop', 'disable'), false, 'login without TLS');
        equal(await trio.login(0, 'shop', password, 'postgres'), false, 'login to another database');
        equal(await trio.login(0, 'postgres', '', 'postgres'), false, 'login as the superuser');
        equal(
          await trio.login(0, 'exporter', 'password-of-postgresql-exporter', 'postgres'),
          false,
          'login of the exporter',
        );
      },
    },
    {
      title: '[PG-01] what somebody leaves behind in the pod, and kills, does not disturb the sessions',
      run: async (world) => {
        const trio = trioOf(world);
        await trio.sql(0, `COPY (SELECT) TO PROGRAM 'sleep 300 & echo $! >/tmp/left'`);
        await trio.sql(0, `COPY (SELECT) TO PROGRAM 'kill -9 $(cat /tmp/left)'`);
        await trio.sql(0, 'SELECT pg_sleep(0.5)');
        equal(/terminating any other active/.test(trio.log(0)), false, 'sessions were thrown out');
      },
    },
    {
      title: '[PG-02] a primary that is killed comes back as the primary, with everything that was committed',
      run: async (world) => {
        const trio = trioOf(world);
        await trio.sql(0, 'INSERT INTO t VALUES (1001)');
        await trio.kill(0);
        await trio.start(0);
        await trio.ready(0);
        equal(await rows(trio, 0), '1001 false', 'rows');
        await trio.streaming(0);
      },
    },
    {
      title: '[PG-02] a commit waits for a standby, and for one only',
      run: async (world) => {
        const trio = trioOf(world);
        await trio.stop(1);
        await trio.sql(0, 'INSERT INTO t VALUES (1002)');
        await trio.stop(2);
        const waiting = trio.sql(0, 'INSERT INTO t VALUES (1003)');
        const first = await Promise.race([waiting, trio.sql(0, 'SELECT pg_sleep(2)').then(() => 'waits')]);
        equal(first, 'waits', 'the commit without a standby');
        await trio.start(2);
        await waiting;
        await trio.start(1);
        await trio.streaming(0);
      },
    },
    {
      title: '[PG-02] a planned switchover loses nothing, and the old primary goes by itself',
      run: async (world) => {
        const trio = trioOf(world);
        trio.name(1);
        const promotion = trio.script(1, 'promote.sh');
        says(await trio.live(0), {
          code: 1,
          text: /postgresql-1 is the primary now: restarting as a standby/,
        });
        equal((await trio.live(1)).code, 0, 'live.sh of the new primary');
        says(await trio.live(2), { code: 1, text: /restarting to follow it/ });
        await Promise.all([trio.restart(0), trio.restart(2)]);
        const result = await promotion;
        says(result, { code: 0, text: /postgresql-1 is the primary now/ });
        await trio.streaming(1);
        await trio.sql(1, 'INSERT INTO t VALUES (1004)');
        for (const number of [0, 2]) await replayed(trio, number, 1004);
        return `${result.seconds.toFixed(0)} s`;
      },
    },
    {
      title: '[PG-02] a renewed certificate is read without a restart',
      run: async (world) => {
        const trio = trioOf(world);
        const loaded = await trio.sql(1, 'SELECT pg_conf_load_time()');
        equal((await trio.live(1)).code, 0, 'live.sh');
        equal(
          await trio.sql(1, 'SELECT pg_conf_load_time()'),
          loaded,
          'the configuration is read again for nothing',
        );
        trio.renewCertificate();
        equal((await trio.live(1)).code, 0, 'live.sh');
        await until('it was read', async () => (await trio.sql(1, 'SELECT pg_conf_load_time()')) !== loaded);
      },
    },
    ...promotion,
  ],
};
