import { cpSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../../cli/program';
import type { Surroundings } from '../../cli/surroundings';

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

export interface Said {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command line in this process, in the repository itself unless told otherwise. */
export async function strata(args: readonly string[], more: Partial<Surroundings> = {}): Promise<Said> {
  const texts = { stdout: '', stderr: '' };
  const screen = (name: keyof typeof texts) => ({ write: (text: string) => void (texts[name] += text) });
  const code = await run(args, {
    workspace: { root: process.cwd(), today: '2026-11-20' },
    version: '1.2.3',
    stdout: screen('stdout'),
    stderr: screen('stderr'),
    env: {},
    readInput: () => '',
    watch: () => Promise.resolve(),
    ...more,
  });
  return { code, ...texts };
}
