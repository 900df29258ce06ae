import { createHash } from 'node:crypto';
import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sleep } from '../e2e/processes';
import { AWKWARD, characterSets, describe, EVERYTHING, PROGRAMS, putBack } from './mysql-data';
import { Mysql, PASSWORD } from './mysql-server';
import { copyOf, dumped, expect, fileOf, loading, packed, shared, unpacked, write } from './mysql-sets';
import type { Suite } from './suite';

const pages = (mysql: Mysql): Promise<string> =>
  mysql.sql('SELECT GROUP_CONCAT(title ORDER BY id) FROM wiki_2.page');
/** Databases that restores have left. */
const copies = (mysql: Mysql): Promise<string> =>
  mysql.sql("SELECT GROUP_CONCAT(schema_name) FROM information_schema.schemata WHERE schema_name LIKE '%~%'");
const RESTORER = { MYSQL_USER: 'restore', MYSQL_PWD: PASSWORD };
const LIVE_MEMORY = 2 ** 30;
const mebibytes = (bytes = 0): number => Math.round(bytes / 2 ** 20);

const variablesOf = (text: string): Map<string, string> =>
  new Map(text.split('\n').map((line) => line.split('\t') as [string, string]));
/** What a server has of its own: names, certificates, places that follow from the data directory, and how many files it may open. */
const OWN_VARIABLES =
  /^(server_uuid|port|bind_address|hostname|ssl_\w+|admin_ssl_\w+|mysqlx_\w+|log_error|log_bin_basename|log_bin_index|relay_log\w*|general_log_file|slow_query_log_file|performance_schema_\w+|gtid_\w+|init_file|timestamp|open_files_limit|innodb_open_files|host_cache_size|report_port|back_log|thread_cache_size|innodb_\w+_(file_path|path)|replica_load_tmpdir|slave_load_tmpdir)$/;

const WIKI = `CREATE DATABASE IF NOT EXISTS wiki_2; USE wiki_2; DROP TABLE IF EXISTS page;
  CREATE TABLE page (id INT PRIMARY KEY, title TEXT); INSERT INTO page VALUES (1, 'one'), (2, 'two');`;

