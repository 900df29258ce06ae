import { join } from 'node:path';
import type { KubeObject } from '../../charts/core/objects';
import type { RenderedObject } from '../../charts/core/render';
import { readRendered } from '../../cli/rendered';
import type { ClusterSettings } from '../../charts/settings';
import { nameOf, type Api, type LiveObject } from './api';
import { applications, refresh, waitFor, type AppState } from './gitops-applications';
import { unsettled, type Current, type Inventory } from './gitops-judge';
import type { Repository } from './gitops-repository';

/** A cluster that Argo CD keeps, and the repository that it follows. */
export interface Scene {
  readonly api: Api;
  readonly repository: Repository;
  readonly settings: ClusterSettings;
  /** What is rendered. */
  readonly objects: readonly RenderedObject[];
}

const CRD = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' };
/** What holds data, or everything else. */
const DATA = ['Namespace', 'PersistentVolumeClaim', 'PersistentVolume', 'Secret'].map((kind) => ({
  apiVersion: 'v1',
  kind,
}));

export const rendered = (dist: string, cluster: string): readonly RenderedObject[] =>
  readRendered(join(dist, cluster)).objects;

export const WAVE = 'argocd.argoproj.io/sync-wave';

/** Component → wave, as the root's Applications say. */
export const wavesOf = (objects: readonly RenderedObject[]): ReadonlyMap<string, number> =>
  new Map(
    objects
      .filter(({ object }) => object.kind === 'Application')
      .map(({ object: { metadata } }) => [metadata.name, Number(metadata.annotations?.[WAVE] ?? 0)]),
  );

/** Waits until every Application that is rendered is as the head says. */
export const settled = (
  scene: Scene,
  names: readonly string[] = [...wavesOf(scene.objects).keys()],
): Promise<readonly string[]> => {
  const { current } = scene.repository;
  return until(scene, (states) => unsettled(states, names, current));
};

/** Looks until the judge has nothing to say, or nothing moves any more; asks again for looks that were lost. */
export const until = (
  scene: Scene,
  judge: (states: readonly AppState[]) => readonly string[],
  current?: Current,
): Promise<readonly string[]> => waitFor(scene.api, judge, () => pushed(scene, current));

/**
 * What the webhook of a git server does after a push, for those that it matters to: Applications whose folder has changed since the commit
 * that they were compared with are to look at git.
 */
export async function pushed(
  { api, repository }: Scene,
  current: Current = repository.current,
): Promise<void> {
  const states = await applications(api);
  const behind = states.filter(({ name, revision }) => !current.get(name)?.has(revision));
  await refresh(
    api,
    behind.map(({ name }) => name),
  );
}

/** The component of CustomResourceDefinitions. */
const DEFINITIONS = 'crds';

/**
 * Every Application is to be compared with the head, whatever it changed; but for definitions, which take as long as all others together, and
 * which no commit of the run touches.
 */
export function atHead({ repository }: Scene): Current {
  const head = new Set([repository.head]);
  return new Map([...repository.current].map(([name, since]) => [name, name === DEFINITIONS ? since : head]));
}

/** Takes the last commits back, and waits until the cluster is as it was. */
export async function restored(scene: Scene, commits = 1): Promise<readonly string[]> {
  scene.repository.revert(commits);
  await pushed(scene);
  return (await settled(scene)).map((problem) => `After git revert: ${problem}`);
}

export const definitionsOf = ({ api }: Scene): Promise<LiveObject[]> =>
  api.listMetadata(CRD.apiVersion, CRD.kind);

/** Everything on the server of the kinds that are rendered or hold data, but for pods and whatever else comes and goes. */
export async function inventory({ api, objects }: Scene): Promise<Inventory> {
  const kinds = new Map(
    [...objects.map(({ object: { apiVersion, kind } }) => ({ apiVersion, kind })), ...DATA, CRD].map(
      (type) => [keyOf(type), type],
    ),
  );
  const all = await Promise.all(
    [...kinds.values()].map(({ apiVersion, kind }) => api.listMetadata(apiVersion, kind)),
  );
  return new Map(all.flat().map((object) => [entryOf(object), object.metadata.uid]));
}

const keyOf = ({ apiVersion, kind }: { apiVersion: string; kind: string }): string => `${apiVersion} ${kind}`;

/** Name in an inventory: `apps/v1 Deployment prod/xwiki` */
export const entryOf = (object: KubeObject): string => `${object.apiVersion} ${nameOf(object)}`;
