import { Restore, type RestoreOptions } from '../charts/backup/drill/restore';
import type { BackupPlan, Drillable } from '../charts/core/backup';
import { Cluster } from '../charts/core/cluster';
import type { Component } from '../charts/core/component';
import { componentsOf } from '../charts/core/components';
import { defined, type KubeObject } from '../charts/core/objects';
import type { Peer } from '../charts/core/network';
import { objectsOf } from '../charts/core/render';
import type { ClusterSettings } from '../charts/settings';
import { platformOf } from './pipeline';
import { failureIn, load, type Failure, type Workspace } from './session';
import { UsageError } from './usage-error';

export interface RestoreChoice {
  /** Kind of backup, where the component has several. */
  readonly kind?: string;
  readonly set?: string;
  /** The component's id, typed once more by whoever accepts that its data is replaced. */
  readonly overwrite?: string;
}

export interface RestoreOutcome {
  /** A ConfigMap and a Job: printed, never applied. */
  readonly manifests: readonly KubeObject[];
  /** What a person does before and after. */
  readonly notes: readonly string[];
  readonly failures: readonly Failure[];
}

const SET = /^\d{8}T\d{6}Z-[0-9a-f]{6}$/;

/** The Job that brings a backup back into a live datastore. Every mistake is a Failure; nothing is applied. */
export function restore(
  workspace: Workspace,
  name: string,
  component: string,
  choice: RestoreChoice,
): RestoreOutcome {
  const { clusters, failures } = load(workspace, [name]);
  const [cluster] = clusters;
  if (!cluster) return { manifests: [], notes: [], failures };
  try {
    const platform = platformOf(cluster.settings);
    const drillable = choose(platform.drills, component, choice);
    refuseStopped(platform, drillable);
    const manifests = render(cluster.settings, drillable, optionsOf(component, choice));
    return {
      manifests,
      notes: notesOf(platform, drillable, manifests.find(({ kind }) => kind === 'Job')?.metadata.name ?? ''),
      failures: [],
    };
  } catch (error) {
    return { manifests: [], notes: [], failures: [failureIn(cluster, error)] };
  }
}

/** The kind of backup to restore from. Throws a UsageError that says what there is. */
function choose(
  drills: readonly Drillable[],
  component: string,
  { kind }: Pick<RestoreChoice, 'kind'>,
): Drillable {
  const known = [...new Set(drills.map((drill) => drill.component.id))];
  const own = drills.filter((drill) => drill.component.id === component);
  if (!own.length)
    throw new UsageError(component, 'has no backup', `Components with one: ${known.join(', ') || 'none'}`);
  const kinds = own.map(({ plan }) => plan.kind).join(', ');
  const found = own.find(({ plan }) => kind === undefined || plan.kind === kind);
  if (!found) throw new UsageError('--kind', `${component} has no backup "${kind ?? ''}"`, `It has ${kinds}`);
  return found;
}

function optionsOf(component: string, { set, overwrite }: RestoreChoice): RestoreOptions {
  if (set !== undefined && !SET.test(set))
    throw new UsageError('--set', `"${set}" is no name of a set`, 'They look like 20261120T013000Z-0a1b2c');
  if (overwrite !== undefined && overwrite !== component)
    throw new UsageError(
      '--overwrite',
      `"${overwrite}" is not ${component}`,
      `Repeat the name of what may be replaced: --overwrite ${component}`,
    );
  return defined({ set, overwrite: overwrite !== undefined });
}

function render(settings: ClusterSettings, drillable: Drillable, options: RestoreOptions): KubeObject[] {
  // a tree of its own: nothing of it may come into what is rendered for git
  return objectsOf([new Restore(new Cluster(settings), drillable, options)]).map(({ object }) => object);
}

/** Servers that a restore connects to have to run: of the component itself, or of the one whose database it uses. */
function refuseStopped(cluster: Cluster, { plan }: Drillable): void {
  const owners = ownersOf(plan);
  const stopped = componentsOf(cluster).find(({ id, stopped: isStopped }) => isStopped && owners.has(id));
  if (stopped)
    throw new UsageError(
      stopped.id,
      'is stopped by its settings, and a restore needs its server',
      'Take maintenance: true out of its settings, and stop what connects to it instead',
    );
}

const ownersOf = ({ servers }: BackupPlan): ReadonlySet<string | undefined> =>
  new Set(servers.map(({ pods }) => pods.owner?.id));

/** Who has to be stopped: whoever connects to the servers or shares the volume. Those without a setting of their own stop with another. */
function writersOf(cluster: Cluster, { component, plan }: Drillable): Component[] {
  const servers = new Set<Peer>(plan.servers.map(({ pods }) => pods));
  const ids = new Set(
    cluster.flows.flatMap(({ from, to }) =>
      servers.has(to) && from.kind === 'pods' ? [from.owner?.id] : [],
    ),
  );
  // a server's own backups connect to it too
  for (const owner of ownersOf(plan)) ids.delete(owner);
  if (plan.beside) ids.add(component.id);
  return componentsOf(cluster).filter(
    ({ id, definition }) => ids.has(id) && definition.settings && 'maintenance' in definition.settings.shape,
  );
}

function stepOfStopping({ component }: Drillable, writers: readonly Component[]): string {
  const inGit = writers.length
    ? `maintenance: true in the settings of ${writers.map(({ id }) => id).join(', ')}, npx strata synth, commit, push, and wait until Argo CD has synced; your own applications too`
    : 'your own applications';
  return `Stop what writes to ${component.id}, in git, since Argo CD starts again what is scaled by hand: ${inGit}`;
}

function notesOf(cluster: Cluster, drillable: Drillable, job: string): string[] {
  const { component, target, plan } = drillable;
  const { identity } = target;
  const writers = writersOf(cluster, drillable);
  // what opens a door comes as late, and goes as early, as it can
  const steps = [
    stepOfStopping(drillable, writers),
    ...(plan.before === undefined ? [] : [plan.before]),
    `Give it the age identity for as long as it runs: kubectl -n ${identity.namespace} get secret ${identity.name} -o yaml | sed 's/namespace: ${identity.namespace}/namespace: ${component.namespace}/' | kubectl apply -f -`,
    `Take away the Job of a restore before, which would stay as it is, and apply this one, also when it is to run again: kubectl -n ${component.namespace} delete job ${job} --ignore-not-found && kubectl apply -f <this output>`,
    `Follow it: kubectl -n ${component.namespace} logs -f --all-containers job/${job}`,
    `Take the identity away: kubectl -n ${component.namespace} delete secret ${identity.name}`,
    ...(writers.length ? ['Take maintenance: true away again'] : []),
  ];
  return ['Nothing was applied. Read the Job, then:', ...steps.map((step, index) => `${index + 1}. ${step}`)];
}
