import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { ClusterSettings } from '../../charts/settings';
import { renderCluster } from '../../cli/pipeline';
import { CRD_SOURCES } from '../../imports/crds';
import { accept, applyAgain, storedAsWritten, type Acceptance } from './acceptance';
import type { Binaries } from './binaries';
import { startControlPlane, type ControlPlane } from './control-plane';
import { crdsFromFolder, crdsFromNetwork, installCrds, named, urlsOf, type CrdSet } from './crds';
import { proveFaults } from './faults';
import { previousSet, type Previous } from './history';
import { manifestOf, readSet, type Manifest, type RenderedSet, type Step } from './manifests';
import { nodesOf, startNodes } from './nodes';

import { sleep, survivors, type Processes } from './processes';
import { ProgrammeError, type Outcome, type Report } from './report';
import { reviewed } from './review';
import { podsSelected, type AbsentPods } from './selection';
import { settingsOf } from './settings';
import { standInSecrets } from './stand-ins';
import { upgrade } from './upgrade';
import { verified, type LiveRun } from './verify';
import { podsReady } from './workloads';

export interface ClusterRun {
  readonly name: string;
  readonly binaries: Binaries;
  /** Rendered clusters. */
  readonly dist: string;
  /** CustomResourceDefinitions; fetched where undefined. */
  readonly crds: string | undefined;
  /** Commit to upgrade from; the newest that holds another set where undefined. */
  readonly from: string | undefined;
  /** Gets state and logs. */
  readonly folder: string;
  /** Whether to try the definitions of the lock that the cluster does not use too. */
  readonly unusedToo: boolean;
  /** Whether to break things afterwards. */
  readonly faults: boolean;
  readonly report: Report;
  readonly processes: Processes;
}

const DYING_MILLISECONDS = 1_000;

/** Everything that is asserted of one cluster, on a control plane of its own. Throws a ProgrammeError where there is nothing to look at. */
export async function runCluster(run: ClusterRun): Promise<void> {
  const { name, report, processes } = run;
  const settings = settingsOf(name);
  const set = readSet(join(run.dist, name));
  const { api, kubeconfig } = await report.step(`${name} start`, () => start(run, settings));
  const group = async (title: string, assertion: () => Promise<Outcome>): Promise<boolean> => {
    const passed = await report.group(`${name} ${title}`, assertion);
    // what failed may be the answer of a server that is just going down
    if (!passed) await sleep(DYING_MILLISECONDS);
    processes.check();
    return passed;
  };

  try {
    await group('nodes', () => startNodes(api, nodesOf(settings)));
    const defined = await group('definitions', async () => installCrds(api, await definitions(run)));
    // without its kinds, every custom resource fails for that reason
    if (defined) {
      const live: LiveRun = { name, api, kubeconfig, kubectl: run.binaries.kubectl, set };
      const { pods } = renderCluster(settings).declarations;
      await acceptSet(name, group, api, withSecrets(set, settings), pods);
      await upgradeSet(run, group, api, set);
      await group('webhooks', () => acceptLast(api, set.last));
      await group('verify', () => verified(live));
      if (run.faults) await proveFaults(report, live, run.folder);
    }
  } catch (error) {
    // no answer, since the server is gone: its log says more
    processes.check();
    throw error;
  }
  await report.group(`${name} ended`, () => end(run, api));
}

type Group = (title: string, assertion: () => Promise<Outcome>) => Promise<boolean>;

/** What the server says of the set, on a server that has held nothing before. */
async function acceptSet(
  name: string,
  group: Group,
  api: ControlPlane['api'],
  { steps }: RenderedSet,
  absent: readonly AbsentPods[],
): Promise<void> {
  const manifests = manifestsOf(steps);
  const objects = manifests.map(({ object }) => object);
  let accepted: Acceptance | undefined;
  await group('accepted', async () => (accepted = await accept(api, steps)));
  const stored = accepted?.stored ?? new Map<Manifest, never>();
  await group('stored', () => Promise.resolve(storedAsWritten(stored)));
  await group('pods', () => podsReady(api, objects));
  await group('selected', () => podsSelected(api, objects, absent));
  await group('applied again', () => applyAgain(api, manifests));
  await group('reviewed', () => reviewed(api, name, manifests));
}

