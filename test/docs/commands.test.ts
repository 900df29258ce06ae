import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { strata } from '../cli/terminal';

const PAGES = [
  'README.md',
  'CONTRIBUTING.md',
  ...['argocd', 'docs', 'test', 'charts'].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.md'))
      .map((path) => join(folder, path)),
  ),
  'docs/review-ci.sh',
];

interface Typed {
  readonly page: string;
  readonly command: string;
  readonly options: readonly string[];
}

/** Command lines of Strata in a page: up to a comment, a pipe, or the end of the quotation. */
const typedIn = (page: string, text: string): Typed[] =>
  [...text.replace(/\\\n/g, ' ').matchAll(/npx strata ((?:--)?[a-z]+)([^`#|\n]*)/g)].map(
    ([, command = '', rest = '']) => ({
      page,
      command,
      options: [...rest.matchAll(/(?<=\s)--?[a-z][a-z-]*/g)].map(([option]) => option),
    }),
  );

const help = new Map<string, string>();
/** What the command says of itself; empty where there is none. */
async function helpOf(command: string): Promise<string> {
  const said = help.get(command) ?? (await strata([command, '--help'])).stdout;
  help.set(command, said);
  return said;
}

const commandsOf = (text: string): string[] =>
  [...text.matchAll(/^ {2}([a-z]+) .*/gm)].map(([, name = '']) => name).filter((name) => name !== 'help');

/** What is typed that does not exist. */
async function unknown(typed: readonly Typed[]): Promise<string[]> {
  const { stdout: overview } = await strata(['--help']);
  const found: string[] = [];
  for (const { page, command, options } of typed) {
    if (command.startsWith('--')) {
      if (!overview.includes(`${command} `)) found.push(`${page}: ${command}`);
      continue;
    }
    if (!commandsOf(overview).includes(command)) {
      found.push(`${page}: ${command}`);
      continue;
    }
    const said = await helpOf(command);
    for (const option of options)
      if (!new RegExp(`^ +(-\\w, )?${option}\\b`, 'm').test(said) && !said.includes(`${option},`))
        found.push(`${page}: ${command} ${option}`);
  }
  return found;
}

describe('commands in the documents', () => {
  test('exist, with their options', async () => {
    const typed = PAGES.flatMap((page) => typedIn(page, readFileSync(page, 'utf8')));
    expect(typed.length).toBeGreaterThan(40);
    expect(await unknown(typed)).toEqual([]);
  });

  test('are found where they do not exist', async () => {
    const text =
      '`npx strata show mono`, npx strata synth --quick # x\nnpx strata --loud\nnpx strata diff \\\n  --sink';
    expect(await unknown(typedIn('page', text))).toEqual([
      'page: show',
      'page: synth --quick',
      'page: --loud',
      'page: diff --sink',
    ]);
  });

  test('are all in the README', async () => {
    const typed = typedIn('README.md', readFileSync('README.md', 'utf8')).map(({ command }) => command);
    const { stdout } = await strata(['--help']);
    expect(commandsOf(stdout).filter((command) => !typed.includes(command))).toEqual([]);
  });
});
