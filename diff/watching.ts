import { asArray, asText, at, isObject, show } from '../checks/core/workloads';
import { lineOf, type ObjectChange, type Scene } from './changes';
import { changedKeys, keyChangeText } from './config';
import { shown } from './fields';
import type { Line, Said } from './line';

/** Class 6: what is noticed, and what no longer is. */
export const watching = (scene: Scene): Line[] =>
  scene.changes.flatMap((change) => {
    const said = [
      ...alertSaid(change),
      ...scrapeSaid(change),
      ...dashboardSaid(change),
      ...routingSaid(change),
      ...targetSaid(change),
    ];
    return said.map((one) => lineOf(scene, 'watching', change, one));
  });

interface AlertRule {
  readonly expr: string;
  readonly wait: string;
  readonly severity: string;
  readonly path: string;
  readonly whole: string;
}

/** Alerts of rules, by name; the second of a name by its number. */
function alertsOf(object: ObjectChange['before']): Map<string, AlertRule> {
  const alerts = new Map<string, AlertRule>();
  for (const group of asArray(at(object, 'spec.groups'))) {
    for (const rule of asArray(at(group, 'rules'))) {
      const name = asText(at(rule, 'alert'));
      if (name === undefined) continue;
      const key = alerts.has(name)
        ? `${name} (${[...alerts.keys()].filter((known) => known.startsWith(name)).length + 1})`
        : name;
      alerts.set(key, {
        expr: show(at(rule, 'expr') ?? ''),
        wait: asText(at(rule, 'for')) ?? '0s',
        severity: asText(at(rule, 'labels.severity')) ?? 'none',
        path: `spec.groups[${asText(at(group, 'name')) ?? ''}].rules[${name}]`,
        whole: JSON.stringify(rule),
      });
    }
  }
  return alerts;
}

function alertSaid({ object, before, after }: ObjectChange): Said[] {
  if (!/^(PrometheusRule|VMRule)$/.test(object.kind)) return [];
  const [old, wanted] = [alertsOf(before), alertsOf(after)];
  return [
    ...[...old]
      .filter(([name]) => !wanted.has(name))
      .map(([name, { path, severity }]) => ({
        field: path,
        old: name,
        consequence: `the alert ${name} (${severity}) goes: nobody is told any more`,
        remedy: 'Keep it while what it watches is there',
        rank: severity === 'critical' ? 1 : 2,
      })),
    ...[...wanted]
      .filter(([name]) => !old.has(name))
      .map(([name, { path, severity }]) => ({
        field: path,
        new: name,
        consequence: `the alert ${name} (${severity}) is new`,
        rank: 8,
      })),
    ...[...wanted].flatMap(([name, rule]) => {
      const earlier = old.get(name);
      return earlier && earlier.whole !== rule.whole ? changedAlert(name, earlier, rule) : [];
    }),
  ];
}

const SEVERITIES = ['none', 'info', 'warning', 'critical'];

function changedAlert(name: string, old: AlertRule, wanted: AlertRule): Said[] {
  const said: Said[] = [];
  if (old.severity !== wanted.severity) {
    const isLess = SEVERITIES.indexOf(wanted.severity) < SEVERITIES.indexOf(old.severity);
    said.push({
      field: `${wanted.path}.labels.severity`,
      old: old.severity,
      new: wanted.severity,
      consequence: `${name} is ${isLess ? 'less' : 'more'} severe: it may go to other people`,
      rank: isLess ? 2 : 6,
    });
  }
  if (old.wait !== wanted.wait) {
    const isLater = secondsOf(wanted.wait) > secondsOf(old.wait);
    said.push({
      field: `${wanted.path}.for`,
      old: old.wait,
      new: wanted.wait,
      consequence: `${name} fires ${isLater ? 'later' : 'sooner'}`,
      rank: isLater ? 3 : 6,
    });
  }
  if (old.expr !== wanted.expr) said.push(expressionSaid(name, old, wanted));
  if (!said.length)
    said.push({
      field: wanted.path,
      consequence: `${name} says something else: its labels or texts change`,
      rank: 8,
    });
  return said;
}

const NUMBER = /(?<![\w.])\d+(?:\.\d+)?(?![\w.])/g;

/** An expression that differs in its last number only has another threshold: which way it went is said. */
function expressionSaid(name: string, old: AlertRule, wanted: AlertRule): Said {
  const field = `${wanted.path}.expr`;
  const isSame = old.expr.replace(NUMBER, '#') === wanted.expr.replace(NUMBER, '#');
  const [before, after] = [old.expr.match(NUMBER) ?? [], wanted.expr.match(NUMBER) ?? []];
  const places = before.flatMap((number, index) => (number === after[index] ? [] : [index]));
  const [place] = places;
  if (!isSame || place === undefined || places.length > 1)
    return {
      field,
      old: shown(old.expr),
      new: shown(wanted.expr),
      consequence: `${name} looks at something else`,
      rank: 4,
    };
  const [from, to] = [Number(before[place]), Number(after[place])];
  const isAbove = new RegExp(`>=?\\s*(?:bool\\s+)?${(after[place] ?? '').replace('.', '\\.')}`).test(
    wanted.expr,
  );
  const isBelow = new RegExp(`<=?\\s*(?:bool\\s+)?${(after[place] ?? '').replace('.', '\\.')}`).test(
    wanted.expr,
  );
  const both = { field, old: String(from), new: String(to) };
  if (isAbove === isBelow) return { ...both, consequence: `${name} has another number`, rank: 5 };
  const isLooser = isAbove ? to > from : to < from;
  return {
    ...both,
    consequence: `${name} is ${isLooser ? 'looser: it tells of less' : 'stricter: it tells of more'}`,
    rank: isLooser ? 3 : 6,
  };
}

