import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { faultLine } from './fault';
import { run } from './program';
import type { Surroundings } from './surroundings';
import { UsageError } from './usage-error';
import { watchSources } from './watch';

// the path of this file, as cli/bundle.cjs hands it over; the bundle itself lies elsewhere
const root = resolve(process.argv[1] ?? '', '../..');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };

/** One line of the terminal. Questions go where messages go, so that results can be piped. */
async function ask(question: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const left = new AbortController();
  terminal.once('close', () => left.abort());
  try {
    return await terminal.question(question, { signal: left.signal });
  } catch {
    // Ctrl-C or Ctrl-D
    throw new UsageError(
      'strata',
      'a question was left without an answer',
      'Nothing was written. Run it again',
    );
  } finally {
    terminal.close();
  }
}

const surroundings: Surroundings = {
  workspace: { root, today: new Date().toISOString().slice(0, 10) },
  version,
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  readInput: () => readFileSync(process.stdin.fd, 'utf8'),
  ...(process.stdin.isTTY && { ask }),
  watch: (args) => watchSources(root, args),
};

for (const stream of [process.stdout, process.stderr]) {
  // whoever reads has seen enough, as `head` has: the command goes on, and its exit code stays what it would be
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE' && error.code !== 'ERR_STREAM_DESTROYED') throw error;
  });
}
// what fails outside of a command's own promise, such as in an answer that comes too late
process.on('uncaughtException', (error) => {
  process.stderr.write(`${faultLine(error, surroundings)}\n`);
  process.exit(2);
});

void run(process.argv.slice(2), surroundings).then((code) => {
  process.exitCode = code;
});
