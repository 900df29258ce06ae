import type { KubeObject } from '../../charts/core/objects';
import { messageOf } from '../../cli/kubernetes-api';
import { isAccepted, nameOf, type Api } from './api';
import type { Manifest, RenderedSet } from './manifests';
import { sleep } from './processes';
import type { Outcome } from './report';
import { componentOf, hasOption, movesOf, prunedMoves, refusedMoves } from './upgrade-moves';
import { bindClaims, podsReady } from './workloads';

/** Milliseconds without progress after which pods are waited for no longer. */
const QUIET_MILLISECONDS = 20_000;
/** Milliseconds that deleted objects may take to go: a namespace goes after all that is in it. */
const GONE_MILLISECONDS = 30_000;
/** Milliseconds that a claim may take to find the volume that is there for it. */
const BOUND_MILLISECONDS = 5_000;
/** Milliseconds in which controllers take away what belonged to a deleted object. */
const SETTLE_MILLISECONDS = 1_000;

const HOOK = 'argocd.argoproj.io/hook';
/** With it, a deleted Application takes its objects along. */
const CASCADE = 'resources-finalizer.argocd.argoproj.io';

/** Kinds whose objects an upgrade must leave, and where they are. A StatefulSet may go for good, but never come back as another. */
const PRECIOUS: Readonly<Record<string, string>> = {
  StatefulSet: '/apis/apps/v1/statefulsets',
  PersistentVolumeClaim: '/api/v1/persistentvolumeclaims',
  PersistentVolume: '/api/v1/persistentvolumes',
  Secret: '/api/v1/secrets',
  Namespace: '/api/v1/namespaces',
  // what limits a namespace: without it, pods may do more than before
  ResourceQuota: '/api/v1/resourcequotas',
  LimitRange: '/api/v1/limitranges',
  NetworkPolicy: '/apis/networking.k8s.io/v1/networkpolicies?fieldSelector=metadata.name%3Ddefault-deny',
  CustomResourceDefinition: '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
};
/** Names and uids only: definitions are megabytes, and values of Secrets are nobody's business. */
const METADATA = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';

interface Patience {
  readonly quiet: number;
  readonly gone: number;
}

/**
 * Brings the server from one set to the next as Argo CD does: in the order of waves, only what differs, and what is no longer in git
 * pruned unless it says no. What moves away from an Application that stays is pruned first: Argo CD gives no order to that. Nothing may be
 * refused, no StatefulSet made anew, nothing deleted that holds data or limits a namespace, and no pod of a StatefulSet whose template is as
 * before; and all pods come up.
 *
 * The server is first put back to `before`, whatever of `after` it holds.
 */
export async function upgrade(
  api: Api,
  before: RenderedSet,
  after: RenderedSet,
  { quiet, gone }: Patience = { quiet: QUIET_MILLISECONDS, gone: GONE_MILLISECONDS },
): Promise<Outcome> {
  const change = changeOf(before, after);
  const refusedBefore = await putBack(api, before, change, gone);
  await podsReady(api, workloadsOf(change.old), quiet);
  await claimsBound(api);
  const held = await precious(api);
  const unchanged = sameSets(before, after);
  const running = await podsOf(api, unchanged);

  const moves = movesOf(manifestsOf(before), manifestsOf(after), keyOf);
  const problems = refusedMoves(moves, manifestsOf(after));
  const away = prunedMoves(moves, manifestsOf(after));
  problems.push(...(await prune(api, away, 'Prune=false', gone)));
  const pruned = new Set(away.map(({ object }) => keyOf(object)));
  for (const { component, manifests } of componentsOf(after)) {
    for (const manifest of manifests)
      if (change.fresh.has(manifest) || pruned.has(keyOf(manifest.object)))
        problems.push(...(await sync(api, manifest)));
    problems.push(...(await prune(api, change.vanished.filter(isOf(component)), 'Prune=false', gone)));
  }
  problems.push(...(await prune(api, ofGoneComponents(before, after, change), 'Delete=false', gone)));
  const ready = await podsReady(api, workloadsOf(manifestsOf(after)), quiet);
  problems.push(...ready.problems.map((problem) => `after the upgrade, ${problem}`));
  await sleep(SETTLE_MILLISECONDS);
  problems.push(...lost(held, await precious(api)), ...lost(running, await podsOf(api, unchanged)));

  const left = refusedBefore.length ? `; ${refusedBefore.length} old ones are refused by themselves` : '';
  return {
    proved:
      `${change.fresh.size} objects changed or new, ${change.vanished.length} vanished, ${moves.length} moved: none refused, ` +
      `${held.size} that hold data or limit a namespace are the same, and ${running.size} pods of datastores run on${left}`,
    problems,
  };
}

