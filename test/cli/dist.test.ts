import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { StrataError } from '../../charts/core/errors';
import {
  compareCluster,
  generatedHeader,
  isGenerated,
  writeCluster,
  type RenderedFile,
} from '../../cli/dist';

const rendered = (path: string, text: string): RenderedFile => ({
  path,
  content: `${generatedHeader('charts/data/mysql.ts')}text: ${text}\n`,
});

const OLD = [
  rendered('kustomization.yaml', 'same'),
  rendered('mysql/service.yaml', 'old'),
  rendered('mysql/config.yaml', 'same'),
  rendered('xwiki/gone.yaml', 'old'),
  rendered('xwiki/deep/gone.yaml', 'old'),
];
const NEW = [
  rendered('kustomization.yaml', 'same'),
  rendered('mysql/service.yaml', 'new'),
  rendered('mysql/config.yaml', 'same'),
  rendered('traefik/new.yaml', 'new'),
  rendered('traefik/new-too.yaml', 'new'),
];

let scratch: string;
let folder: string;

beforeEach(() => {
  scratch = fs.mkdtempSync(join(tmpdir(), 'strata-dist-'));
  folder = join(scratch, 'dist', 'mono');
});

afterEach(() => {
  jest.restoreAllMocks();
  fs.rmSync(scratch, { recursive: true, force: true });
});

function put(path: string, content: string): void {
  fs.mkdirSync(dirname(join(folder, path)), { recursive: true });
  fs.writeFileSync(join(folder, path), content);
}

/** Every file below `from` with its content, and empty folders; links and special files by their kind. */
function contents(from: string = folder): Record<string, string> {
  const entries = fs.readdirSync(from, { withFileTypes: true, recursive: true }).map((entry) => {
    const path = join(entry.parentPath, entry.name);
    const name = path.slice(from.length + 1);
    if (entry.isFile()) return [name, fs.readFileSync(path, 'utf8')];
    if (entry.isSymbolicLink()) return [name, `-> ${fs.readlinkSync(path)}`];
    return fs.readdirSync(path).length ? [] : [`${name}/`, ''];
  });
  return Object.fromEntries(entries.filter((entry) => entry.length)) as Record<string, string>;
}

const asContents = (files: readonly RenderedFile[]): Record<string, string> =>
  Object.fromEntries(files.map(({ path, content }) => [path, content]));

describe('what is written', () => {
  test('a new cluster: every file, and nothing else', () => {
    expect(writeCluster(folder, OLD)).toEqual({
      written: OLD.map(({ path }) => path).sort(),
      unchanged: 0,
      removed: [],
      foreign: [],
    });
    expect(contents()).toEqual(asContents(OLD));
  });

  test('a changed cluster: changed and new files are written, stale ones removed with the folders they leave empty', () => {
    writeCluster(folder, OLD);
    expect(writeCluster(folder, NEW)).toEqual({
      written: ['mysql/service.yaml', 'traefik/new-too.yaml', 'traefik/new.yaml'],
      unchanged: 2,
      removed: ['xwiki/deep/gone.yaml', 'xwiki/gone.yaml'],
      foreign: [],
    });
    expect(contents()).toEqual(asContents(NEW));
  });

  test('an unchanged cluster: no file and no folder is touched', () => {
    writeCluster(folder, OLD);
    const paths = ['.', 'mysql', ...OLD.map(({ path }) => path)].map((path) => join(folder, path));
    const past = new Date('2020-01-01');
    for (const path of paths) fs.utimesSync(path, past, past);
    expect(writeCluster(folder, OLD)).toEqual({ written: [], unchanged: 5, removed: [], foreign: [] });
    for (const path of paths) expect([path, fs.statSync(path).mtime]).toEqual([path, past]);
  });

  test('an unchanged file keeps its time when others change', () => {
    writeCluster(folder, OLD);
    const past = new Date('2020-01-01');
    fs.utimesSync(join(folder, 'mysql/config.yaml'), past, past);
    writeCluster(folder, NEW);
    expect(fs.statSync(join(folder, 'mysql/config.yaml')).mtime).toEqual(past);
  });

  test('a dry run tells the same and writes nothing', () => {
    const before = writeCluster(folder, OLD, { dryRun: true });
    expect(fs.existsSync(join(scratch, 'dist'))).toBe(false);
    expect(writeCluster(folder, OLD)).toEqual(before);
    const change = writeCluster(folder, NEW, { dryRun: true });
    expect(contents()).toEqual(asContents(OLD));
    expect(writeCluster(folder, NEW)).toEqual(change);
  });

  test('a file of the same size with other content is changed', () => {
    writeCluster(folder, [rendered('a.yaml', 'one')]);
    expect(writeCluster(folder, [rendered('a.yaml', 'two')]).written).toEqual(['a.yaml']);
    expect(contents()).toEqual(asContents([rendered('a.yaml', 'two')]));
  });

  test('lists are sorted by their whole paths, not folder by folder', () => {
    const files = ['b/x.yaml', 'a/x.yaml', 'a-b/x.yaml', 'a.yaml'].map((path) => rendered(path, 'x'));
    const paths = ['a-b/x.yaml', 'a.yaml', 'a/x.yaml', 'b/x.yaml'];
    expect(writeCluster(folder, files).written).toEqual(paths);
    expect(writeCluster(folder, []).removed).toEqual(paths);
    expect(contents()).toEqual({});
  });

  test('a checkout with CRLF is ours, and gets its line ends back', () => {
    const [file] = OLD as [RenderedFile];
    put(file.path, file.content.replaceAll('\n', '\r\n'));
    put('stale.yaml', file.content.replaceAll('\n', '\r\n'));
    expect(writeCluster(folder, [file])).toEqual({
      written: [file.path],
      unchanged: 0,
      removed: ['stale.yaml'],
      foreign: [],
    });
    expect(contents()).toEqual(asContents([file]));
  });

  test('no file of the render is taken for one of others', () => {
    expect(OLD.every(({ content }) => isGenerated(content))).toBe(true);
    expect(isGenerated('apiVersion: v1\n# Rendered by Strata from charts/data/mysql.ts\n')).toBe(false);
  });
});

