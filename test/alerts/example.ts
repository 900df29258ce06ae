import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeExample } from '../docs/example';
import { copyRepository } from '../repository-copy';

/** The component, alert and unit test of CONTRIBUTING.md, judged as a person would have them judged. Gives what went wrong. */
export function exampleProblems(): string[] {
  const root = mkdtempSync(join(tmpdir(), 'strata-example-'));
  try {
    copyRepository(root, { tests: 'test/' });
    writeExample(root);
    const commands = [
      ['cli/bundle.cjs', 'cli/write-schema.ts'],
      ['cli/strata.cjs', 'synth'],
      ['cli/bundle.cjs', 'test/alerts/run.ts', 'memcached'],
    ];
    for (const command of commands) {
      const { status, stdout, stderr } = spawnSync(process.execPath, command, {
        cwd: root,
        encoding: 'utf8',
      });
      const judged = command.at(-1) !== 'memcached' || /^ok {4}memcached .* 1 alerts/m.test(stdout);
      if (status !== 0 || !judged) return [`CONTRIBUTING.md: node ${command.join(' ')}:\n${stdout}${stderr}`];
    }
    return [];
  } finally {
    rmSync(root, { recursive: true });
  }
}
