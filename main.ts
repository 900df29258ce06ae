import { resolve } from 'node:path';
import { Output } from './cli/output';
import { synth } from './cli/synth';

// What `npx cdk8s synth` runs. The cdk8s CLI empties the output folder first, and says by CDK8S_OUTDIR where it is.
const workspace = { root: resolve(process.cwd()), today: new Date().toISOString().slice(0, 10) };
const outdir = process.env['CDK8S_OUTDIR'];
const outcome = synth(workspace, outdir === undefined ? {} : { outdir });
process.exitCode = new Output('text').synth(outcome) ? 0 : 1;
