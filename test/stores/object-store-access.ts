import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { connect as connectPlain } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { expectError, expectStatus, HOST, PORT, type ObjectStoreStage } from './object-store-stage';
import { S3 } from './s3';
import type { Cases } from './suite';

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

/** Who may what, and who hears nothing. */
export const access: Cases<ObjectStoreStage> = {
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
      expectStatus(await web.send('PUT', '/images/two', { query: { tagging: '' }, body: tags }), 200, 'tag');
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
    expectStatus(await search.send('GET', '/images', { query: { 'list-type': '2' } }), 200, 'a reader lists');
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
};