/** Restores into a live server, and what they leave. */
export const mysqlRestore: Suite = {
  name: 'mysql-restore',
  cases: [
    {
      title:
        '[BKP-10] a restore refuses a database in use or not empty, and keeps what was there under a dated name',
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
        const locked = await restore({ OVERWRITE: 'mysql-prod' });
        await server.sql("ALTER USER 'restore'@'%' ACCOUNT LOCK");
        await pod.fail('restore', /does not let restore in.*ACCOUNT UNLOCK/, locked);
        await pod.fail('restore', /wiki_2 is not empty: it has 2 tables/, await restore());
        await pod.fail('restore', /is not empty/, await restore({ OVERWRITE: 'mysql-other' }));
        const client = server.startClient('wiki_2', 'SELECT SLEEP(600)');
        await server.connected('wiki_2');
        await pod.fail('restore', /1 connections use wiki_2/, await restore({ OVERWRITE: 'mysql-prod' }));
        client.kill();
        await client.ended;
        await server.disconnect('wiki_2');
        const damaged = await copyOf(world, set);
        truncateSync(fileOf(damaged, 'wiki_2'), 200);
        await damaged.fail('restore', /cannot be read/, await restore({ OVERWRITE: 'mysql-prod' }));
        const small = { OVERWRITE: 'mysql-prod', VOLUME_BYTES: String(64 * 2 ** 20) };
        await pod.fail('restore', /there is no room beside the live databases/, await restore(small));
        expect('what was refused left', await pages(server), 'one,spoiled');
        expect('copies', await copies(server), 'NULL');
        const { output } = await pod.succeed('restore', await restore({ OVERWRITE: 'mysql-prod' }));
        expect('restored', await pages(server), 'one,two');
        const [, drop = ''] = /(DROP DATABASE `wiki_2~\d{8}T\d{6}Z`;)/.exec(output) ?? [];
        if (!drop) throw new Error(`it does not say how to drop the old one:\n${output}`);
        const [, old = ''] = /`(.*)`/.exec(drop) ?? [];
        expect(
          'the old one',
          await server.sql(`SELECT GROUP_CONCAT(title) FROM \`${old}\`.page`),
          'one,spoiled',
        );
        expect(
          'tables that only the old one had',
          await server.sql(`SELECT COUNT(*) FROM \`${old}\`.newer`),
          '0',
        );
        expect(
          'they are gone',
          await server.sql("SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = 'wiki_2'"),
          '1',
        );
        const again = await world.pod({ component: 'dumped', kind: 'logical' });
        await again.succeed('dump', server.step());
        await server.sql(drop);
        await server.sql('DROP DATABASE wiki_2');
        await pod.succeed('restore', await restore());
        expect('restored after the loss of all', await pages(server), 'one,two');
        expect('nothing was there, nothing is kept', await copies(server), 'NULL');
        await pod.fail(
          'restore',
          /does not let restore in/,
          server.step('', { COMPONENT: 'mysql-prod', ...RESTORER }),
        );
        await pod.fail(
          'restore',
          /does not have all of: nothing/,
          await server.restoring('mysql-prod', {}, ['nothing']),
        );
      },
    },
    {
      title: "[BKP-10] a wiki's connection counts for each of its databases, and not for its own only",
      run: async (world) => {
        const server = await shared(world);
        await server.sql("GRANT ALL PRIVILEGES ON `wiki\\_2`.* TO 'shop'@'%'");
        const pod = await copyOf(world, await dumped(world, server));
        const client = server.startClient('shop', 'SELECT SLEEP(600)');
        await server.connected('shop');
        const restore = await server.restoring('mysql-prod', { OVERWRITE: 'mysql-prod' }, ['wiki_2']);
        await pod.fail('restore', /1 connections use wiki_2, or may/, restore);
        client.kill();
        await client.ended;
        await server.disconnect('shop');
        await server.sql("REVOKE ALL PRIVILEGES ON `wiki\\_2`.* FROM 'shop'@'%'");
      },
    },
    {
      title:
        '[BKP-10] one of everything comes back over a live database, and what was there can be put back: 40 MiB, every character set, programs of other accounts',
      run: async (world) => {
        const server = await Mysql.create(world, 'everything', ['shop', 'wiki_2'], LIVE_MEMORY);
        await server.sql(
          `SET SESSION cte_max_recursion_depth = 100000; USE shop; ${AWKWARD} ${PROGRAMS} ${EVERYTHING}`,
        );
        await server.sql(`USE shop; ${await characterSets(server)}`);
        await server.sql(WIKI);
        const before = await describe(server, 'shop');
        const set = await dumped(world, server, undefined, undefined, 256 * 2 ** 20);
        const drill = await copyOf(world, set);
        const load = await drill.succeed('load', { ...loading(world), memory: 1536 * 2 ** 20 });
        await server.sql(
          'USE shop; DELETE FROM big; DROP VIEW children; DROP PROCEDURE walk; CREATE VIEW later AS SELECT 1 AS one',
        );
        const spoiled = await describe(server, 'shop');
        const pod = await copyOf(world, set);
        const over = await server.restoring('mysql-prod', { OVERWRITE: 'mysql-prod' });
        const { output, peakAnonymousBytes = 0 } = await pod.succeed('restore', {
          ...over,
          memory: 2 ** 30,
        });
        expect('the schema, and a sum of each table', await describe(server, 'shop'), before);
        const [, old = ''] = /`(shop~\d{8}T\d{6}Z)`/.exec(output) ?? [];
        expect('rows of the old one', await server.sql(`SELECT COUNT(*) FROM \`${old}\`.big`), '0');
        await putBack(server, old);
        expect('the old one, put back as the runbook says', await describe(server, 'shop'), spoiled);
        return `most memory: load ${mebibytes(load.peakAnonymousBytes)}, restore ${mebibytes(peakAnonymousBytes)} MiB`;
      },
    },
    {
      title:
        '[BKP-10] a new server without the account of a view says so and waits; a copy that differs, or cannot take its place, changes nothing',
      run: async (world) => {
        const set = await dumped(world, await shared(world));
        const server = await Mysql.create(world, 'new', ['shop', 'wiki_2']);
        const pod = await copyOf(world, set);
        const restore = () => server.restoring('mysql-prod', { OVERWRITE: 'mysql-prod' });
        const { output } = await pod.fail(
          'restore',
          /accounts that views or routines belong to are not there/,
          await restore(),
        );
        expect(
          'tables',
          await server.sql("SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = 'shop'"),
          '0',
        );
        await server.sql(/^CREATE USER .*$/m.exec(output)?.[0] ?? 'none');
        await pod.succeed('restore', await restore());
        const before = await describe(server, 'shop');
        expect('as on the other server', before, await describe(await shared(world), 'shop'));
        // an event of this name stands in the way, since it is of another time: the rest has already been exchanged then
        const broken = await copyOf(world, set);
        const file = fileOf(broken, 'shop');
        const text = unpacked(world, file).replace('EVENT `tidy` ON SCHEDULE', 'EVENT `tidy` ON SCHEDUEL');
        const sum = createHash('sha256')
          .update(Buffer.from(text.slice(text.indexOf('-- Current Database: ')), 'latin1'))
          .digest('hex');
        packed(world, file, text);
        const told = broken
          .read('data/facts.json')
          .replace(/("name": "shop", "bytes": "?\d+"?, "sha256": ")[0-9a-f]{64}/, `$1${sum}`);
        write(broken, 'data/facts.json', told);
        await broken.fail('restore', /shop cannot be exchanged. It is as it was/, await restore());
        expect('after a failure in the middle', await describe(server, 'shop'), before);
        expect(
          'copies of shop',
          await server.sql(
            "SELECT COUNT(*) FROM information_schema.schemata WHERE schema_name REGEXP '^shop~.*Z$'",
          ),
          '0',
        );
      },
    },
    {
      title:
        '[BKP-10] the server of a drill differs from the live one in what load.sh lists, and in nothing else',
      run: async (world) => {
        const server = await shared(world);
        const drill = await copyOf(world, await dumped(world, server));
        const options = loading(world);
        const scripts = options.mounts?.['/scripts'] ?? '';
        writeFileSync(join(scripts, 'variables.sh'), 'sql <<<"SHOW GLOBAL VARIABLES" >"$WORK/variables"\n');
        await drill.succeed('load', { ...options, args: ['variables.sh'] });
        const live = variablesOf(await server.sql('SHOW GLOBAL VARIABLES'));
        const scratch = variablesOf(drill.read('variables'));
        expect('max_allowed_packet', scratch.get('max_allowed_packet'), String(2 ** 30));
        const differing = [...live]
          .filter(([name, value]) => scratch.get(name) !== value)
          .map(([name]) => name);
        const listed: readonly string[] =
          readFileSync('charts/data/mysql/backup/load.sh', 'utf8').match(/^[a-z-]+(?= = )/gm) ?? [];
        const unexpected = differing.filter(
          (name) => !listed.includes(name.replaceAll('_', '-')) && !OWN_VARIABLES.test(name),
        );
        expect('variables that differ', unexpected.join(), '');
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
        const restore = await server.restoring('mysql-prod', { OVERWRITE: 'mysql-prod' }, ['wiki_2']);
        await (await copyOf(world, set)).succeed('restore', restore);
        expect('the set alone', await pages(server), 'one,two');
        // the commands of charts/data/mysql/runbook.md
        await server.replay(file, start, moment, 'wiki_2');
        expect('the set and the log', await pages(server), 'one,two,before');
      },
    },
  ],
};
