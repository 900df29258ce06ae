import { parse } from 'yaml';
import { GROUP_WAIT } from '../../charts/core/monitoring';
import type { ObjectSet } from '../core/object-set';
import { asArray, asText, at, isObject, show } from '../core/workloads';
import { secondsOf } from './durations';
import { fulfils, type Matcher } from './matchers';

/** The file in the ConfigMap of Alertmanager. */
const FILE = 'alertmanager.yaml';
/** dispatch/route.go of Alertmanager v0.34: DefaultRouteOpts. */
const ALERTMANAGERS_DEFAULT_SECONDS = 30;
const MATCHER = /^\s*([\w:]+)\s*(=~|!~|!=|=)\s*"((?:[^"\\]|\\.)*)"\s*$/;

/** How long Alertmanager collects a new group of alerts with these labels before it tells anybody: seconds. */
export type GroupWait = (labels: Readonly<Record<string, string>>) => number;

/** By the routes of the rendered configuration; without one, by those that Strata's own Alertmanager has. */
export function groupWaitOf(set: ObjectSet): { readonly wait: GroupWait; readonly isTold: boolean } {
  const route = routeIn(set);
  if (!route) return { wait: usualWait, isTold: false };
  return {
    wait: (labels) => Math.max(...waits(route, labels, ALERTMANAGERS_DEFAULT_SECONDS)),
    isTold: true,
  };
}

const usualWait: GroupWait = ({ severity }) =>
  secondsOf(severity === 'critical' ? GROUP_WAIT.critical : GROUP_WAIT.warning) ?? 0;

/** The root of the routes. A file that cannot be read has none: the rules on schemas are not about it. */
function routeIn(set: ObjectSet): unknown {
  for (const { object } of set.ofKind('ConfigMap')) {
    const data = at(object, 'data');
    const text = isObject(data) ? asText(data[FILE]) : undefined;
    if (text === undefined) continue;
    try {
      return at(parse(text), 'route');
    } catch {
      return undefined;
    }
  }
  return undefined;
}

/**
 * The waits of all routes that may take the alert. The first child that matches takes it, the next ones too where it says `continue`;
 * where none does, the route itself. A label that the rule does not set may have any value, so that both ways count.
 */
function waits(route: unknown, labels: Readonly<Record<string, string>>, inherited: number): number[] {
  const own = secondsOf(at(route, 'group_wait')) ?? inherited;
  const found: number[] = [];
  for (const child of asArray(at(route, 'routes'))) {
    const matchers = asArray(at(child, 'matchers')).map(matcherOf);
    const known = matchers.filter(({ label }) => label in labels);
    if (!known.every((matcher) => fulfils(matcher, labels[matcher.label] ?? ''))) continue;
    found.push(...waits(child, labels, own));
    const isCertain = known.length === matchers.length;
    if (isCertain && at(child, 'continue') !== true) return found;
  }
  return [...found, own];
}

/** docs/configuration.md of Alertmanager v0.34: a label, an operator and a text in double quotes. */
function matcherOf(value: unknown): Matcher {
  const [, label = '', operator = '', text = ''] = MATCHER.exec(show(value)) ?? [];
  return { label, operator, value: text };
}
