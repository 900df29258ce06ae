import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { stringify } from 'yaml';
import type { KubeObject } from '../../charts/core/objects';
import { renderCluster } from '../../cli/pipeline';
import type { Binaries } from './binaries';
import { startControlPlane, type ControlPlane } from './control-plane';
import { crdsFromFolder } from './crds';
import { applications } from './gitops-applications';
import { saidOf, startArgoCd } from './gitops-argocd';
import { bootstrap } from './gitops-bootstrap';
import { breakPods, contained, heldBack, keystone, refused } from './gitops-commits';
import { proveGitOpsFaults } from './gitops-faults';
import { outOfOrder, prunable } from './gitops-judge';
import { healed, refreshed } from './gitops-keeping';
import { moved } from './gitops-move';
import { Repository } from './gitops-repository';
import { definitionsOf, rendered, restored, settled, wavesOf, type Scene } from './gitops-scene';
import { StatusLoop } from './gitops-status';
import { canStop, stopped } from './gitops-stop';
import { canSwitchOff, switchedOff } from './gitops-switch';
import { nodesOf, startNodes } from './nodes';
import { survivors, type Processes } from './processes';
import type { Outcome, Report } from './report';
import { settingsOf } from './settings';
import { standInSecrets } from './stand-ins';

export interface GitOpsRun {
  readonly name: string;
  readonly binaries: Binaries;
  /** Repository that holds clusters/ and argocd/bootstrap/. */
  readonly root: string;
  /** Rendered clusters. */
  readonly dist: string;
  /** CustomResourceDefinitions; fetched where undefined. */
  readonly crds: string | undefined;
  /** Gets state and logs; nobody else's. */
  readonly folder: string;
  /** Whether to try what people do wrong, beside the way to Synced and Healthy. */
  readonly scenarios: boolean;
  /** Whether to prove that the assertions of the scenarios can fail. */
  readonly faults: boolean;
  /** What `npx strata secrets` prints for a command of argocd/README.md; stand-ins by default. */
  readonly secrets?: (command: string) => Promise<string>;
  readonly report: Report;
  readonly processes: Processes;
}

type Group = (title: string, assertion: () => Promise<Outcome>) => Promise<boolean>;

/**
 * Argo CD brings the committed cluster up from git, on a control plane that is as empty as a new cluster, and keeps it. Throws a
 * ProgrammeError where there is nothing to look at.
 */
export async function runGitOps(run: GitOpsRun): Promise<void> {
  const { name, report, processes } = run;
  const { scene, kubeconfig } = await report.step(`${name} gitops start`, () => start(run));
  const group: Group = async (title, assertion) => {
    let problems: readonly string[] = [];
    const passed = await report.group(`${name} gitops ${title}`, async () => {
      const outcome = await assertion();
      ({ problems } = outcome);
      return outcome;
    });
    for (const line of saidOf(problems, run.folder)) report.say(`      ${line}`);
    processes.check();
    return passed;
  };
  const broken = run.scenarios ? keystone(scene) : undefined;
  if (broken !== undefined) breakPods(scene, broken);
  if (await group('bootstrap', () => bootstrapAsDocumented(run, scene, kubeconfig))) {
    const status = new StatusLoop(scene.api, manifestsOf(scene));
    await startArgoCd({ ...run, api: scene.api, kubeconfig, objects: manifestsOf(scene) });
    if (broken !== undefined) await group('held back', () => heldBack(scene, broken));
    const synced = await group('synced', () => bringUp(scene, broken));
    // nothing can be said about a cluster that did not come up
    if (synced) await keep(run, group, scene, broken);
    await status.stop();
  }
  await report.group(`${name} gitops ended`, () => end(run, scene.api));
}

async function start(run: GitOpsRun): Promise<{ scene: Scene; kubeconfig: string }> {
  const { name, root, dist, folder } = run;
  const settings = settingsOf(name, root);
  mkdirSync(folder, { recursive: true });
  const crds = run.crds === undefined ? undefined : crdsFromFolder(run.crds);
  const repository = new Repository(join(folder, 'repository'), { root, dist, settings, crds });
  const { api, kubeconfig } = await startControlPlane({
    ...run,
    services: settings.network.services,
    stages: resolve('test/e2e/kwok-stages.yaml'),
  });
  await startNodes(api, nodesOf(settings));
  return { scene: { api, repository, settings, objects: rendered(dist, name) }, kubeconfig };
}

const manifestsOf = ({ objects }: Scene): KubeObject[] => objects.map(({ object }) => object);

const bootstrapAsDocumented = (
  { name, binaries, secrets }: GitOpsRun,
  { repository, settings }: Scene,
  kubeconfig: string,
): Promise<Outcome> =>
  bootstrap({
    ...{ kubectl: binaries.kubectl, kubeconfig, folder: repository.folder, cluster: name },
    secrets: secrets ?? (() => Promise.resolve(standInDocuments(settings))),
  });

/** A document each, as the command prints them: for a List kubectl would read the schema of every kind. */
const standInDocuments = (settings: Scene['settings']): string =>
  standInSecrets(renderCluster(settings).declarations.secrets)
    .map((secret) => `---\n${stringify(secret)}`)
    .join('');

/** Everything gets Synced and Healthy; first, what was broken is taken back. */
async function bringUp(scene: Scene, broken: string | undefined): Promise<Outcome> {
  const problems = broken === undefined ? await settled(scene) : await restored(scene);
  const definitions = await definitionsOf(scene);
  const waves = wavesOf(scene.objects);
  return {
    proved:
      `${waves.size} Applications in ${new Set(waves.values()).size} waves: Synced and Healthy; ` +
      `${definitions.length} definitions that no sync can prune`,
    problems: [...problems, ...prunable(definitions)],
  };
}

async function keep(run: GitOpsRun, group: Group, scene: Scene, broken: string | undefined): Promise<void> {
  await group('order', async () => ordered(scene));
  if (broken === undefined) return;
  await group('refreshed', () => refreshed(scene));
  await group('healed', () => healed(scene));
  await group('moved', () => moved(scene));
  await group('refused', () => refused(scene));
  await group('bad commit', () => contained(scene));
  if (canStop(scene.settings)) await group('stopped', () => stopped(scene));
  else run.report.none(`${run.name} gitops stopped`, 'no component has the setting');
  if (canSwitchOff(scene.settings)) await group('switched off', () => switchedOff(scene));
  else run.report.none(`${run.name} gitops switched off`, 'no environment has a component');
  if (run.faults) await proveGitOpsFaults(run.report, scene, broken);
}

async function ordered({ api }: Scene): Promise<Outcome> {
  const states = await applications(api);
  const synced = states.filter(({ first }) => first).length;
  return {
    proved: `each wave was synced before the next began, by ${synced} times`,
    problems: outOfOrder(states),
  };
}

async function end({ processes }: GitOpsRun, api: ControlPlane['api']): Promise<Outcome> {
  api.close();
  const pids = processes.pids;
  await processes.stop();
  return {
    proved: `${pids.length} processes are gone`,
    problems: survivors(pids).map((pid) => `process ${pid} still runs`),
  };
}
