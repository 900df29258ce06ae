import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';

/**
 * Copies the repository into an empty folder; the packages stay where they are. `dist/`, more than half of the files, is left out unless asked
 * for, and of the tests all but those whose path begins with `tests`.
 */
export function copyRepository(
  folder: string,
  { dist = false, tests }: { readonly dist?: boolean; readonly tests?: string } = {},
): void {
  const files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    encoding: 'utf8',
  });
  const isLeftOut = (name: string): boolean =>
    (name.startsWith('test/') && !(tests !== undefined && name.startsWith(tests))) ||
    (name.startsWith('dist/') && !dist);
  for (const file of files.split('\0').filter((name) => name && existsSync(name) && !isLeftOut(name)))
    cpSync(file, join(folder, file));
  mkdirSync(join(folder, 'node_modules'));
  for (const name of readdirSync('node_modules').filter((entry) => entry !== '.cache'))
    symlinkSync(resolve('node_modules', name), join(folder, 'node_modules', name));
}
