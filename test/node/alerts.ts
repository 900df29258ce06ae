import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KubeObject } from '../../charts/core/objects';
import { attemptLong } from './exec';

/** One look at an alert, so many seconds after the metrics were recorded. */
export interface Look {
  readonly after: number;
  readonly alert: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Whether one with these labels fires. */
  readonly fires: boolean;
}

interface Recorded {
  /** `name{labels}` */
  readonly series: string;
  /** As promtool writes series: value, or value and step. */
  readonly values: string;
}

/** Seconds between two evaluations: the alerts wait up to an hour, and more than a month has to pass. */
const INTERVAL_SECONDS = 900;

/**
 * Asks promtool whether alerts fire, by the rules as rendered and the metrics as recorded. Gives what differs, in promtool's words.
 *
 * Its clock begins at 0, so a time stamp is told as seconds from the moment of the record on.
 */
export async function judgeAlerts(
  promtool: string,
  folder: string,
  rule: KubeObject,
  recorded: readonly Recorded[],
  looks: readonly Look[],
): Promise<string[]> {
  const rules = join(folder, 'rules.json');
  const test = join(folder, 'rules-test.json');
  writeFileSync(rules, JSON.stringify(only(rule, new Set(looks.map(({ alert }) => alert)))));
  writeFileSync(
    test,
    JSON.stringify({
      rule_files: [rules],
      evaluation_interval: `${INTERVAL_SECONDS}s`,
      tests: [
        {
          interval: `${INTERVAL_SECONDS}s`,
          input_series: recorded,
          promql_expr_test: looks.map(({ after, alert, labels, fires }) => ({
            eval_time: `${after}s`,
            expr: `count(ALERTS{alertname="${alert}",alertstate="firing"${Object.entries(labels)
              .map(([label, value]) => `,${label}="${value}"`)
              .join('')}})`,
            exp_samples: fires ? [{ labels: '{}', value: 1 }] : [],
          })),
        },
      ],
    }),
  );
  const { code, output, errors } = await attemptLong(promtool, ['test', 'rules', test]);
  return code === 0 ? [] : [`${output}${errors}`.trim()];
}

/** The rules of these alerts: promtool evaluates all rules of a file at each step. */
function only(rule: KubeObject, alerts: ReadonlySet<string>): object {
  const { groups } = rule['spec'] as { groups: { name: string; rules: { alert?: string }[] }[] };
  return {
    groups: groups.map(({ name, rules }) => ({
      name,
      rules: rules.filter(({ alert }) => alerts.has(alert ?? '')),
    })),
  };
}

/** A time stamp that stays as it was recorded, for so many seconds. */
export const constant = (series: string, timestamp: number, now: number, seconds: number): Recorded => ({
  series,
  values: `${Math.round(timestamp - now)}x${Math.ceil(seconds / INTERVAL_SECONDS)}`,
});
