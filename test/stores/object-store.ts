import { createHash, randomBytes } from 'node:crypto';
import {
  chownSync,
  cpSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { connect as connectPlain } from 'node:net';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import type { Container } from '../servers/container';
import { until } from '../servers/world';
import type { Pod } from './pod';
import type { Roots } from './programs';
import { S3, type Answer } from './s3';
import { Scene } from './scene';
import { metricsOf, missingSeries } from './series';
import { suite, type Stage } from './suite';

const MEMORY = '512Mi';
const HOST = 'object-store.viridial-staging.svc';
const PORT = 8333;

class ObjectStoreStage implements Stage {
  readonly scene: Scene;
  pod: Pod;
  server: Container | undefined;
  settle: Container | undefined;

  constructor(roots: Roots, folder: string) {
    const bucket = { versioning: false, writers: [], readers: [] };
    this.scene = new Scene(roots, folder, {
      'object-store': {
        ...{ enabled: true, memory: MEMORY, cpu: '100m', size: '4Gi' },
        buckets: [
          {
            ...bucket,
            name: 'images',
            versioning: true,
            versionDays: 30,
            writers: ['web'],
            readers: ['search'],
          },
          { ...bucket, name: 'documents', quota: '8Mi', expireDays: 2, writers: ['web', 'office'] },
        ],
      },
    });
    this.scene.issue('object-store-tls');
    this.pod = this.scene.pod('StatefulSet', 'object-store');
  }

  async start(): Promise<void> {
    await this.pod.succeed('prepare');
    this.server = this.pod.start('object-store');
    this.settle = this.pod.start('settle');
    await until('the server', () => this.pod.isReady('object-store', 'startupProbe'), 60);
    await until('the readiness', () => this.isHealthy());
    await until('the buckets', () => this.pod.isReady('settle'), 60);
  }

  /** What the rendered probes of readiness and life ask. */
  async isHealthy(): Promise<boolean> {
    const answer = await this.nobody.send('GET', '/healthz').catch(() => undefined);
    return answer?.status === 200;
  }

  get nobody(): S3 {
    return new S3(HOST, PORT, this.scene.authority);
  }

  as(account: string, secret?: string): S3 {
    const keys = this.scene.secret(`object-store-${account}`);
    return new S3(HOST, PORT, this.scene.authority, {
      id: keys['access-key-id'] ?? '',
      secret: secret ?? keys['secret-access-key'] ?? '',
    });
  }

  /** As when the node dies. */
  async kill(): Promise<void> {
    for (const one of [this.server, this.settle]) {
      one?.kill();
      await one?.ended;
    }
  }

  /** A round of the second container, from its start. */
  async settleAgain(): Promise<void> {
    this.settle?.kill();
    await this.settle?.ended;
    rmSync(join(this.pod.folderOf('settled'), 'ready'), { force: true });
    this.settle = this.pod.start('settle');
    await until('the buckets', () => this.pod.isReady('settle'), 120);
    // what the filer is told reaches S3 by its subscription
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }

  /** Commands of `weed shell`, beside the second container. */
  shell(...commands: readonly string[]): Promise<string> {
    const script = `printf '%s\\n' "$@" | weed -logtostderr shell -master=127.0.0.1:9333`;
    return this.pod.succeed('settle', { command: ['sh', '-c', script, 'sh', ...commands] });
  }

  /** Every object of the applications' buckets with its bytes and attributes. */
  async digest(): Promise<string> {
    const reader = this.as('backup');
    const lines: string[] = [];
    for (const bucket of ['images', 'documents']) {
      const { body } = await reader.send('GET', `/${bucket}`, { query: { 'list-type': '2' } });
      const keys = [...body.toString().matchAll(/<Key>(.*?)<\/Key>/g)].map(([, key = '']) => decoded(key));
      if (body.includes('<IsTruncated>true')) throw new Error('more objects than one answer has');
      for (const key of keys) {
        const answer = await reader.send('GET', `/${bucket}/${key}`);
        expectStatus(answer, 200, key);
        const attributes = Object.entries(answer.headers)
          .filter(([name]) =>
            /^(content-(type|disposition|encoding|language)|cache-control|x-amz-meta-(?!mtime).*)$/.test(
              name,
            ),
          )
          .map(([name, value]) => `${name}=${String(value)}`);
        lines.push(
          [bucket, key, createHash('sha256').update(answer.body).digest('hex'), ...attributes.sort()].join(
            ' ',
          ),
        );
      }
    }
    return lines.join('\n');
  }

  /** The files of a set, from the run that made it to one that reads it. */
  give(from: Pod, to: Pod): void {
    const target = join(to.folderOf('work'), 'data');
    cpSync(join(from.folder, 'work/data'), target, { recursive: true });
    for (const path of ['', ...readdirSync(target)]) chownSync(join(target, path), 1000, 1000);
  }

  /** The run that made a set. */
  backup: Pod | undefined;

  end(): void {
    this.scene.end();
  }
}

function expectStatus(answer: Answer, wanted: number, what: string): void {
  if (answer.status !== wanted)
    throw new Error(`${what}: ${answer.status}, not ${wanted}: ${answer.body.toString('utf8', 0, 400)}`);
}

function expectError(answer: Answer, wanted: RegExp, what: string): void {
  if (answer.status < 400 || !wanted.test(answer.error))
    throw new Error(
      `${what}: ${answer.status} ${answer.error}, not ${wanted}: ${answer.body.toString('utf8', 0, 400)}`,
    );
}

/** What an application could do with its own bucket, or with the store, and may not: method, path, query. */
const FORBIDDEN: readonly (readonly [string, string, string])[] = [
  ...['policy', 'acl', 'versioning', 'lifecycle', 'cors', 'tagging', 'encryption', 'publicAccessBlock'].map(
    (query) => ['PUT', '/images', query] as const,
  ),
  ...['policy', 'lifecycle', 'cors', 'tagging', 'encryption'].map(
    (query) => ['DELETE', '/images', query] as const,
  ),
  ...['object-lock', 'ownershipControls', 'notification'].map((query) => ['PUT', '/images', query] as const),
  ['PUT', '/images/a b.txt', 'acl'],
  ['PUT', '/new-bucket', ''],
  ['DELETE', '/images', ''],
  ['GET', '/documents/a', ''],
  ['PUT', '/documents/a', ''],
  ['DELETE', '/documents/a', ''],
  ['GET', '/documents', 'list-type'],
  ['GET', '/strata-state/settled', ''],
  ['PUT', '/strata-sentinel/sentinel', ''],
];

/** Addresses that something listens on, as the kernel shows them: `<hexadecimal address>:<port>`. */
const listening = (): string[] =>
  ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((file) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter(([, , , state]) => state === '0A')
      .map(([, local = '']) => local),
  );

/** What somebody hears who speaks plain HTTP. */
const plain = (port: number): Promise<string> =>
  new Promise((resolve) => {
    const socket = connectPlain(port, '127.0.0.1', () => socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n'));
    let text = '';
    socket.on('data', (data: Buffer) => (text += data.toString()));
    socket.once('close', () => {
      resolve(text);
    });
    socket.once('error', (error) => {
      resolve(error.message);
    });
  });

/** Whether the port takes somebody who shows no certificate. */
const takesAnybody = (port: number, authority: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connectTls({
      port,
      host: '127.0.0.1',
      servername: HOST,
      ca: readFileSync(authority),
      ALPNProtocols: ['h2'],
    });
    const timer = setTimeout(() => {
      resolve(true);
      socket.destroy();
    }, 3000);
    // with TLS 1.3 the refusal comes after the handshake
    for (const event of ['close', 'error'] as const)
      socket.once(event, () => {
        clearTimeout(timer);
        resolve(false);
      });
    socket.once('secureConnect', () => socket.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'));
  });

export const objectStore = suite<ObjectStoreStage>({
  name: 'object-store',
  stage: (roots, folder) => new ObjectStoreStage(roots, folder),
  cases: {
    'takes the rendered configuration, identities and certificate, and makes its buckets': async (stage) => {
      await stage.start();
      const log = readFileSync(join(stage.pod.folder, 'object-store.log'), 'utf8');
      return /S3 API Server .*? (\d+\.\d+)/.exec(log)?.[1];
    },

    'speaks TLS only, and a client that trusts another authority turns away': async () => {
      const answer = await plain(PORT);
      if (!/400 Bad Request[^]*HTTP request to an HTTPS server/.test(answer))
        throw new Error(`plain HTTP: ${answer}`);
      const other = new S3(HOST, PORT, undefined);
      const heard = await other.send('GET', '/').then(
        ({ status }) => String(status),
        (error: unknown) => String(error),
      );
      if (!/unable to verify|self.signed|unable to get/i.test(heard))
        throw new Error(`without the authority: ${heard}`);
    },

    'shows the network S3 and metrics only; what its parts say to one another wants a certificate of its own':
      async (stage) => {
        // 127.0.0.1, and ::1 or its way to write 127.0.0.1
        const open = listening()
          .filter((local) => !/^(0100007F|0{24}01000000|0{16}FFFF00000100007F):/.test(local))
          .map((local) => parseInt(local.split(':')[1] ?? '', 16))
          .sort((one, two) => one - two);
        if (JSON.stringify(open) !== JSON.stringify([PORT, 9327, 18333]))
          throw new Error(`open: ${open.join()}`);
        if (await takesAnybody(18333, stage.scene.authority)) throw new Error('18333 takes anybody');
        // the same look, at a port that does
        if (!(await takesAnybody(PORT, stage.scene.authority))) throw new Error('8333 takes nobody');
      },

    'refuses nobody, a wrong secret and an unknown key': async (stage) => {
      await stage.as('images.web').send('PUT', '/images/a b.txt', { body: 'hello' });
      for (const [method, path] of [
        ['GET', '/images/a b.txt'],
        ['PUT', '/images/x'],
        ['GET', '/images'],
        ['GET', '/'],
      ] as const)
        expectError(await stage.nobody.send(method, path), /AccessDenied/, `${method} ${path} of nobody`);
      const wrong = await stage.as('images.web', 'wrong').send('GET', '/images/a b.txt');
      expectError(wrong, /SignatureDoesNotMatch/, 'a wrong secret');
      const unknown = new S3(HOST, PORT, stage.scene.authority, { id: 'admin', secret: 'admin' });
      expectError(await unknown.send('GET', '/images/a b.txt'), /InvalidAccessKeyId/, 'an unknown key');
    },

    'lets a writer put, read, copy, list, tag and delete objects, in parts too, and sign a URL for somebody':
      async (stage) => {
        const web = stage.as('images.web');
        const headers = { 'content-type': 'image/png', 'x-amz-meta-owner': 'web' };
        expectStatus(await web.send('PUT', '/images/one', { body: 'one', headers }), 200, 'put');
        const read = await web.send('GET', '/images/one');
        if (read.headers['content-type'] !== 'image/png' || read.headers['x-amz-meta-owner'] !== 'web')
          throw new Error(`attributes: ${JSON.stringify(read.headers)}`);
        expectStatus(
          await web.send('PUT', '/images/two', { headers: { 'x-amz-copy-source': '/images/one' } }),
          200,
          'copy',
        );
        const tags = '<Tagging><TagSet><Tag><Key>k</Key><Value>v</Value></Tag></TagSet></Tagging>';
        expectStatus(
          await web.send('PUT', '/images/two', { query: { tagging: '' }, body: tags }),
          200,
          'tag',
        );
        const begun = await web.send('POST', '/images/parts', { query: { uploads: '' } });
        const uploadId = /<UploadId>(.*?)<\/UploadId>/.exec(begun.body.toString())?.[1] ?? '';
        const etags: string[] = [];
        for (const partNumber of ['1', '2']) {
          const part = await web.send('PUT', '/images/parts', {
            query: { partNumber, uploadId },
            body: randomBytes(5 * 2 ** 20),
          });
          expectStatus(part, 200, 'a part');
          etags.push(
            `<Part><PartNumber>${partNumber}</PartNumber><ETag>${String(part.headers['etag'])}</ETag></Part>`,
          );
        }
        const whole = `<CompleteMultipartUpload>${etags.join('')}</CompleteMultipartUpload>`;
        expectStatus(
          await web.send('POST', '/images/parts', { query: { uploadId }, body: whole }),
          200,
          'the end of the parts',
        );
        const list = await web.send('GET', '/images', { query: { 'list-type': '2' } });
        for (const key of ['one', 'two', 'parts'])
          if (!list.body.includes(`<Key>${key}</Key>`)) throw new Error(`${key} is not listed`);
        expectStatus(await web.send('DELETE', '/images/two'), 204, 'delete');
        expectStatus(await web.presigned('GET', '/images/one', 60), 200, 'a signed URL');
        expectError(
          await web.presigned('PUT', '/strata-state/x', 60),
          /AccessDenied/,
          'a signed URL for what it may not',
        );
        const own = await web.send('GET', '/');
        const seen = [...own.body.toString().matchAll(/<Name>(.*?)<\/Name>/g)].map(([, name]) => name);
        if (seen.join() !== 'images') throw new Error(`it sees the buckets ${seen.join()}`);
      },

    'refuses a writer what is about the bucket, and all of others; a reader may read': async (stage) => {
      const web = stage.as('images.web');
      for (const [method, path, query] of FORBIDDEN)
        for (const prefix of ['', 'one'])
          expectError(
            await web.send(method, path, {
              query: { ...(query && { [query]: '' }), ...(prefix && { prefix }) },
              body: method === 'PUT' ? '<x/>' : '',
            }),
            /AccessDenied/,
            `${method} ${path} ${query} ${prefix}`,
          );
      const search = stage.as('images.search');
      expectStatus(await search.send('GET', '/images/one'), 200, 'a reader');
      expectStatus(
        await search.send('GET', '/images', { query: { 'list-type': '2' } }),
        200,
        'a reader lists',
      );
      for (const [method, path] of [
        ['PUT', '/images/one'],
        ['DELETE', '/images/one'],
        ['GET', '/documents'],
      ] as const)
        expectError(await search.send(method, path), /AccessDenied/, `${method} ${path} of a reader`);
      return `${FORBIDDEN.length * 2} requests`;
    },

    'makes nothing public, whatever an upload asks for': async (stage) => {
      await stage
        .as('images.web')
        .send('PUT', '/images/public', { body: 'x', headers: { 'x-amz-acl': 'public-read' } });
      expectError(await stage.nobody.send('GET', '/images/public'), /AccessDenied/, 'nobody');
    },

    'gives its own accounts what they need, and no more': async (stage) => {
      for (const [account, method, path] of [
        ['settle', 'GET', '/images/one'],
        ['settle', 'PUT', '/images/one'],
        ['settle', 'PUT', '/strata-state/other'],
        ['backup', 'PUT', '/images/one'],
        ['backup', 'DELETE', '/images/one'],
        ['backup', 'PUT', '/strata-state/settled'],
        ['restore', 'PUT', '/new-bucket'],
        ['restore', 'DELETE', '/images'],
      ] as const)
        expectError(
          await stage.as(account).send(method, path, { body: 'x' }),
          /AccessDenied/,
          `${account}: ${method} ${path}`,
        );
    },

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
        120,
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
        120,
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
      for (const name of ['old', 'three'])
        expectStatus(await office.send('PUT', `/documents/${name}`, { body: name }), 200, name);
      await stage.shell('fs.meta.save -o /run/settled/meta /buckets/documents');
      await stage.settleAgain();
      expectStatus(await office.send('GET', '/documents/old'), 200, 'before its time');
      const folder = stage.pod.folderOf('settled');
      writeFileSync(join(folder, 'meta'), daysBefore(readFileSync(join(folder, 'meta')), 3));
      chownSync(join(folder, 'meta'), 1000, 1000);
      await stage.shell('fs.meta.load /run/settled/meta');
      await stage.settleAgain();
      expectStatus(await office.send('GET', '/documents/old'), 404, 'after its time');
      expectStatus(await office.send('GET', '/documents/three'), 200, 'what is younger');
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

    'comes back from backup, loss and restore with the same objects and attributes': async (stage) => {
      const web = stage.as('images.web');
      const odd = {
        'content-type': 'application/vnd.odd+json',
        'cache-control': 'max-age=60',
        'x-amz-meta-note': 'a "quoted" \\ one',
      };
      expectStatus(
        await web.send('PUT', '/images/no-suffix', { body: '{}', headers: odd }),
        200,
        'attributes',
      );
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
      const sums = join(damaged.folder, 'work/data/bucket-2.sums');
      writeFileSync(sums, readFileSync(sums, 'utf8').replace(/^./, 'x'));
      await damaged.fail('restore', /the objects of documents are not those that were dumped/);
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
        await drill(edit('bucket-1.json', /"Size":2,/, '"Size":3,'), (pod) =>
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
      await until('the server', () => stage.pod.isReady('object-store', 'startupProbe'), 60);
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

/** A key as the XML of S3 writes it. */
const decoded = (key: string): string =>
  key.replace(/&(?:amp|lt|gt|quot|#34|#39);/g, (entity) => ENTITIES[entity] ?? entity);
const ENTITIES: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#34;': '"',
  '&#39;': "'",
};

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
