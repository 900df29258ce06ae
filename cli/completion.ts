import { RootCommand } from '@bomb.sh/tab';
import { Argument, type Command } from 'commander';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Workspace } from './session';

const NAME = 'complete';
const SHELLS = ['bash', 'zsh', 'fish', 'powershell'];
/** Arguments that name a cluster. */
const CLUSTERS: readonly string[] = ['cluster', 'from', 'to'];

/** `strata complete <shell>` prints the script that completes commands, options and names of clusters. */
export function addCompletion(program: Command, { root }: Workspace): void {
  program
    .command(NAME)
    .description('print the script that completes commands, options and clusters in a shell')
    .addArgument(new Argument('<shell>', 'shell that reads the script').choices(SHELLS))
    .addHelpText(
      'after',
      `
For bash with its package bash-completion, in ~/.bashrc:
  alias strata='npx strata'
  source <(npx strata ${NAME} bash)`,
    )
    .action((shell: string) => {
      // by its path: `npx` would take a second for each suggestion
      const words = [process.execPath, join(root, 'cli/strata.cjs')];
      new RootCommand().setup('strata', words.map(quoted).join(' '), shell);
    });
}

const quoted = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;

/** The words that a shell asks about by calling the program with `complete -- <words…>`; undefined where it does not. */
export const asked = (args: readonly string[]): readonly string[] | undefined =>
  args[0] === NAME && args[1] === '--' ? args.slice(2) : undefined;

/** Prints what may stand in the place of the last word, as the scripts read it: from the commands as they are. */
export function suggest(program: Command, { root }: Workspace, words: readonly string[]): void {
  const known = new RootCommand();
  for (const command of program.commands) {
    const entry = known.command(command.name(), command.description());
    for (const { long, short, description, argChoices, required } of command.options)
      entry.option(
        (long ?? '').replace(/^--/, ''),
        description,
        required ? (suggestion) => (argChoices ?? []).forEach((value) => suggestion(value, '')) : '',
        short?.replace(/^-/, ''),
      );
    for (const argument of command.registeredArguments) {
      const values = argument.argChoices ?? (CLUSTERS.includes(argument.name()) ? clustersIn(root) : []);
      const suggestAll = (suggestion: (value: string, description: string) => void): void =>
        values.forEach((value) => suggestion(value, ''));
      entry.argument(argument.name(), suggestAll, argument.variadic);
    }
  }
  known.parse([...words]);
}

function clustersIn(root: string): string[] {
  const folder = join(root, 'clusters');
  return statSync(folder, { throwIfNoEntry: false })?.isDirectory()
    ? readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
        entry.isDirectory() ? [entry.name] : [],
      )
    : [];
}