describe('what is not ours', () => {
  test('is reported and kept, and so are the folders that hold it', () => {
    writeCluster(folder, OLD);
    put('xwiki/deep/notes.md', 'mine');
    put('.hidden', '');
    put('empty.yaml', '');
    const mine = { 'xwiki/deep/notes.md': 'mine', '.hidden': '', 'empty.yaml': '' };
    expect(writeCluster(folder, NEW).foreign).toEqual(['.hidden', 'empty.yaml', 'xwiki/deep/notes.md']);
    expect(contents()).toEqual({ ...asContents(NEW), ...mine });
  });

  test('links are not followed: neither what they lead to nor the link is touched', () => {
    writeCluster(folder, OLD);
    const outside = join(scratch, 'outside');
    writeCluster(outside, OLD);
    fs.symlinkSync(outside, join(folder, 'link'));
    fs.symlinkSync(join(outside, 'kustomization.yaml'), join(folder, 'file-link.yaml'));
    fs.symlinkSync(folder, join(folder, 'xwiki', 'loop'));
    expect(writeCluster(folder, NEW)).toMatchObject({
      foreign: ['file-link.yaml', 'link', 'xwiki/loop'],
      removed: ['xwiki/deep/gone.yaml', 'xwiki/gone.yaml'],
    });
    expect(contents(outside)).toEqual(asContents(OLD));
    expect(fs.readlinkSync(join(folder, 'link'))).toBe(outside);
  });

  test.each<[string, () => void, string]>([
    [
      'a file in the place of a file',
      () => put('traefik/new.yaml', 'mine'),
      'traefik/new.yaml: a file of this name',
    ],
    [
      'a file in the place of a folder',
      () => put('traefik', 'mine'),
      'traefik: it is in the place of a folder',
    ],
    [
      'a folder in the place of a file',
      () => put('traefik/new.yaml/x', ''),
      'traefik/new.yaml: this folder is',
    ],
    [
      'a link in the place of a folder',
      () => fs.symlinkSync(scratch, join(folder, 'traefik')),
      'traefik: it is in the place of a folder',
    ],
    [
      'a link in the place of a file',
      () => {
        fs.rmSync(join(folder, 'mysql/service.yaml'));
        fs.symlinkSync(join(scratch, 'target'), join(folder, 'mysql/service.yaml'));
      },
      'mysql/service.yaml: a file of this name',
    ],
  ])('%s is an error, and nothing is written', (_, arrange, message) => {
    writeCluster(folder, OLD);
    arrange();
    const before = contents(scratch);
    expect(() => writeCluster(folder, NEW)).toThrow(StrataError);
    expect(() => writeCluster(folder, NEW, { dryRun: true })).toThrow(message);
    expect(() => writeCluster(folder, NEW)).toThrow(/ away or delete it and run again\.$/);
    expect(contents(scratch)).toEqual(before);
  });

  test('several are named at once', () => {
    put('traefik/new.yaml', 'mine');
    put('mysql/config.yaml', 'mine');
    expect(() => writeCluster(folder, NEW)).toThrow(/mysql\/config\.yaml: .*\n.*traefik\/new\.yaml: /);
  });
});

