import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { Output } from './cli/output';
import { synth } from './cli/synth';

/**
 * `output` of cdk8s.yaml. The cdk8s CLI deletes that folder before it calls us, and lists the YAML files that are in it afterwards: so it is
 * not dist/, which keeps its files where a cluster has a mistake, but a link to it.
 */
const LINK = 'node_modules/.cache/cdk8s-dist';

// What `npx cdk8s synth` runs. CDK8S_OUTDIR is the folder of the CLI's own options, else LINK.
const root = resolve(process.cwd());
const workspace = { root, today: new Date().toISOString().slice(0, 10) };
const outdir = process.env['CDK8S_OUTDIR'];
const isOwn = outdir === undefined || resolve(outdir) === resolve(root, LINK);
const outcome = synth(workspace, isOwn ? {} : { outdir });
if (outdir !== undefined && isOwn) {
  mkdirSync(dirname(resolve(outdir)), { recursive: true });
  rmSync(outdir, { force: true });
  symlinkSync(resolve(root, 'dist'), outdir, 'junction');
}
process.exitCode = new Output('text').synth(outcome) ? 0 : 1;
