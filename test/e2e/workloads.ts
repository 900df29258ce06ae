import type { KubeObject } from '../../charts/core/objects';
import { messageOf } from '../../cli/kubernetes-api';
import { isAccepted, isTrue, nameOf, type Api, type LiveObject } from './api';
import { sleep } from './processes';
import type { Outcome } from './report';
import { standInVolume } from './stand-ins';

/** Milliseconds between two looks. */
const LOOK_MILLISECONDS = 200;
/** Milliseconds without any progress after which nobody waits longer: controllers come up and try again within it, on a busy machine too. */
const QUIET_MILLISECONDS = 20_000;
/** Texts of events that a message shows per workload. */
const SHOWN_REASONS = 4;

const APPS = ['Deployment', 'StatefulSet', 'DaemonSet'] as const;

/** What is in the cluster at one moment. */
interface View {
  readonly workloads: ReadonlyMap<string, LiveObject>;
  readonly pods: readonly LiveObject[];
  readonly replicaSets: readonly LiveObject[];
}

/**
 * Waits until every workload among the objects has all of its pods: admitted, scheduled and Ready. CronJobs are triggered by hand. What
 * does not get there is a problem, with the text of the events.
 */
export async function podsReady(
  api: Api,
  objects: readonly KubeObject[],
  quietMilliseconds = QUIET_MILLISECONDS,
  volumeOf = standInVolume,
): Promise<Outcome> {
  const triggered = await Promise.all(
    objects.filter(({ kind }) => kind === 'CronJob').map((cronJob) => trigger(api, cronJob)),
  );
  const problems = triggered.flatMap(({ problem }) => problem ?? []);
  const expected = [
    ...objects.filter(({ kind }) => kind === 'Job' || APPS.some((app) => app === kind)),
    ...triggered.flatMap(({ job }) => job ?? []),
  ];
  const { view, missing } = await wait(api, expected, quietMilliseconds, volumeOf);
  for (const object of missing) problems.push(await explain(api, object, view));
  const nodes = new Set(view.pods.flatMap(({ spec }) => (spec.nodeName as string | undefined) ?? []));
  const proved = `${view.pods.length} pods of ${expected.length} workloads admitted, on ${nodes.size} nodes, Ready`;
  return { proved, problems };
}

/** Makes the Job that the schedule would make. */
async function trigger(api: Api, cronJob: KubeObject): Promise<{ job?: KubeObject; problem?: string }> {
  const live = await api.get(cronJob);
  if (!isAccepted(live)) return { problem: `${nameOf(cronJob)}: ${messageOf(live.body)}` };
  const { metadata, spec } = live.body as LiveObject;
  const template = spec.jobTemplate;
  const owner = { apiVersion: 'batch/v1', kind: 'CronJob', name: metadata.name, uid: metadata.uid };
  const job: KubeObject = {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      ...template.metadata,
      name: `${metadata.name}-e2e`,
      namespace: metadata.namespace ?? '',
      annotations: { ...template.metadata?.annotations, 'cronjob.kubernetes.io/instantiate': 'manual' },
      ownerReferences: [owner],
    },
    spec: template.spec,
  };
  const answer = await api.apply(job, JSON.stringify(job));
  const texts = isAccepted(answer) ? answer.warnings : [messageOf(answer.body)];
  if (texts.length) return { problem: `${nameOf(cronJob)}, triggered by hand: ${texts.join('; ')}` };
  return { job };
}

async function wait(
  api: Api,
  expected: readonly KubeObject[],
  quietMilliseconds: number,
  volumeOf: typeof standInVolume,
): Promise<{ view: View; missing: readonly KubeObject[] }> {
  let progress = '';
  let last = performance.now();
  for (;;) {
    await bindClaims(api, volumeOf);
    const view = await look(api);
    const missing = expected.filter((object) => !isReady(view.workloads.get(nameOf(object))));
    if (!missing.length) return { view, missing };
    const now = stateOf(view);
    if (now !== progress) {
      progress = now;
      last = performance.now();
    } else if (performance.now() - last > quietMilliseconds) return { view, missing };
    await sleep(LOOK_MILLISECONDS);
  }
}

