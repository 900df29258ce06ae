import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { sleep } from '../e2e/processes';
import { LivePair } from './live';
import { passwordOf } from './live-pods';
import type { Case, Suite } from './suite';
import { until, type World } from './world';

/** Clients at once, several times what one database is granted on the server. */
const CLIENTS = 80;

let pair: Promise<LivePair> | undefined;
const live = (world: World): Promise<LivePair> => (pair ??= LivePair.start(world, ['shop', 'blog']));

function equal(found: string, wanted: string): void {
  if (found !== wanted) throw new Error(`found ${JSON.stringify(found)}, wanted ${JSON.stringify(wanted)}`);
}

/** Environment of a client of PgBouncer. */
const shop = (servers: LivePair): Record<string, string> => ({
  PGHOST: '127.0.0.1',
  PGPORT: String(servers.poolerPort),
  PGUSER: 'shop',
  PGDATABASE: 'shop',
  PGPASSWORD: passwordOf('postgresql-shop'),
  PGSSLMODE: 'verify-full',
  PGSSLROOTCERT: '/authority/ca.crt',
});

const logins: readonly Case[] = [
  {
    title:
      '[PG-03] an application logs in with its own password, which PgBouncer has never seen, over TLS on both ways',
    run: async (world) => {
      const servers = await live(world);
      const tls = 'SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()';
      equal(await servers.rows('pooler', 'shop', `SELECT current_user, (${tls})`), 'shop|t');
      equal(await servers.rows('pooler', 'blog', 'SELECT current_user'), 'blog');
    },
  },
  {
    title:
      '[PG-03] [PG-06] nobody else gets in: wrong passwords, the databases of others, owners, the superuser, the console',
    run: async (world) => {
      const servers = await live(world);
      const refused = (why: RegExp, database: string, options: Parameters<LivePair['client']>[3]) =>
        servers.refused(why, 'pooler', database, 'SELECT 1', options);
      const login = /SASL authentication failed|no such user/;
      await refused(login, 'shop', { password: 'wrong' });
      await refused(/pg_hba\.conf rejects connection/, 'shop', { user: 'blog' });
      await refused(login, 'shop', { user: 'shop_owner' });
      await refused(login, 'shop', { user: 'postgres' });
      await refused(login, 'shop', { user: 'backup' });
      await refused(login, 'nothing', { user: 'shop' });
      const lookup = { user: 'pgbouncer', password: passwordOf('postgresql-pgbouncer') };
      await refused(/not allowed/, 'pgbouncer', lookup);
      await refused(/SSL required/, 'shop', { env: { PGSSLMODE: 'disable' } });
      await refused(/unsupported startup parameter/, 'shop', {
        env: { PGOPTIONS: '-c statement_timeout=1' },
      });
    },
  },
  {
    title: 'who may look up passwords sees those of applications, and nothing else',
    run: async (world) => {
      const servers = await live(world);
      const lookup = { user: 'pgbouncer', password: passwordOf('postgresql-pgbouncer') };
      const names =
        "SELECT string_agg(username, ',') FROM unnest(ARRAY['shop', 'blog', 'shop_owner', 'postgres', 'backup', 'pgbouncer']) AS asked, strata.get_auth(asked)";
      equal(await servers.rows('server', 'shop', names, lookup), 'shop,blog');
      await servers.refused(
        /permission denied/,
        'server',
        'shop',
        'SELECT rolpassword FROM pg_authid',
        lookup,
      );
      await servers.refused(/permission denied/, 'server', 'shop', "SELECT strata.get_auth('blog')");
    },
  },
  {
    title: 'a changed password counts at the next login, and the old one no longer',
    run: async (world) => {
      const servers = await live(world);
      const before = passwordOf('postgresql-blog');
      await servers.superuser('postgres', "ALTER ROLE blog PASSWORD 'another'");
      equal(await servers.rows('pooler', 'blog', 'SELECT 1', { password: 'another' }), '1');
      await servers.refused(/SASL authentication failed/, 'pooler', 'blog', 'SELECT 1');
      await servers.superuser('postgres', `ALTER ROLE blog PASSWORD '${before}'`);
      equal(await servers.rows('pooler', 'blog', 'SELECT 1'), '1');
    },
  },
];

