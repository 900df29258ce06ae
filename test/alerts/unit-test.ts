import type { Json } from '../../charts/core/yaml';
import { ProgrammeError } from '../e2e/report';
import type { AlertRule, RuleSet } from './rules';
import type { AlertTest, Firing, Timeline } from './table';

/** One alert and what promtool has to prove of it. */
export interface UnitTest {
  /** `mono/mysql-prod MysqlDown` */
  readonly title: string;
  /** promtool's files: rules, and tests of them. */
  readonly rules: Json;
  readonly tests: Json;
  /** Timelines. */
  readonly count: number;
}

/** The same, of one of its timelines. */
export function ofTimeline(unit: UnitTest, index: number): UnitTest {
  const all = unit.tests as { readonly tests: readonly Json[] };
  return { ...unit, tests: { ...all, tests: all.tests.slice(index, index + 1) }, count: 1 };
}

/** Rules are evaluated every minute, as the table counts. */
const INTERVAL = '1m';

/** What promtool is given for one alert; throws a ProgrammeError where the test proves too little. */
export function unitTest(set: RuleSet, rule: AlertRule, test: AlertTest): UnitTest {
  const title = `${set.cluster}/${set.id} ${rule.alert}`;
  const fires = Object.entries(test.fires);
  const silent = Object.entries(test.silent);
  if (!fires.length || !silent.length)
    throw new ProgrammeError(
      `${title}: its test needs a timeline in which it fires, and one in which it is silent`,
    );
  return {
    title,
    rules: ruleFile(set, rule),
    tests: {
      rule_files: ['rules.yaml'],
      evaluation_interval: INTERVAL,
      tests: [
        ...fires.map(([what, firing]) => firingGroup(`${title}: ${what}`, rule, test, firing)),
        ...silent.map(([what, timeline]) => group(`${title}: ${what}`, rule, timeline, () => 0)),
      ],
    },
    count: fires.length + silent.length,
  };
}

/** Only this alert, and the recorded series it may read: promtool evaluates all rules of a file in each minute. */
const ruleFile = ({ component, records }: RuleSet, rule: AlertRule): Json => ({
  groups: [{ name: component, rules: [...records, rule as unknown as Json] }],
});

function firingGroup(name: string, rule: AlertRule, test: AlertTest, firing: Firing) {
  const [first, last] = firing.minutes;
  if (last < first || last >= lastMinute(firing.series))
    throw new ProgrammeError(
      `${name}: the timeline has to go on after minute ${last}, so that it shows the recovery`,
    );
  const expected = {
    exp_labels: { ...firing.labels, severity: test.severity },
    exp_annotations: {
      summary: firing.summary,
      description: description(name, rule, firing),
      runbook_url: rule.annotations['runbook_url'] ?? '',
    },
  };
  return {
    ...group(
      name,
      rule,
      firing.series,
      (minute) => (minute >= first && minute <= last ? 1 : 0),
      firing.history,
    ),
    alert_rule_test: [{ eval_time: `${first}m`, alertname: rule.alert, exp_alerts: [expected] }],
  };
}

/** A text without template says in the test what it says in the rule: only what is computed has to be written by hand. */
function description(name: string, { annotations }: AlertRule, firing: Firing): string {
  const text = annotations['description'] ?? '';
  if (firing.description === undefined && text.includes('{{'))
    throw new ProgrammeError(
      `${name}: the description is a template, so the test has to say what it becomes`,
    );
  return firing.description ?? text;
}

/** How many alerts fire, asked in each minute. */
function group(
  name: string,
  rule: AlertRule,
  timeline: Timeline,
  firing: (minute: number) => number,
  history = 0,
) {
  const expr = `count(ALERTS{alertname="${rule.alert}",alertstate="firing"}) or vector(0)`;
  const minutes = Array.from({ length: lastMinute(timeline) + 1 }, (_, minute) => minute).slice(history);
  return {
    name,
    interval: INTERVAL,
    input_series: Object.entries(timeline).map(([series, values]) => ({ series, values })),
    promql_expr_test: minutes.map((minute) => ({
      expr,
      eval_time: `${minute}m`,
      exp_samples: [{ labels: '{}', value: firing(minute) }],
    })),
  };
}

/** Number of the last value of the longest series. */
export function lastMinute(timeline: Timeline): number {
  const lengths = Object.values(timeline).map((values) =>
    values
      .trim()
      .split(/\s+/)
      .reduce((sum, part) => sum + lengthOf(part), 0),
  );
  return Math.max(...lengths) - 1;
}

function lengthOf(part: string): number {
  const [, gap, times] = /^(_?).*?(?:x(\d+))?$/.exec(part) ?? [];
  if (times === undefined) return 1;
  return Number(times) + (gap ? 0 : 1);
}
