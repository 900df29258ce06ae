import { createHash } from 'node:crypto';
import { Command, InvalidArgumentError, Option } from 'commander';
import { StrataError } from '../charts/core/errors';
import { toHtml } from '../diff/html';
import { toJson } from '../diff/json';
import { CLASSES, type ChangeClass } from '../diff/line';
import { toMarkdown } from '../diff/markdown';
import { isUnchanged, toText } from '../diff/text';
import { diff, type DiffOutcome } from './diff';
import type { Surroundings } from './surroundings';
import { visible } from './visible';

type Format = 'text' | 'markdown' | 'json' | 'html';

interface Given {
  readonly base?: string;
  readonly output: Format;
  readonly failOn: readonly ChangeClass[];
  readonly link?: string;
}

/** 0: no change, or none that `--fail-on` names. 1: changes. 2: wrong use. */
const EXIT = { same: 0, changed: 1, wrongUse: 2 } as const;

/** `strata diff`: what a change does to running clusters. */
export function diffCommand(surroundings: Surroundings, exit: (code: number) => void): Command {
  return new Command('diff')
    .description(
      'say what a change does to running clusters: what fails, what data is at risk, what restarts',
    )
    .argument('[cluster...]', 'names of folders in dist/', [])
    .option('--base <revision>', 'what to compare with; by default where this branch left main')
    .addOption(
      new Option('-o, --output <format>', 'how the review is printed')
        .choices(['text', 'markdown', 'json', 'html'])
        .default('text'),
    )
    .option(
      '--fail-on <class>',
      `exit with 1 only where there are lines of this class; may be repeated, or a list with commas: ${CLASSES.join(', ')}`,
      classes,
      [],
    )
    .option('--link <address>', 'with markdown: address of the page with all details')
    .addHelpText(
      'after',
      `
Compares the committed dist/ of the base with dist/ as it lies here, and the settings of both; nothing is rendered, and no cluster is asked.
Render first: npx strata synth.

Exit code 0: no change (with --fail-on: none of that class), 1: changes, 2: wrong use.

  npx strata diff                          # this branch against main
  npx strata diff mono --base HEAD~3
  npx strata diff --output markdown        # a comment for a pull request
  npx strata diff --output html > page.html  # every object side by side, in one file
  npx strata diff --fail-on fails,data     # a gate: only these fail it`,
    )
    .action((clusters: string[], given: Given) => exit(run(surroundings, clusters, given)));
}

function run(
  { workspace: { root }, stdout, stderr }: Surroundings,
  clusters: readonly string[],
  given: Given,
): number {
  let outcome: DiffOutcome;
  try {
    outcome = diff(root, { clusters, ...(given.base !== undefined && { base: given.base }) });
  } catch (error) {
    if (!(error instanceof StrataError)) throw error;
    stderr.write(`${visible(error.message)}\n`);
    return EXIT.wrongUse;
  }
  stdout.write(printed(outcome, given));
  return exitCode(outcome, given.failOn);
}

function printed({ base, clusters }: DiffOutcome, { output, link }: Given): string {
  switch (output) {
    case 'text':
      return toText(clusters, base);
    case 'markdown':
      return toMarkdown(clusters, base, link === undefined ? {} : { link });
    case 'html':
      return toHtml(clusters, base, sha256);
    case 'json':
      return `${JSON.stringify(toJson(clusters, base), null, 2)}\n`;
  }
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('base64');

function exitCode({ clusters }: DiffOutcome, failOn: readonly ChangeClass[]): number {
  const isFound = failOn.length
    ? clusters.some(({ lines }) => lines.some((line) => failOn.includes(line.class)))
    : !clusters.every(isUnchanged);
  return isFound ? EXIT.changed : EXIT.same;
}

/** Classes given so far, and those of one more `--fail-on`. */
function classes(value: string, before: readonly ChangeClass[]): ChangeClass[] {
  const names = value.split(',').map((name) => name.trim());
  const unknown = names.filter((name) => !CLASSES.some((known) => known === name));
  if (unknown.length)
    throw new InvalidArgumentError(`"${unknown.join(', ')}" is no class. Name one of ${CLASSES.join(', ')}.`);
  return [...before, ...(names as ChangeClass[])];
}