const pooling: readonly Case[] = [
  {
    title: `[PG-03] ${CLIENTS} clients with prepared statements share the connections of one pool`,
    run: async (world) => {
      const servers = await live(world);
      const size = Number((await servers.console('SHOW CONFIG')).match(/^default_pool_size\|(\d+)/m)?.[1]);
      const bench = servers.program(
        [
          'sh',
          '-c',
          `echo 'SELECT pg_sleep(0.002), :client_id;' >/tmp/query.sql &&
           exec pgbench -n -M prepared -c ${CLIENTS} -j 2 -T 4 -f /tmp/query.sql shop`,
        ],
        shop(servers),
      );
      let connections = 0;
      let running = true;
      const ended = bench.ended.finally(() => (running = false));
      const held = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'shop'";
      while (running) connections = Math.max(connections, Number(await servers.superuser('postgres', held)));
      const { code, output } = await ended;
      if (code !== 0) throw new Error(output);
      equal(/number of failed transactions: (\d+)/.exec(output)?.[1] ?? '', '0');
      if (size >= CLIENTS) throw new Error(`${size} connections are enough for ${CLIENTS} clients`);
      if (!(connections >= 1 && connections <= size))
        throw new Error(`${connections} connections, of ${size}`);
      return `${connections} connections, ${/tps = (\d+)/.exec(output)?.[1]} transactions a second`;
    },
  },
  {
    title: 'PgBouncer needs one connection for its look-ups',
    run: async (world) => {
      const servers = await live(world);
      for (const database of ['shop', 'blog']) await servers.rows('pooler', database, 'SELECT 1');
      const used = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'pgbouncer'";
      equal(await servers.superuser('postgres', used), '1');
    },
  },
  {
    title: 'a query that its client cancels ends on the server',
    run: async (world) => {
      const servers = await live(world);
      const running =
        "SELECT count(*) FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(60)' AND state = 'active'";
      const client = servers.program(['psql', '-XAtq', '-c', 'SELECT pg_sleep(60)'], shop(servers));
      await until('the query runs', async () => (await servers.superuser('postgres', running)) === '1');
      client.signal('SIGINT');
      const { output } = await client.ended;
      if (!/canceling statement due to user request/.test(output)) throw new Error(output);
      equal(await servers.superuser('postgres', running), '0');
    },
  },
  {
    title: 'connections that the server ended are replaced',
    run: async (world) => {
      const servers = await live(world);
      equal(await servers.rows('pooler', 'shop', 'SELECT 1'), '1');
      await servers.superuser(
        'postgres',
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename IN ('shop', 'pgbouncer')",
      );
      await until(
        'PgBouncer has a connection again',
        async () => (await servers.client('pooler', 'shop', 'SELECT 1')).code === 0,
        10,
      );
    },
  },
];

const operations: readonly Case[] = [
  {
    title: 'the probes pass, and fail while the process hangs, though it still accepts connections',
    run: async (world) => {
      const servers = await live(world);
      if (!(await servers.passesProbes())) throw new Error('they fail');
      servers.pooler.signal('SIGSTOP');
      const passes = await servers.passesProbes();
      servers.pooler.signal('SIGCONT');
      if (passes) throw new Error('they pass');
      if (!(await servers.passesProbes())) throw new Error('they fail after it');
    },
  },
  {
    title: 'a renewed certificate is presented after the signal that run.sh sends every hour',
    run: async (world) => {
      const servers = await live(world);
      const serial = (): string => {
        const { stdout } = spawnSync(
          'sh',
          [
            '-c',
            `openssl s_client -starttls postgres -connect 127.0.0.1:${servers.poolerPort} </dev/null 2>/dev/null | openssl x509 -noout -serial`,
          ],
          { encoding: 'utf8' },
        );
        if (!stdout.startsWith('serial=')) throw new Error(`PgBouncer presents no certificate: ${stdout}`);
        return stdout;
      };
      const before = serial();
      const folder = join(world.folder, 'tls');
      const renewed = spawnSync(
        'openssl',
        [
          'x509',
          '-req',
          '-in',
          'tls.csr',
          '-out',
          'tls.crt',
          '-CA',
          'ca.crt',
          '-CAkey',
          'ca.key',
          '-extfile',
          'names',
          '-days',
          '2',
          '-set_serial',
          '4711',
        ],
        { cwd: folder },
      );
      equal(String(renewed.status), '0');
      equal(serial(), before);
      servers.pooler.signal('SIGHUP');
      await until('the new certificate', () => serial().trim() === 'serial=1267', 5);
      equal(await servers.rows('pooler', 'shop', 'SELECT 1'), '1');
    },
  },
  {
    title:
      'told to end as its pod is, it lets a transaction finish, takes no new client and waits for no idle one',
    run: async (world) => {
      const servers = await live(world);
      // as the pool of an application, it stays connected
      const idle = servers.program(
        ['sh', '-c', "{ echo 'SELECT 1;'; sleep 120; } | psql -XAtq"],
        shop(servers),
      );
      const idles = async (): Promise<boolean> =>
        /^C\|shop\|shop\|/m.test(await servers.console('SHOW CLIENTS'));
      await until('the idle client', idles, 10);
      const busy = servers.client('pooler', 'shop', 'BEGIN; SELECT pg_sleep(3); COMMIT; SELECT 5');
      const running =
        "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(3)%' AND usename = 'shop' AND state = 'active'";
      await until('the transaction', async () => (await servers.superuser('postgres', running)) === '1', 3);
      // what preStop does
      servers.pooler.signal('SIGINT');
      await sleep(300);
      await servers.refused(/Connection refused/, 'pooler', 'shop', 'SELECT 1');
      const { code, output } = await busy;
      if (code !== 0 || !/5\n$/.test(output))
        throw new Error(`the transaction did not finish: ${code}\n${output}`);
      const ended = await Promise.race([servers.pooler.ended, sleep(5000)]);
      idle.kill();
      equal(String(ended?.code), '0');
      pair = undefined;
    },
  },
];

/** PgBouncer before PostgreSQL, both as rendered. */
export const pgbouncer: Suite = { name: 'pgbouncer', cases: [...logins, ...pooling, ...operations] };
