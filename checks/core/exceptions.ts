import { judgeOf, type Exception } from '../../charts/core/exception-kinds';
import type { CheckInput, Finding } from './rule';

/** Whether the definition of the component lets `subject` have `exception`. */
export const isExcepted = (
  { declarations }: CheckInput,
  component: string,
  subject: string,
  exception: Exception,
): boolean =>
  declarations.exceptions.some(
    (row) => row.component === component && row.subject === subject && row.exception === exception,
  );

/** Rows of the kinds that the rule decides, and that it did not need. */
export function unusedExceptions(
  rule: ReturnType<typeof judgeOf>,
  { declarations }: CheckInput,
  used: ReadonlySet<string>,
): Finding[] {
  return declarations.exceptions
    .filter(({ exception }) => judgeOf(exception) === rule)
    .filter(({ component, subject, exception }) => !used.has(exceptionKey(component, subject, exception)))
    .map(({ component, subject, exception, source }) => ({
      rule,
      object: `Exception ${component}/${subject}`,
      file: `../../${source}`,
      field: exception,
      problem: `nothing of ${component} needs the exception "${exception}" any more`,
      remedy: 'Remove the row',
    }));
}

export const exceptionKey = (component: string, subject: string, exception: Exception): string =>
  `${component} ${subject} ${exception}`;
