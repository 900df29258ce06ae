import { spawn } from 'node:child_process';
import { bootstrapCommands } from '../docs/pages';
import type { Outcome } from './report';

interface Options {
  readonly kubectl: string;
  readonly kubeconfig: string;
  /** The working copy that a person stands in. */
  readonly folder: string;
  readonly cluster: string;
  /** What the command before a pipe prints: Secrets. */
  readonly secrets: (command: string) => Promise<string>;
}

interface Step {
  /** Of kubectl. */
  readonly args: readonly string[];
  /** Command whose output it reads. */
  readonly from?: string;
}

/** What argocd/README.md tells a person to do once, read from there. Ends with the first step that fails. */
export async function bootstrap(options: Options): Promise<Outcome> {
  const steps = bootstrapCommands(options.cluster).flatMap(stepsOf);
  for (const step of steps) {
    const problem = await run(options, step);
    if (problem !== undefined) return { proved: '', problems: [problem] };
  }
  return { proved: `${steps.length} commands of argocd/README.md, none refused`, problems: [] };
}

function stepsOf(line: string): Step[] {
  // has a group of its own
  if (line.startsWith('npx strata verify ')) return [];
  const [command = line, from] = line.split(' | ').reverse();
  const [program, ...args] = command.replaceAll("'", '').split(' ');
  if (program !== 'kubectl') throw new Error(`argocd/README.md: ${line}: nobody here can run that`);
  // a person watches until it is enough
  if (args.at(-1) === '-w') return [];
  return [{ args, ...(from !== undefined && { from }) }];
}

/** kubectl waits 32 s by itself; on a busy machine the server takes longer to tell the schema of all definitions that are new. */
const PATIENCE = '--request-timeout=5m';

async function run(
  { kubectl, kubeconfig, folder, secrets }: Options,
  { args, from }: Step,
): Promise<string | undefined> {
  const input = from === undefined ? '' : await secrets(from);
  return new Promise((resolve, reject) => {
    const child = spawn(kubectl, [...args, PATIENCE], {
      cwd: folder,
      env: { ...process.env, KUBECONFIG: kubeconfig },
    });
    const said: string[] = [];
    child.stderr.setEncoding('utf8').on('data', (text: string) => said.push(text));
    child.stdout.resume();
    child.on('error', reject);
    child.on('close', (code) =>
      resolve(code === 0 ? undefined : `kubectl ${args.join(' ')}: ${said.join('').trim()}`),
    );
    child.stdin.end(input);
  });
}
