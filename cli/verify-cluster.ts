import type { KubeObject } from '../charts/core/objects';
import type { RenderedObject } from '../charts/core/render';
import type { LoadedCluster } from './load';
import { contextFor, Kubectl } from './kubectl';
import { LiveCluster } from './live-cluster';
import { identify } from './live-identity';
import { compare, type Compared } from './live-drift';
import { applications, backups, certificates } from './live-states';
import { renderCluster } from './pipeline';
import { failureFrom, load, type Failure, type Workspace } from './session';

/** One group of what was looked at. */
interface VerifiedGroup {
  readonly name: 'identity' | 'accepted' | 'drift' | 'applications' | 'certificates' | 'backups';
  /** What holds, with figures. */
  readonly said: string;
  readonly problems: readonly string[];
}

/** An object that differs from git. */
interface Drift {
  /** File of dist/<cluster>/. */
  readonly file: string;
  readonly object: string;
  readonly differences: readonly string[];
}

export interface VerifyOutcome {
  readonly cluster: string;
  /** Empty where the cluster was refused: nothing was compared then. */
  readonly groups: readonly VerifiedGroup[];
  readonly drift: readonly Drift[];
  readonly failures: readonly Failure[];
}

interface VerifyOptions {
  readonly context?: string;
  readonly kubeconfig?: string;
  readonly now: Date;
  /** Gets a line per stage: a large cluster takes its time. */
  readonly progress: (line: string) => void;
}

/** Fields of an object that a line names; the rest is counted. */
const SHOWN = 5;

/** Compares a live cluster with what its settings render. Reads and dry-runs only, and nothing at all in a cluster of another identity. */
export async function verifyCluster(
  workspace: Workspace,
  name: string,
  options: VerifyOptions,
): Promise<VerifyOutcome> {
  const { clusters, failures } = load(workspace, [name]);
  const [cluster] = clusters;
  if (!cluster) return { cluster: name, groups: [], drift: [], failures };
  try {
    return await verify(cluster, options);
  } catch (error) {
    return { cluster: name, groups: [], drift: [], failures: [failureFrom(name, error)] };
  }
}

async function verify(
  { name, settings }: LoadedCluster,
  { context: named, kubeconfig, now, progress }: VerifyOptions,
): Promise<VerifyOutcome> {
  const kubectl = new Kubectl(kubeconfig);
  const context = contextFor(name, named, kubectl.contexts());
  // findings are the matter of `strata check`
  const { objects } = renderCluster(settings);
  progress(`${name}: connecting through the context ${context}`);
  const proxy = await kubectl.connect(context);
  const live = new LiveCluster(`context ${context}`, proxy.socket);
  try {
    const version = await live.version();
    const identity = await identify(live, name, objects);
    progress(`${name}: ${identity}, Kubernetes ${version}; dry run of ${objects.length} objects`);
    const compared = await Promise.all(objects.map((rendered) => compare(live, rendered)));
    progress(`${name}: certificates and backups`);
    const issued = await live.list('cert-manager.io/v1', 'Certificate');
    const drift = driftOf(compared);
    const groups: VerifiedGroup[] = [
      { name: 'identity', said: `${identity}, Kubernetes ${version}`, problems: [] },
      accepted(name, compared),
      { name: 'drift', ...driftGroup(name, drift, compared) },
      { name: 'applications', ...applications(compared) },
      { name: 'certificates', ...certificates(issued, now) },
      { name: 'backups', ...backups(compared, now) },
    ];
    return { cluster: name, groups, drift, failures: failuresOf(name, groups) };
  } finally {
    live.close();
    proxy.close();
  }
}

function accepted(name: string, compared: readonly Compared[]): VerifiedGroup {
  const problems = compared.flatMap(({ rendered, problems }) =>
    problems.map((problem) => `${placeOf(name, rendered)}: ${problem}`),
  );
  const refused = compared.filter(({ problems }) => problems.length).length;
  return {
    name: 'accepted',
    said: `${compared.length - refused} of ${compared.length} objects pass a dry run of the server`,
    problems,
  };
}

const driftOf = (compared: readonly Compared[]): Drift[] =>
  compared
    .filter(({ drift }) => drift.length)
    .map(({ rendered, drift }) => ({
      file: rendered.file,
      object: nameOf(rendered.object),
      differences: drift,
    }));

function driftGroup(name: string, drift: readonly Drift[], compared: readonly Compared[]) {
  const problems = drift.map(({ file, object, differences }) => {
    const more = differences.length > SHOWN ? `; and ${differences.length - SHOWN} more fields` : '';
    const shown = differences.slice(0, SHOWN).join('; ');
    return `dist/${name}/${file}: ${object}: ${shown}${more}. Sync it, or bring git up to it`;
  });
  const same = compared.filter(({ live, problems, drift: own }) => live && !problems.length && !own.length);
  return { said: `${same.length} of ${compared.length} objects are as in git`, problems };
}

const placeOf = (name: string, { file, object }: RenderedObject): string =>
  `dist/${name}/${file}: ${nameOf(object)}`;

/** `Deployment prod/xwiki` */
const nameOf = ({ kind, metadata }: KubeObject): string =>
  `${kind} ${metadata.namespace ? `${metadata.namespace}/` : ''}${metadata.name}`;

function failuresOf(cluster: string, groups: readonly VerifiedGroup[]): Failure[] {
  const messages = groups.flatMap(({ problems }) => problems);
  return messages.length ? [{ cluster, messages, findings: [] }] : [];
}
