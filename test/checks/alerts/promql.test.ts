import { ensureSyntaxTree, LRLanguage, syntaxTree } from '@codemirror/language';
import { EditorState } from '@codemirror/state';
import { Parser } from '@prometheus-io/codemirror-promql/dist/cjs/parser/parser';
import { parser } from '@prometheus-io/lezer-promql';
import { asArray, at } from '../../../checks/core/workloads';
import { promqlProblem } from '../../../checks/alerts/promql';
import { monoInput } from '../mutation';

const language = LRLanguage.define({ parser: parser.configure({ top: 'PromQL' }) });

/** The judgement of Prometheus' own editor, which is too slow to load for a synth. */
function editorProblems(expression: string): string[] {
  const begun = EditorState.create({ doc: expression, extensions: [language] });
  // by itself it parses for some milliseconds only: on a busy machine half an expression
  ensureSyntaxTree(begun, expression.length, 60_000);
  const { state } = begun.update({});
  const checker = new Parser(state);
  checker.analyze();
  const problems = checker.getDiagnostics().map(({ message }) => message);
  syntaxTree(state).iterate({ enter: ({ type }) => void (type.isError && problems.push('syntax error')) });
  return problems;
}

const GOOD = [
  'up == 0',
  'up{job="mysql"} == 0 or absent(up{job="mysql"})',
  'sum by (code) (rate(requests_total{code=~"5.."}[5m])) / ignoring (code) group_left sum(rate(requests_total[5m])) > 0.05',
  'histogram_quantile(0.99, sum by (le) (rate(duration_seconds_bucket[5m]))) > 1',
  'predict_linear(available_bytes[6h], 4 * 24 * 3600) < 0',
  'max_over_time(rate(x[5m])[1h:1m]) > 1',
  'topk(5, x) unless on (pod) y',
  'count_values("version", build_info) > 1',
  '-x offset 5m > -1',
  'clamp_max(x, 1) and vector(1)',
  '1 > bool 0',
  'round(x) == 1',
  'label_replace(x, "a", "$1", "b", "(.*)") > 0',
  'time() - x > 60',
];

const BAD: [string, RegExp][] = [
  ['', /does not parse/],
  ['rate(x[5m]', /does not parse/],
  ['x y', /does not parse/],
  ['nonsense(x)', /does not parse/],
  ['rate(x)', /rate\(\) wants a matrix and gets a vector/],
  ['x + rate(y)', /rate\(\) wants a matrix/],
  ['sum(rate(sum(x)))', /rate\(\) wants a matrix/],
  ['rate(x[5m], 1)', /rate\(\) has 2 argument/],
  ['histogram_quantile(x)', /has 1 argument/],
  ['clamp(x, 1)', /has 2 argument/],
  ['sum(x[5m])', /an aggregation wants a vector and gets a matrix/],
  ['topk(x)', /the aggregation has 1 argument/],
  ['topk(y, x)', /its parameter wants a scalar/],
  ['count_values(1, x)', /its parameter wants a string/],
  ['x == "text"', /an operator wants a vector or scalar and gets a string/],
  ['x[5m] > 1', /gets a matrix/],
  ['1 > 0', /compared without bool/],
  ['x and 1', /vectors on both sides/],
  ['-"text"', /a sign wants/],
  ['"text"', /a rule wants a vector or scalar and gets a string/],
  ['x[5m]', /a rule wants a vector or scalar and gets a matrix/],
];

test.each(GOOD)('%s is fine, here and in the editor of Prometheus', (expression) => {
  expect(promqlProblem(expression)).toBeUndefined();
  expect(editorProblems(expression)).toEqual([]);
});

test.each(BAD)('%s is not: %s', (expression, problem) => {
  expect(promqlProblem(expression)).toMatch(problem);
});

test('what the editor of Prometheus refuses is refused here', () => {
  // a range or a text is an expression there, but no rule
  const expressions = BAD.map(([expression]) => expression).filter(
    (one) => !['"text"', 'x[5m]'].includes(one),
  );
  // the editor counts the arguments of functions, not those of aggregations
  expect(expressions.filter((one) => !editorProblems(one).length)).toEqual([]);
});

test('the alerts of the real set pass the full checker of Prometheus too', () => {
  const expressions = monoInput()
    .objects.filter(({ object: { kind } }) => kind === 'PrometheusRule')
    .flatMap(({ object }) => asArray(at(object, 'spec.groups')))
    .flatMap((group) => asArray(at(group, 'rules')).map((rule) => String(at(rule, 'expr'))));
  expect(expressions.length).toBeGreaterThan(10);
  expect(expressions.filter((one) => editorProblems(one).length)).toEqual([]);
});
