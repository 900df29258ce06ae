import { isAccepted } from './api';
import { lost, type Inventory } from './gitops-judge';
import { entryOf, inventory, pushed, restored, settled, wavesOf, type Scene } from './gitops-scene';
import type { Outcome } from './report';

/**
 * An environment's own objects move to another Application, and back: the new one takes them over while the old one is still there and has seen
 * the same commit. Nothing is pruned, nothing made anew, and no pod of a datastore restarts.
 */
export async function moved(scene: Scene): Promise<Outcome> {
  const { repository } = scene;
  const from = environmentOf(scene);
  const to = from.replace(/^environment-/, 'renamed-');
  const before = await state(scene, from);
  repository.rename(from, to);
  repository.commit(`Rename ${from}`);
  await pushed(scene);
  const names = [...wavesOf(scene.objects).keys()].map((name) => (name === from ? to : name));
  const problems = [...(await settled(scene, names))];
  problems.push(...lost(before, await state(scene, from)), ...(await notOwned(scene, from, to)));
  problems.push(...(await restored(scene)));
  problems.push(...lost(before, await state(scene, from)).map((line) => `Moved back: ${line}`));
  const count = scene.objects.filter(({ component }) => component === from).length;
  return {
    proved: `${count} objects of ${from} move to ${to} and back: all ${before.size} objects and pods of datastores are the same`,
    problems,
  };
}

/** The Application of the last environment that something runs in. */
function environmentOf({ objects, settings }: Scene): string {
  const used = settings.environments.findLast(({ components }) => Object.keys(components).length > 0);
  const id = `environment-${used?.name}`;
  if (!objects.some(({ component }) => component === id)) throw new Error(`No component is called ${id}`);
  return id;
}

/** What must stay: everything, but for the Application that goes; and the pods that StatefulSets have. */
async function state(scene: Scene, gone: string): Promise<Inventory> {
  const objects = await inventory(scene);
  const pods = await scene.api.list('v1', 'Pod');
  const ofSets = pods.filter(({ metadata }) =>
    metadata.ownerReferences?.some(({ kind }) => kind === 'StatefulSet'),
  );
  return new Map([
    ...[...objects].filter(([name]) => !name.endsWith(`Application argocd/${gone}`)),
    ...ofSets.map((pod): [string, string] => [entryOf(pod), pod.metadata.uid]),
  ]);
}

const TRACKING = 'argocd.argoproj.io/tracking-id';

/** Objects of the environment that the new Application did not take over. */
async function notOwned({ api, objects }: Scene, from: string, to: string): Promise<string[]> {
  const problems: string[] = [];
  for (const { object } of objects.filter(({ component }) => component === from)) {
    const answer = await api.get(object);
    if (!isAccepted(answer)) continue;
    const owner = String(answer.body.metadata.annotations?.[TRACKING] ?? 'nobody').split(':')[0];
    if (owner !== to) problems.push(`${entryOf(object)} belongs to ${owner}, not to ${to}`);
  }
  return problems;
}
