import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Case } from './suite';
import { equal, replayed, rows, says, trioOf } from './trio-cases';
import { until } from './world';

/** Losses, and what comes back from them: further cases in the life of the same three servers. */
export const promotion: readonly Case[] = [
  {
    title:
      '[PG-02] when the primary is lost, the standby with all that was committed takes over, and no other',
    run: async (world) => {
      const trio = trioOf(world);
      await trio.stop(0);
      await trio.sql(1, 'INSERT INTO t SELECT generate_series(1, 5000)');
      await trio.kill(1);
      trio.name(0);
      trio.startServer(0);
      await trio.ready(0);
      const wrong = trio.begin(0, 'promote.sh', '--accept-loss');
      await until('it is refused', () => /postgresql-2 has \d+ bytes of WAL more/.test(trio.insideLog(0)));
      wrong.kill();
      equal(await rows(trio, 0), '1004 true', 'rows of the one behind');
      trio.name(2);
      says(await trio.script(2, 'promote.sh', '--accept-loss'), {
        code: 0,
        text: /postgresql-2 is the primary now/,
      });
      equal(await rows(trio, 2), '6004 false', 'rows');
      await trio.restart(0);
      await trio.streaming(2, 1);
    },
  },
  {
    title: '[PG-02] the old primary comes back as a standby where it had nothing more',
    run: async (world) => {
      const trio = trioOf(world);
      await trio.start(1);
      await trio.ready(1);
      await trio.streaming(2);
      await replayed(trio, 1, 6004);
    },
  },
  {
    title: '[PG-02] a server that the settings name refuses to start while another takes writes',
    run: async (world) => {
      const trio = trioOf(world);
      await trio.stop(1);
      // as if it had never been told: a primary of yesterday, with its volume as it was
      rmSync(join(trio.folder(1, 'volume'), 'pgdata/standby.signal'));
      trio.name(1);
      says(await trio.prepare(1), { code: 1, text: /postgresql-2 is one already/ });
      says(await trio.startServer(1).ended, { code: 1, text: /postgresql-2 is one already/ });
      trio.name(2);
      await trio.start(1);
      await trio.ready(1);
      await trio.streaming(2);
    },
  },
  {
    title:
      '[PG-02] an old primary with transactions that no other has stays down, and untouched, until its volume is deleted',
    run: async (world) => {
      const trio = trioOf(world);
      await Promise.all([trio.stop(0), trio.stop(1)]);
      await trio.sql(2, 'SET synchronous_commit = local; INSERT INTO t VALUES (-1)');
      await trio.kill(2);
      trio.name(0);
      trio.startServer(0);
      trio.startServer(1);
      await Promise.all([trio.ready(0), trio.ready(1)]);
      says(await trio.script(0, 'promote.sh', '--accept-loss'), {
        code: 0,
        text: /postgresql-0 is the primary now/,
      });
      await trio.restart(1);
      equal((await trio.prepare(2)).code, 0, 'prepare.sh');
      for (let attempt = 0; attempt < 2; attempt++)
        says(await trio.startServer(2).ended, {
          code: 1,
          text: /no part of postgresql-0's timeline \d+\. Nothing is thrown away/,
        });
      equal(existsSync(join(trio.folder(2, 'volume'), 'pgdata/PG_VERSION')), true, 'its data is there');
      trio.emptyVolume(2);
      await trio.start(2);
      await trio.streaming(0);
      await replayed(trio, 2, 6004);
    },
  },
  {
    title: '[PG-02] a standby whose WAL the primary has thrown away is built anew',
    run: async (world) => {
      const trio = trioOf(world);
      await trio.stop(1);
      for (let segment = 0; segment < 8; segment++)
        await trio.sql(0, 'INSERT INTO t VALUES (0); SELECT pg_switch_wal()');
      await trio.sql(0, 'CHECKPOINT');
      const status = `SELECT wal_status FROM pg_replication_slots WHERE slot_name = 'postgresql_1'`;
      equal(await trio.sql(0, status), 'lost', 'its slot');
      await trio.start(1);
      await trio.streaming(0);
      if (!/no longer has the WAL .*building anew/.test(trio.log(1))) throw new Error(trio.log(1));
      await replayed(trio, 1, 6012);
      equal(await trio.sql(0, status), 'reserved', 'its slot');
    },
  },
  {
    title: '[PG-02] a copy that was interrupted begins again',
    run: async (world) => {
      const trio = trioOf(world);
      await trio.stop(1);
      trio.emptyVolume(1);
      const half = trio.folder(1, 'volume/pgdata.new');
      writeFileSync(join(half, 'PG_VERSION'), '17');
      await trio.start(1);
      await trio.streaming(0);
      equal(existsSync(half), false, 'the half copy is there');
    },
  },
  {
    title: '[PG-07] standbys start before a primary whose memory limit came down',
    run: async (world) => {
      const trio = trioOf(world);
      const connections = await trio.sql(0, 'SHOW max_connections');
      trio.configure(1, { max_connections: '30' });
      await trio.restart(1);
      equal(await trio.sql(1, 'SHOW max_connections'), connections, 'max_connections of the standby');
      trio.configure(1, {});
    },
  },
  {
    title: '[PG-02] a primary that has lost its volume does not begin again with nothing',
    run: async (world) => {
      const trio = trioOf(world);
      await trio.stop(0);
      trio.emptyVolume(0);
      says(await trio.prepare(0), { code: 1, text: /its volume is empty, but postgresql-\d has the data/ });
      trio.name(2);
      says(await trio.script(2, 'promote.sh', '--accept-loss'), {
        code: 0,
        text: /postgresql-2 is the primary now/,
      });
      await trio.restart(1);
      await trio.start(0);
      await trio.ready(0);
      await trio.streaming(2);
      equal(await rows(trio, 2), '6012 false', 'rows');
    },
  },
];
