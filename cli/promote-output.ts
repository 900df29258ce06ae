import type { PromoteOutcome } from './promote';
import { visible } from './visible';

/** What was carried, what stayed, and what a person does next. */
export const promoteLines = (outcome: PromoteOutcome): string[] =>
  outcome.failures.length ? [] : lines(outcome).map(visible);

function lines({ from, to, file, carried, stays, patch, isDryRun }: PromoteOutcome): string[] {
  const said = isDryRun ? 'would be carried' : 'carried';
  return [
    ...(isDryRun && patch ? patch.split('\n').slice(1, -1) : []),
    carried.length
      ? `${file}  ${carried.length === 1 ? '1 setting' : `${carried.length} settings`} of ${from} ${said}`
      : `${file}  nothing to carry: what ${from} has in force, ${to} has too, or it stays`,
    ...carried.map(
      ({ key, old, new: value }) =>
        `  ${key}: ${old === undefined ? 'not there' : shown(old)} → ${shown(value)}`,
    ),
    ...(stays.length ? ['stays as it is:', ...stays.map(({ key, why }) => `  ${key}: ${why}`)] : []),
    ...(carried.length && !isDryRun
      ? [`next: npx strata synth ${to}, then npx strata diff ${to} says what it does to the running cluster`]
      : []),
  ];
}

/** Characters of a value that are shown. */
const SHOWN = 80;

function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
}
