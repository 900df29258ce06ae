import type { RenderedObject } from '../../charts/core/render';
import { secondsOf } from './durations';
import { lateAlerts } from './late';
import { promqlProblem } from './promql';
import { groupsOf, rulesIn, type RuleJson } from './rules';
import { ObjectSet } from '../core/object-set';
import type { CheckInput, Finding, Rule } from '../core/rule';
import { unscraped } from './scrapes';
import { asText, at, componentNames, findingsOf, isObject, namespaceOf, show } from '../core/workloads';

const SEVERITIES: readonly unknown[] = ['critical', 'warning'];
const RUNBOOK = /\/(charts\/[\w-]+\/[\w-]+\/runbook\.md)#([\w-]+)$/;
const ALERT_NAME = /^[A-Z][A-Za-z0-9]*$/;
/** Prometheus, "Recording rules": level:metric:operations. */
const RECORD_NAME = /^[a-zA-Z_][\w]*(?::[\w]+)+$/;

const finding = findingsOf('alerts');

/**
 * Each alert has an expression that parses and has the right types, a severity, texts, a section in a runbook, and a name of its own. People
 * hear of a critical one within five minutes. And every port that offers metrics is read.
 */
export const alerts: Rule = {
  name: 'alerts',
  check: (input) => {
    const set = ObjectSet.of(input);
    const rules = rulesIn(set);
    return [
      ...rules.flatMap((rule) => [
        ...expressionFindings(rule),
        ...(rule.alert ? alertFindings(rule, input) : recordFindings(rule)),
      ]),
      ...repeatedNames(rules, componentNames(input.declarations.components)),
      ...repeatedGroups(set.ofKind('PrometheusRule')),
      ...lateAlerts(input, rules),
      ...unscraped(input),
    ];
  },
};

function expressionFindings({ rendered, path, json }: RuleJson): Finding[] {
  const expression = at(json, 'expr');
  const problem = promqlProblem(
    typeof expression === 'number' ? show(expression) : (asText(expression) ?? ''),
  );
  if (problem === undefined) return [];
  return [finding(rendered, `${path}.expr`, problem, 'Correct the expression')];
}

function recordFindings({ rendered, path, json }: RuleJson): Finding[] {
  const record = asText(at(json, 'record')) ?? '';
  if (RECORD_NAME.test(record)) return [];
  const problem = `the rule is no alert, and "${record}" is no level:metric:operations`;
  return [finding(rendered, `${path}.record`, problem, 'Name the alert or the recorded series')];
}

function alertFindings(rule: RuleJson, { runbooks }: CheckInput): Finding[] {
  const { rendered, path, json, alert = '' } = rule;
  const about = (field: string, problem: string, remedy: string): Finding =>
    finding(rendered, `${path}.${field}`, problem, remedy);
  const found: Finding[] = [];
  if (!ALERT_NAME.test(alert))
    found.push(about('alert', `"${alert}" is not CamelCase`, 'Name it like MysqlDown'));
  const severity = at(json, 'labels.severity');
  if (!SEVERITIES.includes(severity))
    found.push(
      about('labels.severity', `severity ${show(severity)} goes to nobody`, 'Set critical or warning'),
    );
  for (const field of ['summary', 'description']) {
    if (!asText(at(json, `annotations.${field}`)))
      found.push(about(`annotations.${field}`, `whoever is woken up gets no ${field}`, 'Write one sentence'));
  }
  const lost = runbookProblem(at(json, 'annotations.runbook_url'), runbooks);
  if (lost !== undefined)
    found.push(
      about('annotations.runbook_url', lost, `Write the section "${alert}" in the component's runbook`),
    );
  return [...found, ...durationFindings(rule, about)];
}

function runbookProblem(url: unknown, runbooks: CheckInput['runbooks']): string | undefined {
  const [, file = '', anchor = ''] = RUNBOOK.exec(asText(url) ?? '') ?? [];
  if (!file) return `"${show(url)}" does not lead to the runbook of a component`;
  const anchors = runbooks.get(file);
  if (!anchors) return `${file} does not exist`;
  return anchors.has(anchor) ? undefined : `${file} has no section #${anchor}`;
}

const durationFindings = (
  { json }: RuleJson,
  about: (field: string, problem: string, remedy: string) => Finding,
): Finding[] =>
  ['for', 'keep_firing_for'].flatMap((field) => {
    const value = at(json, field);
    if (value === undefined || secondsOf(value) !== undefined) return [];
    return [about(field, `${JSON.stringify(value)} is no duration`, 'Write it like 5m or 1h30m')];
  });

/** A name belongs to one alert. Only instances of one component may share it, each in a namespace of its own. */
function repeatedNames(rules: readonly RuleJson[], nameOfComponent: (id: string) => string): Finding[] {
  const seen = new Set<string>();
  const owners = new Map<string, string>();
  return rules.flatMap(({ rendered, path, alert }) => {
    if (alert === undefined) return [];
    const component = nameOfComponent(rendered.component);
    const place = `${namespaceOf(rendered.object)} ${alert}`;
    const owner = owners.get(alert) ?? component;
    owners.set(alert, owner);
    const repeated = seen.has(place) || owner !== component;
    seen.add(place);
    if (!repeated) return [];
    const problem = `${owner} has an alert ${alert} already`;
    return [
      finding(
        rendered,
        `${path}.alert`,
        problem,
        'Begin the name with the component, and end it with what is wrong',
      ),
    ];
  });
}

function repeatedGroups(sources: readonly RenderedObject[]): Finding[] {
  const seen = new Set<string>();
  return sources.flatMap((rendered) =>
    groupsOf(rendered).flatMap(({ json, path }) => {
      const name = isObject(json) ? asText(json['name']) : undefined;
      const key = `${namespaceOf(rendered.object)} ${show(name)}`;
      const repeated = name === undefined || seen.has(key);
      seen.add(key);
      if (!repeated) return [];
      const problem =
        name === undefined ? 'the group has no name' : `the namespace has a group ${name} already`;
      return [finding(rendered, `${path}.name`, problem, 'Give it a name of its own')];
    }),
  );
}
