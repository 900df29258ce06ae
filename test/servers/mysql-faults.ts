import { describe } from './mysql-data';
import { faulty } from './mysql-client';
import type { Mysql } from './mysql-server';
import { copyOf, dumped, expect, shared } from './mysql-sets';
import type { Suite } from './suite';
import type { Pod, World } from './world';

const OVERWRITE = { OVERWRITE: 'mysql-prod' };
/** Statement by which a restore exchanges the tables. */
const EXCHANGE = 'RENAME TABLE `';

/** Copies of `shop` that a restore has set aside, joined by commas. */
const setAside = (server: Mysql): Promise<string> =>
  server.sql(
    "SELECT COALESCE(GROUP_CONCAT(schema_name), '') FROM information_schema.schemata WHERE schema_name REGEXP '^shop~.*Z$'",
  );

interface Restore {
  readonly server: Mysql;
  /** With the set. */
  readonly pod: Pod;
  /** What `shop` is like: not as in the set. */
  readonly live: string;
}

/** A set, and a database `shop` that is another since. */
async function beforeRestore(world: World): Promise<Restore> {
  const server = await shared(world);
  const pod = await copyOf(world, await dumped(world, server));
  await server.sql(
    'USE shop; DELETE FROM big WHERE id > 10; INSERT INTO parent SELECT COUNT(*) + 1 FROM parent',
  );
  return { server, pod, live: await describe(server, 'shop') };
}

/** Restores that something ends in the middle. */
export const mysqlFaults: Suite = {
  name: 'mysql-faults',
  cases: [
    {
      title:
        '[BKP-11] a connection that is lost while tables are exchanged never ends in a DROP of the live ones',
      run: async (world) => {
        const { server, pod } = await beforeRestore(world);
        const rows = await server.sql('SELECT COUNT(*) FROM shop.parent');
        const restore = await server.restoring('mysql-prod', OVERWRITE, ['shop']);
        await pod.fail(
          'restore',
          /the exchange of shop is done or unknown: \d+ tables are in .*nothing was dropped.*ACCOUNT UNLOCK/,
          faulty(world, restore, 'lost', EXCHANGE),
        );
        const old = await setAside(server);
        expect('rows that were live', await server.sql(`SELECT COUNT(*) FROM \`${old}\`.parent`), rows);
        await server.sql(`DROP DATABASE \`${old}\``);
      },
    },
  ],
};
