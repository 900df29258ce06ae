import type { Fault } from './broken-objects';
import { judge } from './faults';
import { applications } from './gitops-applications';
import { straysOf } from './gitops-commits';
import {
  drifted,
  lost,
  notContained,
  notHeldBack,
  notRefused,
  outOfOrder,
  prunable,
  remaining,
  ROOT,
  unsettled,
} from './gitops-judge';
import { healed, victims } from './gitops-keeping';
import { definitionsOf, inventory, pushed, restored, settled, wavesOf, type Scene } from './gitops-scene';
import type { Report } from './report';

/** Argo CD heals within a second: what is not healed by then is not healed at all. */
const UNHEALED_MILLISECONDS = 5_000;
const NO_COMMIT = '0'.repeat(40);

type Case = readonly [Fault, readonly string[]];

/** Proves that each assertion can fail: the same functions look at a cluster that is not as they want it, and must say why. */
export async function proveGitOpsFaults(report: Report, scene: Scene, broken: string): Promise<void> {
  await report.group('faults: gitops judged', async () => judge(await wrongMoments(scene, broken)));
  await report.group('faults: gitops healed', () => unhealed(scene));
}

/** What is right at one moment of a run is wrong at another: all of this is said against a cluster on which everything is well. */
async function wrongMoments(scene: Scene, broken: string): Promise<Case[]> {
  const { objects } = scene;
  const { current } = scene.repository;
  const states = await applications(scene.api);
  const waves = wavesOf(objects);
  const names = [...waves.keys()];
  const { component } = victims(scene);
  const strays = straysOf(scene).map(({ object, reason }) => ({ name: object.metadata.name, reason }));
  const now = await inventory(scene);
  const [one = ''] = now.keys();
  const bare = (await definitionsOf(scene)).map(({ metadata, ...rest }) => ({
    ...rest,
    metadata: { ...metadata, annotations: {} },
  }));
  const reversed = states.map((state) => ({ ...state, wave: -state.wave }));
  return [
    [
      {
        title: 'a commit that did not arrive',
        expected: /Application root: Synced, Healthy, Succeeded, at /,
      },
      unsettled(states, names, new Map(names.map((name) => [name, new Set([NO_COMMIT])]))),
    ],
    [
      { title: 'an Application that is missing', expected: /Application nobody is not there/ },
      unsettled(states, [...names, 'nobody'], current),
    ],
    [
      {
        title: 'an Application that should be gone',
        expected: new RegExp(`Application ${component} is in no file`),
      },
      unsettled(
        states,
        names.filter((name) => name !== component),
        current,
      ),
    ],
    [
      { title: 'waves in another order', expected: /of wave \S+ began at .* before .* was done/ },
      outOfOrder(reversed),
    ],
    [
      {
        title: 'waves that are not held back',
        expected: /is there, although .* of an earlier wave is not Healthy/,
      },
      notHeldBack(states, broken, waves),
    ],
    [
      { title: 'a stray that is not refused', expected: /strata-e2e-stray-kind is not refused/ },
      notRefused(states, ROOT, strays),
    ],
    [
      { title: 'a bad commit that nobody complains of', expected: /does not complain of any\.yaml/ },
      notContained(states, component, 'any.yaml', names, current),
    ],
    [{ title: 'an object that is gone', expected: /is gone/ }, lost(now, new Map())],
    [
      { title: 'an object that was made anew', expected: /was made anew/ },
      lost(now, new Map([...now].map(([name]) => [name, '']))),
    ],
    [{ title: 'an object that should be gone', expected: /is still there/ }, remaining([one], now)],
    [
      { title: 'a definition that could be pruned', expected: /applications\.argoproj\.io could be pruned/ },
      prunable(bare),
    ],
  ];
}

/** An Application that heals nothing, by a commit: what is done by hand stays, and is seen. */
async function unhealed(scene: Scene) {
  const { api, repository } = scene;
  const { component, edited } = victims(scene);
  const file = `root/application-${component}.yaml`;
  repository.write(file, repository.read(file).replace('enabled: true', 'enabled: false'));
  repository.commit(`Heal ${component} no more`);
  await pushed(scene);
  const prepared = await settled(scene);
  const before = await applications(api);
  const { problems } = await healed(scene, UNHEALED_MILLISECONDS);
  const found = drifted(before, await applications(api));
  const outcome = judge([
    [
      {
        title: 'a hand edit that stays',
        expected: new RegExp(`${edited.metadata.name}: the hand edit stays`),
      },
      problems,
    ],
    [{ title: 'a deleted object that does not come back', expected: /does not come back/ }, problems],
    [
      {
        title: 'an Application that is OutOfSync',
        expected: new RegExp(`Application ${component}: OutOfSync`),
      },
      found,
    ],
  ]);
  return { ...outcome, problems: [...prepared, ...outcome.problems, ...(await restored(scene))] };
}
