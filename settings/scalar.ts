import { z } from 'zod';

/** What is wrong with a value, and what to write instead. */
export interface Refusal {
  readonly problem: string;
  readonly remedy: string;
}

/**
 * A string with a meaning. `what` names it in messages ("expected a CIDR"), the first example appears in them, and `examine` says
 * what is wrong with a value. The remedy travels in the issue's params, since zod issues have only one message.
 */
export function scalar(
  what: string,
  examples: readonly string[],
  examine: (value: string) => Refusal | undefined,
  pattern?: RegExp,
) {
  return z
    .string()
    .superRefine((value, context) => {
      const refusal = examine(value);
      if (refusal)
        context.addIssue({ code: 'custom', message: refusal.problem, params: { remedy: refusal.remedy } });
    })
    .meta({ title: what, examples: [...examples], ...(pattern && { pattern: pattern.source }) });
}

/** A string that only has to match a pattern. */
export function matching(what: string, pattern: RegExp, example: string, rule: string) {
  return scalar(
    what,
    [example],
    (value) =>
      pattern.test(value)
        ? undefined
        : { problem: `${quote(value)} is not ${what}`, remedy: `${rule}, e.g. ${example}` },
    pattern,
  );
}

/** Any text but blanks. */
export function text(what: string, example: string) {
  return matching(what, /\S/, example, 'Write some text');
}

/** As messages show what was written. */
export function quote(value: unknown): string {
  return JSON.stringify(value);
}
