import { parse, stringify } from 'yaml';
import type { KubeObject } from '../../charts/core/objects';
import type { RenderedObject } from '../../charts/core/render';
import { manifestYaml } from '../../charts/core/yaml';
import { isAccepted, nameOf } from './api';
import { applications, type AppState } from './gitops-applications';
import { lost, notContained, notHeldBack, notRefused, ROOT } from './gitops-judge';
import { victims } from './gitops-keeping';
import { atHead, inventory, pushed, restored, until, WAVE, wavesOf, type Scene } from './gitops-scene';
import { sleep } from './processes';
import type { Outcome } from './report';

// Commits that somebody should not have made.

/** Long enough for a root that does not wait to have made the next Application. */
const HELD_MILLISECONDS = 2_000;

/** StatefulSets are left out: they keep a pod that never got Ready even when their template is mended. */
const BREAKABLE = ['Deployment', 'DaemonSet'];

/**
 * A component to break, so that others have to wait: of the last wave that has waves behind it. One with waves of its own would wait for itself:
 * its sync goes on for ever, and Argo CD begins none with what git says later.
 */
export function keystone({ objects }: Scene): string {
  const waves = wavesOf(objects);
  const last = Math.max(...waves.values());
  const waveOf = ({ component }: RenderedObject): number => waves.get(component) ?? last;
  const layered = new Set(
    objects.filter(({ object }) => object.metadata.annotations?.[WAVE]).map(({ component }) => component),
  );
  const [candidate] = objects
    .filter(
      ({ object, component }) =>
        BREAKABLE.includes(object.kind) && component !== 'argocd' && !layered.has(component),
    )
    .filter((rendered) => waveOf(rendered) < last)
    .sort((one, other) => waveOf(other) - waveOf(one));
  if (!candidate) throw new Error('No component that can be broken has waves behind it');
  return candidate.component;
}

/** Commits a component whose pods never get Ready (kwok-stages.yaml). */
export function breakPods({ repository, objects }: Scene, component: string): void {
  for (const { object, file } of objects) {
    if (!BREAKABLE.includes(object.kind) || !file.startsWith(`${component}/`)) continue;
    const manifest = parse(repository.read(file), { version: '1.1' });
    manifest.spec.template.metadata.annotations = {
      ...manifest.spec.template.metadata.annotations,
      'strata-e2e/never-ready': 'true',
    };
    repository.write(file, stringify(manifest, { version: '1.1' }));
  }
  repository.commit(`Break ${component}`);
}

/** While a component is broken, the waves behind it are not begun. */
export async function heldBack(scene: Scene, broken: string): Promise<Outcome> {
  const waves = wavesOf(scene.objects);
  const judge = (states: readonly AppState[]) => notHeldBack(states, broken, waves);
  const problems = [...(await until(scene, judge))];
  await sleep(HELD_MILLISECONDS);
  problems.push(...judge(await applications(scene.api)));
  const behind = [...waves].filter(([name, wave]) => name !== ROOT && wave > (waves.get(broken) ?? 0));
  return {
    proved: `while ${broken} is not Ready, ${behind.length} Applications behind it are not begun, and the root says why`,
    problems,
  };
}

/** A kind and a namespace that the project of a component does not allow are refused, by name, and never get to the server. */
export async function refused(scene: Scene): Promise<Outcome> {
  const { api, repository } = scene;
  const { component } = victims(scene);
  const strays = straysOf(scene);
  for (const { object } of strays)
    repository.write(`${component}/${object.metadata.name}.yaml`, manifestYaml(object));
  repository.commit('Add what no project allows');
  const before = await inventory(scene);
  await pushed(scene);
  const wanted = strays.map(({ object, reason }) => ({ name: object.metadata.name, reason }));
  const problems = [...(await until(scene, (states) => notRefused(states, component, wanted)))];
  for (const { object } of strays)
    if (isAccepted(await api.get(object))) problems.push(`${nameOf(object)} is in the cluster`);
  problems.push(...lost(before, await inventory(scene)), ...(await restored(scene)));
  const refusals = strays.map(({ object }) => nameOf(object)).join(' and ');
  return {
    proved: `${refusals} in ${component}: refused by its project, and gone after git revert`,
    problems,
  };
}

/** Something in a namespace, and of a kind, that no project names. */
export function straysOf(scene: Scene): { object: KubeObject; reason: RegExp }[] {
  const { removed } = victims(scene);
  const { metadata, ...rest } = removed;
  return [
    {
      object: {
        ...rest,
        metadata: {
          name: 'strata-e2e-stray-namespace',
          namespace: 'kube-system',
          labels: metadata.labels ?? {},
        },
      },
      reason: /namespace kube-system is not permitted in project/,
    },
    {
      object: {
        apiVersion: 'node.k8s.io/v1',
        kind: 'RuntimeClass',
        metadata: { name: 'strata-e2e-stray-kind' },
        handler: 'none',
      },
      reason: /RuntimeClass is not permitted in project/,
    },
  ];
}

/** A file that is no YAML stops its own component, and takes nothing away; what else is in the commit arrives. */
export async function contained(scene: Scene): Promise<Outcome> {
  const { repository, objects } = scene;
  const { component, edited } = victims(scene);
  const file = objects.find(({ object }) => object === edited)?.file ?? '';
  const before = await inventory(scene);
  repository.write(file, `${repository.read(file)}  }: no YAML\n`);
  const other = bystander(scene, component);
  repository.write(other.file, manifestYaml(annotated(other.object)));
  repository.commit('Break a file, and change another component');
  // that they are compared with it, and go on, is what it is about
  const current = atHead(scene);
  await pushed(scene, current);
  const names = [...wavesOf(objects).keys()];
  const name = file.split('/').at(-1) ?? '';
  const judge = (states: readonly AppState[]) => notContained(states, component, name, names, current);
  const problems = [...(await until(scene, judge, current))];
  problems.push(...lost(before, await inventory(scene)), ...(await restored(scene)));
  const others = `${names.length - 1} others go on, ${other.component} with what the same commit changes; none of ${before.size} objects is lost`;
  return { proved: `${component} complains of ${name}; ${others}; git revert restores`, problems };
}

/** Something of another component that can be changed without any consequence: a sync makes Jobs anew. */
function bystander({ objects }: Scene, component: string): RenderedObject {
  const jobs = objects.filter(({ object }) => object.kind === 'Job').map(({ component: owner }) => owner);
  const unfit = [component, 'argocd', ...jobs];
  const found = objects.find(
    ({ object, component: owner }) => object.kind === 'ConfigMap' && !unfit.includes(owner),
  );
  if (!found) throw new Error(`No component but ${unfit.join(', ')} has a ConfigMap`);
  return found;
}

const annotated = (object: KubeObject): KubeObject => ({
  ...object,
  metadata: {
    ...object.metadata,
    annotations: { ...object.metadata.annotations, 'strata-e2e/edited': 'true' },
  },
});