interface Change {
  /** Of the old set: those that are another or none in the new one. */
  readonly old: readonly Manifest[];
  /** Of the new set: those that are another or none in the old one. */
  readonly fresh: ReadonlySet<Manifest>;
  /** Of the old set: those that are not in the new one. Hooks are nothing that is pruned. */
  readonly vanished: readonly Manifest[];
  /** Of the new set: those that are not in the old one. */
  readonly added: readonly Manifest[];
}

function changeOf(before: RenderedSet, after: RenderedSet): Change {
  const old = byName(before);
  const now = byName(after);
  const others = (own: readonly Manifest[], theirs: ReadonlyMap<string, Manifest>): Manifest[] =>
    own.filter(({ object }) => JSON.stringify(theirs.get(keyOf(object))?.object) !== JSON.stringify(object));
  const missing = (own: readonly Manifest[], theirs: ReadonlyMap<string, Manifest>): Manifest[] =>
    own.filter(({ object }) => !theirs.has(keyOf(object)));
  return {
    old: others([...old.values()], now),
    fresh: new Set(others([...now.values()], old)),
    vanished: missing([...old.values()], now).filter(({ object }) => !isHook(object)),
    added: missing([...now.values()], old),
  };
}

const keyOf = ({ apiVersion, kind, metadata }: KubeObject): string =>
  // a version is a view of the same object
  [apiVersion.includes('/') ? apiVersion.split('/')[0] : '', kind, metadata.namespace, metadata.name].join();

const manifestsOf = ({ steps }: RenderedSet): Manifest[] =>
  steps.filter(({ standIn }) => !standIn).flatMap(({ manifests }) => manifests);

const byName = (set: RenderedSet): Map<string, Manifest> =>
  new Map(manifestsOf(set).map((manifest) => [keyOf(manifest.object), manifest]));

const isHook = ({ metadata }: KubeObject): boolean => metadata.annotations?.[HOOK] !== undefined;

/** CronJobs were triggered when the set was accepted, and what they started is of no sync. */
const workloadsOf = (manifests: readonly Manifest[]): KubeObject[] =>
  manifests.map(({ object }) => object).filter(({ kind }) => kind !== 'CronJob');

const isOf = (component: string) => (manifest: Manifest) => componentOf(manifest) === component;

function componentsOf(set: RenderedSet): { component: string; manifests: Manifest[] }[] {
  const manifests = manifestsOf(set);
  const components = [...new Set(manifests.map(componentOf))];
  return components.map((component) => ({ component, manifests: manifests.filter(isOf(component)) }));
}

/** Has the server hold the old set. Returns what it refuses even where nothing was there before: no cluster can hold that. */
async function putBack(api: Api, before: RenderedSet, change: Change, patience: number): Promise<string[]> {
  const added = change.added.map(({ object }) => object);
  for (const object of [...added].reverse()) await remove(api, object, 'Background');
  await allGone(api, added, patience);
  const old = new Set(change.old);
  const problems: string[] = [];
  for (const manifest of manifestsOf(before)) {
    if (!old.has(manifest)) continue;
    const answer = await api.apply(manifest.object, manifest.text);
    // what cannot be changed back is made anew; that it cannot be changed forth either is found then
    if (!isAccepted(answer)) problems.push(...(await replace(api, manifest, patience)));
  }
  return problems;
}

/** A claim that grows must be bound before (admission plugin PersistentVolumeClaimResize). */
async function claimsBound(api: Api): Promise<void> {
  const deadline = performance.now() + BOUND_MILLISECONDS;
  while (performance.now() < deadline) {
    await bindClaims(api);
    const claims = await api.list('v1', 'PersistentVolumeClaim');
    if (claims.every(({ status }) => status?.phase === 'Bound')) return;
    await sleep(100);
  }
}

/** Applies one object of the new set, by the options that it carries. */
async function sync(api: Api, manifest: Manifest): Promise<string[]> {
  const { object, text, file } = manifest;
  const anew = isHook(object) || (hasOption(object, 'Replace=true') && hasOption(object, 'Force=true'));
  if (anew) return replace(api, manifest, GONE_MILLISECONDS);
  const answer = await api.apply(object, text);
  return isAccepted(answer) ? [] : [`${file}: ${nameOf(object)}: ${messageOf(answer.body)}`];
}

/** Deletes an object and creates it again. */
async function replace(api: Api, { object, text, file }: Manifest, patience: number): Promise<string[]> {
  await remove(api, object, 'Foreground');
  // a claim would stay for as long as a pod uses it
  if (object.kind === 'PersistentVolumeClaim') await api.patch(object, { metadata: { finalizers: null } });
  await allGone(api, [object], patience);
  const answer = await api.apply(object, text);
  return isAccepted(answer) ? [] : [`${file}: ${nameOf(object)}, made anew: ${messageOf(answer.body)}`];
}

