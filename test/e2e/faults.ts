import type { KubeObject } from '../../charts/core/objects';
import { accept, applyAgain, storedAsWritten } from './acceptance';
import type { Api } from './api';
import { crdsFromFolder, installCrds } from './crds';
import {
  INVALID_DEFINITION,
  INTERVENTIONS,
  NAMESPACES,
  POD_FAULTS,
  REFUSED,
  REWRITTEN,
  SELECTION_FAULTS,
  SOUND,
  type Fault,
} from './broken-objects';
import { SOUND_UPGRADES, UPGRADE_FAULTS } from './broken-upgrades';
import { manifestOf, type Manifest, type RenderedSet } from './manifests';
import { Processes, survivors } from './processes';
import type { Outcome, Report } from './report';
import { podsSelected } from './selection';
import { upgrade } from './upgrade';
import { verifyFaults, type LiveRun } from './verify';
import { podsReady } from './workloads';

/** They never get their pods, so that all of this time is waited: long enough for each refusal to have happened. */
const QUIET_MILLISECONDS = 8_000;
const SETTLE_MILLISECONDS = 2_000;
/** Of upgrades: what is not refused and gone by then will not be. */
const UPGRADE_PATIENCE = { quiet: 3_000, gone: 3_000 };

/**
 * Proves that each group of assertions can fail: the same functions look at sets that are broken on purpose, and must say what is wrong.
 * Uses namespaces of its own on a server that the run is done with.
 */
export async function proveFaults(report: Report, live: LiveRun, folder: string): Promise<void> {
  const { api } = live;
  const namespaces = NAMESPACES.map((object) => manifestOf(object, 'broken-objects'));
  const ground = await accept(api, [{ title: 'ground', manifests: namespaces }]);
  if (ground.problems.length) throw new Error(ground.problems.join('\n'));

  await report.group('faults: definitions', () => definitions(api, folder));
  await report.group('faults: accepted', () => refused(api));
  await report.group('faults: stored', () => rewritten(api));
  await report.group('faults: applied again', () => intervened(api));
  await report.group('faults: pods', () => unadmitted(api));
  await report.group('faults: selected', () => unselected(api));
  await report.group('faults: upgrade', () => upgraded(api));
  await report.group('faults: verify', async () => judge(await verifyFaults(live)));
  await report.group('faults: processes', () => died(folder));
}

/** One problem per fault that was not found, or that was found with other words. */
export function judge(cases: readonly (readonly [Fault, readonly string[]])[]): Outcome {
  const problems = cases.flatMap(([{ title, expected }, found]) => {
    if (found.some((problem) => expected.test(problem))) return [];
    const said = found.length ? `it says: ${found.join('\n')}` : 'it finds nothing';
    return [`${title}: expected ${String(expected)}, and ${said}`];
  });
  return { proved: `${cases.length} found: ${cases.map(([{ title }]) => title).join(', ')}`, problems };
}

async function definitions(api: Api, folder: string): Promise<Outcome> {
  const source = {
    ...{ component: 'nobody', repository: '', version: '', commit: '' },
    files: [{ path: 'crd.yaml', sha256: '0'.repeat(64), kinds: [] }],
  };
  const invalid = { files: [{ from: 'invalid.yaml', text: INVALID_DEFINITION }], problems: [] };
  return judge([
    [
      { title: 'a file that is not the locked one', expected: /no file with the locked sum of nobody/ },
      crdsFromFolder(folder, [source]).problems,
    ],
    [
      {
        title: 'a definition without a schema',
        expected: /things\.e2e\.example.*openAPIV3Schema: Required value/s,
      },
      (await installCrds(api, invalid)).problems,
    ],
  ]);
}

async function refused(api: Api): Promise<Outcome> {
  const cases = await Promise.all(
    REFUSED.map(async ({ object, text, ...fault }) => {
      const manifest = { ...manifestOf(object, 'broken.yaml'), ...(text && { text }) };
      const { problems } = await accept(api, [{ title: fault.title, manifests: [manifest] }]);
      return [fault, problems] as const;
    }),
  );
  return judge(cases);
}

