import { alerts } from '../../../checks/alerts/alerts';
import { lateAlerts } from '../../../checks/alerts/late';
import { rulesIn } from '../../../checks/alerts/rules';
import { ObjectSet } from '../../../checks/core/object-set';
import { nameOf } from '../../../checks/core/workloads';
import { CATALOGUE } from '../../../charts/catalogue';
import { loadClusters } from '../../../cli/load';
import { renderCluster } from '../../../cli/pipeline';
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

/** Name of the alert that a finding is about. */
const alertAt = (input: Parameters<typeof lateAlerts>[0], object: string, field: string) =>
  rulesIn(ObjectSet.of(input)).find(
    ({ rendered, path }) => nameOf(rendered.object) === object && field.startsWith(`${path}.`),
  )?.alert;

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

describe('[OBS-10] a critical alert reaches people within five minutes', () => {
  const critical = (change: (alert: any) => void) =>
    findingsAfter((input) => {
      const [first] = rules(input);
      first.labels.severity = 'critical';
      change(first);
    });
  const after = (wait: string) => brief(critical((alert) => (alert.for = wait)));

  test('one that waits too long is found, with how long it may', () => {
    expect(after('4m')).toEqual([]);
    expect(after('4m1s')).toEqual([`${RULE} spec.groups[0].rules[0].for`]);
    expect(critical((alert) => (alert.for = '1h'))).toEqual([
      expect.objectContaining({
        problem: expect.stringMatching(/^people hear of it after 1h57s at the worst, not within 5 minutes: /),
        remedy: expect.stringMatching(/^Wait 4m at most/),
      }),
    ]);
  });

  test('one that looks back too far is found, where no shorter wait would do', () => {
    const findings = critical((alert) => {
      alert.expr = 'rate(mysql_global_status_slow_queries[10m]) > 1';
      alert.for = '1m';
    });
    expect(brief(findings)).toEqual([`${RULE} spec.groups[0].rules[0].expr`]);
    expect(findings[0]?.problem).toContain('10m that the expression looks back');
  });

  test('one whose monitor is slow is found', () => {
    const findings = findingsAfter((input) => {
      pick(input, 'ServiceMonitor', 'ingress/traefik').spec.endpoints[0].interval = '3m';
    });
    const down = 'alerts: PrometheusRule ingress/traefik spec.groups[0].rules[0].expr';
    expect(brief(findings)).toContain(down);
    expect(findings.find((one) => brief([one])[0] === down)?.remedy).toMatch(
      /^Read ServiceMonitor ingress\/traefik more often/,
    );
  });

  test('a warning may take its time', () => {
    const findings = findingsAfter((input) => {
      Object.assign(rules(input)[0], { for: '1h', labels: { severity: 'warning' } });
    });
    expect(findings).toEqual([]);
  });

  const TRAEFIK = 'alerts: PrometheusRule ingress/traefik spec.groups[0].rules[1].expr';
  const ROW = 'alerts: Exception traefik/TraefikHigh5xxRate late-alert';
  const share = (input: ReturnType<typeof monoInput>) =>
    pick(input, 'PrometheusRule', 'ingress/traefik').spec.groups[0].rules[1];

  test('one without its row is found', () => {
    const findings = findingsAfter((input) => {
      const exceptions = input.declarations.exceptions.filter(({ exception }) => exception !== 'late-alert');
      Object.assign(input, { declarations: { ...input.declarations, exceptions } });
    });
    expect(brief(findings)).toEqual([TRAEFIK]);
    expect(findings[0]?.remedy).toContain('give it a row late-alert with a reason');
  });

  test('a row of another alert does not do', () => {
    const findings = findingsAfter((input) => {
      share(input).alert = 'TraefikFailing';
    });
    expect(brief(findings)).toContain(TRAEFIK);
  });

  test('a row of an alert that is in time is found', () => {
    const findings = findingsAfter((input) => {
      share(input).expr = share(input).expr.replaceAll('[5m]', '[1m]');
    });
    expect(brief(findings)).toEqual([ROW]);
    expect(findings[0]).toMatchObject({ file: '../../charts/network/traefik/definition.ts' });
  });

  test('a row of an alert that is a warning by now is found', () => {
    const findings = findingsAfter((input) => {
      share(input).labels.severity = 'warning';
    });
    expect(brief(findings)).toEqual([ROW]);
  });

  test('on all settings that are tested, and each row has an alert that needs it', () => {
    const folders = ['clusters', 'test/alerts/clusters'].map((folder) => loadClusters(folder));
    expect(folders.flatMap(({ problems }) => problems)).toEqual([]);
    const inputs = folders.flatMap(({ clusters }) =>
      clusters.map(({ settings }) => ({ ...monoInput(), settings, ...renderCluster(settings) })),
    );
    expect(inputs.length).toBeGreaterThan(2);
    for (const input of inputs) expect(lateAlerts(input, rulesIn(ObjectSet.of(input)))).toEqual([]);
    const bare = inputs.flatMap((input) => {
      const without = { ...input, declarations: { ...input.declarations, exceptions: [] } };
      return lateAlerts(without, rulesIn(ObjectSet.of(without))).map(({ object, field }) =>
        alertAt(without, object, field),
      );
    });
    const rows = CATALOGUE.flatMap((one) => ('exceptions' in one ? one.exceptions : []));
    expect(new Set(bare)).toEqual(
      new Set(rows.filter(({ exception }) => exception === 'late-alert').map(({ subject }) => subject)),
    );
  });
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
