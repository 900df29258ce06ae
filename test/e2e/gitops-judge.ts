import type { KubeObject } from '../../charts/core/objects';
import type { AppState } from './gitops-applications';

// What is said against recorded states. Pure, so that each can be shown states that are wrong.

/** The Application that brings the others: it is there before them, and done after them. */
export const ROOT = 'root';

/** By Application, the commits that it may have been compared with: those since which its folder is as it is now. */
export type Current = ReadonlyMap<string, ReadonlySet<string>>;

/** What is not yet, or no longer, as git says: every named Application there, no other, Synced and Healthy, and no work under way. */
export function unsettled(states: readonly AppState[], names: readonly string[], current: Current): string[] {
  const missing = names
    .filter((name) => !states.some((state) => state.name === name))
    .map((name) => `Application ${name} is not there`);
  const strays = states
    .filter(({ name }) => !names.includes(name))
    .map(({ name }) => `Application ${name} is in no file, and still there`);
  return [
    ...missing,
    ...strays,
    ...states.flatMap((state) =>
      unsettledState(state, current.get(state.name)?.has(state.revision) ?? false),
    ),
  ];
}

function unsettledState(state: AppState, isCurrent: boolean): string[] {
  const { name, sync, health, phase } = state;
  // what the bootstrap applied needs no sync
  const done =
    sync === 'Synced' && health === 'Healthy' && ['Succeeded', ''].includes(phase) && !state.refreshing;
  if (done && isCurrent) return [];
  const at = isCurrent ? '' : `, at ${state.revision.slice(0, 8) || 'no commit'}`;
  const reasons = [
    state.message,
    ...state.conditions,
    ...state.failed,
    ...state.unhealthy,
    ...differing(state),
  ];
  return [
    [
      `Application ${name}: ${sync || 'not compared'}, ${health || 'health unknown'}, ${phase || 'no sync'}${at}`,
    ]
      .concat([...new Set(reasons)].filter(Boolean).map((reason) => `  ${reason}`))
      .join('\n'),
  ];
}

const differing = ({ outOfSync }: AppState): string[] =>
  outOfSync.map((resource) => `${resource} differs from git`);

/** Applications whose first sync began before all of an earlier wave had theirs behind them. What the bootstrap applied had none. */
export function outOfOrder(states: readonly AppState[]): string[] {
  const synced = states.filter(({ name, first }) => name !== ROOT && first);
  if (new Set(synced.map(({ wave }) => wave)).size < 2)
    return ['Fewer than two waves were synced: there is no order to see'];
  return synced.flatMap(({ name, wave, first }) =>
    synced
      .filter((before) => before.wave < wave && (before.first?.finished ?? 0) > (first?.started ?? 0))
      .map(
        (before) =>
          `Application ${name} of wave ${wave} began at ${time(first?.started)}, before ${before.name} of wave ${before.wave} ` +
          `was done at ${time(before.first?.finished)}`,
      ),
  );
}

const time = (milliseconds = 0): string => new Date(milliseconds).toISOString().slice(11, 19);

/** Whether the waves behind a component that never gets Healthy are held back, and the root says what it waits for. */
export function notHeldBack(
  states: readonly AppState[],
  broken: string,
  waves: ReadonlyMap<string, number>,
): string[] {
  const wave = waves.get(broken) ?? 0;
  const problems = states
    .filter(({ name }) => name !== ROOT && (waves.get(name) ?? 0) > wave)
    .map(({ name }) => `Application ${name} is there, although ${broken} of an earlier wave is not Healthy`);
  const root = states.find(({ name }) => name === ROOT);
  if (root?.phase !== 'Running' || !root.message.includes(`Application/${broken}`))
    problems.push(`The root does not say that it waits for ${broken}: ${root?.phase} ${root?.message}`);
  const state = states.find(({ name }) => name === broken);
  if (state?.health !== 'Progressing')
    problems.push(`Application ${broken} is not Progressing, but ${state?.health ?? 'not there'}`);
  return problems;
}

/**
 * Applications that differ from git, or needed another sync since `before`. The root may: it compares Applications, and the look that was asked
 * for is noted in one of their annotations, which is gone while it compares.
 */
export function drifted(before: readonly AppState[], after: readonly AppState[]): string[] {
  return after.flatMap((state) => {
    const { name, sync, began } = state;
    if (sync !== 'Synced')
      return [[`Application ${name}: ${sync}`, ...state.conditions, ...differing(state)].join('\n  ')];
    const once = before.find((other) => other.name === name);
    return name === ROOT || once?.began === began ? [] : [`Application ${name} was synced again at ${began}`];
  });
}

/** Strays that the project of an Application did not refuse by name. */
export function notRefused(
  states: readonly AppState[],
  component: string,
  strays: readonly { readonly name: string; readonly reason: RegExp }[],
): string[] {
  const state = states.find(({ name }) => name === component);
  return strays
    .filter(({ name, reason }) => !state?.failed.some((line) => line.includes(name) && reason.test(line)))
    .map(
      ({ name, reason }) =>
        `${component}: ${name} is not refused for ${String(reason)}: ${state?.phase} ${state?.message}`,
    );
}

/** Whether a commit that cannot be read stops its own component, and says so, and no other. */
export function notContained(
  states: readonly AppState[],
  component: string,
  file: string,
  names: readonly string[],
  current: Current,
): string[] {
  const state = states.find(({ name }) => name === component);
  const said = state?.sync === 'Unknown' && state.conditions.some((condition) => condition.includes(file));
  const others = states.filter(({ name }) => name !== component);
  return [
    ...(said
      ? []
      : [
          `Application ${component} does not complain of ${file}: ${state?.sync} ${state?.conditions.join('; ')}`,
        ]),
    ...unsettled(
      others,
      names.filter((name) => name !== component),
      current,
    ),
  ];
}

/** uid by name of an object. */
export type Inventory = ReadonlyMap<string, string>;

/** What is gone, or is another object of the same name. */
export const lost = (before: Inventory, after: Inventory): string[] =>
  [...before].flatMap(([name, uid]) => {
    const now = after.get(name);
    if (now === undefined) return [`${name} is gone`];
    return now === uid ? [] : [`${name} was made anew`];
  });

/** Definitions that a sync, or the end of their Application, would take away with all objects of their kinds. */
export const prunable = (definitions: readonly KubeObject[]): string[] =>
  definitions
    .filter((definition) => !isKept(definition))
    .map(({ metadata }) => `CustomResourceDefinition ${metadata.name} could be pruned`);

/** Whether neither a sync nor the end of its Application takes the object away. */
export const isKept = ({ metadata }: KubeObject): boolean => {
  const options = (metadata.annotations?.['argocd.argoproj.io/sync-options'] ?? '').split(',');
  return ['Prune=false', 'Delete=false'].every((option) => options.includes(option));
};

/** What should be gone and is not. */
export const remaining = (names: readonly string[], after: Inventory): string[] =>
  names.filter((name) => after.has(name)).map((name) => `${name} is still there`);
