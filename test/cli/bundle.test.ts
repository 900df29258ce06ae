import { execFileSync, spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'strata-bundle-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const CACHE = 'node_modules/.cache/strata';

/** A repository of one entry that says where it thinks it is, and what a module and a package give it. */
function repository(): string {
  const root = join(folder, 'one');
  for (const path of ['cli', 'node_modules/@esbuild']) mkdirSync(join(root, path), { recursive: true });
  cpSync('cli/bundle.cjs', join(root, 'cli/bundle.cjs'));
  cpSync('package-lock.json', join(root, 'package-lock.json'));
  for (const name of [
    'esbuild',
    'yaml',
    ...readdirSync('node_modules/@esbuild').map((one) => `@esbuild/${one}`),
  ])
    symlinkSync(resolve('node_modules', name), join(root, 'node_modules', name));
  writeFileSync(
    join(root, 'cli/entry.ts'),
    "import { stringify } from 'yaml';\nimport { word } from './word';\nconsole.log(process.argv[1], __dirname, word, stringify([1]).trim());\n",
  );
  writeFileSync(join(root, 'cli/word.ts'), "export const word: string = 'first';\n");
  // saved long ago, in a whole second, which every way of copying keeps
  for (const file of ['cli/bundle.cjs', 'cli/entry.ts', 'cli/word.ts', 'package-lock.json'])
    utimesSync(join(root, file), 1e9, 1e9);
  return root;
}

const run = (root: string): string[] =>
  execFileSync(process.execPath, ['cli/bundle.cjs', 'cli/entry.ts'], { cwd: root, encoding: 'utf8' })
    .trim()
    .split(' ');

describe('the bundle', () => {
  test('runs an entry with its modules and packages, and is kept', () => {
    const root = repository();
    expect(run(root)).toEqual([join(root, 'cli/entry.ts'), join(root, CACHE), 'first', '-', '1']);
    const times = () =>
      readdirSync(join(root, CACHE)).map((file) => [file, statSync(join(root, CACHE, file)).mtimeMs]);
    const before = times();
    run(root);
    expect(times()).toEqual(before);
  });

  test('a changed module makes another, of our sources only', () => {
    const root = repository();
    run(root);
    const packages = statSync(join(root, CACHE, 'cli-entry-ts-packages.cjs')).mtimeMs;
    writeFileSync(join(root, 'cli/word.ts'), "export const word: string = 'second word'.slice(0, 6);\n");
    expect(run(root)[2]).toBe('second');
    expect(statSync(join(root, CACHE, 'cli-entry-ts-packages.cjs')).mtimeMs).toBe(packages);
  });

  test('a module that was saved while it was read is read again, even where its length is the same', () => {
    const root = repository();
    const save = (word: string) => {
      writeFileSync(join(root, 'cli/word.ts'), `export const word: string = '${word}';\n`);
      // after the bundle begins, whenever that is
      utimesSync(join(root, 'cli/word.ts'), 4e9, 4e9);
    };
    save('first');
    expect(run(root)[2]).toBe('first');
    save('other');
    expect(run(root)[2]).toBe('other');
  });

  test('a copy of the repository never runs the bundle of the original', () => {
    const root = repository();
    run(root);
    const copy = join(folder, 'two');
    // as `cp -a` does it: the kept bundle and all times come along
    cpSync(root, copy, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
    expect(run(copy).slice(0, 2)).toEqual([join(copy, 'cli/entry.ts'), join(copy, CACHE)]);
  });

  test.each(['file', 'folder with a folder in the place of a bundle'])(
    'where its cache is a %s, it runs all the same',
    (kind) => {
      const root = repository();
      rmSync(join(root, 'node_modules/.cache'), { recursive: true, force: true });
      if (kind === 'file') writeFileSync(join(root, 'node_modules/.cache'), '');
      // root may write everywhere: a folder in the place of the bundle stops it too
      else mkdirSync(join(root, CACHE, 'cli-entry-ts.cjs'), { recursive: true });
      expect(run(root)).toEqual([join(root, 'cli/entry.ts'), join(root, CACHE), 'first', '-', '1']);
      expect(readdirSync(join(root, 'node_modules')).sort()).toContain('.cache');
    },
  );

  test('sources that are no TypeScript, and packages that are not installed, end in words and 2', () => {
    const root = repository();
    const said = () =>
      spawnSync(process.execPath, ['cli/bundle.cjs', 'cli/entry.ts'], { cwd: root, encoding: 'utf8' });
    writeFileSync(join(root, 'cli/word.ts'), 'export const word: string = ;\n');
    expect(said()).toMatchObject({ status: 2, stderr: expect.stringContaining('cli/word.ts:1:28') });
    expect(said().stderr).not.toMatch(/^\s+at /m);
    rmSync(join(root, 'node_modules/esbuild'), { recursive: true });
    const { status, stderr } = said();
    expect(status).toBe(2);
    expect(stderr).toMatch(/^Cannot find module 'esbuild'\. Run npm ci, then try again\n$/);
  });
});
