import { resolve } from 'node:path';
import { Command, CommanderError, Option } from 'commander';
import { check } from './check';
import { diffCommand } from './diff-command';
import { drill, type DrillOptions } from './drill';
import { list } from './list';
import { Output, type Format } from './output';
import { restore, type RestoreChoice } from './restore';
import { secrets } from './secrets';
import { synth, type SynthOutcome } from './synth';
import { worstLines } from './worst';
import type { Workspace } from './session';
import { verifyCluster } from './verify-cluster';

/** 0: fine. 1: findings, or settings that are refused. 2: wrong use, or a fault of Strata itself. */
const EXIT = { fine: 0, findings: 1, wrongUse: 2 } as const;

const program = new Command('strata')
  .description('Renders every layer of a self-hosted Kubernetes platform as checked YAML')
  .showHelpAfterError('(strata --help says more)')
  .helpCommand(true)
  .exitOverride();

const workspace = (): Workspace => ({
  // the path of this file, as cli/bundle.cjs hands it over; the bundle itself lies elsewhere
  root: resolve(process.argv[1] ?? '', '../..'),
  today: new Date().toISOString().slice(0, 10),
});

const output = (): Option =>
  new Option('-o, --output <format>', 'how results are printed').choices(['text', 'json']).default('text');

/** Runs a command and turns what it says into the exit code. */
function exitWith(run: (out: Output) => boolean, format: Format): void {
  process.exitCode = run(new Output(format)) ? EXIT.fine : EXIT.findings;
}

/** What the files that were written do to running clusters, at its worst. */
function sayWorst({ results }: SynthOutcome): void {
  const touched = results.filter(({ written, removed }) => written.length || removed.length);
  if (!touched.length) return;
  const names = touched.map(({ cluster }) => cluster);
  for (const line of worstLines(workspace().root, names)) process.stdout.write(`  ${line}\n`);
}

program
  .command('synth')
  .description('render and check clusters, and write dist/')
  .argument('[cluster...]', 'names of folders in clusters/', [])
  .option('--dry-run', 'say what would be written, and write nothing', false)
  .addOption(output())
  .action((clusters: string[], options: { output: Format; dryRun: boolean }) => {
    const outcome = synth(workspace(), { clusters, dryRun: options.dryRun });
    exitWith((out) => out.synth(outcome), options.output);
    if (options.output === 'text' && !options.dryRun) sayWorst(outcome);
  });

program
  .command('check')
  .description('check clusters without writing')
  .argument('[cluster...]', 'names of folders in clusters/', [])
  .option('--rendered <folder>', 'check the YAML files of this folder as they lie there, such as dist/mono')
  .addOption(output())
  .addHelpText(
    'after',
    '\nWith --rendered, the cluster is the one named, or else the one that the folder is named after.',
  )
  .action((clusters: string[], options: { output: Format; rendered?: string }) => {
    exitWith((out) => out.check(check(workspace(), clusters, options.rendered)), options.output);
  });

program.addCommand(diffCommand(workspace, (code) => (process.exitCode = code)));

program
  .command('list')
  .description('list the components of clusters: layer, namespace, wave, objects, version, requests')
  .argument('[cluster...]', 'names of folders in clusters/', [])
  .addOption(output())
  .action((clusters: string[], options: { output: Format }) => {
    exitWith((out) => out.list(list(workspace(), clusters)), options.output);
  });

program
  .command('secrets')
  .description('list the Secrets that a cluster needs, or make new ones')
  .argument('<cluster>', 'name of a folder in clusters/')
  .option('--generate', 'print Secrets with fresh random values, to be piped into kubectl or sops', false)
  .option(
    '--set <namespace/secret.key=value...>',
    'a value that somebody else gives, such as an API token',
    [],
  )
  .addOption(output())
  .addHelpText(
    'after',
    '\nNothing is stored. `strata secrets mono --generate | kubectl create -f -` leaves Secrets that exist as they are.',
  )
  .action((cluster: string, options: { output: Format; generate: boolean; set: string[] }) => {
    exitWith((out) => out.secrets(secrets(workspace(), cluster, options)), options.output);
  });

program
  .command('verify')
  .description('compare a live cluster with what its settings render, without changing anything')
  .argument('<cluster>', 'name of a folder in clusters/')
  .option('--context <name>', 'context of the kubeconfig; by default the one that is called like the cluster')
  .option('--kubeconfig <file>', "kubeconfig; by default kubectl's own choice")
  .addOption(output())
  .addHelpText(
    'after',
    `
Asks through kubectl: would the server accept every object (a dry run), what differs from git, are all Applications Synced and Healthy,
are certificates renewed and backups made in time. The current context is never used by itself, and a cluster whose root Application
follows another folder or repository is refused.`,
  )
  .action(async (cluster: string, options: { output: Format; context?: string; kubeconfig?: string }) => {
    const { output: format, ...given } = options;
    const progress = (line: string): void => void process.stderr.write(`${line}\n`);
    const outcome = await verifyCluster(workspace(), cluster, { ...given, now: new Date(), progress });
    exitWith((out) => out.verify(outcome), format);
  });

program
  .command('drill')
  .description('start the restore drills of a component now, and follow them')
  .argument('<cluster>', 'name of a folder in clusters/')
  .argument('<component>', 'whose backups, such as mysql-prod')
  .option('--kind <kind>', 'kind of backup; by default all that the component has')
  .option('--dry-run', 'say what would be started, and start nothing', false)
  .option('--context <name>', 'context of the kubeconfig; by default the one that is called like the cluster')
  .option('--kubeconfig <file>', "kubeconfig; by default kubectl's own choice")
  .addOption(output())
  .addHelpText(
    'after',
    '\nA drill restores into a scratch server of its own pod; it cannot reach the datastore.',
  )
  .action(
    async (
      cluster: string,
      component: string,
      options: Omit<DrillOptions, 'now' | 'progress'> & { output: Format },
    ) => {
      const { output: format, ...given } = options;
      const progress = (line: string): void => void process.stderr.write(`${line}\n`);
      const outcome = await drill(workspace(), cluster, component, { ...given, now: new Date(), progress });
      exitWith((out) => out.drill(outcome), format);
    },
  );

program
  .command('restore')
  .description('print the Job that brings a backup back; a person reads and applies it')
  .argument('<cluster>', 'name of a folder in clusters/')
  .argument('<component>', 'whose data, such as mysql-prod')
  .option('--kind <kind>', 'kind of backup, where the component has several')
  .option('--set <name>', 'set in the bucket; by default the newest complete one')
  .option('--to <moment>', 'replay the log up to this moment, such as 2026-11-20T13:00:00Z (PostgreSQL)')
  .option('--overwrite <component>', 'its name once more: what is there now may be replaced')
  .addOption(output())
  .addHelpText(
    'after',
    '\nNothing is applied. Without --overwrite the Job refuses a datastore that is not empty.',
  )
  .action((cluster: string, component: string, options: RestoreChoice & { output: Format }) => {
    exitWith((out) => out.restore(restore(workspace(), cluster, component, options)), options.output);
  });

void run();

async function run(): Promise<void> {
  try {
    await program.parseAsync();
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    process.exitCode = error.exitCode === 0 ? EXIT.fine : EXIT.wrongUse;
  }
}
