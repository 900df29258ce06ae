import { readFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { sleep } from '../e2e/processes';
import type { Mysql } from './mysql-server';
import {
  copyOf,
  dumped,
  expect,
  facts,
  fileOf,
  loading,
  packed,
  shared,
  unpacked,
  write,
} from './mysql-sets';
import { fetched, stored } from './runs';
import type { Suite } from './suite';
import type { Pod, World } from './world';

async function backup(world: World, mysql: Mysql, component: string): Promise<Pod> {
  const pod = await world.pod({ component, kind: 'logical' });
  await pod.succeed('dump', mysql.step());
  await stored(pod);
  return pod;
}

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
          cut.fail('load', /dump of shop cannot be read.*the restore failed/s, loading(world)),
          changed.fail('load', /dump of wiki_2 is not what was dumped.*the restore failed/s, loading(world)),
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
