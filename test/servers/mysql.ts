import { spawnSync } from 'node:child_process';
import { chownSync, cpSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sleep } from '../e2e/processes';
import { AWKWARD, PROGRAMS } from './mysql-data';
import { Mysql, PASSWORD, stepOf } from './mysql-server';
import { fetched, stored } from './runs';
import type { Suite } from './suite';
import type { Pod, World } from './world';

const servers = new WeakMap<World, Promise<Mysql>>();

function shared(world: World): Promise<Mysql> {
  const known =
    servers.get(world) ??
    (async () => {
      const mysql = await Mysql.create(world, 'server', ['shop', 'wiki_2']);
      await mysql.sql(`SET SESSION cte_max_recursion_depth = 100000; USE shop; ${AWKWARD} ${PROGRAMS}
        USE wiki_2; CREATE TABLE page (id INT PRIMARY KEY, title TEXT); INSERT INTO page VALUES (1, 'one'), (2, 'two');`);
      return mysql;
    })();
  servers.set(world, known);
  return known;
}

async function backup(world: World, mysql: Mysql, component: string): Promise<Pod> {
  const pod = await world.pod({ component, kind: 'logical' });
  await pod.succeed('dump', mysql.step());
  await stored(pod);
  return pod;
}

const loading = (world: World, env: Readonly<Record<string, string>> = {}) =>
  stepOf(world, { env: { MAX_AGE_SECONDS: '86400', SENTINEL_DATABASE: 'strata', ...env } });

const UID = 999;

/** A dump of now, in a pod of its own. */
async function dumped(world: World, mysql: Mysql, user?: string, args?: readonly string[]): Promise<Pod> {
  const pod = await world.pod({ component: 'dumped', kind: 'logical' });
  await pod.succeed('dump', mysql.step(user, {}, args));
  return pod;
}

/** A pod in which the set is already fetched and decrypted: what another pod has dumped. */
async function copyOf(world: World, pod: Pod): Promise<Pod> {
  const copy = await world.pod({ component: 'dumped', kind: 'logical' });
  cpSync(join(pod.work, 'data'), join(copy.work, 'data'), { recursive: true });
  write(copy, 'fetching', `${Math.floor(Date.now() / 1000)}\n`);
  for (const file of ['', ...files(pod)]) chownSync(join(copy.work, 'data', file), UID, UID);
  return copy;
}

function write(pod: Pod, file: string, text: string): void {
  writeFileSync(join(pod.work, file), text);
  chownSync(join(pod.work, file), UID, UID);
}

interface Facts {
  readonly sentinel: string;
  readonly databases: readonly { readonly name: string; readonly file: string }[];
}

const facts = (pod: Pod): Facts => JSON.parse(pod.read('data/facts.json')) as Facts;
const files = (pod: Pod): readonly string[] => [
  'facts.json',
  ...facts(pod).databases.map(({ file }) => file),
];

/** File of a database in the set. */
function fileOf(pod: Pod, database: string): string {
  const file = facts(pod).databases.find(({ name }) => name === database)?.file;
  if (file === undefined) throw new Error(`${database} is not in the set: ${JSON.stringify(facts(pod))}`);
  return join(pod.work, 'data', file);
}

function expect(what: string, found: unknown, wanted: unknown): void {
  if (found !== wanted) throw new Error(`${what}: ${String(found)}, not ${String(wanted)}`);
}

const pages = (mysql: Mysql): Promise<string> =>
  mysql.sql('SELECT GROUP_CONCAT(title ORDER BY id) FROM wiki_2.page');
const WIKI = `CREATE DATABASE IF NOT EXISTS wiki_2; USE wiki_2; DROP TABLE IF EXISTS page;
  CREATE TABLE page (id INT PRIMARY KEY, title TEXT); INSERT INTO page VALUES (1, 'one'), (2, 'two');`;