const UNITS: Readonly<Record<string, number>> = {
  ms: 0.001,
  s: 1,
  m: 60,
  h: 3600,
  d: 86_400,
  w: 604_800,
  y: 31_536_000,
};

/** Seconds of a duration of Prometheus: `1h30m`. */
function secondsOf(duration: string): number {
  return [...duration.matchAll(/(\d+)(ms|[smhdwy])/g)].reduce(
    (sum, [, amount, unit]) => sum + Number(amount) * (UNITS[unit ?? ''] ?? 0),
    0,
  );
}

function scrapeSaid({ object, action, fields }: ObjectChange): Said[] {
  if (!/^(ServiceMonitor|PodMonitor|Probe|ScrapeConfig|VMServiceScrape|VMPodScrape)$/.test(object.kind))
    return [];
  if (action === 'removed')
    return [{ consequence: 'it is scraped no more: its alerts and dashboards go blind', rank: 2 }];
  if (action === 'added') return [{ consequence: 'it is scraped', rank: 8 }];
  return fields
    .filter(({ path }) => path.startsWith('spec'))
    .map(({ path, old, new: wanted }) => ({
      field: path,
      old: shown(old),
      new: shown(wanted),
      consequence: /interval/i.test(path)
        ? secondsOf(String(wanted)) > secondsOf(String(old))
          ? 'it is looked at less often'
          : 'it is looked at more often'
        : /[rR]elabel/.test(path)
          ? 'series are kept, dropped or named differently'
          : 'something else is scraped, or in another way',
      rank: 4,
    }));
}

const labelOf = (object: unknown, label: string): boolean => {
  const labels = at(object, 'metadata.labels');
  return isObject(labels) && label in labels;
};

/** Dashboards and log rules that a sidecar or Loki finds by label. */
function dashboardSaid(change: ObjectChange): Said[] {
  const { object, action } = change;
  const isDashboard = object.kind === 'GrafanaDashboard' || labelOf(object, 'grafana_dashboard');
  const isLogRule = labelOf(object, 'loki_rule') || /loki.*rule/i.test(object.metadata.name);
  if (!isDashboard && !(object.kind === 'ConfigMap' && isLogRule)) return [];
  const what = isDashboard ? 'dashboard' : 'log rules';
  const keys = changedKeys(change);
  if (action === 'removed')
    return [{ consequence: `the ${what} ${object.metadata.name} ${isDashboard ? 'goes' : 'go'}`, rank: 4 }];
  if (action === 'added')
    return [
      { consequence: `the ${what} ${object.metadata.name} ${isDashboard ? 'is' : 'are'} new`, rank: 9 },
    ];
  return keys.map((key) => ({
    field: `data["${key.key}"]`,
    consequence: `the ${what} ${object.metadata.name} ${isDashboard ? 'changes' : 'change'}: ${keyChangeText(key)}`,
    rank: 7,
  }));
}

/** Who is told of alerts. */
function routingSaid(change: ObjectChange): Said[] {
  const { object, action, fields } = change;
  if (object.kind === 'AlertmanagerConfig') {
    if (action !== 'changed')
      return [
        {
          consequence:
            action === 'added' ? 'alerts get another route' : 'a route of alerts goes: some may reach nobody',
          rank: action === 'added' ? 6 : 2,
        },
      ];
    return fields
      .filter(({ path }) => path.startsWith('spec'))
      .map(({ path, old, new: wanted }) => ({
        field: path,
        old: shown(old),
        new: shown(wanted),
        consequence: 'alerts go to other people, or at other times',
        rank: 3,
      }));
  }
  if (object.kind !== 'ConfigMap' || !/alertmanager|notifications/.test(object.metadata.name)) return [];
  return changedKeys(change).map((key) => ({
    field: `data["${key.key}"]`,
    consequence: `who is told of what changes: ${keyChangeText(key)}`,
    rank: 3,
  }));
}

/** Targets of service levels: Sloth's and Pyrra's kinds. */
function targetSaid({ object, action, fields }: ObjectChange): Said[] {
  if (!/^(PrometheusServiceLevel|ServiceLevelObjective|SLO)$/.test(object.kind)) return [];
  if (action !== 'changed')
    return [
      {
        consequence:
          action === 'added' ? 'a service level is promised' : 'a service level is promised no more',
        rank: 4,
      },
    ];
  return fields
    .filter(({ path }) => /target|objective|window/.test(path))
    .map(({ path, old, new: wanted }) => ({
      field: path,
      old: shown(old),
      new: shown(wanted),
      consequence: Number(wanted) < Number(old) ? 'less is promised' : 'more is promised',
      rank: Number(wanted) < Number(old) ? 3 : 6,
    }));
}
