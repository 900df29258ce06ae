import { readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expectStatus, type ObjectStoreStage } from './object-store-stage';
import type { Pod } from './pod';
import type { Cases } from './suite';

/** What is lost comes back, and what a drill finds. */
export const backups: Cases<ObjectStoreStage> = {
  'comes back from backup, loss and restore with the same objects and attributes': async (stage) => {
    const web = stage.as('images.web');
    const odd = {
      'content-type': 'application/vnd.odd+json',
      'cache-control': 'max-age=60',
      'x-amz-meta-note': 'a "quoted" \\ one',
    };
    expectStatus(await web.send('PUT', '/images/no-suffix', { body: '{}', headers: odd }), 200, 'attributes');
    expectStatus(
      await web.send('PUT', '/images/ä & ö/<x>.txt', {
        body: 'ü',
        headers: { 'content-type': 'text/x-odd' },
      }),
      200,
      'a name',
    );
    const before = await stage.digest();
    if (
      !/no-suffix .*cache-control=max-age=60 content-type=application\/vnd.odd\+json x-amz-meta-note=/.test(
        before,
      )
    )
      throw new Error(before);
    const backup = stage.scene.pod('CronJob', 'object-store-backup-buckets');
    stage.backup = backup;
    await backup.succeed('dump');
    await stage.kill();
    rmSync(join(stage.pod.folder, 'data'), { recursive: true });
    stage.pod = stage.scene.pod('StatefulSet', 'object-store');
    await stage.start();
    expectStatus(await web.send('GET', '/images/no-suffix'), 404, 'after the loss');
    const damaged = stage.scene.restorePod('object-store', 'buckets', false);
    stage.give(backup, damaged);
    const sums = join(damaged.folder, 'work/data/bucket-1.sums');
    writeFileSync(sums, readFileSync(sums, 'utf8').replace(/^./, 'x'));
    await damaged.fail('restore', /the objects of images are not those that were dumped/);
    expectStatus(await web.send('GET', '/images/no-suffix'), 404, 'after a restore of a damaged set');
    const restore = stage.scene.restorePod('object-store', 'buckets', false);
    stage.give(backup, restore);
    const output = await restore.succeed('restore');
    const after = await stage.digest();
    if (before !== after) throw new Error(`${before}\n\nbefore, after:\n\n${after}`);
    const again = stage.scene.restorePod('object-store', 'buckets', false);
    stage.give(backup, again);
    await again.fail('restore', /the store is not empty: it has \d+ objects\. To replace what is there/);
    await web.send('PUT', '/images/later', { body: 'x' });
    const over = stage.scene.restorePod('object-store', 'buckets', true);
    stage.give(backup, over);
    await over.succeed('restore');
    if ((await stage.digest()) !== before) throw new Error('what was written later is still there');
    return /(\d+ objects of the set)/.exec(output)?.[1];
  },

  'is drilled: a good set passes, a cut one, a changed one, an old one and one without its sentinel do not':
    async (stage) => {
      const { backup } = stage;
      if (!backup) throw new Error('the case before made no backup');
      const drill = async (change: (data: string) => void, run: (pod: Pod) => Promise<unknown>) => {
        const pod = stage.scene.pod('CronJob', 'object-store-buckets-drill-staging');
        stage.give(backup, pod);
        writeFileSync(join(pod.folderOf('work'), 'fetching'), String(Math.floor(Date.now() / 1000)));
        change(join(pod.folder, 'work/data'));
        const scratch = pod.start('scratch');
        await run(pod);
        scratch.kill();
        await scratch.ended;
        return pod;
      };
      const edit = (name: string, from: RegExp, to: string) => (data: string) => {
        const file = join(data, name);
        const text = readFileSync(file, 'utf8');
        if (!from.test(text)) throw new Error(`${name} has no ${from}`);
        writeFileSync(file, text.replace(from, to));
      };
      const good = await drill(
        () => undefined,
        (pod) => pod.succeed('load'),
      );
      const result = readFileSync(join(good.folder, 'work/result.json'), 'utf8');
      if (!/^ {2}"ok": true,$/m.test(result)) throw new Error(result);
      const cut = (data: string) => {
        truncateSync(join(data, 'bucket-1.tar'), statSync(join(data, 'bucket-1.tar')).size / 2);
      };
      await drill(cut, (pod) =>
        pod.fail('load', /the objects of images (cannot be unpacked|are not those that were dumped)/),
      );
      await drill(edit('bucket-1.sums', /^./, 'x'), (pod) =>
        pod.fail('load', /the objects of images are not those that were dumped/),
      );
      // S3 keeps such a name in small letters
      await drill(edit('bucket-1.json', /"note":/, '"Note":'), (pod) =>
        pod.fail('load', /objects of images came back with other attributes/),
      );
      await drill(edit('facts.json', /"sentinel": "./, '"sentinel": "'), (pod) =>
        pod.fail('load', /the sentinel of the set is not in it/),
      );
      await drill(
        () => undefined,
        (pod) =>
          pod.fail('load', /the sentinel is \d+ s old, more than 0 s/, { env: { MAX_AGE_SECONDS: '0' } }),
      );
      return /"rto_seconds": \d+/.exec(result)?.[0];
    },
};