/** Deletes what does not carry the option, and waits until it is gone. */
async function prune(
  api: Api,
  vanished: readonly Manifest[],
  unless: 'Prune=false' | 'Delete=false',
  patience: number,
): Promise<string[]> {
  const pruned = vanished.map(({ object }) => object).filter((object) => !hasOption(object, unless));
  for (const object of pruned) {
    await remove(api, object, 'Foreground');
    // Argo CD takes its finalizer away when the objects of the Application are gone, and here they are pruned beside it
    if (object.apiVersion.startsWith('argoproj.io/'))
      await api.patch(object, { metadata: { finalizers: null } });
  }
  const left = await allGone(api, pruned, patience);
  return left.map((object) => `${nameOf(object)} is pruned, and does not go`);
}

/** What goes with an Application that vanished: all of its objects if it cascades, else none. */
function ofGoneComponents(before: RenderedSet, after: RenderedSet, { vanished }: Change): Manifest[] {
  const present = new Set(manifestsOf(after).map(componentOf));
  const cascading = manifestsOf(before)
    .map(({ object }) => object)
    .filter(({ kind, metadata }) => kind === 'Application' && finalizersOf(metadata).includes(CASCADE))
    .map(({ metadata }) => metadata.name);
  return vanished.filter((manifest) => {
    const component = componentOf(manifest);
    return !present.has(component) && cascading.includes(component);
  });
}

const finalizersOf = (metadata: KubeObject['metadata']): readonly string[] =>
  (metadata['finalizers'] as string[] | undefined) ?? [];

/** Deletes an object; Argo CD's part in the end of an Application is done by whoever calls. */
async function remove(api: Api, object: KubeObject, propagation: 'Background' | 'Foreground'): Promise<void> {
  if (finalizersOf(object.metadata).includes(CASCADE))
    await api.patch(object, { metadata: { finalizers: null } });
  await api.remove(object, propagation);
}

/** Those that are still there when the time is over. */
async function allGone(api: Api, objects: readonly KubeObject[], patience: number): Promise<KubeObject[]> {
  const deadline = performance.now() + patience;
  let left = [...objects];
  for (;;) {
    const answers = await Promise.all(left.map((object) => api.get(object)));
    left = left.filter((_, index) => answers[index]?.status !== 404);
    if (!left.length || performance.now() > deadline) return left;
    await sleep(100);
  }
}

/** `Secret prod/mysql-root` → uid, of all that must stay. What is being deleted has none any more. */
async function precious(api: Api): Promise<Map<string, string | undefined>> {
  const lists = await Promise.all(
    Object.entries(PRECIOUS).map(async ([kind, path]) => {
      const { body } = await api.request('GET', path, undefined, undefined, METADATA);
      const items = body.items as { metadata: KubeObject['metadata'] & { uid: string } }[];
      return items.map(({ metadata }): [string, string | undefined] => [
        nameOf({ apiVersion: '', kind, metadata }),
        metadata['deletionTimestamp'] === undefined ? metadata.uid : undefined,
      ]);
    }),
  );
  return new Map(lists.flat());
}

/** `prod/mysql` of all StatefulSets whose pods are as before, and no fewer: these have no reason to go. */
function sameSets(before: RenderedSet, after: RenderedSet): ReadonlySet<string> {
  const now = byName(after);
  const same = [...byName(before)].filter(([key, { object }]) => {
    const [old, wanted] = [object['spec'], now.get(key)?.object['spec']] as (SetSpec | undefined)[];
    return (
      object.kind === 'StatefulSet' &&
      JSON.stringify(old?.template) === JSON.stringify(wanted?.template) &&
      (old?.replicas ?? 1) <= (wanted?.replicas ?? 1)
    );
  });
  return new Set(same.map(([, { object }]) => `${object.metadata.namespace}/${object.metadata.name}`));
}

interface SetSpec {
  readonly template: unknown;
  readonly replicas?: number;
}

/** `Pod prod/mysql-0` → uid, of the pods of these StatefulSets. */
async function podsOf(api: Api, sets: ReadonlySet<string>): Promise<Map<string, string>> {
  const pods = await api.list('v1', 'Pod');
  const theirs = pods.filter(({ metadata: { namespace, ownerReferences = [] } }) =>
    ownerReferences.some(({ kind, name }) => kind === 'StatefulSet' && sets.has(`${namespace}/${name}`)),
  );
  return new Map(theirs.map((pod) => [nameOf(pod), pod.metadata.uid]));
}

function lost(
  held: ReadonlyMap<string, string | undefined>,
  now: ReadonlyMap<string, string | undefined>,
): string[] {
  return [...held].flatMap(([name, uid]) => {
    const other = now.get(name);
    if (uid === undefined || other === uid) return [];
    if (other !== undefined) return [`${name} is deleted and made anew`];
    return name.startsWith('StatefulSet ') ? [] : [`${name} is deleted`];
  });
}