describe('paths that no checkout can hold', () => {
  test.each([
    ['../evil.yaml'],
    ['a/../../evil.yaml'],
    ['/etc/evil.yaml'],
    ['C:/evil.yaml'],
    ['a\\b.yaml'],
    ['a//b.yaml'],
    ['./a.yaml'],
    ['a/'],
    [''],
    ['.strata-1-abcdef/a.yaml'],
    ['role:x.yaml'],
    ['nul\0.yaml'],
    ['dot.'],
    ['a /b.yaml'],
  ])('%j is refused', (path) => {
    expect(() => writeCluster(folder, [...OLD, rendered(path, 'x')])).toThrow(
      'is not a path inside the folder',
    );
    expect(fs.existsSync(join(scratch, 'dist'))).toBe(false);
  });

  test.each([
    ['mysql/service.yaml', 'mysql/service.yaml'],
    ['MySQL/service.yaml', 'MySQL/service.yaml'],
    ['mysql/Service.yaml', 'mysql/Service.yaml'],
    ['mysql', 'mysql'],
    ['mysql/service.yaml/x', 'mysql/service.yaml'],
  ])('%s clashes with mysql/service.yaml', (path) => {
    const files = [rendered('mysql/service.yaml', 'x'), rendered(path, 'y')];
    expect(() => writeCluster(folder, files)).toThrow(StrataError);
    expect(() => writeCluster(folder, files)).toThrow(/mysql.*: it has the name of .*mysql/i);
    expect(fs.existsSync(folder)).toBe(false);
  });

  test('content that the next run would not know is refused', () => {
    expect(() => writeCluster(folder, [{ path: 'a.yaml', content: 'a: 1\n' }])).toThrow(
      'Begin the content with',
    );
  });
});

/** Calls that change the disk, one after the other, as replaceFiles makes them. */
const MUTATORS = [
  'mkdirSync',
  'mkdtempSync',
  'writeFileSync',
  'linkSync',
  'renameSync',
  'rmdirSync',
  'rmSync',
] as const;

/** Runs `before` ahead of every change to the disk, with its number from 1; what it throws is the error of that call. */
function atEveryChange(before: (step: number) => void): void {
  let step = 0;
  for (const name of MUTATORS) {
    const original = fs[name] as (...args: unknown[]) => unknown;
    jest.spyOn(fs, name as 'rmSync').mockImplementation((...args: unknown[]) => {
      before(++step);
      return original(...args) as undefined;
    });
  }
}

function countChanges(run: () => void): number {
  let count = 0;
  atEveryChange((step) => (count = step));
  run();
  jest.restoreAllMocks();
  return count;
}

const diskFull = (): Error => Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });

