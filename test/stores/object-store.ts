import { randomBytes } from 'node:crypto';
import { chownSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { until } from '../servers/world';
import { access } from './object-store-access';
import { backups } from './object-store-backup';
import {
  expectError,
  expectStatus,
  HOST,
  MEMORY,
  ObjectStoreStage,
  PORT,
  START_SECONDS,
} from './object-store-stage';
import { metricsOf, missingSeries } from './series';
import { suite } from './suite';

export const objectStore = suite<ObjectStoreStage>({
  name: 'object-store',
  stage: (roots, folder) => new ObjectStoreStage(roots, folder),
  cases: {
    'takes the rendered configuration, identities and certificate, and makes its buckets': async (stage) => {
      await stage.start();
      const log = readFileSync(join(stage.pod.folder, 'object-store.log'), 'utf8');
      return /S3 API Server .*? (\d+\.\d+)/.exec(log)?.[1];
    },

    ...access,

    'keeps older versions, and no application takes them away': async (stage) => {
      const web = stage.as('images.web');
      const first = await web.send('PUT', '/images/draft', { body: 'first' });
      const version = String(first.headers['x-amz-version-id']);
      await web.send('PUT', '/images/draft', { body: 'second' });
      await web.send('DELETE', '/images/draft');
      expectStatus(await web.send('GET', '/images/draft'), 404, 'what was deleted');
      const old = await web.send('GET', '/images/draft', { query: { versionId: version } });
      if (old.body.toString() !== 'first')
        throw new Error(`the older version: ${old.status} ${old.body.toString()}`);
      for (const account of ['images.web', 'restore'])
        expectError(
          await stage.as(account).send('DELETE', '/images/draft', { query: { versionId: version } }),
          /AccessDenied/,
          `${account} takes it away`,
        );
    },

    'refuses writes beyond a quota, and takes them again when there is room': async (stage) => {
      const web = stage.as('documents.web');
      const body = randomBytes(5 * 2 ** 20);
      for (const name of ['one', 'two'])
        expectStatus(await web.send('PUT', `/documents/${name}`, { body }), 200, name);
      // volumes tell the master how full they are
      await until(
        'the quota',
        async () => {
          await stage.settleAgain();
          return (await web.send('PUT', '/documents/three', { body: 'x' })).status >= 400;
        },
        START_SECONDS,
      );
      expectStatus(await web.send('GET', '/documents/one'), 200, 'reading');
      for (const name of ['one', 'two'])
        expectStatus(await web.send('DELETE', `/documents/${name}`), 204, name);
      await until(
        'room',
        async () => {
          await stage.settleAgain();
          return (await web.send('PUT', '/documents/three', { body: 'x' })).status === 200;
        },
        START_SECONDS,
      );
    },

    'gives every series of its alerts': async (stage) => {
      const text = await metricsOf(
        'http://127.0.0.1:9327/metrics',
        /^SeaweedFS_s3_bucket_quota_bytes\{bucket="documents"\} 8.388608e\+06$/m,
      );
      const missing = missingSeries(
        stage.scene.object('PrometheusRule', 'object-store'),
        text,
        /^SeaweedFS_/,
      );
      if (missing.length) throw new Error(`not there: ${missing.join(', ')}`);
      for (const series of [
        /^SeaweedFS_s3_request_total\{bucket="",code="403",type="GET"\} [1-9]/m,
        /^SeaweedFS_s3_uploaded_objects\{bucket="strata-state"\} [1-9]/m,
        /^SeaweedFS_volumeServer_read_only_volumes\{collection="images",type="isDiskSpaceLow"\} 0$/m,
        /^SeaweedFS_s3_bucket_read_only\{bucket="documents"\} [01]$/m,
        /^SeaweedFS_s3_bucket_size_bytes\{bucket="documents"\} /m,
      ])
        if (!series.test(text)) throw new Error(`not there: ${series}`);
    },

    'deletes what is expired, and nothing else': async (stage) => {
      const office = stage.as('documents.office');
      expectStatus(await office.send('PUT', '/documents/old', { body: 'old' }), 200, 'a write');
      await stage.shell('fs.meta.save -o /run/settled/meta /buckets/documents');
      await stage.settleAgain();
      expectStatus(await office.send('GET', '/documents/old'), 200, 'before its time');
      const folder = stage.pod.folderOf('settled');
      writeFileSync(join(folder, 'meta'), daysBefore(readFileSync(join(folder, 'meta')), 3));
      chownSync(join(folder, 'meta'), 1000, 1000);
      await stage.shell('fs.meta.load /run/settled/meta');
      expectStatus(await office.send('PUT', '/documents/young', { body: 'young' }), 200, 'a write');
      await stage.settleAgain();
      expectStatus(await office.send('GET', '/documents/old'), 404, 'after its time');
      expectStatus(await office.send('GET', '/documents/young'), 200, 'what is younger');
    },

    'keeps what it acknowledged when it is killed': async (stage) => {
      const web = stage.as('images.web');
      const count = 200;
      for (let index = 0; index < count; index++)
        expectStatus(await web.send('PUT', `/images/kept/${index}`, { body: String(index) }), 200, 'a write');
      await stage.kill();
      await stage.start();
      for (let index = 0; index < count; index++) {
        const { body, status } = await web.send('GET', `/images/kept/${index}`);
        if (body.toString() !== String(index))
          throw new Error(`${index}: ${status} ${body.toString('utf8', 0, 100)}`);
      }
      return `${count} writes`;
    },

    ...backups,

    'stays within its memory limit while many upload and download at once': async (stage) => {
      const web = stage.as('images.web');
      const body = randomBytes(16 * 2 ** 20);
      const one = async (index: number) => {
        const put = await web.send('PUT', `/images/load/${index}`, { body });
        // more than may be in memory at once waits, or is asked to come again
        if (put.status !== 200 && put.status !== 503)
          throw new Error(`${put.status} ${put.body.toString('utf8', 0, 200)}`);
        if (put.status === 200) {
          const { body: back } = await web.send('GET', `/images/load/${index}`);
          if (!back.equals(body)) throw new Error(`${index} came back otherwise`);
        }
        return put.status === 200;
      };
      let taken = 0;
      for (let round = 0; round < 4; round++)
        taken += (
          await Promise.all(Array.from({ length: 16 }, (_, index) => one(round * 16 + index)))
        ).filter(Boolean).length;
      stage.server?.signal('SIGTERM');
      const result = await stage.server?.ended;
      if (result?.code !== 0)
        throw new Error(`it ended with ${result?.code}:\n${result?.output.slice(-2000)}`);
      return `${taken} of 64 objects of 16 MiB, most ${Math.round((result.peakAnonymousBytes ?? 0) / 2 ** 20)} MiB of ${MEMORY}`;
    },

    'presents a renewed certificate without a restart': async (stage) => {
      await stage.kill();
      await stage.pod.succeed('prepare');
      stage.server = stage.pod.start('object-store', { env: { WEED_TLS_CERT_REFRESH_INTERVAL: '1s' } });
      await until('the server', () => stage.pod.isReady('object-store', 'startupProbe'), START_SECONDS);
      const before = await serial(stage.scene.authority);
      stage.scene.issue('object-store-tls');
      stage.pod.writeVolumes();
      await until('the renewed certificate', async () => (await serial(stage.scene.authority)) !== before);
      expectStatus(await stage.as('images.web').send('GET', '/images/no-suffix'), 200, 'a client');
    },

    'does not start where an account has no secret': async (stage) => {
      await stage.kill();
      stage.scene.set('object-store-documents.office', {
        'access-key-id': 'documents.office',
        'secret-access-key': '',
      });
      stage.pod.writeVolumes();
      await stage.pod.fail(
        'prepare',
        /the secret of documents\.office is empty\. Fill the key secret-access-key of the Secret object-store-documents\.office/,
      );
    },
  },
});

const serial = (authority: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connectTls(
      { port: PORT, host: '127.0.0.1', servername: HOST, ca: readFileSync(authority) },
      () => {
        resolve(socket.getPeerCertificate().serialNumber);
        socket.destroy();
      },
    );
    socket.once('error', reject);
  });

/** Entries of the filer as `fs.meta.save` writes them (protocol buffers), with every second of the last minutes so many days earlier. */
function daysBefore(entries: Buffer, days: number): Buffer {
  const now = Math.floor(Date.now() / 1000);
  let text = entries.toString('latin1');
  for (let second = now - 600; second <= now; second++)
    text = text.replaceAll(varint(second), varint(second - days * 86_400));
  const changed = Buffer.from(text, 'latin1');
  if (changed.equals(entries)) throw new Error('the entries name no second of the last minutes');
  return changed;
}

function varint(number: number): string {
  let rest = number;
  let text = '';
  for (; rest >= 128; rest = Math.floor(rest / 128)) text += String.fromCharCode((rest % 128) | 128);
  return text + String.fromCharCode(rest);
}
