import {
  NumberDurationLiteral,
  parser,
  StringLiteral,
  UnquotedLabelMatcher,
} from '@prometheus-io/lezer-promql';
import { NOT_JUDGED } from './failures';
import type { Verdicts } from './promtool';
import type { AlertRule, RuleSet } from './rules';
import type { AlertTest } from './table';
import { ofTimeline, unitTest, type UnitTest } from './unit-test';

/** A rule that is wrong in one place. */
interface Mutation {
  /** `for 3m instead of 4m` */
  readonly what: string;
  readonly rule: AlertRule;
}

/** Unit tests that must fail: each alert with one thing in it changed, judged by the tests of the right one. */
export function brokenTests(set: RuleSet, rule: AlertRule, test: AlertTest): UnitTest[] {
  return mutationsOf(rule).map(({ what, rule: broken }) => {
    const unit = unitTest(set, broken, test);
    return { ...unit, title: `${unit.title} with ${what}` };
  });
}

/**
 * Verdicts of unit tests that should fail, asked timeline by timeline and only until one fails: most that is wrong shows in the first, and
 * each takes promtool 30 ms.
 */
export async function untilOneFails(
  tests: readonly UnitTest[],
  judge: (tests: readonly UnitTest[]) => Promise<Verdicts>,
): Promise<Verdicts> {
  const verdicts: (readonly string[])[] = tests.map(() => []);
  let open = tests.map((_, index) => index);
  for (let timeline = 0; open.length; timeline++) {
    const found = await judge(open.map((index) => ofTimeline(tests[index] as UnitTest, timeline)));
    open.forEach((index, place) => (verdicts[index] = found[place] ?? []));
    open = open.filter((index) => !verdicts[index]?.length && timeline + 1 < (tests[index]?.count ?? 0));
  }
  return verdicts;
}

/** Broken alerts whose tests pass, or fail for another reason than the alert. */
export const unnoticed = (tests: readonly UnitTest[], verdicts: Verdicts): string[] =>
  tests.flatMap(({ title }, index) => {
    const problems = verdicts[index] ?? [];
    if (!problems.length) return [`${title}: no test fails`];
    return problems
      .filter((problem) => problem.includes(NOT_JUDGED))
      .map((problem) => `${title}: ${problem}`);
  });

/** Every number, every label that is looked for, the time it has to hold, the severity and the summary. */
export function mutationsOf(rule: AlertRule): Mutation[] {
  const minutes = minutesOf(rule.for);
  const waits = minutes ? [minutes - 1, minutes + 1] : [1];
  const { severity = '' } = rule.labels;
  const { summary = '' } = rule.annotations;
  return [
    ...waits.map((wait) => ({
      what: `for ${wait}m instead of ${rule.for ?? 'none'}`,
      rule: { ...rule, for: `${wait}m` },
    })),
    {
      what: 'another severity',
      rule: { ...rule, labels: { severity: severity === 'critical' ? 'warning' : 'critical' } },
    },
    {
      what: 'another summary',
      rule: { ...rule, annotations: { ...rule.annotations, summary: `${summary}!` } },
    },
    ...expressions(rule.expr).map(({ what, expr }) => ({ what, rule: { ...rule, expr } })),
  ];
}

function expressions(expr: string): { what: string; expr: string }[] {
  const changes: { from: number; to: number; text: string }[] = [];
  parser.parse(expr).iterate({
    enter: ({ node, from, to }) => {
      const text = expr.slice(from, to);
      const others =
        node.type.id === NumberDurationLiteral
          ? otherNumbers(Number(text)).map(String)
          : node.type.id === StringLiteral && node.parent?.type.id === UnquotedLabelMatcher
            ? otherValues(JSON.parse(text) as string).map((value) => JSON.stringify(value))
            : [];
      for (const other of others) changes.push({ from, to, text: other });
    },
  });
  return changes.map(({ from, to, text }) => ({
    what: `${text} instead of ${expr.slice(from, to)} at character ${from}`,
    expr: expr.slice(0, from) + text + expr.slice(to),
  }));
}

/** A neighbour on both sides: by one for what is counted, by a tenth for what is measured, by any amount for «at all». */
function otherNumbers(value: number): number[] {
  if (value === 0) return [-1e18, 1e18];
  if (Number.isInteger(value) && value < 10) return [value - 1, value + 1];
  return [value * 0.9, value * 1.1];
}

/** Another value; for a choice, one that lacks an alternative. */
function otherValues(value: string): string[] {
  const alternatives = value.split('|');
  return alternatives.map((_, index) =>
    alternatives.map((one, i) => (i === index ? `not-${one}` : one)).join('|'),
  );
}

function minutesOf(duration: string | undefined): number {
  const [, number = '0', unit = 'm'] = /^(\d+)([mh])$/.exec(duration ?? '0m') ?? [];
  return Number(number) * (unit === 'h' ? 60 : 1);
}
