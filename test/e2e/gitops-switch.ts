import type { KubeObject } from '../../charts/core/objects';
import { renderCluster, type RenderedCluster } from '../../cli/pipeline';
import { filesOf } from '../../cli/render-files';
import type { ClusterSettings } from '../../charts/settings';
import { nameOf } from './api';
import { isKept, lost, remaining, type Inventory } from './gitops-judge';
import { entryOf, inventory, pushed, restored, settled, wavesOf, type Scene } from './gitops-scene';
import { sleep } from './processes';
import type { Outcome } from './report';

const GONE_MILLISECONDS = 30_000;
const LOOK_MILLISECONDS = 200;

/**
 * What is switched off, one after the other: the components of the last environment that has any, then those of all environments.
 */
function steps(settings: ClusterSettings): ClusterSettings[] {
  const { environments } = settings;
  const used = environments.filter(({ components }) => Object.keys(components).length > 0);
  const without = (names: readonly string[]): ClusterSettings => ({
    ...settings,
    environments: environments.map((one) => (names.includes(one.name) ? { ...one, components: {} } : one)),
  });
  const names = used.map(({ name }) => name);
  return names.length < 2 ? names.map(() => without(names)) : [without(names.slice(-1)), without(names)];
}

/** Whether there is something to switch off here. */
export const canSwitchOff = (settings: ClusterSettings): boolean => steps(settings).length > 0;

/** Components that are switched off in the settings go with all that they brought, and what holds data stays, for when they come back. */
export async function switchedOff(scene: Scene): Promise<Outcome> {
  const before = await inventory(scene);
  const all = steps(scene.settings).map((settings) => renderCluster(settings));
  const problems: string[] = [];
  let kept: Inventory = before;
  for (const rendering of all) {
    const { gone } = leftBy(scene, rendering);
    kept = new Map([...before].filter(([name]) => !gone.includes(name) && !name.includes(' AppProject ')));
    problems.push(...(await switchOff(scene, rendering)), ...lost(kept, await inventory(scene)));
  }
  problems.push(...(await restored(scene, all.length)));
  problems.push(...lost(kept, await inventory(scene)).map((line) => `Switched on again: ${line}`));
  return { proved: provedBy(scene, all), problems };
}

async function switchOff(scene: Scene, rendering: RenderedCluster): Promise<string[]> {
  const { repository } = scene;
  const { off, gone, left } = leftBy(scene, rendering);
  repository.replace(filesOf(rendering));
  repository.commit(`Switch off ${off.join(', ')}`);
  await pushed(scene);
  const unsettled = await settled(scene, left);
  return [...unsettled, ...remaining(gone, await without(scene, gone))];
}

interface Difference {
  /** Components that are switched off, and those that are not. */
  readonly off: readonly string[];
  readonly left: readonly string[];
  /** Their objects, by whether these hold data. */
  readonly gone: readonly string[];
  readonly kept: readonly KubeObject[];
}

function leftBy({ objects }: Scene, rendering: RenderedCluster): Difference {
  const left = rendering.declarations.components.map(({ id }) => id);
  const off = [...wavesOf(objects).keys()].filter((name) => !left.includes(name));
  const still = new Set(rendering.objects.map(({ object }) => entryOf(object)));
  const missing = objects.map(({ object }) => object).filter((object) => !still.has(entryOf(object)));
  return {
    ...{ off, left },
    // the bootstrap applies projects: objects that Argo CD finds as git says never get its tracking annotation, so it never prunes them
    gone: missing.filter((object) => !isKept(object) && object.kind !== 'AppProject').map(entryOf),
    kept: missing.filter(isKept),
  };
}

function provedBy(scene: Scene, all: readonly RenderedCluster[]): string {
  const differences = all.map((rendering) => leftBy(scene, rendering));
  const lines = differences.map(({ off, gone }) => `${off.join(', ')} (${gone.length} objects)`);
  const kept = differences.at(-1)?.kept.map(nameOf).join(', ');
  return `${lines.join(', then ')} gone; ${kept}, claims, volumes, Secrets and namespaces stay, and are the same when switched on again`;
}

/** What is there once all of this is gone, or after a while. */
async function without(scene: Scene, names: readonly string[]): Promise<Inventory> {
  const deadline = performance.now() + GONE_MILLISECONDS;
  for (;;) {
    const now = await inventory(scene);
    if (!remaining(names, now).length || performance.now() > deadline) return now;
    await sleep(LOOK_MILLISECONDS);
  }
}
