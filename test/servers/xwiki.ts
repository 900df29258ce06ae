import { spawnSync } from 'node:child_process';
import {
  chownSync,
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { stepOf } from './mysql-server';
import { fetched, stored } from './runs';
import { PASSWORD, StubWiki } from './stub-wiki';
import type { Suite } from './suite';
import { COMPONENT, DATA, Wiki } from './wiki';
import type { Pod, StepOptions, World } from './world';

const UID = 999;

const loading = (world: World): StepOptions =>
  stepOf(world, {
    args: ['fit.sh'],
    env: { MAX_AGE_SECONDS: '86400', SENTINEL_DATABASE: 'xwiki', DATABASE: 'xwiki' },
  });

/** A drill of what another pod has dumped. */
async function drillOf(world: World, pod: Pod): Promise<Pod> {
  const drill = await world.pod({ component: COMPONENT, kind: 'logical' });
  cpSync(join(pod.work, 'data'), join(drill.work, 'data'), { recursive: true });
  writeFileSync(join(drill.work, 'fetching'), `${Math.floor(Date.now() / 1000)}\n`);
  spawnSync('chown', ['-R', `${UID}:${UID}`, drill.work]);
  return drill;
}

const wikis = new WeakMap<World, Promise<Wiki>>();
function shared(world: World): Promise<Wiki> {
  const known = wikis.get(world) ?? Wiki.create(world);
  wikis.set(world, known);
  return known;
}

const exporting = (world: World, stub: StubWiki, env: Record<string, string> = {}): StepOptions =>
  stepOf(world, {
    args: [stub.url],
    env: { XWIKI_USER: 'Admin', XWIKI_PASSWORD: PASSWORD, COMPONENT, ...env },
  });
const loadingExport = (world: World, seconds = '86400'): StepOptions =>
  stepOf(world, { env: { MAX_AGE_SECONDS: seconds } });

export const xwiki: Suite = {
  name: 'xwiki',
  cases: [
    {
      title:
        '[BKP-10] database and files of XWiki come back in a drill, fit together, and leave caches, scratch files and logs out',
      run: async (world) => {
        const wiki = await shared(world);
        const pod = await wiki.dump();
        await stored(pod);
        const drill = await fetched(world, pod.identity);
        await drill.succeed('unpack', stepOf(world));
        await drill.succeed('load', loading(world));
        await drill.succeed('report');
        const detail = drill.read('result.json');
        if (!/files of 4 attachments/.test(detail)) throw new Error(detail);
        const packed = drill
          .read('files')
          .split('\n')
          .map((line) => line.split(' ')[1]?.split('/')[0]);
        const found = [...new Set(packed.filter(Boolean))].sort().join(' ');
        if (found !== 'extension store') throw new Error(`packed: ${found}`);
        return detail.replace(/\s+/g, ' ');
      },
    },
    {
      title:
        '[BKP-10] what is attached, replaced or deleted while the backup runs is no fault; what is lost is one, and is named',
      run: async (world) => {
        const wiki = await shared(world);
        const later = { id: 21, page: 'Main.WebHome', name: 'later.txt', version: '1.1', content: 'later' };
        const gone = { id: 22, page: 'Main.WebHome', name: 'gone.txt', version: '1.1', content: 'soon gone' };
        await wiki.attach(gone);
        const remove = async (): Promise<void> => {
          await wiki.mysql.sql(`DELETE FROM xwiki.xwikiattachment WHERE xwa_id = ${gone.id}`);
          rmSync(join(wiki.volume, 'data', wiki.folderOf(gone.page, gone.name)), { recursive: true });
        };
        const busy = await drillOf(
          world,
          await wiki.dump([async () => (await wiki.attach(later), remove())]),
        );
        await busy.succeed('unpack', stepOf(world));
        const lost = wiki.folderOf('Main.WebHome', 'logo.png');
        cpSync(join(wiki.volume, 'data', lost), join(wiki.volume, 'kept'), { recursive: true });
        rmSync(join(wiki.volume, 'data', lost), { recursive: true });
        const missing = await drillOf(world, await wiki.dump());
        cpSync(join(wiki.volume, 'kept'), join(wiki.volume, 'data', lost), { recursive: true });
        const report = join(
          wiki.volume,
          'data',
          wiki.folderOf('Main.WebHome', `it's a "report", 世界.pdf`),
          'fv1.1.pdf',
        );
        truncateSync(report, 3);
        const short = await drillOf(world, await wiki.dump());
        writeFileSync(report, 'a report');
        for (const drill of [missing, short]) await drill.succeed('unpack', stepOf(world));
        await busy.succeed('load', loading(world));
        await missing.fail(
          'load',
          /logo\.png version 1\.1, 8 bytes: 0 of 1[^]*not in the files/,
          loading(world),
        );
        await short.fail('load', /it's a "report", 世界\.pdf version 1\.1, 8 bytes: 0 of 1/, loading(world));
        await missing.fail('report', /there is no .*result.json/);
      },
    },
    {
      title:
        '[BKP-10] a volume that is not mounted makes the backup fail, and a cut-off archive of files the drill',
      run: async (world) => {
        const wiki = await shared(world);
        const pod = await world.pod({ component: COMPONENT, kind: 'logical' });
        await pod.fail('files', /store is not there/, {
          ...wiki.files([DATA]),
          mounts: stepOf(world).mounts ?? {},
        });
        await pod.fail('files', /is there room/, { ...wiki.files([DATA]), small: { '/work': 50_000 } });
        const good = await wiki.dump();
        const drill = await drillOf(world, good);
        const archive = join(drill.work, 'data/files.tar.gz');
        truncateSync(archive, readFileSync(archive).length - 20);
        await drill.fail('unpack', /archive of files cannot be read/, stepOf(world));
      },
    },
    {
      title:
        '[BKP-11] a restore of XWiki is refused where there are files or connections, and brings both back after their loss',
      run: async (world) => {
        const wiki = await shared(world);
        const set = await drillOf(world, await wiki.dump());
        const restore = (env: Record<string, string> = {}) => wiki.mysql.restoring(COMPONENT, env, ['xwiki']);
        await set.fail('unpack-files', /data is not empty/, wiki.files([DATA]));
        await set.fail('restore', /xwiki is not empty/, await restore());
        const client = wiki.mysql.startClient('xwiki', 'SELECT SLEEP(600)');
        await wiki.mysql.connected('xwiki');
        await set.fail('restore', /connections use xwiki/, await restore({ OVERWRITE: COMPONENT }));
        client.kill();
        await client.ended;
        await wiki.mysql.disconnect('xwiki');
        rmSync(join(wiki.volume, 'data'), { recursive: true });
        await wiki.mysql.sql('DROP DATABASE xwiki');
        await set.succeed('unpack-files', wiki.files([DATA]));
        await set.succeed('restore', await restore());
        await set.succeed('restore-files', wiki.files([DATA]));
        const again = await drillOf(world, await wiki.dump());
        await again.succeed('unpack', stepOf(world));
        await again.succeed('load', loading(world));
        // once more, over what is there: the old files are kept
        wiki.write('store/file/new', 'of after the backup');
        await set.succeed('unpack-files', wiki.files([DATA], { OVERWRITE: COMPONENT }));
        await set.succeed('restore', await restore({ OVERWRITE: COMPONENT }));
        await set.succeed('restore-files', wiki.files([DATA]));
        if (existsSync(join(wiki.volume, 'data/store/file/new')))
          throw new Error('newer files are among the restored');
        const before = readdirSync(wiki.volume).find((name) => name.startsWith('data.before-'));
        if (!before || !existsSync(join(wiki.volume, before, 'store/file/new')))
          throw new Error('the old files were not kept');
        rmSync(join(wiki.volume, before), { recursive: true });
      },
    },
    {
      title:
        '[BKP-11] a volume without room for both ends a restore of XWiki before its database is touched; its last step needs none, and no archive',
      run: async (world) => {
        const wiki = await shared(world);
        const set = await drillOf(world, await wiki.dump());
        const steps = wiki.files([DATA], { OVERWRITE: COMPONENT });
        const files = () => readdirSync(wiki.volume, { recursive: true }).sort().join();
        const before = files();
        const small = { ...steps, mounts: stepOf(world).mounts ?? {}, small: { '/usr/local/xwiki': 50_000 } };
        await set.fail('unpack-files', /no room beside .*data: \d+ KiB wanted.*Nothing was changed/, small);
        const archive = join(set.work, 'data/files.tar.gz');
        const whole = readFileSync(archive);
        truncateSync(archive, whole.length - 20);
        await set.fail('unpack-files', /cannot be read\. Nothing was changed/, steps);
        writeFileSync(archive, whole);
        if (files() !== before) throw new Error(`the volume was changed: ${files()}`);
        await set.fail('restore-files', /data\.new is not there, and the database is restored/, steps);
        await set.succeed('unpack-files', steps);
        rmSync(archive);
        await set.succeed('restore-files', steps);
        const kept = readdirSync(wiki.volume).filter((name) => name !== 'data' && name !== 'kept');
        if (kept.length !== 1 || !kept[0]?.startsWith('data.before-')) throw new Error(kept.join());
        rmSync(join(wiki.volume, kept[0]), { recursive: true });
      },
    },
    {
      title: '[BKP-04] the export through the API is validated, drilled, and imported again',
      run: async (world) => {
        const stub = await StubWiki.start(world);
        const pod = await world.pod({ component: COMPONENT, kind: 'export' });
        await pod.succeed('export', exporting(world, stub));
        const exported = readFileSync(join(pod.work, 'data/wiki.xar'));
        await stored(pod);
        const drill = await fetched(world, pod.identity);
        await drill.succeed('load-export', loadingExport(world));
        await drill.succeed('report');
        await drill.fail('import', /OVERWRITE=xwiki-prod/, exporting(world, stub));
        if (stub.requests.some((request) => request.startsWith('POST')))
          throw new Error('imported without being told');
        await drill.succeed('import', exporting(world, stub, { OVERWRITE: COMPONENT }));
        if (!stub.imported?.equals(exported)) throw new Error('what was imported is not what was exported');
        return drill.read('result.json').replace(/\s+/g, ' ');
      },
    },
    {
      title:
        '[BKP-04] an export that is refused, cut off, short, stale or a login page fails, and so does its drill',
      run: async (world) => {
        const stub = await StubWiki.start(world);
        const pod = await world.pod({ component: COMPONENT, kind: 'export' });
        const faults = [
          ['refused', /the wiki refuses the account \(401\)/],
          ['login page', /damaged, or no archive/],
          ['cut', /damaged, or no archive/],
          ['short', /names 3 pages and has 2/],
        ] as const;
        for (const [fault, message] of faults) {
          stub.fault = fault;
          await pod.fail('export', message, exporting(world, stub));
          if (existsSync(join(pod.work, 'data/facts.json')))
            throw new Error(`${fault}: facts.json was written`);
        }
        await pod.fail('export', /refuses the account/, exporting(world, stub, { XWIKI_PASSWORD: 'wrong' }));
        stub.fault = 'none';
        await pod.succeed('export', exporting(world, stub));
        stub.fault = 'stale';
        await pod.fail('export', /lacks the sentinel/, exporting(world, stub));
        stub.fault = 'none';
        await pod.succeed('export', exporting(world, stub));
        writeFileSync(join(pod.work, 'fetching'), `${Math.floor(Date.now() / 1000)}\n`);
        await new Promise((resolve) => setTimeout(resolve, 1100));
        await pod.fail('load-export', /sentinel is \d+ s old/, loadingExport(world, '0'));
        const facts = join(pod.work, 'data/facts.json');
        writeFileSync(facts, readFileSync(facts, 'utf8').replace(/"pages": 3/, '"pages": 4'));
        chownSync(facts, UID, UID);
        await pod.fail('load-export', /not as it was exported/, loadingExport(world));
      },
    },
  ],
};