export const mysql: Suite = {
  name: 'mysql',
  cases: [
    {
      title:
        '[BKP-03] [BKP-10] a set of MySQL comes back in a drill as it was, with odd names, bytes, views, routines, triggers and events',
      run: async (world) => {
        const server = await shared(world);
        await backup(world, server, 'round-trip');
        const drill = await fetched(world, { component: 'round-trip', kind: 'logical' });
        const { seconds, peakAnonymousBytes = 0 } = await drill.succeed('load', {
          ...loading(world),
          memory: 768 * 2 ** 20,
        });
        await drill.succeed('report');
        const mebibytes = Math.round(peakAnonymousBytes / 2 ** 20);
        return `load ${seconds.toFixed(1)} s, ${mebibytes} MiB; ${drill.read('result.json').replace(/\s+/g, ' ')}`;
      },
    },
    {
      title:
        '[BKP-03] the account of the backup reads databases only, over TLS with the right authority only',
      run: async (world) => {
        const server = await shared(world);
        const query = (statement: string, ...options: readonly string[]) =>
          server.client(statement, [
            ...['--user=backup', '--protocol=tcp', '--host=127.0.0.1', `--port=${server.port}`],
            ...options,
          ]);
        expect('reads', (await query('SELECT COUNT(*) FROM wiki_2.page')).output.trim(), '2');
        for (const statement of [
          'SELECT authentication_string FROM mysql.user',
          "INSERT INTO wiki_2.page VALUES (9, 'x')",
          'DROP TABLE wiki_2.page',
          "CREATE USER 'x'@'%'",
        ]) {
          const { output } = await query(statement);
          if (!/denied/.test(output)) throw new Error(`${statement} was not denied: ${output}`);
        }
        const plain = await query('SELECT 1', '--ssl-mode=DISABLED');
        if (!/denied|insecure transport/.test(plain.output)) throw new Error(`without TLS: ${plain.output}`);
        const pod = await world.pod({ component: 'dumped', kind: 'logical' });
        const wrong = server.step('backup', { CA: '/etc/ssl/certs/ca-certificates.crt' });
        await pod.fail('dump', /cannot write the sentinel/, wrong);
      },
    },
    {
      title: '[BKP-03] a database that is in no settings makes the dump fail instead of being left out',
      run: async (world) => {
        const server = await shared(world);
        await server.sql('CREATE DATABASE `by "hand"`; CREATE TABLE `by "hand"`.t (a INT)');
        const pod = await world.pod({ component: 'dumped', kind: 'logical' });
        await pod.fail('dump', /by "hand" failed.*has to be in the settings/, server.step());
        await pod.fail('key', /there is no .*facts.json/, { env: { RECIPIENT: 'age1abc' } });
        await server.sql('DROP DATABASE `by "hand"`');
        await pod.succeed('dump', server.step());
      },
    },
    {
      title: '[BKP-03] a server that dies during the dump makes it fail, and the next run is good',
      run: async (world) => {
        const server = await shared(world);
        const pod = await world.pod({ component: 'dumped', kind: 'logical' });
        const dump = pod.start('dump', server.step());
        await midway(pod);
        await server.kill();
        const { code, output } = await dump.ended;
        expect(`dump ended with (${output})`, code, 1);
        await pod.fail('key', /there is no .*facts.json/, { env: { RECIPIENT: 'age1abc' } });
        await server.start();
        await pod.succeed('dump', server.step());
      },
    },
    {
      title: '[BKP-03] kill -9 during the dump leaves no set, and the next run is good',
      run: async (world) => {
        const server = await shared(world);
        const pod = await world.pod({ component: 'dumped', kind: 'logical' });
        const dump = pod.start('dump', server.step());
        await midway(pod);
        dump.kill();
        await dump.ended;
        await pod.fail('key', /there is no .*facts.json/, { env: { RECIPIENT: 'age1abc' } });
        await pod.succeed('dump', server.step());
      },
    },
    {
      title: '[BKP-03] two dumps at once are both whole, and a full disk makes the dump fail',
      run: async (world) => {
        const server = await shared(world);
        const [one, two] = await Promise.all([dumped(world, server), dumped(world, server)]);
        if (facts(one).sentinel === facts(two).sentinel) throw new Error('both have the same sentinel');
        const pod = await world.pod({ component: 'dumped', kind: 'logical' });
        await pod.fail('dump', /is there room/i, { ...server.step(), small: { '/work': 300_000 } });
        await (await copyOf(world, one)).succeed('load', loading(world));
      },
    },
    {
      title:
        '[BKP-10] a drill fails on a dump that was cut off, changed, or has no fresh sentinel, and on a full disk',
      run: async (world) => {
        const server = await shared(world);
        const good = await dumped(world, server);
        const cut = await copyOf(world, good);
        truncateSync(fileOf(cut, 'shop'), readFileSync(fileOf(cut, 'shop')).length - 1000);
        const changed = await copyOf(world, good);
        const shop = fileOf(changed, 'wiki_2');
        const text = unpacked(world, shop);
        packed(world, shop, text.replace("'two'", "'tow'"));
        const without = await copyOf(world, good);
        write(
          without,
          'data/facts.json',
          good.read('data/facts.json').replace(/"sentinel": "[^"]+"/, `"sentinel": "${'0'.repeat(32)}"`),
        );
        await Promise.all([
          cut.fail('load', /restore of shop failed/, loading(world)),
          changed.fail('load', /wiki_2 is not as it was dumped/, loading(world)),
        ]);
        await Promise.all([
          without.fail('load', /sentinel 0+ is not in the set/, loading(world)),
          (await copyOf(world, good)).fail(
            'load',
            /sentinel is \d+ s old/,
            loading(world, { MAX_AGE_SECONDS: '0' }),
          ),
        ]);
        await (
          await copyOf(world, good)
        ).fail('load', /is there room/i, { ...loading(world), small: { '/work/scratch': 20e6 } });
        for (const pod of [cut, changed, without]) await pod.fail('report', /there is no .*result.json/);
      },
    },
    {
      title:
        '[BKP-10] a restore refuses a database in use or not empty, and brings a destroyed one back with its own account',
      run: async (world) => {
        const server = await shared(world);
        await server.sql(WIKI);
        const set = await dumped(world, server);
        const restore = (env: Readonly<Record<string, string>> = {}) =>
          server.restoring('mysql-prod', env, ['wiki_2']);
        await server.sql(
          "UPDATE wiki_2.page SET title = 'spoiled' WHERE id = 2; CREATE TABLE wiki_2.newer (a INT)",
        );
        const pod = await copyOf(world, set);
        await pod.fail('restore', /wiki_2 is not empty: it has 2 tables/, restore());
        await pod.fail('restore', /is not empty/, restore({ OVERWRITE: 'mysql-other' }));
        const client = server.startClient('wiki_2', 'SELECT SLEEP(600)');
        await server.connected('wiki_2');
        await pod.fail('restore', /1 connections use wiki_2/, restore({ OVERWRITE: 'mysql-prod' }));
        client.kill();
        await client.ended;
        await server.disconnect('wiki_2');
        const damaged = await copyOf(world, set);
        truncateSync(fileOf(damaged, 'wiki_2'), 200);
        await damaged.fail('restore', /cannot be read/, restore({ OVERWRITE: 'mysql-prod' }));
        expect('a damaged set left', await pages(server), 'one,spoiled');
        await pod.succeed('restore', restore({ OVERWRITE: 'mysql-prod' }));
        expect('restored', await pages(server), 'one,two');
        expect(
          'tables that only the old one had',
          await server.sql("SELECT COUNT(*) FROM information_schema.tables WHERE table_name = 'newer'"),
          '0',
        );
        await server.sql('DROP DATABASE wiki_2');
        await pod.succeed('restore', restore());
        expect('restored after the loss of all', await pages(server), 'one,two');
        await pod.fail(
          'restore',
          /does not have all of: nothing/,
          server.restoring('mysql-prod', {}, ['nothing']),
        );
      },
    },
    {
      title:
        '[BKP-10] routines and triggers, which no account of an application may make, are restored by root',
      run: async (world) => {
        const server = await shared(world);
        const pod = await copyOf(world, await dumped(world, server));
        const own = server.restoring('mysql-prod', { OVERWRITE: 'mysql-prod' }, ['shop']);
        await pod.fail('restore', /restore of shop failed, and it is half there/, own);
        const root = { MYSQL_USER: 'root', MYSQL_PWD: PASSWORD, MYSQL_SOCKET: '/run/mysqld/mysqld.sock' };
        const step = stepOf(world, {
          args: ['shop'],
          env: { ...root, COMPONENT: 'mysql-prod', OVERWRITE: 'mysql-prod' },
          mounts: { '/run/mysqld': server.socketFolder },
        });
        await pod.succeed('restore', step);
        expect('a function', await server.sql('SELECT shop.twice(21)'), '42');
      },
    },
    {
      title:
        '[BKP-10] binary logs lead from a set to a moment between two writes (mysqlbinlog, which the image does not have)',
      run: async (world) => {
        const server = await shared(world);
        await server.sql(WIKI);
        const set = await dumped(world, server);
        await server.sql("INSERT INTO wiki_2.page VALUES (3, 'before')");
        await sleep(2100);
        const moment = await server.sql("SELECT DATE_FORMAT(UTC_TIMESTAMP(), '%Y-%m-%d %H:%i:%s')");
        await sleep(1100);
        await server.sql("INSERT INTO wiki_2.page VALUES (4, 'after'); DELETE FROM wiki_2.page WHERE id = 1");
        const position = /SOURCE_LOG_FILE='(binlog\.\d+)', SOURCE_LOG_POS=(\d+)/.exec(
          unpacked(world, fileOf(set, 'wiki_2')),
        );
        if (!position) throw new Error('the dump tells no position');
        const [, file = '', start = ''] = position;
        await (
          await copyOf(world, set)
        ).succeed('restore', server.restoring('mysql-prod', { OVERWRITE: 'mysql-prod' }, ['wiki_2']));
        expect('the set alone', await pages(server), 'one,two');
        // the commands of charts/data/mysql/runbook.md
        await server.replay(file, start, moment, 'wiki_2');
        expect('the set and the log', await pages(server), 'one,two,before');
      },
    },
  ],
};

/** Waits until some rows are on disk: the dump of `shop` takes long enough to be hit. */
async function midway(pod: Pod): Promise<void> {
  for (let tries = 0; tries < 3000; tries++) {
    try {
      if (readFileSync(join(pod.work, 'data/database-1.sql.zst')).length > 0) return;
    } catch {
      // not yet there
    }
    await sleep(5);
  }
  throw new Error('the dump wrote nothing');
}

/** zstd of the image, on text of which each character is a byte. */
function zstd(world: World, input: Buffer, ...options: readonly string[]): Buffer {
  const { status, stdout, stderr } = spawnSync(
    'chroot',
    [world.programs.roots.mysql, 'zstd', '--quiet', ...options],
    {
      input,
      maxBuffer: 2 ** 30,
    },
  );
  if (status !== 0) throw new Error(`zstd: ${stderr.toString()}`);
  return stdout;
}

const unpacked = (world: World, file: string): string =>
  zstd(world, readFileSync(file), '--decompress').toString('latin1');

function packed(world: World, file: string, text: string): void {
  writeFileSync(file, zstd(world, Buffer.from(text, 'latin1')));
}
