import { strict as assert } from 'node:assert';
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { appendFileSync, existsSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { sleep } from '../e2e/processes';
import { Postgres } from './postgres';
import { fetched, keysOf, stored } from './runs';
import type { Suite } from './suite';
import { until, type Pod, type StepOptions, type World } from './world';

const COMPONENT = 'postgresql-prod';
/** What charts/data/postgresql/configuration.ts sets. */
const ARCHIVING = {
  wal_level: 'replica',
  archive_mode: 'on',
  archive_command: 'bash /scripts/archive.sh "%p" "%f"',
  archive_timeout: '60s',
};
/** Seconds that rows are written for before all is lost: beyond one archive_timeout. */
const WRITING_SECONDS = 75;
/** The promise of docs/backup.md. */
const MOST_LOST_SECONDS = 300;

/** A row every tenth of a second, each with a commit of its own. */
const WRITER = `DO $$ BEGIN LOOP INSERT INTO writes VALUES ('row'); COMMIT; PERFORM pg_sleep(0.1); END LOOP; END $$`;

let server: Promise<Postgres> | undefined;
const shared = (world: World): Promise<Postgres> =>
  (server ??= Postgres.create(world, 'archiving', ['shop'], ARCHIVING));

/** A pod of the server with its own key, as `wal-key` and `wal` have it; ships what is in the spool. */
async function shipper(world: World, postgres: Postgres, component = COMPONENT) {
  const pod = await world.pod({ component, kind: 'wal' });
  await pod.succeed('key', { args: ['stream'], env: { RECIPIENT: keysOf(world).recipient } });
  const options = {
    env: { SPOOL: '/spool' },
    mounts: { '/spool': world.makeFolder(postgres.name, 'spool') },
  };
  return {
    pod,
    once: () => pod.succeed('ship', { ...options, args: ['once'] }),
    failOnce: (message: RegExp) => pod.fail('ship', message, { ...options, args: ['once'] }),
    start: () => pod.start('ship', options),
  };
}

async function baseBackup(world: World, postgres: Postgres, component = COMPONENT): Promise<Pod> {
  const pod = await world.pod({ component, kind: 'base' });
  await pod.succeed('base', { env: postgres.environment });
  await stored(pod);
  return pod;
}

/** A new server from what the bucket has. */
async function restored(
  world: World,
  name: string,
  target?: string,
  component = COMPONENT,
): Promise<Postgres> {
  const pod = await fetched(world, { component, kind: 'base' }, 'wal');
  const postgres = await Postgres.adopt(world, name);
  await pod.succeed('pitr', {
    args: ['restore'],
    env: {
      COMPONENT: component,
      PGDATA: '/volume/pgdata',
      ...(target !== undefined && { TARGET_TIME: target }),
    },
    mounts: { '/volume': postgres.volume },
  });
  postgres.configure({ port: String(postgres.port) });
  await postgres.start();
  return postgres;
}

/** Lets a shipper run until it has looked for what nobody needs any more: it does so after its first success. */
async function retired(pod: Pod, options: StepOptions): Promise<void> {
  const spool = options.mounts?.['/spool'] ?? '';
  writeFileSync(join(spool, '000000010000000000000002.zst'), '000000010000000000000002');
  const shipping = pod.start('ship', options);
  const said = (): string =>
    readFileSync(shipping.spec.log, 'utf8').split('log is sent, and looked at').at(-1) ?? '';
  await until('it has looked', () => /the log since \S+ is kept|all of the log is kept/.test(said()));
  appendFileSync(shipping.spec.log, 'log is sent, and looked at\n');
  shipping.signal('SIGTERM');
  assert.equal((await shipping.ended).code, 0);
}

const rowsOf = async (postgres: Postgres): Promise<string[]> =>
  (await postgres.sql('shop', 'SELECT what FROM writes ORDER BY at')).split('\n');

/** Segments that wait for their way to the bucket. */
const spooled = (postgres: Postgres): string[] => {
  const folder = join(postgres.volume, 'spool');
  return existsSync(folder) ? readdirSync(folder).filter((name) => /^[0-9A-F]/.test(name)) : [];
};

/** Ends the segment, and waits until it is in the spool. */
async function switchSegment(postgres: Postgres): Promise<void> {
  const name = await postgres.sql('postgres', 'SELECT pg_walfile_name(pg_switch_wal())');
  await until(`${name} is in the spool`, () => spooled(postgres).includes(`${name}.zst`));
}

export const wal: Suite = {
  name: 'wal',
  cases: [
    {
      title:
        '[BKP-02] a segment leaves the spool only when the bucket gave it back: S3 down, wrong keys, kill -9, a name that is taken',
      run: async (world) => {
        const pod = await world.pod({ component: 'shipping', kind: 'wal' });
        await pod.succeed('key', { args: ['stream'], env: { RECIPIENT: keysOf(world).recipient } });
        const folder = world.makeFolder('shipping');
        const spool = world.makeFolder('shipping', 'spool');
        const mounts = { '/volume': folder, '/spool': spool };
        const waiting = () =>
          readdirSync(spool)
            .filter((name) => /^[0-9A-F]/.test(name))
            .sort();
        const archive = async (name: string, content: Buffer, message?: RegExp) => {
          writeFileSync(join(folder, 'segment'), content);
          const options = { args: ['/volume/segment', name], env: { SPOOL: '/spool' }, mounts };
          await (message ? pod.fail('archive', message, options) : pod.succeed('archive', options));
        };
        const ship = { args: ['once'], env: { SPOOL: '/spool' }, mounts };
        const segments = new Map(
          Array.from({ length: 20 }, (_, index) => [
            `0000000100000000000000${index.toString(16).toUpperCase().padStart(2, '0')}`,
            randomBytes(300_000),
          ]),
        );
        for (const [name, content] of segments) await archive(name, content);
        const [first = '', second = ''] = segments.keys();
        // again, as after a crash between this and the server's note of it; and another file of that name
        await archive(first, segments.get(first) ?? Buffer.of());
        await archive(first, randomBytes(1000), /is there with other content/);
        const all = waiting();
        assert.equal(all.length, 20);

        await pod.storage.line.cut();
        await pod.fail('ship', /cannot send .* it stays in \/spool/, ship);
        await pod.storage.line.open();
        const wrong = { ...ship, env: { ...ship.env, RCLONE_S3_SECRET_ACCESS_KEY: 'wrong' } };
        await pod.fail('ship', /cannot send .* it stays in \/spool/, wrong);
        assert.deepEqual(waiting(), all);
        for (const time of [300, 800, 1300, 1800]) {
          const shipping = pod.start('ship', ship);
          await sleep(time);
          shipping.kill();
          await shipping.ended;
        }
        await pod.succeed('ship', ship);
        assert.deepEqual(waiting(), []);
        assert.equal(await (await world.pushgateway()).value('strata_wal_spool_files', 'shipping'), 0);

        // the same again goes; another content of a name that the bucket has does not, and takes nothing away
        await archive(first, segments.get(first) ?? Buffer.of());
        await pod.succeed('ship', ship);
        await archive(second, randomBytes(300_000));
        await pod.fail('ship', /cannot send/, ship);
        assert.deepEqual(waiting(), [`${second}.zst`]);
        const base = await world.pod({ component: 'shipping', kind: 'base' });
        base.dump({});
        await stored(base);
        const back = await fetched(world, base.identity, 'wal');
        for (const [name, content] of segments) {
          const clear = spawnSync('chroot', [world.programs.roots.postgresql, 'zstd', '-dcq'], {
            input: readFileSync(join(back.work, 'wal', `${name}.zst`)),
            maxBuffer: 1e9,
          }).stdout;
          assert.ok(clear.equals(content), name);
        }
      },
    },
    {
      title:
        '[BKP-02] log that is older than the oldest base backup goes; history files, keys and what a backup needs stay',
      run: async (world) => {
        const identity = { component: 'retiring', kind: 'wal' };
        const pod = await world.pod(identity);
        await pod.succeed('key', { args: ['stream'], env: { RECIPIENT: keysOf(world).recipient } });
        const spool = world.makeFolder('retiring', 'spool');
        const options = { env: { SPOOL: '/spool' }, mounts: { '/spool': spool } };
        const names = ['000000010000000000000001', '000000010000000000000002', '00000002.history'];
        for (const name of names) writeFileSync(join(spool, `${name}.zst`), name);
        const shipping = pod.start('ship', options);
        const base = await world.pod({ component: 'retiring', kind: 'base' });
        const left = () =>
          readdirSync(pod.sets, { recursive: true, encoding: 'utf8' }).map((path) => basename(path));
        try {
          await until('all is sent', () => readdirSync(spool).length === 0);
          const [id = ''] = readdirSync(pod.sets);
          const long = new Date(Date.now() - 40 * 86_400_000);
          for (const name of [names[0], names[2], 'key.json'])
            utimesSync(join(pod.sets, id, name === 'key.json' ? name : `${name ?? ''}.zst`), long, long);
        } finally {
          shipping.kill();
          await shipping.ended;
        }
        // without a base backup nothing is known to be too old
        await retired(pod, options);
        for (const name of names) assert.ok(left().includes(`${name}.zst`), name);
        base.dump({});
        await stored(base);
        await retired(pod, options);
        assert.deepEqual(
          left()
            .filter((name) => name.includes('.'))
            .sort(),
          [`${names[1]}.zst`, `${names[2]}.zst`, 'key.json'].sort(),
        );
      },
    },
    {
      title: '[BKP-02] a recovery to a second between two known writes brings exactly the first',
      run: async (world) => {
        const postgres = await shared(world);
        const ship = await shipper(world, postgres);
        await postgres.sql(
          'shop',
          'CREATE TABLE writes (what text, at timestamptz DEFAULT clock_timestamp())',
        );
        await baseBackup(world, postgres);
        await postgres.sql('shop', "INSERT INTO writes VALUES ('first')");
        await sleep(1500);
        const target = await postgres.sql(
          'shop',
          "SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') || '+00'",
        );
        await sleep(1500);
        await postgres.sql('shop', "INSERT INTO writes VALUES ('second')");
        await switchSegment(postgres);
        await ship.once();
        assert.deepEqual(spooled(postgres), []);
        const past = await restored(world, 'to-a-second', target);
        assert.deepEqual(await rowsOf(past), ['first']);
        // it is a server like any other: it takes writes, and sends them on a timeline of its own
        await past.sql('shop', "INSERT INTO writes VALUES ('after')");
        await switchSegment(past);
        assert.ok(
          spooled(past).some((name) => name.startsWith('00000002.history')),
          spooled(past).join(),
        );
        await past.stop();
        const all = await restored(world, 'to-the-end');
        assert.deepEqual(await rowsOf(all), ['first', 'second']);
        await all.stop();
      },
    },
    {
      title:
        '[BKP-02] a restore refuses a data directory that is not empty, and one with a running server, until told by name',
      run: async (world) => {
        const postgres = await shared(world);
        const pod = await fetched(world, { component: COMPONENT, kind: 'base' }, 'wal');
        const options = { args: ['restore'], mounts: { '/volume': postgres.volume } };
        const env = { COMPONENT, PGDATA: '/volume/pgdata' };
        await pod.fail('pitr', /has a postmaster\.pid/, {
          ...options,
          env: { ...env, OVERWRITE: COMPONENT },
        });
        await postgres.stop();
        await pod.fail('pitr', /is not empty/, { ...options, env });
        await pod.fail('pitr', /is not empty/, { ...options, env: { ...env, OVERWRITE: 'another' } });
        await pod.succeed('pitr', { ...options, env: { ...env, OVERWRITE: COMPONENT } });
        await postgres.start();
        assert.deepEqual(await rowsOf(postgres), ['first', 'second']);
        assert.ok(readdirSync(postgres.volume).some((name) => name.startsWith('pgdata.before-')));
      },
    },
    {
      title: '[BKP-02] [BKP-12] a base backup stands a drill: every file as it was copied, every row read',
      run: async (world) => {
        const pod = await fetched(world, { component: COMPONENT, kind: 'base' });
        await pod.succeed('pitr', { args: ['drill'], env: { MAX_AGE_SECONDS: '86400' } });
        await pod.succeed('report');
        return pod.read('result.json').replace(/\s+/g, ' ');
      },
    },
    {
      title: '[BKP-02] what is lost with a node is less than five minutes of writes',
      run: async (world) => {
        const postgres = await Postgres.create(world, 'doomed', ['shop'], ARCHIVING);
        await postgres.sql(
          'shop',
          'CREATE TABLE writes (what text, at timestamptz DEFAULT clock_timestamp())',
        );
        // a component that was made anew: the log of its predecessor is in the bucket, under the same names
        await baseBackup(world, postgres);
        const shipping = (await shipper(world, postgres)).start();
        const writer = postgres.startCommand(['psql', '-Xq', '-d', 'shop', '-c', WRITER]);
        await sleep(WRITING_SECONDS * 1000);
        // the node goes, with all that is on it
        shipping.kill();
        writer.kill();
        const [last = '0', count = '0'] = (
          await postgres.sql(
            'shop',
            "SELECT extract(epoch FROM max(at)), count(*) FROM writes WHERE what = 'row'",
          )
        ).split('|');
        await postgres.kill();
        await Promise.all([shipping.ended, writer.ended]);
        const after = await restored(world, 'risen');
        const [back = '0', found = '0', gaps = ''] = (
          await after.sql(
            'shop',
            "SELECT extract(epoch FROM max(at)), count(*), max(n) - count(*) FROM (SELECT at, row_number() OVER (ORDER BY at) AS n FROM writes WHERE what = 'row') AS w",
          )
        ).split('|');
        await after.stop();
        const lost = Number(last) - Number(back);
        assert.ok(
          Number(found) > 0 && lost >= 0 && lost < MOST_LOST_SECONDS,
          `${found} rows, ${lost} s lost`,
        );
        assert.equal(gaps, '0');
        return `${lost.toFixed(1)} s of writes lost, ${Number(count) - Number(found)} of ${count} rows`;
      },
    },
  ],
};
