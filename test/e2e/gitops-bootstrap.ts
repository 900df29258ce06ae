import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { KubeObject } from '../../charts/core/objects';
import type { Outcome } from './report';

interface Options {
  readonly kubectl: string;
  readonly kubeconfig: string;
  /** The working copy that a person stands in. */
  readonly folder: string;
  readonly cluster: string;
  /** Stand-ins of declared Secrets. */
  readonly secrets: readonly KubeObject[];
}

interface Step {
  readonly args: readonly string[];
  readonly input?: string;
}

/** What argocd/README.md tells a person to do once, read from there; Secrets are the stand-ins. Ends with the first step that fails. */
export async function bootstrap(options: Options): Promise<Outcome> {
  const steps = stepsIn(readFileSync('argocd/README.md', 'utf8'), options);
  for (const step of steps) {
    const problem = await run(options, step);
    if (problem !== undefined) return { proved: '', problems: [problem] };
  }
  return { proved: `${steps.length} commands of argocd/README.md, none refused`, problems: [] };
}

/** The commands of the first block of shell. */
function stepsIn(document: string, { cluster, secrets }: Options): Step[] {
  const [, block = ''] = /^```sh\n([^]*?)^```/m.exec(document) ?? [];
  const lines = block.split('\n').filter((line) => line && !line.startsWith('#'));
  const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: secrets });
  return lines.flatMap((line): Step[] => {
    // has a group of its own
    if (line.startsWith('npx strata verify ')) return [];
    const command = line.split(' | ').at(-1) ?? line;
    const [program, ...args] = command.replaceAll('<cluster>', cluster).replaceAll("'", '').split(' ');
    if (program !== 'kubectl') throw new Error(`argocd/README.md: ${line}: nobody here can run that`);
    // a person watches until it is enough
    if (args.at(-1) === '-w') return [];
    return [{ args, ...(line.includes(' | ') && { input: list }) }];
  });
}

/** kubectl waits 32 s by itself; on a busy machine the server takes longer to tell the schema of all definitions that are new. */
const PATIENCE = '--request-timeout=5m';

function run({ kubectl, kubeconfig, folder }: Options, { args, input }: Step): Promise<string | undefined> {
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
    child.stdin.end(input ?? '');
  });
}
