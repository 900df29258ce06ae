import { Detections } from '../../../checks/alerts/detection';
import { durationText, secondsOf } from '../../../checks/alerts/durations';
import { readsOf } from '../../../checks/alerts/reads';
import { rulesIn } from '../../../checks/alerts/rules';
import { ObjectSet } from '../../../checks/core/object-set';
import type { KubeObject } from '../../../charts/core/objects';
import { toYaml, type Json } from '../../../charts/core/yaml';
import { monoInput } from '../mutation';
import { rendered } from '../plain';

const MONITORING = 'monitoring.coreos.com/v1';
const object = (kind: string, name: string, spec: object): KubeObject => ({
  ...{ apiVersion: MONITORING, kind, metadata: { name, namespace: 'sample' } },
  spec,
});
const prometheus = (spec: object = { scrapeInterval: '10s', evaluationInterval: '20s' }) =>
  object('Prometheus', 'main', spec);
const service = (name: string): KubeObject => ({
  ...{ apiVersion: 'v1', kind: 'Service' },
  metadata: { name, namespace: 'sample', labels: { app: name } },
  spec: {},
});
const monitor = (name: string, endpoint: object): KubeObject =>
  object('ServiceMonitor', name, { selector: { matchLabels: { app: name } }, endpoints: [endpoint] });
const alertmanager = (route: Json): KubeObject => ({
  ...{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'alertmanager', namespace: 'sample' } },
  data: { 'alertmanager.yaml': toYaml({ route }) },
});

interface Given {
  readonly expr?: string;
  readonly wait?: string;
  readonly interval?: string;
  readonly severity?: string;
  readonly beside?: readonly KubeObject[];
}

/** The worst path of one alert beside these objects. */
function detection({ expr = 'up == 0', wait, interval, severity = 'critical', beside = [] }: Given) {
  const rule = { alert: 'Sample', expr, for: wait, labels: { severity } };
  const source = object('PrometheusRule', 'sample', {
    groups: [{ name: 'sample', interval, rules: [rule] }],
  });
  const set = ObjectSet.of({ ...monoInput(), objects: rendered([source, ...beside]) });
  const [only] = rulesIn(set);
  if (!only) throw new Error('there is no rule');
  return new Detections(set).of(only);
}

describe('[OBS-10] the time from a fact to the message', () => {
  test('is the sum of its parts', () => {
    const route = { receiver: 'all', group_wait: '40s' };
    const beside = [prometheus(), service('x'), monitor('x', { interval: '10s' }), alertmanager(route)];
    expect(detection({ wait: '2m', beside })).toEqual({
      monitor: 'ServiceMonitor sample/x',
      ...{ seen: 21, window: 0, evaluated: 20, held: 120, told: 40, total: 201 },
    });
  });

  test('goes by what Strata sets where the cluster has no Prometheus and no Alertmanager', () => {
    expect(detection({ wait: '4m' }).total).toBe(31.5 + 15 + 240 + 10);
    expect(detection({ wait: '4m', severity: 'warning' }).told).toBe(30);
  });

  test('goes by the defaults of the operator and of Alertmanager where they are not told', () => {
    const beside = [prometheus({}), alertmanager({ receiver: 'all' })];
    expect(detection({ beside })).toMatchObject({ seen: 63, evaluated: 30, told: 30 });
  });

  test('counts `for` up to the next evaluation', () => {
    const beside = [prometheus()];
    expect(detection({ wait: '61s', beside }).held).toBe(80);
    expect(detection({ wait: '61s', interval: '1m', beside })).toMatchObject({ evaluated: 60, held: 120 });
  });

  test.each([
    ['rate(x[5m]) > 1', 300],
    ['rate(x[5m]) > 1 or min_over_time(y[1h30m]) > 0', 5400],
    ['x > x offset 10m', 600],
    ['max_over_time(rate(x[5m])[30m:1m]) > 1', 300 + 1800 + 60],
    ['x > 1', 0],
    ['vector(1)', 0],
  ])('counts what an expression looks back: %s', (expr, window) => {
    expect(detection({ expr }).window).toBe(window);
  });

  test('counts the age of series that are asked for now and then only', () => {
    const seen = (expr: string) => detection({ expr, beside: [prometheus()] }).seen;
    expect(seen('kubelet_volume_stats_used_bytes > 1')).toBe(120 + 21);
    expect(seen('kubelet_running_pods > 1')).toBe(21);
    expect(seen('{__name__="kubelet_volume_stats_used_bytes"} > 1')).toBe(120 + 21);
  });
});

