import { spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Mysql, stepOf } from './mysql-server';
import type { Pod, StepOptions, World } from './world';

const UID = 999;
export const COMPONENT = 'xwiki-prod';
export const DATA = '/usr/local/xwiki/data';

/** The tables that the scripts read, as XWiki makes them (xwiki.hbm.xml). */
const TABLES = `USE xwiki;
CREATE TABLE xwikidoc (XWD_ID BIGINT PRIMARY KEY, XWD_FULLNAME VARCHAR(768) NOT NULL, XWD_CONTENT LONGTEXT);
CREATE TABLE xwikiattachment (XWA_ID BIGINT PRIMARY KEY, XWA_DOC_ID BIGINT, XWA_FILENAME VARCHAR(768) NOT NULL,
  XWA_LONGSIZE BIGINT NOT NULL DEFAULT -1, XWA_VERSION VARCHAR(255) NOT NULL, XDD_CONTENTSTORE VARCHAR(50));
INSERT INTO xwikidoc VALUES (1, 'Main.WebHome', 'Welcome'), (2, 'Sandbox.WebHome', 'Sand');
`;

interface Attachment {
  readonly id: number;
  readonly page: string;
  readonly name: string;
  readonly version: string;
  readonly content: string;
}

/** Two of one name on two pages; one with a link to its newest version, one as older releases store it; odd names. */
const ATTACHMENTS: readonly Attachment[] = [
  { id: 11, page: 'Main.WebHome', name: 'logo.png', version: '1.1', content: 'the logo' },
  { id: 12, page: 'Sandbox.WebHome', name: 'logo.png', version: '2.1', content: 'another logo' },
  { id: 13, page: 'Main.WebHome', name: `it's a "report", 世界.pdf`, version: '1.1', content: 'a report' },
  { id: 14, page: 'Main.WebHome', name: 'without extension', version: '1.2', content: 'a text' },
];

const md5 = (text: string): string => createHash('md5').update(text).digest('hex');
const folders = (digits: string): string => join(digits.slice(0, 1), digits.slice(1, 2), digits.slice(2));

/** A wiki as its backup sees it: a volume and a database. */
export class Wiki {
  private constructor(
    readonly world: World,
    readonly mysql: Mysql,
    readonly volume: string,
  ) {}

  static async create(world: World): Promise<Wiki> {
    const mysql = await Mysql.create(world, 'xwiki-server', ['xwiki']);
    const wiki = new Wiki(world, mysql, world.makeFolder('xwiki-volume'));
    await mysql.sql(TABLES);
    for (const attachment of ATTACHMENTS) await wiki.attach(attachment);
    wiki.write('store/file/large', randomBytes(100_000).toString('base64'));
    for (const [file, text] of [
      ['store/solr/events/data/index', 'events'],
      ['extension/repository/one.xed', '<extension/>'],
      ['cache/solr/search/index', 'made again'],
      ['tmp/scratch', 'scratch'],
      ['logs/xwiki.log', 'log'],
    ] as const)
      wiki.write(file, text);
    return wiki;
  }

  /** As XWiki does it: the file, then the row. */
  async attach({ id, page, name, version, content }: Attachment): Promise<void> {
    const folder = this.folderOf(page, name);
    const extension = /\.[^.]*$/.exec(name)?.[0] ?? '';
    this.write(`${folder}/fv${version}${extension}`, content);
    if (id % 2) this.write(`${folder}/f${extension}.lnk`, `fv${version}${extension}`);
    else this.write(`${folder}/f${extension}`, content);
    const hex = Buffer.from(name).toString('hex');
    await this.mysql.sql(
      `INSERT INTO xwiki.xwikiattachment VALUES (${id}, 1, CONVERT(X'${hex}' USING utf8mb4), ${Buffer.byteLength(content)}, '${version}', 'file')`,
    );
  }

  /** Folder of an attachment; that of the page is some hash of its name. */
  folderOf(page: string, name: string): string {
    return `store/file/xwiki/${folders(md5(page))}/attachments/${folders(md5(name))}`;
  }

  write(file: string, text: string): void {
    const path = join(this.volume, 'data', file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    spawnSync('chown', ['-R', `${UID}:${UID}`, join(this.volume, 'data')]);
  }

  /** Steps of the backup and of the restore. */
  database(
    options: { readonly args?: readonly string[]; readonly env?: Record<string, string> } = {},
  ): StepOptions {
    return this.mysql.step('xwiki', { DATABASE: 'xwiki', ...options.env }, options.args);
  }

  files(args: readonly string[], env: Record<string, string> = {}): StepOptions {
    return stepOf(this.world, {
      args,
      env: { COMPONENT, ...env },
      mounts: { '/usr/local/xwiki': this.volume },
    });
  }

  /** The backup's own steps, in their order; `between` comes after the dump and after the files. */
  async dump(between: readonly ((() => Promise<void> | void) | undefined)[] = []): Promise<Pod> {
    const pod = await this.world.pod({ component: COMPONENT, kind: 'logical' });
    await pod.succeed('dump', this.database({ args: ['xwiki'] }));
    await between[0]?.();
    await pod.succeed('files', this.files([DATA]));
    await between[1]?.();
    await pod.succeed('attachments', this.database());
    return pod;
  }
}