async function look(api: Api): Promise<View> {
  const [jobs, pods, replicaSets, ...apps] = await Promise.all([
    api.list('batch/v1', 'Job'),
    api.list('v1', 'Pod'),
    api.list('apps/v1', 'ReplicaSet'),
    ...APPS.map((kind) => api.list('apps/v1', kind)),
  ]);
  const workloads = new Map([...jobs, ...apps.flat()].map((live) => [nameOf(live), live]));
  return { workloads, pods, replicaSets };
}

/** Whatever moves on the way to Ready. */
const stateOf = ({ pods, workloads }: View): string =>
  [
    ...pods.map(({ metadata, spec, status }) => [metadata.uid, spec.nodeName, status.phase]),
    ...[...workloads].map(([name, live]) => [name, isReady(live)]),
  ].join();

function isReady(live: LiveObject | undefined): boolean {
  if (!live) return false;
  const { kind, spec, status = {}, metadata } = live;
  if (kind === 'Job') return (status.succeeded ?? 0) >= (spec.completions ?? 1);
  if ((status.observedGeneration ?? 0) < (metadata['generation'] as number)) return false;
  if (kind === 'DaemonSet') {
    const wanted = status.desiredNumberScheduled ?? 0;
    return wanted > 0 && status.numberReady === wanted && status.updatedNumberScheduled === wanted;
  }
  const wanted = spec.replicas ?? 1;
  // pods of an older template count in `replicas` until they are gone
  return [status.replicas, status.updatedReplicas, status.readyReplicas].every(
    (count = 0) => count === wanted,
  );
}

/** Gives each claim that has none its volume. */
export async function bindClaims(api: Api, volumeOf = standInVolume): Promise<void> {
  const claims = await api.list('v1', 'PersistentVolumeClaim');
  const unbound = claims.filter(({ status, spec }) => status?.phase !== 'Bound' && !spec.volumeName);
  await Promise.all(
    unbound.map((claim) => {
      const volume = volumeOf(claim);
      return api.apply(volume, JSON.stringify(volume));
    }),
  );
}

/** Why a workload has not all of its pods: what its pods wait for, and the events of refusal. */
async function explain(api: Api, object: KubeObject, view: View): Promise<string> {
  const live = view.workloads.get(nameOf(object));
  if (!live) return `${nameOf(object)} is not in the cluster`;
  const family = familyOf(live, view);
  const pods = view.pods.filter(({ metadata }) => family.has(metadata.uid));
  const waiting = pods.flatMap(({ metadata, status }) =>
    ((status.conditions ?? []) as { status: string; message?: string }[])
      .filter((condition) => condition.status !== 'True' && condition.message)
      .map(({ message }) => `pod ${metadata.name}: ${message}`),
  );
  const events = await api.list('v1', 'Event', '?fieldSelector=type=Warning');
  const refused = events
    .filter((event) => family.has((event['involvedObject'] as { uid: string }).uid))
    .map((event) => `${String(event['reason'])}: ${String(event['message'])}`);
  const reasons = [...new Set([...waiting, ...refused])].slice(0, SHOWN_REASONS);
  const ready = pods.filter(({ status }) => isTrue(status, 'Ready')).length;
  const wanted = live.kind === 'DaemonSet' ? live.status?.desiredNumberScheduled : live.spec.replicas;
  const counts = `${ready} of ${wanted ?? live.spec.completions ?? 1} pods Ready`;
  return `${nameOf(object)}: ${counts}${reasons.map((reason) => `\n  ${reason}`).join('')}`;
}

/** The uids of a workload, what it owns, and what those own. */
function familyOf(live: LiveObject, { pods, replicaSets }: View): Set<string> {
  const family = new Set([live.metadata.uid]);
  for (const { metadata } of [...replicaSets, ...pods])
    if (metadata.ownerReferences?.some(({ uid }) => family.has(uid))) family.add(metadata.uid);
  return family;
}
