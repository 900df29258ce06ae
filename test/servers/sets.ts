import { strict as assert } from 'node:assert';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { sleep } from '../e2e/processes';
import { fetched, identityOf, keysOf } from './runs';
import type { Suite } from './suite';
import { until, type Pod, type StepOptions, type World } from './world';

const KIND = 'logical';
const SUCCESS = 'strata_backup_last_success_timestamp_seconds';
const CHECKED = 'strata_backup_check_last_success_timestamp_seconds';
const CLEAR = 'a secret of a customer ';
/** Some parts of a multipart upload (rclone cuts at 200 MiB; less goes in one piece). */
const SOME = Buffer.alloc(3_000_000, CLEAR);

/** A clock that is wrong, for programs that ask the C library: busybox does, rclone (Go) does not. */
const clock = (time: string): StepOptions => ({
  env: { LD_PRELOAD: '/usr/lib/libfaketime.so.1', FAKETIME: time },
});

/** A pod that has dumped something. */
async function dumped(world: World, component: string, content: Buffer = SOME): Promise<Pod> {
  const pod = await world.pod({ component, kind: KIND });
  pod.dump({ 'database-1.dump': content });
  return pod;
}

const sealKey = (pod: Pod, options: StepOptions = {}) =>
  pod.succeed('key', { env: { RECIPIENT: keysOf(pod.world).recipient, ...options.env } });

/** A whole backup; the clock is that of the step that names the set. */
async function backedUp(world: World, component: string, time?: string): Promise<Pod> {
  const pod = await dumped(world, component);
  await sealKey(pod, time === undefined ? {} : clock(time));
  await pod.succeed('store');
  return pod;
}

/** Names of what is in the bucket, with and without manifest. */
const setsOf = (pod: Pod): string[] => {
  try {
    return readdirSync(pod.sets).sort();
  } catch {
    return [];
  }
};

const onlySet = (pod: Pod): string => {
  const sets = setsOf(pod);
  assert.equal(sets.length, 1, `sets: ${sets.join()}`);
  return join(pod.sets, sets[0] ?? '');
};

const metric = async (pod: Pod, name: string): Promise<number | undefined> =>
  (await pod.world.pushgateway()).value(name, pod.identity.component);

/** Changes a file of the bucket behind its back. */
function damage(file: string): void {
  const content = readFileSync(file);
  const place = Math.floor(content.length / 2);
  content[place] = (content[place] ?? 0) ^ 1;
  writeFileSync(file, content);
}

/** Runs a step to whose S3 the line is cut for two seconds, in the middle of a transfer; it succeeds all the same. */
async function interrupted(pod: Pod, step: string, meanwhile: () => void): Promise<void> {
  const { line } = pod.storage;
  line.bytesPerSecond = 800_000;
  const container = pod.start(step, { env: { RCLONE_RETRIES: '10', RCLONE_RETRIES_SLEEP: '1s' } });
  const before = line.passed;
  await until('a part is sent', () => line.passed - before > 500_000);
  meanwhile();
  await line.cut();
  await sleep(2000);
  line.bytesPerSecond = undefined;
  await line.open();
  const { code, output } = await container.ended;
  assert.equal(code, 0, output);
}

/** The next run is good: what the proof of every failure ends with. */
async function good(world: World, component: string): Promise<void> {
  const pod = await backedUp(world, component);
  await pod.succeed('check');
  const drill = await fetched(world, pod.identity);
  assert.equal(drill.read('data/database-1.dump').length, SOME.length);
}

