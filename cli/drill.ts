import type { RenderedObject } from '../charts/core/render';
import { BACKUP_LABEL, PROTECTS_LABEL } from '../charts/core/backup';
import { contextFor, Kubectl } from './kubectl';
import { LiveCluster } from './live-cluster';
import { identify } from './live-identity';
import { failureFrom, load, renderAndCheck, type Failure, type Workspace } from './session';
import { UsageError } from './usage-error';

export interface DrillOptions {
  readonly context?: string;
  readonly kubeconfig?: string;
  /** Kind of backup; all of the component's where undefined. */
  readonly kind?: string;
  readonly dryRun: boolean;
  readonly now: Date;
  readonly progress: (line: string) => void;
}

/** One drill that was started and followed to its end. */
interface Drilled {
  /** `drills/mysql-logical-drill-prod-20261120013000` */
  readonly job: string;
  /** Undefined in a dry run. */
  readonly succeeded: boolean | undefined;
}

export interface DrillOutcome {
  readonly drills: readonly Drilled[];
  readonly failures: readonly Failure[];
}

/** Starts the restore drills of one component now, and follows them to their end. Nothing is started in a cluster of another identity. */
export async function drill(
  workspace: Workspace,
  name: string,
  component: string,
  options: DrillOptions,
): Promise<DrillOutcome> {
  const { clusters, failures } = load(workspace, [name]);
  const [cluster] = clusters;
  if (!cluster) return { drills: [], failures };
  const checked = renderAndCheck(workspace, cluster);
  if (!('rendered' in checked)) return { drills: [], failures: [checked] };
  try {
    const { objects } = checked.rendered;
    const jobs = drillsOf(objects, component, options.kind);
    const drills = await run(name, objects, jobs, options);
    const failed = drills.filter(({ succeeded }) => succeeded === false);
    return {
      drills,
      failures: failed.length
        ? [
            {
              cluster: name,
              messages: failed.map(({ job }) => `${job} failed: its log is above`),
              findings: [],
            },
          ]
        : [],
    };
  } catch (error) {
    return { drills: [], failures: [failureFrom(name, error)] };
  }
}

/** The CronJobs that drill a component. Throws a UsageError that says which components have some. */
export function drillsOf(
  objects: readonly RenderedObject[],
  component: string,
  kind: string | undefined,
): readonly { readonly namespace: string; readonly name: string }[] {
  const all = objects.filter(
    ({ object }) => object.kind === 'CronJob' && object.metadata.labels?.[BACKUP_LABEL] === 'drill',
  );
  const protects = ({ object }: RenderedObject): string => object.metadata.labels?.[PROTECTS_LABEL] ?? '';
  const own = all.filter((one) => protects(one) === component);
  if (!own.length)
    throw new UsageError(
      component,
      'has no drill',
      `Components with one: ${[...new Set(all.map(protects))].join(', ') || 'none'}`,
    );
  const wanted = own.filter(
    ({ object }) => kind === undefined || object.metadata.name.includes(`-${kind}-drill`),
  );
  if (!wanted.length)
    throw new UsageError(
      '--kind',
      `${component} has no drill "${kind ?? ''}"`,
      `It has ${own.map(({ object }) => object.metadata.name).join(', ')}`,
    );
  return wanted.map(({ object: { metadata } }) => ({
    namespace: metadata.namespace ?? 'default',
    name: metadata.name,
  }));
}

async function run(
  cluster: string,
  objects: readonly RenderedObject[],
  crons: ReturnType<typeof drillsOf>,
  { context: named, kubeconfig, dryRun, now, progress }: DrillOptions,
): Promise<Drilled[]> {
  const kubectl = new Kubectl(kubeconfig);
  const context = contextFor(cluster, named, kubectl.contexts());
  progress(`${cluster}: connecting through the context ${context}`);
  await assertIdentity(kubectl, context, cluster, objects);
  const drilled: Drilled[] = [];
  // one after the other: two scratch servers at once may not fit the quota
  for (const { namespace, name } of crons) {
    const job = `${name}-${now.toISOString().replace(/\D/g, '').slice(0, 14)}`;
    const full = `${namespace}/${job}`;
    progress(`${cluster}: ${dryRun ? 'would start' : 'starting'} ${full}`);
    if (dryRun) drilled.push({ job: full, succeeded: undefined });
    else
      drilled.push({ job: full, succeeded: await kubectl.follow(context, namespace, name, job, progress) });
  }
  return drilled;
}

async function assertIdentity(
  kubectl: Kubectl,
  context: string,
  cluster: string,
  objects: readonly RenderedObject[],
): Promise<void> {
  const proxy = await kubectl.connect(context);
  const live = new LiveCluster(`context ${context}`, proxy.socket);
  try {
    await identify(live, cluster, objects);
  } finally {
    live.close();
    proxy.close();
  }
}
