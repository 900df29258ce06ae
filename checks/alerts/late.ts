import { exceptionKey, unusedExceptions } from '../core/exceptions';
import { ObjectSet } from '../core/object-set';
import type { CheckInput, Finding } from '../core/rule';
import { asText, at, componentNames, findingsOf } from '../core/workloads';
import { Detections, LONGEST_CRITICAL_SECONDS, type Detection } from './detection';
import { durationText } from './durations';
import { promqlProblem } from './promql';
import type { RuleJson } from './rules';

const finding = findingsOf('alerts');

/**
 * Critical alerts that people may hear of too late, and have no row in the exceptions of their component's definition; rows of alerts that
 * are in time. A row of an alert that the settings of this cluster leave out is left alone: another cluster may need it.
 */
export function lateAlerts(input: CheckInput, rules: readonly RuleJson[]): Finding[] {
  const nameOfComponent = componentNames(input.declarations.components);
  const keyOf = ({ rendered, alert = '' }: RuleJson): string =>
    exceptionKey(nameOfComponent(rendered.component), alert, 'late-alert');
  const detections = new Detections(ObjectSet.of(input));
  const late = rules
    .filter(({ alert, json }) => alert !== undefined && at(json, 'labels.severity') === 'critical')
    // nothing is known of what cannot be read, which is a finding of its own
    .filter(({ json }) => promqlProblem(asText(at(json, 'expr')) ?? '') === undefined)
    .map((rule) => ({ rule, key: keyOf(rule), detection: detections.of(rule) }))
    .filter(({ detection }) => detection.total > LONGEST_CRITICAL_SECONDS);
  const rows = new Set(
    input.declarations.exceptions.map(({ component, subject, exception }) =>
      exceptionKey(component, subject, exception),
    ),
  );
  const lateKeys = new Set(late.map(({ key }) => key));
  const known = new Set(rules.map(keyOf));
  const needed = new Set([...rows].filter((key) => lateKeys.has(key) || !known.has(key)));
  return [
    ...late.filter(({ key }) => !rows.has(key)).map(({ rule, detection }) => lateFinding(rule, detection)),
    ...unusedExceptions('alerts', input, needed),
  ];
}

/** At `for` where less of it would do, else at the expression. */
function lateFinding({ rendered, path }: RuleJson, detection: Detection): Finding {
  const { total, held, evaluated, seen, window, told, monitor } = detection;
  const parts = [
    `${durationText(seen)} until it is seen`,
    ...(window ? [`${durationText(window)} that the expression looks back`] : []),
    `${durationText(evaluated)} until it is evaluated`,
    ...(held ? [`${durationText(held)} for`] : []),
    `${durationText(told)} of group_wait`,
  ];
  const problem = `people hear of it after ${durationText(total)} at the worst, not within 5 minutes: ${parts.join(', ')}`;
  const others = `make it a warning, or give it a row late-alert with a reason in the exceptions of its component's definition`;
  const left = LONGEST_CRITICAL_SECONDS - (total - held);
  if (held > 0 && left >= 0) {
    const most = Math.floor(left / (evaluated || 1)) * evaluated;
    return finding(rendered, `${path}.for`, problem, `Wait ${durationText(most)} at most, ${others}`);
  }
  const remedy =
    window > 0 || monitor === undefined
      ? 'Look back less far'
      : `Read ${monitor} more often, or name the job of the series if it is another one`;
  return finding(rendered, `${path}.expr`, problem, `${remedy}, ${others}`);
}