export const sets: Suite = {
  name: 'sets',
  cases: [
    {
      title:
        '[BKP-08] [BKP-09] a set goes to the bucket as ciphertext, comes back as it was, and each step counts its success',
      run: async (world) => {
        const began = Math.floor(Date.now() / 1000);
        const pod = await backedUp(world, 'round-trip');
        await pod.succeed('check');
        const drill = await fetched(world, pod.identity);
        assert.ok(readFileSync(join(drill.work, 'data/database-1.dump')).equals(SOME));
        const files = readdirSync(onlySet(pod), { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isFile())
          .map(({ parentPath, name }) => join(parentPath, name));
        assert.equal(files.length, 4);
        for (const file of files)
          assert.ok(!readFileSync(file).includes(CLEAR.trim()), `${file} is in the clear`);
        const key = /^key (.*)$/m.exec(readFileSync(join(pod.keys, 'data-key'), 'utf8'))?.[1] ?? '';
        assert.equal(key.length, 43);
        const onDisk = readdirSync(pod.work, { recursive: true, withFileTypes: true }).filter((entry) =>
          entry.isFile(),
        );
        for (const { parentPath, name } of onDisk)
          assert.ok(!readFileSync(join(parentPath, name)).includes(key), `${name} holds the data key`);
        for (const name of [SUCCESS, CHECKED]) assert.ok(((await metric(pod, name)) ?? 0) >= began, name);
        const bytes = files
          .filter((file) => !file.endsWith('manifest.json'))
          .reduce((sum, file) => sum + readFileSync(file).length, 0);
        assert.equal(await metric(pod, 'strata_backup_size_bytes'), bytes);
      },
    },
    {
      title: '[BKP-09] S3 is down: the run fails and nobody counts it; when it is back the same pod goes on',
      run: async (world) => {
        const pod = await dumped(world, 's3-down');
        await sealKey(pod);
        await pod.storage.line.cut();
        await pod.fail('store', /cannot list/);
        assert.equal(await metric(pod, SUCCESS), undefined);
        await pod.fail('check', /cannot list/);
        await (await world.pod(pod.identity)).fail('fetch', /cannot list/);
        await pod.storage.line.open();
        assert.deepEqual(setsOf(pod), []);
        await pod.succeed('store');
        await pod.succeed('check');
        await good(world, 's3-down');
      },
    },
    {
      title:
        '[BKP-09] S3 goes away while a set is sent or brought back, and comes back: the run waits and succeeds',
      run: async (world) => {
        const pod = await dumped(world, 's3-flickers');
        await sealKey(pod);
        await interrupted(pod, 'store', () => {
          for (const set of setsOf(pod))
            assert.ok(!readdirSync(join(pod.sets, set)).includes('manifest.json'));
        });
        await pod.succeed('check');
        const drill = await opened(world, pod);
        await interrupted(drill, 'decrypt', () =>
          assert.ok(!existsSync(join(drill.work, 'data/database-1.dump'))),
        );
        assert.ok(readFileSync(join(drill.work, 'data/database-1.dump')).equals(SOME));
      },
    },
    {
      title: '[BKP-09] a slow S3 is waited for',
      run: async (world) => {
        const pod = await dumped(world, 's3-slow');
        await sealKey(pod);
        pod.storage.line.bytesPerSecond = 1_000_000;
        try {
          const { seconds } = await pod.succeed('store');
          return `3 MB at 1 MB/s, up and back: ${seconds.toFixed(0)} s`;
        } finally {
          pod.storage.line.bytesPerSecond = undefined;
        }
      },
    },
    {
      title: '[BKP-09] with wrong keys of the bucket every step fails, and says so',
      run: async (world) => {
        const pod = await dumped(world, 'wrong-keys');
        await sealKey(pod);
        const wrong = { env: { RCLONE_S3_SECRET_ACCESS_KEY: 'wrong' } };
        await pod.fail('store', /cannot list .* keys of the bucket/s, wrong);
        assert.deepEqual(setsOf(pod), []);
        await pod.fail('check', /cannot list .* keys of the bucket/s, wrong);
        await (await world.pod(pod.identity)).fail('fetch', /cannot list .* keys of the bucket/s, wrong);
        assert.equal(await metric(pod, SUCCESS), undefined);
        await good(world, 'wrong-keys');
      },
    },
    {
      title: '[BKP-09] a truncated, a changed and a missing object: check and drill name it',
      run: async (world) => {
        for (const [name, spoil] of Object.entries({
          truncated: (file: string) => truncateSync(file, 65_536 + 32),
          changed: damage,
          missing: (file: string) => renameSync(file, `${file}.gone`),
        })) {
          const pod = await backedUp(world, `object-${name}`);
          const before = await metric(pod, CHECKED);
          spoil(join(onlySet(pod), 'data/database-1.dump'));
          await pod.fail('check', /database-1\.dump is .*, not [0-9a-f]{64}/s);
          assert.equal(await metric(pod, CHECKED), before);
          const drill = await opened(world, pod);
          await drill.fail(
            'decrypt',
            /(cannot decrypt|has no) database-1\.dump|database-1\.dump of \S+ is damaged/,
          );
        }
        await good(world, 'object-changed');
      },
    },
    {
      title: '[BKP-08] a changed object whose sum was changed with it does not decrypt',
      run: async (world) => {
        const pod = await backedUp(world, 'forged');
        const set = onlySet(pod);
        await forge(pod, set, basename(set), (folder) => damage(join(folder, 'data/database-1.dump')));
        await pod.succeed('check');
        const drill = await opened(world, pod);
        await drill.fail('decrypt', /cannot decrypt database-1\.dump/);
        await good(world, 'forged');
      },
    },
    {
      title:
        '[BKP-08] a file of another set, a set under a newer name, and one of another component are refused',
      run: async (world) => {
        const older = await backedUp(world, 'swapped');
        const old = onlySet(older);
        const pod = await backedUp(world, 'swapped');
        const newest = setsOf(pod).find((name) => name !== basename(old)) ?? '';
        await forge(pod, join(pod.sets, newest), newest, (folder) =>
          cpSync(join(old, 'data/database-1.dump'), join(folder, 'data/database-1.dump')),
        );
        const swapped = await world.pod(pod.identity);
        await swapped.succeed('fetch', { env: { SET: newest } });
        await swapped.succeed('open', identityOf(world));
        await swapped.fail('decrypt', /cannot decrypt database-1\.dump/);
        // an old set again, as if it were of today
        await forge(pod, old, `${stamp(60)}-000000`);
        const drill = await world.pod(pod.identity);
        await drill.succeed('fetch');
        await drill.fail('open', /the key is of \S+, the manifest of another set/, identityOf(world));
        const other = await world.pod({ component: 'other', kind: KIND });
        await forge(other, old, basename(old));
        await other.succeed('fetch');
        await other.fail('open', /is of mono\/swapped\/logical, not mono\/other\/logical/, identityOf(world));
      },
    },
    {
      title: '[BKP-08] another identity opens nothing',
      run: async (world) => {
        const pod = await backedUp(world, 'wrong-identity');
        const drill = await world.pod(pod.identity);
        await drill.succeed('fetch');
        const { folder } = world.ageKeys('wrong');
        await drill.fail('open', /cannot decrypt .*key\.json.*identity/s, {
          ...identityOf(world),
          mounts: { '/identity': folder },
        });
        assert.deepEqual(
          readdirSync(drill.keys).filter((name) => !name.endsWith('.new')),
          [],
        );
        await drill.succeed('open', identityOf(world));
      },
    },
    {
      title: '[BKP-09] a full scratch volume ends each step with a word about room, and the next run is good',
      run: async (world) => {
        const pod = await dumped(world, 'disk-full');
        await sealKey(pod);
        for (const folder of ['sealed', 'data']) world.makeFolder(pod.name, 'work', folder);
        // sealed and clear do not fit at once
        await pod.fail('store', /room in \/work/, { small: { '/work/sealed': 2_000_000 } });
        assert.deepEqual(setsOf(pod), []);
        assert.equal(await metric(pod, SUCCESS), undefined);
        await pod.succeed('store');
        const drill = await world.pod(pod.identity);
        world.makeFolder(drill.name, 'work', 'data');
        await drill.succeed('fetch');
        await drill.succeed('open', identityOf(world));
        await drill.fail('decrypt', /room in \/work/, { small: { '/work/data': 2_000_000 } });
        await drill.succeed('decrypt');
        await good(world, 'disk-full');
      },
    },
    {
      title: '[BKP-09] two runs at once make two whole sets',
      run: async (world) => {
        const pods = [await dumped(world, 'twice'), await dumped(world, 'twice')];
        for (const pod of pods) {
          writeFileSync(join(pod.work, 'started'), String(Math.floor(Date.now() / 1000)));
          await sealKey(pod);
        }
        await Promise.all(pods.map((pod) => pod.succeed('store')));
        const [first, second] = pods as [Pod, Pod];
        assert.equal(setsOf(first).length, 2);
        await first.succeed('check');
        for (const set of setsOf(first)) {
          const drill = await world.pod(second.identity);
          await drill.succeed('fetch', { env: { SET: set } });
          await drill.succeed('open', identityOf(world));
          await drill.succeed('decrypt');
        }
      },
    },
    {
      title: '[BKP-09] over midnight names sort by time, and the newest set is the newest',
      run: async (world) => {
        const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
        const today = new Date().toISOString().slice(0, 10);
        await backedUp(world, 'midnight', `@${today} 23:59:58`);
        const pod = await backedUp(world, 'midnight', `@${tomorrow} 00:00:01`);
        const sets = setsOf(pod);
        const digits = tomorrow.replaceAll('-', '');
        assert.match(sets[0] ?? '', /T23595[89]Z/);
        assert.match(sets[1] ?? '', new RegExp(`^${digits}T00000[1-4]Z`));
        const { output } = await pod.succeed('check', clock(`@${tomorrow} 00:01:00`));
        assert.ok(output.includes(sets[1] ?? '?'), output);
      },
    },
    {
      title:
        '[BKP-09] a set of the future, made by a clock that ran ahead, does not hide that backups are too old',
      run: async (world) => {
        await backedUp(world, 'future', '-2d');
        const pod = await backedUp(world, 'future', '+20d');
        const { output } = await pod.fail('check', /the newest set \S+ is 17\d{4} s old/);
        assert.match(output, /is of the future: left out/);
        await good(world, 'future');
      },
    },
    {
      title:
        '[BKP-01] retention deletes what is too old, and runs that were left behind; never by a wrong clock',
      run: async (world) => {
        const [oldest, older, kept] = [await backedUp(world, 'retention', '-40d'), '-10d', '-29d'];
        const [first = ''] = setsOf(oldest);
        for (const time of [kept, older]) {
          const pod = await dumped(world, 'retention');
          await sealKey(pod, clock(time));
          await pod.succeed('store', { env: { RETENTION_DAYS: '60' } });
        }
        for (const days of [2, 0.5])
          mkdirSync(join(oldest.sets, `${stamp(-days * 86_400)}-abcdef`, 'data'), { recursive: true });
        for (const name of setsOf(oldest))
          if (name.endsWith('abcdef'))
            cpSync(join(oldest.sets, first, 'data'), join(oldest.sets, name, 'data'), { recursive: true });
        const before = setsOf(oldest);
        assert.equal(before.length, 5);
        // forty days ahead every set looks too old
        const ahead = await dumped(world, 'retention');
        await sealKey(ahead);
        await ahead.fail('store', /clock and the bucket's differ by 3\d{6} s/, clock('+40d'));
        assert.equal(setsOf(oldest).length, 6);
        await backedUp(world, 'retention');
        const after = setsOf(oldest);
        assert.deepEqual(
          before.filter((name) => !after.includes(name)),
          [first, before.find((name) => name.endsWith('abcdef')) ?? '?'],
        );
        assert.equal(after.length, 5);
      },
    },
    {
      title:
        '[BKP-01] retention never deletes the last complete set, however old and whatever becomes of later runs',
      run: async (world) => {
        const pod = await backedUp(world, 'last-one', '-400d');
        const [last = ''] = setsOf(pod);
        const failing = await dumped(world, 'last-one');
        await sealKey(failing);
        const killed = failing.start('store', { env: { RETENTION_DAYS: '1' } });
        while (setsOf(pod).length < 2) await sleep(5);
        killed.kill();
        await killed.ended;
        assert.ok(setsOf(pod).includes(last));
        const drill = await world.pod(pod.identity);
        await drill.succeed('fetch');
        assert.ok(drill.read('sealed/manifest.json').includes(last));
        // its successor's turn: a set that is itself too old stays while there is no other
        const next = await dumped(world, 'last-one');
        await sealKey(next, clock('-300d'));
        await next.succeed('store', { env: { RETENTION_DAYS: '1' } });
        const complete = setsOf(pod).filter((name) =>
          readdirSync(join(pod.sets, name)).includes('manifest.json'),
        );
        assert.equal(complete.length, 1);
        assert.ok(complete[0] !== last);
      },
    },
    {
      title: '[BKP-09] a step that is killed at any moment leaves no set that is not whole, and runs again',
      run: async (world) => {
        const moments = { key: [30, 80], store: [50, 400, 800, 1200, 1600] };
        let killed = 0;
        for (const [step, times] of Object.entries(moments))
          for (const time of times) {
            const component = `killed-${step}-${time}`;
            const pod = await dumped(world, component);
            const env = { RECIPIENT: keysOf(world).recipient };
            if (step === 'store') await sealKey(pod);
            const container = pod.start(step, { env });
            await sleep(time);
            container.kill();
            if ((await container.ended).code !== 0) killed++;
            // whatever is complete is whole
            const check = await pod.run('check');
            const complete = setsOf(pod).filter((name) =>
              readdirSync(join(pod.sets, name)).includes('manifest.json'),
            );
            assert.equal(check.code === 0, complete.length === 1, check.output);
            if (step === 'key') await sealKey(pod);
            await pod.succeed('store');
            await pod.succeed('check');
          }
        assert.ok(killed >= 4, `${killed} were killed before their end`);
        return `${killed} times`;
      },
    },
    {
      title: '[BKP-10] a fetch, an opening and a decryption that are killed are run again in the same pod',
      run: async (world) => {
        const pod = await backedUp(world, 'killed-drill');
        for (const time of [50, 300, 500]) {
          const drill = await world.pod(pod.identity);
          for (const step of ['fetch', 'open', 'decrypt']) {
            const container = drill.start(step, identityOf(world));
            await sleep(time);
            container.kill();
            await container.ended;
            await drill.succeed(step, identityOf(world));
          }
          assert.ok(readFileSync(join(drill.work, 'data/database-1.dump')).equals(SOME));
        }
      },
    },
    {
      title: '[BKP-09] no set, a set that is too old, and a manifest that was cut off fail the check',
      run: async (world) => {
        const pod = await world.pod({ component: 'unchecked', kind: KIND });
        await pod.fail('check', /has no complete set/);
        await pod.fail('fetch', /has no complete set/);
        const stale = await backedUp(world, 'unchecked', '-25h');
        await stale.fail('check', /is 9\d{4} s old, more than 86400 s/);
        await good(world, 'unchecked');
        const newest = setsOf(pod).at(-1) ?? '';
        const folder = world.makeFolder(pod.name, 'cut');
        writeFileSync(
          join(folder, 'manifest.json'),
          readFileSync(join(pod.sets, newest, 'manifest.json'), 'utf8').slice(0, -20),
        );
        await pod.storage.put(folder, `mono/unchecked/${KIND}/${newest}`);
        await pod.fail('check', /manifest of \S+ (has no end|has an object that cannot be read)/);
      },
    },
    {
      title: '[BKP-09] a Pushgateway that is down does not fail a backup that is good, and is told about',
      run: async (world) => {
        const pod = await dumped(world, 'uncounted');
        await sealKey(pod);
        const { output } = await pod.succeed('store', { env: { PUSHGATEWAY: 'http://127.0.0.1:9' } });
        assert.match(output, /the metrics did not reach/);
        await pod.succeed('check');
      },
    },
    {
      title: '[BKP-09] what a dump did not do is no backup: no facts, odd names, folders, a wrong recipient',
      run: async (world) => {
        const pod = await world.pod({ component: 'undone', kind: KIND });
        const env = { RECIPIENT: keysOf(world).recipient };
        await pod.fail('key', /no \/work\/data\/facts\.json/, { env });
        await pod.fail('store', /no \/keys\/data-key/);
        pod.dump({ 'a name with spaces': '' });
        await pod.fail('key', /is no name for a file/, { env });
        pod.clear();
        pod.dump({});
        await pod.fail('key', /is no age recipient/, { env: { RECIPIENT: 'AGE-SECRET-KEY-1' } });
        await pod.fail('key', /sops cannot encrypt/, { env: { RECIPIENT: 'age1qqqq' } });
        world.makeFolder(pod.name, 'work/data/folder');
        await pod.fail('key', /is no file/, { env });
      },
    },
    {
      title: '[BKP-12] a drill without a result, or with one that is not good, is no success',
      run: async (world) => {
        const pod = await world.pod({ component: 'reported', kind: KIND });
        const write = (name: string, text: string) => writeFileSync(join(pod.work, name), text);
        write('fetching', String(Math.floor(Date.now() / 1000) - 100));
        await pod.fail('report', /did not come to an end/);
        const result = (ok: string, rpo: string) =>
          write(
            'result.json',
            `{\n  "ok": ${ok},\n  "rpo_seconds": ${rpo},\n  "rto_seconds": 34,\n  "detail": "none"\n}\n`,
          );
        result('false', '12');
        await pod.fail('report', /the drill failed/);
        result('true', 'unknown');
        await pod.fail('report', /has no rpo_seconds/);
        assert.equal(await metric(pod, 'strata_backup_drill_last_success_timestamp_seconds'), undefined);
        result('true', '12');
        await pod.succeed('report');
        assert.equal(await metric(pod, 'strata_backup_drill_rpo_seconds'), 12);
        assert.equal(await metric(pod, 'strata_backup_drill_rto_seconds'), 34);
        assert.ok(((await metric(pod, 'strata_backup_drill_duration_seconds')) ?? 0) >= 100);
      },
    },
  ],
};

/** So many seconds from now, as names of sets have it. */
const stamp = (seconds: number): string =>
  new Date(Date.now() + seconds * 1000).toISOString().replace(/[-:]|\.\d+/g, '');

/**
 * Writes a set with a manifest that is true of it, as somebody could who has the keys of the bucket: the files of `from`, changed, under the
 * name `set` of the pod's component.
 */
async function forge(
  pod: Pod,
  from: string,
  set: string,
  change: (folder: string) => void = () => undefined,
): Promise<void> {
  const folder = join(pod.work, 'forged');
  cpSync(from, folder, { recursive: true });
  change(folder);
  const path = join(folder, 'manifest.json');
  const text = readFileSync(path, 'utf8')
    .replace(/"component": "[^"]*"/, `"component": "${pod.identity.component}"`)
    .replace(/"set": "[^"]*"/, `"set": "${set}"`)
    .replace(/"path": "([^"]*)", "bytes": \d+, "sha256": "[^"]*"/g, (_, name: string) => {
      const content = readFileSync(join(folder, name));
      const sum = createHash('sha256').update(content).digest('hex');
      return `"path": "${name}", "bytes": ${content.length}, "sha256": "${sum}"`;
    });
  writeFileSync(path, text);
  await pod.storage.put(folder, `mono/${pod.identity.component}/${pod.identity.kind}/${set}`);
  rmSync(folder, { recursive: true });
}

/** A pod that has fetched and opened the newest set. */
async function opened(world: World, { identity }: Pod): Promise<Pod> {
  const drill = await world.pod(identity);
  await drill.succeed('fetch');
  await drill.succeed('open', identityOf(world));
  return drill;
}