describe('a run that fails or dies', () => {
  const stepsOfChange = (): number => {
    writeCluster(folder, OLD);
    const count = countChanges(() => writeCluster(folder, NEW));
    fs.rmSync(folder, { recursive: true });
    return count;
  };

  test('any change that fails is put back, with the file, the reason and the remedy in the error', () => {
    const steps = stepsOfChange();
    let failures = 0;
    for (let failing = 1; failing <= steps; failing++) {
      writeCluster(folder, OLD);
      atEveryChange((step) => {
        if (step === failing) throw diskFull();
      });
      try {
        writeCluster(folder, NEW);
        jest.restoreAllMocks();
        expect(asContents(NEW)).toMatchObject(withoutWork(contents()));
      } catch (error) {
        jest.restoreAllMocks();
        failures++;
        expect(String(error)).toMatch(
          /mono.*: it cannot be written or removed \(ENOSPC.*were\. Free disk space/,
        );
        expect([failing, contents()]).toEqual([failing, asContents(OLD)]);
      }
      fs.rmSync(folder, { recursive: true });
    }
    expect(failures).toBeGreaterThan(8);
  });

  test('a new cluster that fails leaves no folder', () => {
    atEveryChange((step) => {
      if (step === 8) throw diskFull();
    });
    expect(() => writeCluster(folder, OLD)).toThrow('ENOSPC');
    expect(contents(scratch)).toEqual({});
  });

  test('at any moment each file is old or new as a whole, and stale ones go last', () => {
    writeCluster(folder, OLD);
    const states: Record<string, string>[] = [];
    atEveryChange(() => states.push(withoutWork(contents())));
    writeCluster(folder, NEW);
    jest.restoreAllMocks();
    const [old, wanted] = [asContents(OLD), asContents(NEW)];
    for (const state of states) {
      for (const [path, content] of Object.entries(state))
        expect([old[path], wanted[path]]).toContain(content);
      for (const { path } of OLD) {
        const isStale = !(path in wanted);
        const isAllWritten = NEW.every((file) => state[file.path] === file.content);
        if (!isStale || !isAllWritten) expect(state).toHaveProperty([path]);
      }
    }
    expect(states.length).toBeGreaterThan(10);
  });

  test('after a death at any moment the next run finishes, and clears what was left', () => {
    const steps = stepsOfChange();
    for (let last = 1; last <= steps; last++) {
      writeCluster(folder, OLD);
      atEveryChange((step) => {
        if (step >= last) throw new Error('dead');
      });
      try {
        writeCluster(folder, NEW);
      } catch {
        // a dead process does not care
      }
      jest.restoreAllMocks();
      writeCluster(folder, NEW);
      expect([last, contents()]).toEqual([last, asContents(NEW)]);
      fs.rmSync(folder, { recursive: true });
    }
  });

  test('where nothing else changes, the next run still clears what was left', () => {
    writeCluster(folder, OLD);
    const dead = spawnSync(process.execPath, ['-e', '']).pid;
    put(`.strata-${dead}-abcdef/0.new`, 'half');
    expect(compareCluster(folder, OLD)).toEqual({ missing: [], changed: [], extra: [] });
    expect(writeCluster(folder, OLD)).toMatchObject({ written: [], removed: [], foreign: [] });
    expect(contents()).toEqual(asContents(OLD));
  });

  test('the work folder of a run that lives is left alone, for an hour', () => {
    writeCluster(folder, OLD);
    const name = `.strata-${process.ppid}-abcdef`;
    put(`${name}/0.new`, 'half');
    expect(writeCluster(folder, NEW).foreign).toEqual([]);
    expect(contents()).toEqual({ ...asContents(NEW), [`${name}/0.new`]: 'half' });

    const past = new Date(Date.now() - 2 * 3_600_000);
    fs.utimesSync(join(folder, name), past, past);
    writeCluster(folder, NEW);
    expect(contents()).toEqual(asContents(NEW));
  });

  test('a second run between any two steps leaves whole files, and the later rename wins', () => {
    const steps = stepsOfChange();
    for (let meeting = 1; meeting <= steps; meeting++) {
      writeCluster(folder, OLD);
      const other = NEW.map(({ path }) => rendered(path, 'other'));
      let hasMet = false;
      atEveryChange((step) => {
        if (step !== meeting || hasMet) return;
        hasMet = true;
        runBeside(() => writeCluster(folder, other));
      });
      writeCluster(folder, NEW);
      jest.restoreAllMocks();
      const [wanted, theirs] = [asContents(NEW), asContents(other)];
      for (const [path, content] of Object.entries(contents())) {
        expect([wanted[path], theirs[path]]).toContain(content);
      }
      fs.rmSync(folder, { recursive: true });
    }
  });

  test('without hard links it works just as well', () => {
    writeCluster(folder, OLD);
    jest.spyOn(fs, 'linkSync').mockImplementation(() => {
      throw Object.assign(new Error('EPERM: operation not permitted'), { code: 'EPERM' });
    });
    writeCluster(folder, NEW);
    expect(contents()).toEqual(asContents(NEW));
  });
});

/** A run of another process that still lives: its work folder carries another process id. */
function runBeside(run: () => void): void {
  const own = process.pid;
  Object.defineProperty(process, 'pid', { value: process.ppid, configurable: true });
  try {
    run();
  } finally {
    Object.defineProperty(process, 'pid', { value: own, configurable: true });
  }
}

const withoutWork = (state: Record<string, string>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(state).filter(([path]) => !path.startsWith('.strata-') && !path.endsWith('/')),
  );

describe('comparing', () => {
  test('names what is missing, changed and too much, whoever wrote it, and writes nothing', () => {
    writeCluster(folder, OLD);
    put('notes.md', 'mine');
    const before = contents();
    expect(compareCluster(folder, NEW)).toEqual({
      missing: ['traefik/new-too.yaml', 'traefik/new.yaml'],
      changed: ['mysql/service.yaml'],
      extra: ['notes.md', 'xwiki/deep/gone.yaml', 'xwiki/gone.yaml'],
    });
    expect(contents()).toEqual(before);
  });

  test('a file of others in the place of ours counts as changed', () => {
    put('kustomization.yaml', 'mine');
    expect(compareCluster(folder, OLD.slice(0, 1)).changed).toEqual(['kustomization.yaml']);
  });

  test('of a folder that is not there everything is missing', () => {
    expect(compareCluster(folder, OLD).missing).toEqual(OLD.map(({ path }) => path).sort());
  });
});
