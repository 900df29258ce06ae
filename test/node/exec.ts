import { spawn, spawnSync } from 'node:child_process';
import { ProgrammeError } from '../e2e/report';

/** Lines of a program's complaint that a message shows. */
const SHOWN_LINES = 8;

export interface Done {
  /** null where a signal ended it. */
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

/** The same for programs that may take long: policies are enforced and an order to end is heard meanwhile. */
export function attemptLong(program: string, args: readonly string[], input = ''): Promise<Done> {
  return new Promise((resolve) => {
    const child = spawn(program, args);
    let [output, errors] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
    child.once('error', (error) => (errors += error.message));
    child.once('close', (code) => resolve({ code, output, errors }));
    // it may end before it has read all
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}

/** Runs a program to its end, whatever that is. */
export function attempt(program: string, args: readonly string[], input = ''): Done {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    input,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  return { code: status, output: stdout, errors: error ? `${error.message}\n${stderr}` : stderr };
}

/** Runs a program of this machine, and gives what it printed. Throws a ProgrammeError with its last lines where it fails. */
export function execute(program: string, args: readonly string[], input = ''): string {
  const { code, output, errors } = attempt(program, args, input);
  if (code === 0) return output;
  const lines = errors.trimEnd().split('\n').slice(-SHOWN_LINES).join('\n');
  throw new ProgrammeError(`${program} ${args.join(' ')} ended with ${code ?? 'a signal'}:\n${lines}`);
}
