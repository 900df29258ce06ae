import { Option, type Command } from 'commander';
import { check } from './check';
import { drill, type DrillOptions } from './drill';
import { explainSetting } from './explain-setting';
import { list } from './list';
import { listAlerts } from './list-alerts';
import { listExceptions } from './list-exceptions';
import type { Format, Output } from './output';
import { restore, type RestoreChoice } from './restore';
import { secrets } from './secrets';
import type { Failure, Workspace } from './session';
import type { Surroundings } from './surroundings';
import { synth, type SynthOutcome } from './synth';
import { verifyCluster } from './verify-cluster';
import { worstLines } from './worst';

/** Prints what a command found, and notes what went wrong for the exit code. */
export type Finish = (
  outcome: { readonly failures: readonly Failure[] },
  format: Format,
  print: (out: Output) => void,
) => void;

/** Every command with its arguments, options and help. */
export function addCommands(program: Command, surroundings: Surroundings, finish: Finish): void {
  addSynth(program, surroundings, finish);
  addCheck(program, surroundings, finish);
  addList(program, surroundings, finish);
  addSecrets(program, surroundings, finish);
  addVerify(program, surroundings, finish);
  addDrill(program, surroundings, finish);
  addRestore(program, surroundings, finish);
  addExplain(program, finish);
}

const output = (): Option =>
  new Option('-o, --output <format>', 'how results are printed').choices(['text', 'json']).default('text');

const CLUSTER = 'name of a folder in clusters/';
const CLUSTERS = 'names of folders in clusters/';

interface Formatted {
  readonly output: Format;
}

function addSynth(program: Command, { workspace, watch, stdout }: Surroundings, finish: Finish): void {
  program
    .command('synth')
    .description('render and check clusters, and write dist/')
    .argument('[cluster...]', CLUSTERS, [])
    .option('--dry-run', 'name the files that would be written or removed, and write nothing', false)
    .option('--watch', 'render again whenever settings or sources change; Ctrl-C ends it', false)
    .addOption(output())
    .action(async (clusters: string[], options: Formatted & { dryRun: boolean; watch: boolean }) => {
      const { output: format, dryRun } = options;
      if (options.watch) {
        await watch(['synth', ...clusters, ...(dryRun ? ['--dry-run'] : []), '--output', format]);
        return;
      }
      const outcome = synth(workspace, { clusters, dryRun });
      finish(outcome, format, (out) => out.synth(outcome));
      if (format === 'text' && !dryRun) sayWorst(workspace, outcome, stdout);
    });
}

/** What the files that were written do to running clusters, at its worst. */
function sayWorst({ root }: Workspace, { results }: SynthOutcome, stdout: Surroundings['stdout']): void {
  const touched = results.filter(({ written, removed }) => written.length || removed.length);
  if (!touched.length) return;
  const names = touched.map(({ cluster }) => cluster);
  for (const line of worstLines(root, names)) stdout.write(`  ${line}\n`);
}

function addCheck(program: Command, { workspace }: Surroundings, finish: Finish): void {
  program
    .command('check')
    .description('check clusters without writing')
    .argument('[cluster...]', CLUSTERS, [])
    .option('--rendered <folder>', 'check the YAML files of this folder as they lie there, such as dist/mono')
    .addOption(output())
    .addHelpText(
      'after',
      '\nWith --rendered, the cluster is the one named, or else the one that the folder is named after.',
    )
    .action((clusters: string[], options: Formatted & { rendered?: string }) => {
      const outcome = check(workspace, clusters, options.rendered);
      finish(outcome, options.output, (out) => out.check(outcome));
    });
}

function addList(program: Command, { workspace }: Surroundings, finish: Finish): void {
  program
    .command('list')
    .description('list the components of clusters: layer, namespace, wave, objects, version, requests')
    .argument('[cluster...]', CLUSTERS, [])
    .option('--exceptions', 'list what of the components is less than the hardened default, and why', false)
    .addOption(
      new Option(
        '--alerts',
        'list the alerts that Prometheus judges: severity, the longest time from the fact to the message, runbook',
      )
        .default(false)
        .conflicts('exceptions'),
    )
    .addOption(output())
    .addHelpText(
      'after',
      `
With --exceptions and no cluster, those of every component there is.
With --alerts, WORST is the age of the series, its scrapes, the time that the expression looks back, the evaluation, \`for\` and group_wait. A
critical one takes five minutes at most, or a row of --exceptions says why not.`,
    )
    .action((clusters: string[], options: Formatted & { exceptions: boolean; alerts: boolean }) => {
      if (options.alerts) {
        const outcome = listAlerts(workspace, clusters);
        finish(outcome, options.output, (out) => out.alerts(outcome));
        return;
      }
      if (options.exceptions) {
        const outcome = listExceptions(workspace, clusters);
        finish(outcome, options.output, (out) => out.exceptions(outcome));
        return;
      }
      const outcome = list(workspace, clusters);
      finish(outcome, options.output, (out) => out.list(outcome));
    });
}

