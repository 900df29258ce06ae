import { cpSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export { strata, type Said } from './said';

const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

/** A folder that is gone after the tests of the file. */
export function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'strata-cli-'));
  folders.push(folder);
  return folder;
}

/** A repository of its own: settings, of charts the folders with their runbooks, which is all that a run reads there, and no dist/. */
export function workspace(): { readonly root: string; readonly today: string } {
  const root = scratch();
  cpSync('clusters', join(root, 'clusters'), { recursive: true });
  const isRead = (path: string): boolean => statSync(path).isDirectory() || path.endsWith('/runbook.md');
  cpSync('charts', join(root, 'charts'), { recursive: true, filter: isRead });
  return { root, today: '2026-11-20' };
}

/** Changes a file, which has to hold what is looked for. */
export function edit(file: string, from: string | RegExp, to: string): void {
  const before = readFileSync(file, 'utf8');
  const after = before.replace(from, to);
  if (after === before) throw new Error(`${file} holds no ${String(from)}`);
  writeFileSync(file, after);
}
