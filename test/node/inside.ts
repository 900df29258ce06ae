import { mkdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { formatProblem, loadClusters } from '../../cli/load';
import type { ClusterSettings } from '../../charts/settings';
import { startControlPlane } from '../e2e/control-plane';
import { Processes, sleep } from '../e2e/processes';
import { ProgrammeError, Report } from '../e2e/report';
import { startBucket, type Bucket } from './bucket';
import { Authority } from './certificates';
import { execute } from './exec';
import { furnish, makeCgroup, NODE_ADDRESS } from './namespace';
import { enforcePolicies } from './network-policies';
import { startNode } from './node';
import { cgroupOf, LOGS, type Plan } from './plan';
import type { NodePrograms } from './programs';
import { startRuntime } from './runtime';
import { chosen } from './scenarios';
import { Stage } from './stage';

const NODE = 'node';

const report = new Report();
let processes: Processes | undefined;
let ending = false;

void main();

async function main(): Promise<void> {
  if (process.pid !== 1)
    throw new ProgrammeError(
      'This is the inside of `npm run e2e:node`, which starts it in namespaces of its own',
    );
  const plan = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as Plan;
  // the outside is gone, or wants an end
  process.stdin.resume().on('end', () => void end(1));
  process.once('uncaughtException', (error) => void end(1, error.stack ?? error.message));
  try {
    await run(plan);
    await end(report.ok ? 0 : 1);
  } catch (error) {
    await end(1, error instanceof ProgrammeError ? error.message : String((error as Error).stack));
  }
}

async function run(plan: Plan): Promise<void> {
  const settings = settingsOf(plan.cluster);
  const identity = identityOf(plan.programs);
  const own = withRecipient(settings, identity.recipient);
  const { stage, bucket } = await report.step('start', () => start(plan, own, identity.secret));
  for (const { name, run: scenario } of chosen(plan.only))
    await scenario({ stage, bucket, settings: own, report, name });
  if (plan.keep) await kept();
}

/** Everything that a scenario needs: a control plane, a node, a bucket. */
async function start(
  plan: Plan,
  settings: ClusterSettings,
  identity: string,
): Promise<{ stage: Stage; bucket: Bucket | undefined }> {
  const { folder, programs, plugins } = plan;
  const logs = join(folder, LOGS);
  mkdirSync(logs);
  furnish(folder);
  const own = new Processes(logs);
  processes = own;
  const cgroup = cgroupOf(folder);
  makeCgroup(cgroup);
  const authority = new Authority(join(folder, 'authority'), 'run');
  const kubelets = authority.issue(['api-server'], '/O=system:masters/CN=api-server');
  const { pods, services } = settings.network;
  await startRuntime({ processes: own, folder, plugins, pods });
  const { api, kubeconfig } = await startControlPlane({
    ...{ binaries: programs.kubernetes, processes: own, folder: logs, services },
    serverArguments: [
      '--kubelet-preferred-address-types=InternalIP',
      `--kubelet-client-certificate=${kubelets.certificate}`,
      `--kubelet-client-key=${kubelets.key}`,
    ],
  });
  const { backup } = settings;
  const access = { id: 'strata', secret: 'strata-node-run' };
  const host = backup ? new URL(backup.endpoint).hostname : 's3.example.com';
  const bucket = backup
    ? await startBucket({
        ...{
          program: programs.go.versitygw,
          rclone: programs.go.rclone,
          processes: own,
          folder,
          authority,
          host,
          access,
        },
        ...{ region: backup.region, name: backup.bucket },
      })
    : undefined;
  await startNode({
    ...{ api, kubeconfig, programs, processes: own, folder, name: NODE, pods, cgroup },
    clients: authority.certificate,
    hosts: { [host]: NODE_ADDRESS },
  });
  // CoreDNS is no pod here, and policies let everybody ask the pods that it is elsewhere
  const names = { ...settings.network.dns, address: NODE_ADDRESS, ports: { dns: 53, 'dns-tcp': 53 } };
  void enforcePolicies(api, [names], () => ending).catch((error: unknown) => end(1, String(error)));
  const values = new Map([
    ['drills/backup-s3.access-key-id', access.id],
    ['drills/backup-s3.secret-access-key', access.secret],
    ['drills/backup-identity.identity', identity],
  ]);
  const stage = new Stage({
    ...{ api, kubeconfig, programs, processes: own, folder, authority, values },
    node: NODE,
  });
  return { stage, bucket };
}

function settingsOf(name: string): ClusterSettings {
  const { clusters, problems } = loadClusters(resolve('clusters'), [name]);
  const [cluster] = clusters;
  if (!cluster || problems.length) throw new ProgrammeError(problems.map(formatProblem).join('\n'));
  return cluster.settings;
}

/** A key pair of this run. */
function identityOf({ go }: NodePrograms): { secret: string; recipient: string } {
  const text = execute(go['age-keygen'], []);
  const secret = /^AGE-SECRET-KEY-\S+$/m.exec(text)?.[0] ?? '';
  const recipient = /age1\S+/.exec(text)?.[0] ?? '';
  return { secret, recipient };
}

function withRecipient(settings: ClusterSettings, recipient: string): ClusterSettings {
  return settings.backup ? { ...settings, backup: { ...settings.backup, recipient } } : settings;
}

/** Waits for the end that somebody asks for. */
async function kept(): Promise<void> {
  report.say('\nkept     until Ctrl-C');
  while (!ending) await sleep(1_000);
}

/** Ends every process of the run, and leaves the rest to the end of the namespaces and to the outside. */
async function end(code: number, reason?: string): Promise<void> {
  if (ending) return;
  ending = true;
  report.stop(reason);
  await processes?.stop();
  // all that is left in this PID namespace, of which this is the first process: containers and what runs in them
  if (process.pid === 1)
    try {
      process.kill(-1, 'SIGKILL');
    } catch {
      // nothing is left
    }
  report.summary(processes?.peakBytes);
  process.exit(code);
}
