import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { sleep } from '../e2e/processes';
import { describe, leaveIt, putBack } from './mysql-data';
import { faulty, killedAt, stoppedAt } from './mysql-client';
import type { Mysql } from './mysql-server';
import { copyOf, dumped, expect, fileOf, loading, shared, unpacked, write } from './mysql-sets';
import type { Suite } from './suite';
import type { Pod, World } from './world';

const BROKEN = 'CREATE TABLE gone (id INT); CREATE VIEW broken AS SELECT id FROM gone; DROP TABLE gone;';
const OVERWRITE = { OVERWRITE: 'mysql-prod' };
/** Statement by which a restore exchanges the tables. */
const EXCHANGE = 'RENAME TABLE `';

/** Copies of a database that a restore has set aside, joined by commas. */
const setAside = (server: Mysql, database = 'shop'): Promise<string> =>
  server.sql(
    `SELECT COALESCE(GROUP_CONCAT(schema_name), '') FROM information_schema.schemata WHERE schema_name REGEXP '^${database}~.*Z$'`,
  );

/** The server of the suite, without what other cases have left beside its databases. */
async function tidied(world: World): Promise<Mysql> {
  const server = await shared(world);
  const drops = await server.sql(
    "SELECT CONCAT('DROP DATABASE `', schema_name, '`;') FROM information_schema.schemata WHERE schema_name LIKE '%~%'",
  );
  await server.sql(drops);
  return server;
}

interface Restore {
  readonly server: Mysql;
  /** With the set. */
  readonly pod: Pod;
  /** What `shop` is like: not as in the set. */
  readonly live: string;
}

/** A set, and a database `shop` that is another since. */
async function beforeRestore(world: World): Promise<Restore> {
  const server = await tidied(world);
  const pod = await copyOf(world, await dumped(world, server));
  await server.sql(
    'USE shop; DELETE FROM big WHERE id > 10; INSERT INTO parent SELECT COUNT(*) + 1 FROM parent',
  );
  return { server, pod, live: await describe(server, 'shop') };
}