function addSecrets(program: Command, { workspace, readInput }: Surroundings, finish: Finish): void {
  program
    .command('secrets')
    .description('list the Secrets that a cluster needs, or make new ones')
    .argument('<cluster>', CLUSTER)
    .option('--generate', 'print Secrets with fresh random values, to be piped into kubectl or sops', false)
    .option(
      '--set <namespace/secret.key=value...>',
      'a value that somebody else gives, such as an API token: @file for what a file holds, - for the standard input',
      [],
    )
    .addOption(output())
    .addHelpText(
      'after',
      `
Nothing is stored. \`strata secrets mono --generate | kubectl create -f -\` leaves Secrets that exist as they are.
Other users of the machine can read the arguments of a program, and shells keep them: give values as @file or -.
The line break at the end of a value of one line is left out.`,
    )
    .action((cluster: string, options: Formatted & { generate: boolean; set: string[] }) => {
      const outcome = secrets(workspace, cluster, { ...options, readInput });
      finish(outcome, options.output, (out) => out.secrets(outcome));
    });
}

/** How clusters are reached. */
const addConnection = (command: Command): Command =>
  command
    .option(
      '--context <name>',
      'context of the kubeconfig; by default the one that is called like the cluster',
    )
    .option('--kubeconfig <file>', "kubeconfig; by default kubectl's own choice")
    .addOption(output());

function addVerify(program: Command, { workspace, stderr }: Surroundings, finish: Finish): void {
  const command = program
    .command('verify')
    .description('compare a live cluster with what its settings render, without changing anything')
    .argument('<cluster>', CLUSTER);
  addConnection(command)
    .addHelpText(
      'after',
      `
Asks through kubectl: would the server accept every object (a dry run), what differs from git, are all Applications Synced and Healthy,
are certificates renewed and backups made in time. The current context is never used by itself, and a cluster whose root Application
follows another folder or repository is refused.`,
    )
    .action(async (cluster: string, options: Formatted & { context?: string; kubeconfig?: string }) => {
      const { output: format, ...given } = options;
      const progress = (line: string): void => void stderr.write(`${line}\n`);
      const outcome = await verifyCluster(workspace, cluster, { ...given, now: new Date(), progress });
      finish(outcome, format, (out) => out.verify(outcome));
    });
}

function addDrill(program: Command, { workspace, stderr }: Surroundings, finish: Finish): void {
  const command = program
    .command('drill')
    .description('start the restore drills of a component now, and follow them')
    .argument('<cluster>', CLUSTER)
    .argument('<component>', 'whose backups, such as mysql-prod')
    .option('--kind <kind>', 'kind of backup; by default all that the component has')
    .option('--dry-run', 'say what would be started, and start nothing', false);
  addConnection(command)
    .addHelpText(
      'after',
      '\nA drill restores into a scratch server of its own pod; it cannot reach the datastore.',
    )
    .action(
      async (
        cluster: string,
        component: string,
        options: Omit<DrillOptions, 'now' | 'progress'> & Formatted,
      ) => {
        const { output: format, ...given } = options;
        const progress = (line: string): void => void stderr.write(`${line}\n`);
        const outcome = await drill(workspace, cluster, component, { ...given, now: new Date(), progress });
        finish(outcome, format, (out) => out.drill(outcome));
      },
    );
}

function addRestore(program: Command, { workspace }: Surroundings, finish: Finish): void {
  program
    .command('restore')
    .description('print the Job that brings a backup back; a person reads and applies it')
    .argument('<cluster>', CLUSTER)
    .argument('<component>', 'whose data, such as mysql-prod')
    .option('--kind <kind>', 'kind of backup, where the component has several')
    .option('--set <name>', 'set in the bucket; by default the newest complete one')
    .option('--overwrite <component>', 'its name once more: what is there now may be replaced')
    .addOption(output())
    .addHelpText(
      'after',
      '\nNothing is applied. Without --overwrite the Job refuses a datastore that is not empty. PostgreSQL of the engine cloudnative-pg goes back ' +
        'to a moment by its settings: charts/data/postgresql/runbook.md.',
    )
    .action((cluster: string, component: string, options: RestoreChoice & Formatted) => {
      const outcome = restore(workspace, cluster, component, options);
      finish(outcome, options.output, (out) => out.restore(outcome));
    });
}

function addExplain(program: Command, finish: Finish): void {
  program
    .command('explain')
    .description('explain a setting: its type, default, bounds, meaning, place, and who reads it')
    .argument(
      '[setting]',
      'path of a setting, such as nodes.memory, or its end; by default the top of the file',
    )
    .addOption(output())
    .action((setting: string | undefined, options: Formatted) => {
      const outcome = explainSetting(setting);
      finish(outcome, options.output, (out) => out.explain(outcome));
    });
}
