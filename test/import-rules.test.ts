import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

/** One bad import per rule of .dependency-cruiser.cjs. */
const BAD: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'no-cycles': {
    'charts/core/a.ts': "import type { B } from './b';\nexport type A = B;\n",
    'charts/core/b.ts': "import type { A } from './a';\nexport type B = A | 1;\n",
  },
  'layers-do-not-know-each-other': {
    'charts/apps/wiki.ts': "import { database } from '../data/database';\nexport const wiki = database;\n",
    'charts/data/database.ts': 'export const database = 1;\n',
  },
  'core-is-below-layers': { 'charts/core/c.ts': "export { database } from '../data/database';\n" },
  'layers-are-below-the-platform': {
    'charts/data/d.ts': "export { platform } from '../platform';\n",
    'charts/platform.ts': 'export const platform = 1;\n',
  },
  'imports-are-leaves': { 'imports/e.ts': "export { platform } from '../charts/platform';\n" },
  'settings-are-leaves': { 'settings/f.ts': "export { platform } from '../charts/platform';\n" },
  'checks-read-objects': { 'checks/g.ts': "export { database } from '../charts/data/database';\n" },
  'reviews-compare-objects': { 'diff/k.ts': "export { database } from '../charts/data/database';\n" },
  'reviews-are-above-checks': {
    'checks/l.ts': "export { line } from '../diff/line';\n",
    'diff/line.ts': 'export const line = 1;\n',
  },
  'pure-from-settings-to-objects': { 'charts/core/h.ts': "export { readFileSync } from 'node:fs';\n" },
  'tests-are-leaves': {
    'cli/i.ts': "export { helper } from '../test/helper';\n",
    'test/helper.ts': 'export const helper = 1;\n',
  },
  'only-listed-packages': { 'cli/j.ts': "export { parse } from 'acorn';\n" },
};

test('[CI-03] every import rule is tripped by its bad file, and names it', () => {
  const root = resolve(__dirname, '..');
  const folder = mkdtempSync(join(tmpdir(), 'strata-imports-'));
  try {
    for (const file of ['.dependency-cruiser.cjs', 'tsconfig.json', 'package.json'])
      copyFileSync(join(root, file), join(folder, file));
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    for (const [path, content] of Object.values(BAD).flatMap((files) => Object.entries(files))) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), content);
    }
    const { stdout } = spawnSync(
      join(root, 'node_modules/.bin/depcruise'),
      [
        '--config',
        '.dependency-cruiser.cjs',
        '--output-type',
        'json',
        'charts',
        'checks',
        'cli',
        'settings',
        'diff',
        'imports',
        'test',
      ],
      { cwd: folder, encoding: 'utf8' },
    );
    const { summary } = JSON.parse(stdout) as {
      summary: { violations: { from: string; rule: { name: string } }[] };
    };
    for (const [rule, files] of Object.entries(BAD)) {
      const from = summary.violations
        .filter(({ rule: { name } }) => name === rule)
        .map((violation) => violation.from);
      expect({ rule, from }).toEqual({ rule, from: expect.arrayContaining([Object.keys(files)[0]]) });
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});
