import { run } from '../../cli/program';
import type { Surroundings } from '../../cli/surroundings';

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