/**
 * From the set that the cluster is on to this one, on the server that was proved to accept this one from nothing: a second server costs as
 * much as all other groups together.
 */
async function upgradeSet(
  { name, dist, folder, from, report }: ClusterRun,
  group: Group,
  api: ControlPlane['api'],
  set: RenderedSet,
): Promise<void> {
  const previous = previousSet(join(dist, name), join(folder, 'previous'), from);
  const before = typeof previous === 'string' ? previous : readPrevious(previous);
  if (typeof before === 'string') return report.none(`${name} upgrade`, before);
  await group('upgrade', async () => {
    const { proved, problems } = await upgrade(api, before.set, set);
    return { proved: `from ${before.revision}: ${proved}`, problems };
  });
}

/** An old set that cannot be read is nobody's to mend any more. */
function readPrevious({ revision, folder }: Previous): { revision: string; set: RenderedSet } | string {
  try {
    return { revision, set: readSet(folder) };
  } catch (error) {
    if (error instanceof ProgrammeError) return `${revision}: ${error.message}`;
    throw error;
  }
}

async function acceptLast(api: ControlPlane['api'], last: readonly Manifest[]): Promise<Outcome> {
  const { problems, stored } = await accept(api, [{ title: 'last', manifests: last }]);
  const again = await applyAgain(api, last);
  return {
    proved: `${last.length} configurations: accepted, stored as written, unchanged by a second apply`,
    problems: [...problems, ...storedAsWritten(stored).problems, ...again.problems],
  };
}

/** The manifests that are ours: stand-ins are not compared with anything. */
const manifestsOf = (steps: readonly Step[]): Manifest[] =>
  steps.filter(({ standIn }) => !standIn).flatMap(({ manifests }) => manifests);

/** Puts the declared Secrets behind the namespaces. */
function withSecrets(set: RenderedSet, settings: ClusterSettings): RenderedSet {
  const secrets = standInSecrets(renderCluster(settings).declarations.secrets);
  const manifests = secrets.map((object) => manifestOf(object, 'a generated Secret'));
  const namespaces = set.steps.map(({ manifests: all }) =>
    all.some(({ object }) => object.kind === 'Namespace'),
  );
  const steps = [...set.steps];
  steps.splice(namespaces.lastIndexOf(true) + 1, 0, { title: 'secrets', standIn: true, manifests });
  return { ...set, steps };
}

async function start(run: ClusterRun, settings: ClusterSettings): Promise<ControlPlane> {
  mkdirSync(run.folder, { recursive: true });
  return startControlPlane({
    binaries: run.binaries,
    processes: run.processes,
    folder: run.folder,
    services: settings.network.services,
    stages: resolve('test/e2e/kwok-stages.yaml'),
  });
}

async function definitions({ name, dist, crds, unusedToo }: ClusterRun): Promise<CrdSet> {
  const kustomization = join(dist, name, 'crds', 'kustomization.yaml');
  if (!existsSync(kustomization)) return { files: [], problems: [] };
  const urls = urlsOf(readFileSync(kustomization, 'utf8'));
  if (crds === undefined) return crdsFromNetwork(urls);
  return crdsFromFolder(crds, unusedToo ? CRD_SOURCES : named(CRD_SOURCES, urls));
}

async function end({ processes }: ClusterRun, { close }: ControlPlane['api']): Promise<Outcome> {
  close();
  const pids = processes.pids;
  await processes.stop();
  return {
    proved: `${pids.length} processes are gone`,
    problems: survivors(pids).map((pid) => `process ${pid} still runs`),
  };
}