async function rewritten(api: Api): Promise<Outcome> {
  const cases = await Promise.all(
    REWRITTEN.map(async ({ object, ...fault }) => {
      const manifests = [manifestOf(object, 'broken.yaml')];
      const { stored, problems } = await accept(api, [{ title: fault.title, manifests }]);
      return [fault, [...problems, ...storedAsWritten(stored).problems]] as const;
    }),
  );
  return judge(cases);
}

/** Objects that somebody changes between the first apply and the second. */
async function intervened(api: Api): Promise<Outcome> {
  const cases = await Promise.all(
    INTERVENTIONS.map(async ({ object, change, ...fault }) => {
      const manifest = manifestOf(object, 'broken.yaml');
      const { problems } = await accept(api, [{ title: fault.title, manifests: [manifest] }]);
      if (change === 'delete') await api.remove(object);
      else await api.patch(object, change);
      return [fault, [...problems, ...(await applyAgain(api, [manifest])).problems]] as const;
    }),
  );
  return judge(cases);
}

/** All at once, beside sound ones that must not be named. */
async function unadmitted(api: Api): Promise<Outcome> {
  const objects: KubeObject[] = [...SOUND, ...POD_FAULTS.map(({ object }) => object)];
  // warnings are what it is about, and another group's matter
  await Promise.all(objects.map((object) => api.apply(object, JSON.stringify(object))));
  const { problems } = await podsReady(api, objects, QUIET_MILLISECONDS);
  const outcome = judge(POD_FAULTS.map((fault) => [fault, problems] as const));
  const wronged = problems.filter((problem) => problem.includes('/sound'));
  return {
    ...outcome,
    problems: [...outcome.problems, ...wronged.map((problem) => `sound, but ${problem}`)],
  };
}

/** Runs after the pods of the sound workload have come. */
async function unselected(api: Api): Promise<Outcome> {
  const objects = SELECTION_FAULTS.map(({ object }) => object);
  await Promise.all(objects.map((object) => api.apply(object, JSON.stringify(object))));
  const { problems } = await podsSelected(api, objects, [], SETTLE_MILLISECONDS);
  return judge(SELECTION_FAULTS.map((fault) => [fault, problems] as const));
}

/** One upgrade with every mistake, beside sound changes that must not be named. */
async function upgraded(api: Api): Promise<Outcome> {
  const steps = [...UPGRADE_FAULTS, ...SOUND_UPGRADES];
  const place = (object: KubeObject | undefined, component = 'e2e'): Manifest[] =>
    object ? [manifestOf(object, `${component}/${object.metadata.name}.yaml`)] : [];
  const setOf = (manifests: readonly Manifest[]): RenderedSet => ({
    steps: [{ title: '0 e2e', manifests }],
    last: [],
  });
  const before = setOf(steps.flatMap((step) => place(step.before)));
  const after = setOf(steps.flatMap((step) => place(step.after, step.to)));
  const { problems } = await upgrade(api, before, after, UPGRADE_PATIENCE);
  const outcome = judge(UPGRADE_FAULTS.map((fault) => [fault, problems] as const));
  const wronged = problems.filter((problem) => problem.includes('/sound'));
  return {
    ...outcome,
    problems: [...outcome.problems, ...wronged.map((problem) => `sound, but ${problem}`)],
  };
}

async function died(folder: string): Promise<Outcome> {
  const processes = new Processes(folder);
  processes.start('short-lived', process.execPath, [
    '--eval',
    'console.log("out of files"); process.exit(3)',
  ]);
  await processes.ended('short-lived');
  const said: string[] = [];
  try {
    processes.check();
  } catch (error) {
    said.push(String(error));
  }
  await processes.stop();
  const fault = {
    title: 'a process that ends by itself',
    expected: /short-lived ended.*\(3\).*out of files/s,
  };
  const survived = survivors([process.pid]).map((pid) => `process ${pid} still runs`);
  return judge([
    [fault, said],
    [{ title: 'a process that outlives the run', expected: /process \d+ still runs/ }, survived],
  ]);
}