describe('how often series are read', () => {
  const beside = [
    ...[prometheus(), service('slow'), service('fast')],
    ...[monitor('slow', { interval: '50s' }), monitor('fast', { interval: '5s' })],
    object('PodMonitor', 'pods', { selector: {}, podMetricsEndpoints: [{ port: 'metrics' }] }),
    object('Probe', 'hosts', { jobName: 'hosts', interval: '100s' }),
  ];
  test.each([
    ['the slowest of all, where no job is named', 'x > 1', 105],
    ['the one of a job', 'x{job="fast"} > 1', 10.5],
    ['the slower one of two jobs', 'x{job=~"fast|slow"} > 1', 105],
    ['all but one', 'x{job!="slow"} > 1', 21],
    ['all but some', 'x{job!~"sl.*"} > 1', 21],
    ['pods, by the interval of Prometheus', 'x{job="sample/pods"} > 1', 21],
    ['a job that no monitor has, likewise', 'x{job="none"} > 1', 21],
    ['a probe', 'probe_success == 0', 210],
    ['whatever is asked for, which may be a probe', 'up == 0', 210],
    ['the slower one of two series', 'x{job="fast"} > y{job="slow"}', 105],
  ])('%s', (_, expr, seen) => {
    expect(detection({ expr, beside }).seen).toBe(seen);
  });

  test('a target may bring a job of its own, so that its interval counts for any', () => {
    const brings = [service('own'), monitor('own', { interval: '200s', honorLabels: true })];
    expect(detection({ expr: 'x{job="fast"} > 1', beside: [...beside, ...brings] }).seen).toBe(420);
  });
});

describe('how long Alertmanager waits', () => {
  const told = (routes: Json[], severity = 'critical') =>
    detection({ severity, beside: [alertmanager({ receiver: 'all', group_wait: '50s', routes })] }).told;
  const critical = { matchers: ['severity="critical"'], group_wait: '5s' };
  test.each<[string, Json[], number]>([
    ['the first route that takes it', [critical, { matchers: [], group_wait: '70s' }], 5],
    ['the root, where none does', [{ matchers: ['severity="warning"'], group_wait: '5s' }], 50],
    ['the parent, where a route says nothing', [{ matchers: ['alertname=~"Sam.+"'] }], 50],
    ['the longer one, where the next is asked too', [{ ...critical, continue: true }], 50],
    [
      'the longer one, where a label that the rule does not set decides',
      [{ matchers: ['severity="critical"', 'namespace="prod"'], group_wait: '5s' }],
      50,
    ],
    [
      'a route of a route',
      [{ ...critical, routes: [{ matchers: ['alertname!="x"'], group_wait: '1s' }] }],
      1,
    ],
  ])('%s', (_, routes, seconds) => {
    expect(told(routes)).toBe(seconds);
  });

  test('a file that cannot be read says nothing', () => {
    const broken = { ...alertmanager({}), data: { 'alertmanager.yaml': 'route: [' } };
    expect(detection({ beside: [broken] }).told).toBe(10);
  });
});

test('a selector is read with its matchers, whatever it is written like', () => {
  expect(readsOf('sum by (a) (x{job="a",b=~"c"}) or absent({__name__="z"})')).toEqual([
    {
      series: 'x',
      window: 0,
      matchers: [
        { label: 'job', operator: '=', value: 'a' },
        { label: 'b', operator: '=~', value: 'c' },
      ],
    },
    { series: 'z', window: 0, matchers: [{ label: '__name__', operator: '=', value: 'z' }] },
  ]);
  expect(readsOf('rate(x[5m')).toEqual([expect.objectContaining({ series: 'x' })]);
});

test.each([
  ['4m57s', 296.5],
  ['1h1m', 3660],
  ['0s', 0],
  ['15s', 15],
])('%s is how long a person reads %d seconds', (text, seconds) => {
  expect(durationText(seconds)).toBe(text);
  expect(secondsOf(text)).toBe(Math.ceil(seconds));
});
