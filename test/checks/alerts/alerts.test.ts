import { alerts } from '../../../checks/alerts/alerts';
import { brief, findingsAfter, monoInput, pick } from '../mutation';
import { fields, findingsOfRule } from '../plain';

const RULE = 'alerts: PrometheusRule prod/mysql';
const rules = (input: ReturnType<typeof monoInput>) =>
  pick(input, 'PrometheusRule', 'prod/mysql').spec.groups[0].rules;
const remove = (input: ReturnType<typeof monoInput>, object: object) =>
  input.objects.splice(
    input.objects.findIndex((one) => one.object === object),
    1,
  );

test('[OBS-10] the alerts of the unbroken set can fire and be understood', () => {
  expect(alerts.check(monoInput())).toEqual([]);
});

test.each([
  ['an expression that does not parse', 'expr', (alert: any) => (alert.expr = 'rate(x[5m]')],
  ['an expression with wrong types', 'expr', (alert: any) => (alert.expr = 'rate(x) > 0')],
  ['no expression', 'expr', (alert: any) => delete alert.expr],
  ['a severity that goes to nobody', 'labels.severity', (alert: any) => (alert.labels.severity = 'info')],
  ['no severity', 'labels.severity', (alert: any) => delete alert.labels],
  ['no summary', 'annotations.summary', (alert: any) => delete alert.annotations.summary],
  ['an empty description', 'annotations.description', (alert: any) => (alert.annotations.description = '')],
  ['no runbook', 'annotations.runbook_url', (alert: any) => delete alert.annotations.runbook_url],
  [
    'a runbook without the section',
    'annotations.runbook_url',
    (alert: any) => (alert.annotations.runbook_url += 'x'),
  ],
  [
    'a runbook that does not exist',
    'annotations.runbook_url',
    (alert: any) =>
      (alert.annotations.runbook_url = 'https://example.com/blob/main/charts/data/none/runbook.md#mysqldown'),
  ],
  ['a name that is not CamelCase', 'alert', (alert: any) => (alert.alert = 'mysql_down')],
  ['a time to wait that is none', 'for', (alert: any) => (alert.for = '5 minutes')],
  ['a time to wait in the wrong order', 'for', (alert: any) => (alert.for = '30s1m')],
  ['a time to keep firing that is none', 'keep_firing_for', (alert: any) => (alert.keep_firing_for = 'long')],
])('%s is found', (_, field, change) => {
  const findings = findingsAfter((input) => {
    change(rules(input)[0]);
  });
  expect(brief(findings)).toEqual([`${RULE} spec.groups[0].rules[0].${field}`]);
});

test('[OBS-10] a critical alert that is known later than five minutes is found', () => {
  const after = (wait: string) =>
    brief(
      findingsAfter((input) => {
        const [first] = rules(input);
        first.labels.severity = 'critical';
        first.for = wait;
      }),
    );
  expect(after('4m')).toEqual([]);
  expect(after('4m1s')).toEqual([`${RULE} spec.groups[0].rules[0].for`]);
  expect(after('1h')).toEqual([`${RULE} spec.groups[0].rules[0].for`]);
});

test('a name that comes twice in a namespace is found', () => {
  const findings = findingsAfter((input) => {
    rules(input)[1] = structuredClone(rules(input)[0]);
  });
  expect(brief(findings)).toEqual([`${RULE} spec.groups[0].rules[1].alert`]);
});

test('a name of another component is found, one of another instance is not', () => {
  const findings = findingsAfter((input) => {
    pick(input, 'PrometheusRule', 'recette/xwiki').spec.groups[0].rules[0].alert = rules(input)[0].alert;
  });
  expect(brief(findings)).toEqual(['alerts: PrometheusRule recette/xwiki spec.groups[0].rules[0].alert']);
});

test('a group whose name comes twice in a namespace is found', () => {
  const findings = findingsAfter((input) => {
    pick(input, 'PrometheusRule', 'prod/xwiki').spec.groups[0].name = 'mysql';
  });
  expect(brief(findings)).toEqual(['alerts: PrometheusRule prod/xwiki spec.groups[0].name']);
});

test('recorded series are named level:metric:operations', () => {
  const check = (record?: string) =>
    fields(
      findingsOfRule(alerts, [
        {
          ...{ apiVersion: 'monitoring.coreos.com/v1', kind: 'PrometheusRule', metadata: { name: 'x' } },
          spec: { groups: [{ name: 'x', rules: [{ record, expr: 1 }] }] },
        },
      ]),
    );
  expect(check('job:requests:rate5m')).toEqual([]);
  expect(check('requests')).toEqual(['spec.groups[0].rules[0].record']);
  expect(check()).toEqual(['spec.groups[0].rules[0].record']);
});

describe('[OBS-03] what offers metrics is read', () => {
  test('a workload whose monitor is gone is found', () => {
    const findings = findingsAfter((input) => remove(input, pick(input, 'ServiceMonitor', 'prod/mysql')));
    expect(findings.map(({ rule, object }) => `${rule}: ${object}`)).toEqual([
      'alerts: StatefulSet prod/mysql',
    ]);
    expect(findings[0]?.problem).toContain('nobody reads the metrics of port metrics');
  });

  test('a PodMonitor reads as well', () => {
    const findings = findingsAfter((input) => {
      const monitor = pick(input, 'ServiceMonitor', 'prod/mysql');
      const { labels } = pick(input, 'StatefulSet', 'prod/mysql').spec.template.metadata;
      monitor.kind = 'PodMonitor';
      monitor.spec = { selector: { matchLabels: labels }, podMetricsEndpoints: [{ port: 'metrics' }] };
    }).filter(({ rule }) => rule === 'alerts');
    expect(findings).toEqual([]);
  });
});
