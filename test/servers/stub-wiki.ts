import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import type { World } from './world';

/** What a wiki answers to the calls of export.sh and import.sh; the rest is 404. */
export class StubWiki {
  readonly requests: string[] = [];
  /** Content of the page that was PUT. */
  page = '';
  /** What is wrong with the archive. */
  fault: 'none' | 'cut' | 'stale' | 'short' | 'refused' | 'login page' = 'none';
  imported: Buffer | undefined;

  private constructor(
    private readonly server: Server,
    private readonly zip: (files: Readonly<Record<string, string>>) => Buffer,
  ) {}

  static async start(world: World): Promise<StubWiki> {
    const server = createServer();
    const stub = new StubWiki(server, (files) => zipOf(world, files));
    server.on('request', (request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        const { status, body } = stub.answer(
          `${request.method} ${request.url}`,
          request.headers.authorization,
          Buffer.concat(parts),
        );
        response.writeHead(status).end(body);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    world.onEnd(() => void server.close());
    return stub;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  private answer(
    request: string,
    authorization: string | undefined,
    body: Buffer,
  ): { status: number; body: Buffer | string } {
    this.requests.push(request);
    const expected = `Basic ${Buffer.from(`Admin:${PASSWORD}`).toString('base64')}`;
    if (authorization !== expected || this.fault === 'refused') return { status: 401, body: 'no' };
    if (request === 'PUT /rest/wikis/xwiki/spaces/Strata/pages/Backup') {
      if (this.fault !== 'stale') this.page = /<content>(.*)<\/content>/.exec(body.toString())?.[1] ?? '';
      return { status: 202, body: '' };
    }
    if (
      request ===
      'GET /bin/export/Main/WebHome?format=xar&basicauth=1&name=wiki&backup=true&history=true&pages=%25'
    )
      return { status: 200, body: this.archive() };
    if (request === 'POST /rest/wikis/xwiki?backup=true&history=add') {
      this.imported = body;
      return { status: 200, body: '' };
    }
    return { status: 404, body: '' };
  }

  private archive(): Buffer | string {
    if (this.fault === 'login page') return '<html>Log in</html>';
    const pages = ['Main/WebHome', 'Strata/Backup', 'Sandbox/WebHome'];
    const named = pages.map((page) => `<file defaultAction="0" language="">${page.replace('/', '.')}</file>`);
    const zip = this.zip({
      'package.xml': `<package><infos><name>wiki</name></infos><files>${named.join('')}</files></package>`,
      ...Object.fromEntries(
        pages
          .slice(0, this.fault === 'short' ? 2 : 3)
          .map((page) => [
            `${page}.xml`,
            `<xwikidoc>\n<content>${page === 'Strata/Backup' ? this.page : 'text'}</content>\n</xwikidoc>`,
          ]),
      ),
    });
    return this.fault === 'cut' ? zip.subarray(0, zip.length - 40) : zip;
  }
}

/** Of the administrator. */
export const PASSWORD = `pass"word\\ with: 'all'`;

/** A ZIP archive, made by the program. */
function zipOf(world: World, files: Readonly<Record<string, string>>): Buffer {
  const folder = world.makeFolder('zip');
  rmSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  const inside = join(world.programs.roots.mysql, 'tmp', `strata-zip-${process.pid}`);
  cpSync(folder, inside, { recursive: true });
  const { status, stdout, stderr } = spawnSync(
    'chroot',
    [world.programs.roots.mysql, 'sh', '-c', `cd /tmp/strata-zip-${process.pid} && zip -qr - .`],
    { maxBuffer: 2 ** 26 },
  );
  rmSync(inside, { recursive: true });
  if (status !== 0) throw new Error(`zip: ${stderr.toString()}`);
  return stdout;
}