/** Restores that something ends in the middle. */
export const mysqlFaults: Suite = {
  name: 'mysql-faults',
  long: true,
  cases: [
    {
      title:
        '[BKP-11] a connection that is lost while tables are exchanged never ends in a DROP of the live ones',
      run: async (world) => {
        const { server, pod, live } = await beforeRestore(world);
        const restore = await server.restoring('mysql-prod', OVERWRITE, ['shop']);
        await pod.fail(
          'restore',
          /the exchange of shop is done or unknown: \d+ tables are in .*nothing was dropped.*ACCOUNT UNLOCK/,
          faulty(world, restore, 'lost', EXCHANGE),
        );
        await putBack(server, await setAside(server));
        expect('put back', await describe(server, 'shop'), live);
      },
    },
    {
      title: '[BKP-11] a broken view takes no event, routine or trigger with it, and is kept as text itself',
      run: async (world) => {
        const { server, pod } = await beforeRestore(world);
        await server.sql(`USE shop; ${BROKEN}
          CREATE EVENT own_event ON SCHEDULE EVERY 1 DAY DISABLE DO DELETE FROM nothing;
          CREATE TRIGGER own_trigger BEFORE INSERT ON parent FOR EACH ROW SET NEW.id = NEW.id`);
        const live = await describe(server, 'shop');
        const restore = () => server.restoring('mysql-prod', OVERWRITE, ['shop']);
        // where it goes back
        await pod.fail(
          'restore',
          /It is as it was, without the views that were broken: broken.*Their text is in/,
          faulty(world, await restore(), 'refused', 'ALTER DATABASE `shop` CHARACTER SET'),
        );
        expect('after it went back', await describe(server, 'shop'), live);
        const text = (old: string) => server.sql(`SELECT text FROM \`${old}\`.strata_views_and_routines`);
        expect(
          'its text',
          /^-- broken\tCREATE .* AS `id` from `shop`.`gone`/m.test(await text(await setAside(server))),
          true,
        );
        await server.sql(`DROP DATABASE \`${await setAside(server)}\`; USE shop; ${BROKEN}`);
        rmSync(join(pod.work, 'reached'));
        await pod.succeed('restore', await restore());
        expect('its text', (await text(await setAside(server))).includes('-- `broken` is broken:'), true);
        await putBack(server, await setAside(server));
        expect('put back', await describe(server, 'shop'), live);
        await server.sql('DROP EVENT shop.own_event; DROP TRIGGER shop.own_trigger');
      },
    },
    {
      title:
        '[BKP-11] a restore that was killed midway is noticed by the next one, and both cures of the runbook lead on',
      run: async (world) => {
        const { server, pod, live } = await beforeRestore(world);
        const restore = () => server.restoring('mysql-prod', OVERWRITE, ['shop']);
        /** Copy of a restore that was killed, after the next one was refused. */
        const killed = async (fault: 'before' | 'after'): Promise<string> => {
          await killedAt(await copyOf(world, pod), 'restore', await restore(), [fault, EXCHANGE]);
          await server.idle();
          const { output } = await pod.fail('restore', /a restore was killed midway/, await restore());
          const old = await setAside(server);
          if (!output.includes(`\`${old}\``)) throw new Error(`it does not name ${old}:\n${output}`);
          return old;
        };
        const drops: boolean[] = [];
        for (const fault of ['before', 'after'] as const) {
          const statements = await putBack(server, await killed(fault));
          drops.push(statements.includes('DROP DATABASE IF EXISTS `shop`'));
          expect(`put back after a kill ${fault}`, await describe(server, 'shop'), live);
          const old = await killed(fault);
          await leaveIt(server, old);
          await pod.succeed('restore', await restore());
          const [, younger = ''] = (await setAside(server)).split(',').sort();
          await putBack(server, younger);
          await putBack(server, old);
          expect(`put back later, after a kill ${fault}`, await describe(server, 'shop'), live);
        }
        expect('the database in place is dropped', drops.join(), 'false,true');
      },
    },
    {
      title:
        '[BKP-10] a set with events whose time has passed is drilled and restored, which says so, and events that are ahead are compared',
      run: async (world) => {
        const server = await tidied(world);
        const soon = 'NOW() + INTERVAL 6 SECOND';
        await server.sql(`USE shop; SET time_zone = '+03:00';
          CREATE EVENT ahead ON SCHEDULE AT NOW() + INTERVAL 1 DAY DO DELETE FROM nothing;
          CREATE EVENT once ON SCHEDULE AT ${soon} DO DELETE FROM nothing;
          CREATE EVENT \`once, \`\`kept\`\`\` ON SCHEDULE AT ${soon} ON COMPLETION PRESERVE DO DELETE FROM nothing;
          CREATE EVENT repeated ON SCHEDULE EVERY '0:1' MINUTE_SECOND STARTS NOW() ENDS ${soon} DO DELETE FROM nothing`);
        const set = await dumped(world, server);
        if (!unpacked(world, fileOf(set, 'shop')).includes('EVENT `once` ON SCHEDULE AT'))
          throw new Error('the dump came too late for the event');
        await sleep(7000);
        const passed = /events of shop whose time has passed, .*: `once`, `once, ``kept```, `repeated`$/m;
        const drill = await copyOf(world, set);
        const { output } = await drill.succeed('load', loading(world));
        if (!passed.test(output)) throw new Error(`the drill does not name the events:\n${output}`);
        const live = await describe(server, 'shop');
        const restore = await server.restoring('mysql-prod', OVERWRITE, ['shop']);
        const missing = faulty(world, restore, 'ignored', 'EVENT `ahead`');
        await set.fail('restore', /^- .* EVENT `ahead` ON SCHEDULE AT [^]*It is as it was/m, missing);
        expect('after it went back', await describe(server, 'shop'), live);
        const again = await server.restoring('mysql-prod', OVERWRITE, ['shop']);
        const restored = await set.succeed('restore', again);
        if (!passed.test(restored.output))
          throw new Error(`it does not name the events:\n${restored.output}`);
        expect(
          'events',
          await server.sql(
            "SELECT GROUP_CONCAT(event_name, ' ', status ORDER BY 1) FROM information_schema.events",
          ),
          'ahead ENABLED,later ENABLED,once, `kept` DISABLED,tidy DISABLED',
        );
        await server.sql('DROP EVENT shop.ahead; DROP EVENT shop.`once, ``kept```');
      },
    },
    {
      title:
        '[BKP-11] a foreign key from one database to another is named before anything changes, and one of a set comes back in the right order',
      run: async (world) => {
        const server = await tidied(world);
        const key = () =>
          server.sql(
            'SELECT unique_constraint_schema FROM information_schema.referential_constraints WHERE constraint_name = "across"',
          );
        const away = 'ALTER TABLE wiki_2.linked DROP FOREIGN KEY across';
        await server.sql(`CREATE TABLE wiki_2.linked (parent INT, CONSTRAINT across FOREIGN KEY (parent) REFERENCES shop.parent (id));
          INSERT INTO wiki_2.linked VALUES (1)`);
        const set = await dumped(world, server);
        const restore = (...databases: string[]) => server.restoring('mysql-prod', OVERWRITE, databases);
        const named = /`wiki_2(~new)?`\.`linked` CONSTRAINT `across` REFERENCES `shop`\.`parent`/;
        for (const database of ['shop', 'wiki_2']) await set.fail('restore', named, await restore(database));
        await server.sql(away);
        const { output } = await set.fail('restore', /They are in the set/, await restore());
        if (!named.test(output)) throw new Error(`the key is not named:\n${output}`);
        expect('what was refused set aside', await setAside(server), '');
        await set.succeed('restore', await restore('shop'));
        await set.succeed('restore', await restore('wiki_2'));
        expect('the key leads to', await key(), 'shop');
        await (await copyOf(world, set)).succeed('load', loading(world));
        await server.sql(`${away}; DROP TABLE wiki_2.linked`);
      },
    },
    {
      title: '[BKP-11] the account of a restore is locked however it ends, also by SIGTERM',
      run: async (world) => {
        const server = await tidied(world);
        const set = await dumped(world, server);
        const locked = () => server.sql("SELECT account_locked FROM mysql.user WHERE user = 'restore'");
        const restore = () => server.restoring('mysql-prod', OVERWRITE, ['wiki_2']);
        await set.fail(
          'restore',
          /does not have all of: nothing/,
          await server.restoring('mysql-prod', {}, ['nothing']),
        );
        expect('after a failure, locked', await locked(), 'Y');
        const container = await stoppedAt(await copyOf(world, set), 'restore', await restore(), [
          'before',
          'GRANT SELECT, EXECUTE',
        ]);
        container.signal('SIGTERM');
        const { seconds } = await container.ended;
        expect('after SIGTERM, locked', await locked(), 'Y');
        await (await copyOf(world, set)).succeed('restore', await restore());
        expect('after a success, locked', await locked(), 'Y');
        await server.sql(`DROP DATABASE \`${await setAside(server, 'wiki_2')}\``);
        return `ended ${seconds.toFixed(1)} s after its start`;
      },
    },
    {
      title:
        '[BKP-11] of several databases none is exchanged while one is in use, and what is exchanged before a failure is named',
      run: async (world) => {
        const server = await tidied(world);
        const set = await dumped(world, server);
        const restore = () => server.restoring('mysql-prod', OVERWRITE);
        const late = await copyOf(world, set);
        const container = await stoppedAt(late, 'restore', await restore(), [
          'before',
          'GRANT SELECT, EXECUTE',
        ]);
        const client = server.startClient('wiki_2', 'SELECT SLEEP(600)');
        await server.connected('wiki_2');
        write(late, 'go', '');
        const { code, output } = await container.ended;
        client.kill();
        await client.ended;
        await server.disconnect('wiki_2');
        if (code !== 1 || !/1 connections use wiki_2/.test(output)) throw new Error(`${code}:\n${output}`);
        expect('exchanged', await setAside(server), '');
        const half = await copyOf(world, set);
        const refused = faulty(world, await restore(), 'refused', 'CREATE DATABASE `wiki_2~2');
        await half.fail(
          'restore',
          /wiki_2~\S+ cannot be made[^]*restored before that, and left so: shop$/m,
          refused,
        );
        await server.sql(`DROP DATABASE \`${await setAside(server)}\``);
        // a tenth of the volume stays free
        const size = (bytes: number) =>
          server.restoring('mysql-prod', { ...OVERWRITE, VOLUME_BYTES: String(Math.floor(bytes)) });
        const told = await set.fail('restore', /there is no room/, await size(2 ** 20));
        const [wanted = 0, , used = 0] = [...told.output.matchAll(/(\d+) MiB/g)].map(([, number]) =>
          Number(number),
        );
        await set.fail(
          'restore',
          /there is no room.*and a tenth stays free/,
          await size((wanted + used) * 1.05 * 2 ** 20),
        );
      },
    },
  ],
};
