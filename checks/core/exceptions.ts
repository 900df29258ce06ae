import type { EXCEPTIONS, Exception } from '../../charts/core/exceptions';
import type { CheckInput, Finding } from './rule';
import { EXCEPTIONS_FILE } from './workloads';

/** Rows of the table whose component is in the set, of the kinds that the rule decides, and that it did not need. */
export function unusedExceptions(
  rule: string,
  { declarations }: CheckInput,
  rows: typeof EXCEPTIONS,
  isMine: (exception: Exception) => boolean,
  used: ReadonlySet<string>,
): Finding[] {
  const present = new Set(declarations.components.map(({ name }) => name));
  return rows
    .filter(({ component, exception }) => present.has(component) && isMine(exception))
    .filter(({ component, subject, exception }) => !used.has(exceptionKey(component, subject, exception)))
    .map(({ component, subject, exception }) => ({
      rule,
      object: `Exception ${component}/${subject}`,
      file: EXCEPTIONS_FILE,
      field: exception,
      problem: `nothing of ${component} needs the exception "${exception}" any more`,
      remedy: 'Remove the row',
    }));
}

export const exceptionKey = (component: string, subject: string, exception: Exception): string =>
  `${component} ${subject} ${exception}`;
