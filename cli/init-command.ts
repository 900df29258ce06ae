import { Option, type Command } from 'commander';
import type { Finish } from './commands';
import { init } from './init';
import { askMissing } from './init-questions';
import { DEFAULT_ADDRESSES, DEFAULT_NODE, type InitFlags } from './init-settings';
import type { Format } from './output';
import type { Surroundings } from './surroundings';

type Options = InitFlags & { readonly output: Format; readonly yes: boolean; readonly dryRun: boolean };

/** `strata init <name>`: a new cluster from flags, or from questions on a terminal. */
export function addInit(program: Command, { workspace, ask }: Surroundings, finish: Finish): void {
  program
    .command('init')
    .description('write the settings of a new cluster, and say what to do next')
    .argument('<name>', 'name of the cluster and of its folder in clusters/')
    .addOption(
      new Option('--distribution <name>', 'what it was installed with (default: k3s)').choices([
        'k3s',
        'kubeadm',
      ]),
    )
    .option('--domain <domain>', 'domain of the cluster')
    .option(
      '--node <name:cores:memory:disk[:role[:count]]>',
      `a type of node; may be repeated (default: ${DEFAULT_NODE})`,
      collect,
    )
    .option('--node-addresses <cidr>', `addresses of the nodes (default: ${DEFAULT_ADDRESSES})`)
    .option(
      '--environment <name[:stage]>',
      'an environment: dev, staging or prod; may be repeated (default: dev)',
      collect,
    )
    .option(
      '--with <components>',
      'what runs: in each environment, or once for the cluster; separated by commas',
      collect,
    )
    .option('--contact <mailbox>', "mailbox of the Let's Encrypt account")
    .option('--repository <url>', 'where this repository is published')
    .option(
      '--storage <kind>',
      'longhorn, or existing:<class> (default: existing:local-path on k3s, longhorn on kubeadm)',
    )
    .option('--backup <url>', 'bucket for backups, https://<endpoint>/<bucket>')
    .option('--backup-region <region>', 'region of the bucket')
    .option('--backup-recipient <recipient>', 'age recipient that backups are encrypted to')
    .option('--without-backup <reason>', 'why the data of dev and staging environments needs no backup')
    .option('-y, --yes', 'ask nothing: defaults for what is not given', false)
    .option('--dry-run', 'print the file, and write nothing', false)
    .addOption(
      new Option('-o, --output <format>', 'how results are printed')
        .choices(['text', 'json'])
        .default('text'),
    )
    .addHelpText(
      'after',
      '\nOn a terminal it asks for what the flags do not say. Nothing is written over what is there.',
    )
    .action(async (name: string, { output, yes, dryRun, ...given }: Options) => {
      const flags = ask && !yes ? await askMissing(given, ask) : given;
      const outcome = init(workspace, name, flags, dryRun);
      finish(outcome, output, (out) => out.init(outcome));
    });
}

const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];
