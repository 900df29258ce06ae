import { promqlProblem } from '../alerts/promql';
import type { FieldFinding } from '../core/rule';
import { asArray, asText, at, isObject } from '../core/workloads';
import { labelUse } from './labels';
import type { PanelJson } from './read';

/** Variables that Grafana itself gives (docs/sources/dashboards/variables, "Global variables"). */
const BUILT_IN =
  /^__(?:from|to|interval|interval_ms|range|range_s|range_ms|rate_interval|rate_interval_ms|all_variables|url_time_range|field|value|data|series|org|user|dashboard|timezone)$/;
/** `$name`, `${name}`, `${name:format}`, `${__field.labels.x}`. */
const VARIABLE = /\$(?:\{(\w+)[^}]*\}|(\w+))/g;
const DURATIONS = /\$(?:__rate_interval|__interval|__range)\b|\$\{(?:__rate_interval|__interval|__range)\}/g;
const LABEL_VALUES = /^label_values\((.+),\s*(\w+)\)$/s;

const variablesUsed = (text: string): string[] =>
  [...text.matchAll(VARIABLE)].map(([, braced, plain]) => braced ?? plain ?? '');

/** Names in a text that nothing gives a value for. */
export const unknownVariables = (text: string, names: readonly string[]): string[] =>
  variablesUsed(text).filter((name) => !BUILT_IN.test(name) && !names.includes(name));

const undefinedIn = (text: string, names: readonly string[], field: string): FieldFinding[] =>
  unknownVariables(text, names).map((name) => ({
    field,
    problem: `there is no variable ${name}`,
    remedy: `Define it among the dashboard's variables, or correct the name`,
  }));

/** What is wrong with the queries of a panel, and with what it makes of their labels. */
export function queryFindings({ json, path }: PanelJson, names: readonly string[]): FieldFinding[] {
  const targets = asArray(at(json, 'targets'));
  if (targets.length === 0)
    return [{ field: `${path}.targets`, problem: 'the panel asks for nothing', remedy: 'Give it a query' }];
  const given = new Set<string>();
  const found = targets.flatMap((target, index) => {
    const here = `${path}.targets[${index}]`;
    const { findings, labels } = judged(asText(at(target, 'expr')) ?? '', names, `${here}.expr`);
    // of what does not parse no label is known
    if (!labels) return findings;
    for (const label of labels) given.add(label);
    return [...findings, ...legendFindings(at(target, 'legendFormat'), labels, `${here}.legendFormat`)];
  });
  // a column may be missing because its query is wrong: that is told once
  return found.some(({ field }) => field.endsWith('.expr'))
    ? found
    : [...found, ...columnFindings(json, path, given)];
}

/** An expression as Prometheus gets it: durations have some value, and texts any. */
const asPromql = (expression: string): string => expression.replaceAll(DURATIONS, '5m');

/** What is wrong with an expression, and the labels of what it gives; none are known of one that cannot be read. */
function judged(
  expression: string,
  names: readonly string[],
  field: string,
): { readonly findings: FieldFinding[]; readonly labels?: ReadonlySet<string> } {
  const unknown = undefinedIn(expression, names, field);
  const promql = asPromql(expression);
  const problem = promqlProblem(promql);
  if (problem !== undefined)
    return { findings: [...unknown, { field, problem, remedy: 'Correct the expression' }] };
  const { problems, matchers, labels } = labelUse(promql);
  const several = matchers
    .filter(({ value, operator }) => !['=~', '!~'].includes(operator) && variablesUsed(value).length > 0)
    .map(({ label, operator }) => ({
      field,
      problem: `several values may be chosen, and ${label}${operator} compares with one`,
      remedy: 'Use =~',
    }));
  const missing = problems.map((one) => ({
    field,
    problem: one,
    remedy: "Correct the name, or look it up in the exporter's source and add it to imports/metrics.yaml",
  }));
  return { findings: [...unknown, ...several, ...missing], labels };
}

function legendFindings(legend: unknown, labels: ReadonlySet<string>, field: string): FieldFinding[] {
  const used = [...(asText(legend) ?? '').matchAll(/\{\{\s*(\w+)\s*\}\}/g)].map(([, label]) => label ?? '');
  return used
    .filter((label) => !labels.has(label))
    .map((label) => ({
      field,
      problem: `the query gives no label ${label}`,
      remedy: 'Keep the label in the query, or name another one',
    }));
}

/** Columns of a table that are made of labels: their names, before they are changed to titles. */
function columnFindings(json: unknown, path: string, labels: ReadonlySet<string>): FieldFinding[] {
  return asArray(at(json, 'transformations')).flatMap((transformation, index) => {
    const renamed = at(transformation, 'options.renameByName');
    return Object.keys(isObject(renamed) ? renamed : {})
      .filter((name) => !/^Value( #[A-Z])?$/.test(name) && !labels.has(name))
      .map((name) => ({
        field: `${path}.transformations[${index}].options.renameByName`,
        problem: `no query of the table gives the label ${name}`,
        remedy: 'Keep the label in a query, or leave the column out',
      }));
  });
}

/** What is wrong with a variable of a dashboard: its values are those of a label of a series that is there. */
export function variableFindings({ json, path }: PanelJson, names: readonly string[]): FieldFinding[] {
  if (at(json, 'type') !== 'query') return [];
  const field = `${path}.query`;
  const query = at(json, 'query');
  const text = asText(isObject(query) ? query['query'] : query) ?? '';
  const [, series, label = ''] = LABEL_VALUES.exec(text) ?? [];
  if (series === undefined)
    return [{ field, problem: `"${text}" is no label_values(series, label)`, remedy: 'Write it so' }];
  const { findings, labels } = judged(series, names, field);
  if (findings.length > 0 || labels?.has(label)) return findings;
  return [{ field, problem: `${series} has no label ${label}`, remedy: 'Name a label that the series has' }];
}
