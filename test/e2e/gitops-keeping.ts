import type { KubeObject } from '../../charts/core/objects';
import { isAccepted, nameOf, type LiveObject } from './api';
import { applications, refresh } from './gitops-applications';
import { drifted } from './gitops-judge';
import { settled, type Scene } from './gitops-scene';
import { sleep } from './processes';
import type { Outcome } from './report';

const REFRESHES = 3;
/** Argo CD heals at once, then 2 and 6 s later; a busy machine takes its time too. */
const HEAL_MILLISECONDS = 30_000;
const LOOK_MILLISECONDS = 100;

/** Nothing differs from git, however often and thoroughly it is looked at. */
export async function refreshed(scene: Scene, times = REFRESHES): Promise<Outcome> {
  const { api } = scene;
  const before = await applications(api);
  const names = before.map(({ name }) => name);
  const problems: string[] = [];
  for (let round = 1; round <= times; round++) {
    await refresh(api, names, 'hard');
    const found = [...(await settled(scene)), ...drifted(before, await applications(api))];
    problems.push(...found.map((line) => `Hard refresh ${round}: ${line}`));
  }
  return { proved: `no Application is OutOfSync or synced again after ${times} hard refreshes`, problems };
}

/** What somebody does by hand is undone: an edit, and the end of an object. */
export async function healed(scene: Scene, milliseconds = HEAL_MILLISECONDS): Promise<Outcome> {
  const { api } = scene;
  const { edited, removed } = victims(scene);
  const before = (await api.get(removed)).body as LiveObject;
  const replicas = (edited['spec'] as { replicas?: number }).replicas ?? 1;
  await api.patch(edited, { spec: { replicas: replicas + 1 } });
  await api.remove(removed);
  const look = async (): Promise<string[]> => {
    const now = (await api.get(edited)).body as LiveObject;
    const again = await api.get(removed);
    const back = isAccepted(again) && again.body.metadata.uid !== before.metadata.uid;
    const kept = now.spec?.replicas === replicas;
    return [
      ...(kept ? [] : [`${nameOf(edited)}: the hand edit stays: ${now.spec?.replicas} replicas`]),
      ...(back ? [] : [`${nameOf(removed)} does not come back`]),
    ];
  };
  const deadline = performance.now() + milliseconds;
  let problems = await look();
  while (problems.length && performance.now() < deadline) {
    await sleep(LOOK_MILLISECONDS);
    problems = await look();
  }
  const proved = `${nameOf(edited)}, edited by hand, is put back; ${nameOf(removed)}, deleted, comes back`;
  return { proved, problems };
}

/** A Deployment and a Service of one component, not Argo CD's own. */
export function victims({ objects }: Scene): { component: string; edited: KubeObject; removed: KubeObject } {
  for (const { object: edited, component } of objects) {
    if (edited.kind !== 'Deployment' || component === 'argocd') continue;
    const service = objects.find(
      ({ object, component: owner }) => owner === component && object.kind === 'Service',
    );
    if (service) return { component, edited, removed: service.object };
  }
  throw new Error('No component has a Deployment and a Service');
}
