import { CATALOGUE } from '../../charts/catalogue';
import type { Definition } from '../../charts/core/definition';
import type { KubeObject } from '../../charts/core/objects';
import type { ClusterSettings } from '../../charts/settings';
import { renderCluster, type RenderedCluster } from '../../cli/pipeline';
import { filesOf } from '../../cli/render-files';
import { nameOf, type LiveObject } from './api';
import { isKept, lost } from './gitops-judge';
import { entryOf, inventory, pushed, restored, settled, type Scene } from './gitops-scene';
import { sleep } from './processes';
import type { Outcome } from './report';

/** As long as a hand edit may stay on a busy machine, and pods may take to end. */
const MILLISECONDS = 30_000;
const LOOK_MILLISECONDS = 200;

const definitions: readonly Definition[] = CATALOGUE;

/** Names of components that a setting stops. */
const STOPPABLE = new Set(
  definitions.filter(({ settings }) => settings && 'maintenance' in settings.shape).map(({ name }) => name),
);

/** The settings with everything stopped that can be. */
function stopping(settings: ClusterSettings): ClusterSettings {
  const environments = settings.environments.map((environment) => ({
    ...environment,
    components: Object.fromEntries(
      Object.entries(environment.components).map(([name, block]) => [
        name,
        STOPPABLE.has(name) ? { ...block, maintenance: true } : block,
      ]),
    ),
  }));
  return { ...settings, environments };
}

const setsOf = ({ objects }: RenderedCluster): KubeObject[] =>
  objects
    .map(({ object }) => object)
    .filter(
      (object) =>
        ['StatefulSet', 'Deployment'].includes(object.kind) &&
        (object as { spec?: { replicas?: number } }).spec?.replicas === 0,
    );

/** Whether something is there that a setting stops. */
export const canStop = (settings: ClusterSettings): boolean =>
  setsOf(renderCluster(stopping(settings))).length > 0;

/**
 * What the settings stop has no pods, its Application is Synced and Healthy, and whoever starts it by hand is undone: only then may a
 * restore trust that nobody writes. Nothing that holds data is touched, and it starts again with it.
 */
export async function stopped(scene: Scene): Promise<Outcome> {
  const { repository } = scene;
  const rendering = renderCluster(stopping(scene.settings));
  const sets = setsOf(rendering);
  const before = await inventory(scene);
  const problems = (await running(scene, sets)).length ? [] : ['Nothing runs that could be stopped'];
  repository.replace(filesOf(rendering));
  repository.commit(`Stop ${sets.map(nameOf).join(', ')}`);
  await pushed(scene);
  problems.push(...(await settled(scene)), ...(await quiet(scene, sets)));
  for (const set of sets) await scene.api.patch(set, { spec: { replicas: 1 } });
  problems.push(...(await quiet(scene, sets)).map((line) => `Started by hand: ${line}`));
  problems.push(...lost(kept(before, scene), await inventory(scene)), ...(await restored(scene)));
  const again = await running(scene, sets);
  if (again.length < sets.length)
    problems.push(`Of ${sets.map(nameOf).join(', ')} only ${again.length} run again`);
  return {
    proved: `${sets.map(nameOf).join(', ')} have no pods, and get none by hand; what holds data is the same`,
    problems,
  };
}

/** Of what was there: all that holds data or limits a namespace. */
const kept = (before: ReadonlyMap<string, string>, { objects }: Scene): ReadonlyMap<string, string> => {
  const names = new Set(objects.filter(({ object }) => isKept(object)).map(({ object }) => entryOf(object)));
  const isData = (name: string): boolean =>
    /^v1 (PersistentVolume|PersistentVolumeClaim|Secret|Namespace) /.test(name);
  return new Map([...before].filter(([name]) => names.has(name) || isData(name)));
};

/** Those that should have pods, or have some. */
async function running({ api }: Scene, sets: readonly KubeObject[]): Promise<string[]> {
  const pods = await api.list('v1', 'Pod');
  const states = await Promise.all(
    sets.map(async (set) => ({ set, live: (await api.get(set)).body as LiveObject })),
  );
  return states.flatMap(({ set, live }) => {
    const wanted = live.spec?.replicas ?? 0;
    const there = pods.filter((pod) => isOf(pod, set));
    return wanted || there.length ? [`${nameOf(set)} wants ${wanted} pods and has ${there.length}`] : [];
  });
}

const isOf = ({ metadata }: LiveObject, set: KubeObject): boolean => {
  const labels = (set as unknown as { spec: { selector: { matchLabels: Record<string, string> } } }).spec
    .selector.matchLabels;
  return (
    metadata.namespace === set.metadata.namespace &&
    Object.entries(labels).every(([key, value]) => metadata.labels?.[key] === value)
  );
};

/** What runs after a while. */
async function quiet(scene: Scene, sets: readonly KubeObject[]): Promise<string[]> {
  const deadline = performance.now() + MILLISECONDS;
  for (;;) {
    const still = await running(scene, sets);
    if (!still.length || performance.now() > deadline) return still;
    await sleep(LOOK_MILLISECONDS);
  }
}
