import { Option, type Command } from 'commander';
import type { Finish } from './commands';
import type { Format } from './output';
import { promote, type PromoteOptions } from './promote';
import type { Surroundings } from './surroundings';

/** `strata promote <from> <to>`: settings that one cluster has proved, for another. */
export function addPromote(program: Command, { workspace }: Surroundings, finish: Finish): void {
  program
    .command('promote')
    .description('carry settings that one cluster has proved into the settings of another')
    .argument('<from>', 'the cluster that has them, a folder in clusters/')
    .argument('<to>', 'the cluster whose file is changed')
    .option(
      '--component <id>',
      'only this component of the second cluster, such as loki or mysql-prod; may be repeated',
      (value: string, before: readonly string[]) => [...before, value],
      [] as readonly string[],
    )
    .option('--dry-run', 'print the change of the file, and write nothing', false)
    .addOption(
      new Option('-o, --output <format>', 'how results are printed')
        .choices(['text', 'json'])
        .default('text'),
    )
    .addHelpText(
      'after',
      `
Nodes, addresses, host names, sizes, numbers of pods, receivers, buckets, namespaces and the like are one cluster's own, and stay.
A component that is off in the second cluster is switched on, and what \`strata diff\` calls "will fail" or "data at risk" is carried, only
where --component names it. The result is checked before anything is written, and nothing is committed.`,
    )
    .action((from: string, to: string, { output, ...options }: PromoteOptions & { output: Format }) => {
      const outcome = promote(workspace, from, to, options);
      finish(outcome, output, (out) => out.promote(outcome));
    });
}
