import { parse } from 'yaml';
import { ObjectSet } from '../core/object-set';
import type { FieldFinding, Finding, Rule } from '../core/rule';
import { asArray, asText, at, findingsOf, isObject } from '../core/workloads';
import { queryFindings, unknownVariables, variableFindings } from './queries';
import {
  dashboardsIn,
  gridOf,
  panelsOf,
  variableNames,
  variablesOf,
  type DashboardJson,
  type PanelJson,
} from './read';
import { schemaFindings } from './schema';

const COLUMNS = 24;
/** What Grafana takes for an address (pkg/util/shortid_generator.go): letters, digits, - and _, 40 characters at most. */
const UID = /^[A-Za-z0-9_-]{1,40}$/;
const LINK = /^\/d\/([^/?]+)(?:\/[^?]*)?(?:\?(.*))?$/;

const finding = findingsOf('dashboards');

/**
 * Each dashboard has an address of its own, panels that say what they show and in which unit, queries that parse and use series, labels and
 * variables that are there, data sources that are provisioned, links that lead somewhere, and fields that Grafana knows. No panel covers
 * another.
 */
export const dashboards: Rule = {
  name: 'dashboards',
  check: (input) => {
    const set = ObjectSet.of(input);
    const all = dashboardsIn(set);
    if (all.length === 0) return [];
    const world: World = {
      sources: sourcesOf(set),
      dashboards: new Map(all.map((one) => [uidOf(one), one])),
    };
    const seen = new Set<string>();
    return all.flatMap((one) => judged(one, world, seen));
  },
};

/** What dashboards may name. */
interface World {
  /** uids of the data sources that are provisioned. */
  readonly sources: ReadonlySet<string>;
  /** By uid. */
  readonly dashboards: ReadonlyMap<string, DashboardJson>;
}

const uidOf = ({ json }: DashboardJson): string => asText(at(json, 'uid')) ?? '';

function judged(dashboard: DashboardJson, world: World, seen: Set<string>): Finding[] {
  const { rendered, path, json } = dashboard;
  const told = ({ field, problem, remedy }: FieldFinding): Finding =>
    finding(rendered, field, problem, remedy);
  if (!json)
    return [told({ field: path, problem: 'it is no JSON object', remedy: 'Write the JSON of a dashboard' })];
  const names = variableNames(dashboard);
  return [
    ...ownFindings(dashboard, seen),
    ...schemaFindings(dashboard),
    ...variablesOf(dashboard).flatMap((one) => [
      ...variableFindings(one, names),
      ...sourceFindings(at(one.json, 'datasource'), `${one.path}.datasource`, world),
    ]),
    ...panelsOf(dashboard).flatMap((panel) => [
      ...panelFindings(panel, world),
      ...queryFindings(panel, names),
      ...linkFindings(panel, names, world),
    ]),
    ...gridFindings(gridOf(dashboard)),
  ].map(told);
}

function ownFindings(dashboard: DashboardJson, seen: Set<string>): FieldFinding[] {
  const { path, json } = dashboard;
  const found: FieldFinding[] = [];
  const uid = uidOf(dashboard);
  const field = `${path}.uid`;
  if (!UID.test(uid))
    found.push({
      field,
      problem: `"${uid}" is no address`,
      remedy: 'Use at most 40 letters, digits, - and _',
    });
  else if (seen.has(uid))
    found.push({ field, problem: `another dashboard is at ${uid} already`, remedy: 'Choose another uid' });
  seen.add(uid);
  for (const word of ['title', 'description'])
    if (!asText(at(json, word)))
      found.push({ field: `${path}.${word}`, problem: `it has no ${word}`, remedy: 'Write one' });
  if (at(json, 'editable') !== false)
    found.push({
      field: `${path}.editable`,
      problem: 'people can change it, and what they change is lost with the pod',
      remedy: 'Set it to false',
    });
  return found;
}

function panelFindings({ path, json }: PanelJson, world: World): FieldFinding[] {
  const silent = (
    [
      ['title', 'title'],
      ['description', 'description'],
      ['unit', 'fieldConfig.defaults.unit'],
    ] as const
  ).flatMap(([word, place]) =>
    asText(at(json, place))
      ? []
      : [{ field: `${path}.${place}`, problem: `the panel has no ${word}`, remedy: 'Say what it shows' }],
  );
  return [
    ...silent,
    ...sourceFindings(at(json, 'datasource'), `${path}.datasource`, world),
    ...asArray(at(json, 'targets')).flatMap((target, index) =>
      sourceFindings(at(target, 'datasource'), `${path}.targets[${index}].datasource`, world),
    ),
  ];
}

function sourceFindings(source: unknown, field: string, { sources }: World): FieldFinding[] {
  const uid = asText(at(source, 'uid')) ?? '';
  if (sources.has(uid)) return [];
  const problem = `no data source "${uid}" is provisioned`;
  return [{ field: `${field}.uid`, problem, remedy: `Use one of ${[...sources].join(', ')}` }];
}

/** The uids of data sources in the files that Grafana reads at its start. */
function sourcesOf(set: ObjectSet): ReadonlySet<string> {
  const texts = set.ofKind('ConfigMap').flatMap(({ object }) => {
    const data = at(object, 'data');
    return asText(isObject(data) ? data['datasources.yaml'] : undefined) ?? [];
  });
  return new Set(
    texts.flatMap((text) =>
      asArray(at(parsedYaml(text), 'datasources')).map((source) => asText(at(source, 'uid')) ?? ''),
    ),
  );
}

function parsedYaml(text: string): unknown {
  try {
    return parse(text);
  } catch {
    return undefined;
  }
}

/** Links of lines and columns to other dashboards: these are there, and have the variables that get a value. */
function linkFindings(panel: PanelJson, names: readonly string[], world: World): FieldFinding[] {
  return linksIn(at(panel.json, 'fieldConfig'), `${panel.path}.fieldConfig`).flatMap(({ url, field }) => {
    const unknown = unknownVariables(url, names).map((name) => ({
      field,
      problem: `there is no variable ${name}`,
      remedy: 'Correct the name',
    }));
    const [, uid, query = ''] = LINK.exec(url) ?? [];
    if (uid === undefined) return unknown;
    const to = world.dashboards.get(uid);
    if (!to)
      return [
        ...unknown,
        { field, problem: `no dashboard is at ${uid}`, remedy: 'Link to one that is there' },
      ];
    const there = variableNames(to);
    const lost = [...query.matchAll(/(?:^|&)var-(\w+)=/g)]
      .map(([, name = '']) => name)
      .filter((name) => !there.includes(name))
      .map((name) => ({
        field,
        problem: `${uid} has no variable ${name}`,
        remedy: 'Name one that it has',
      }));
    return [...unknown, ...lost];
  });
}

function linksIn(value: unknown, field: string): { url: string; field: string }[] {
  if (Array.isArray(value)) return value.flatMap((one, index) => linksIn(one, `${field}[${index}]`));
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, one]) => {
    const here = `${field}.${key}`;
    return key === 'url' && typeof one === 'string' ? [{ url: one, field: here }] : linksIn(one, here);
  });
}

interface Box {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

function gridFindings(panels: readonly PanelJson[]): FieldFinding[] {
  const placed: Box[] = [];
  return panels.flatMap(({ path, json }) => {
    const field = `${path}.gridPos`;
    const box = boxOf(at(json, 'gridPos'));
    if (!box || box.x + box.w > COLUMNS)
      return [
        { field, problem: 'the panel is not on the grid', remedy: `Place it within ${COLUMNS} columns` },
      ];
    const covered = placed.some((other) => overlaps(box, other));
    placed.push(box);
    return covered
      ? [{ field, problem: 'the panel covers another one', remedy: 'Place it beside or below' }]
      : [];
  });
}

function boxOf(position: unknown): Box | undefined {
  const [x, y, w, h] = ['x', 'y', 'w', 'h'].map((key) => at(position, key));
  if (typeof x !== 'number' || typeof y !== 'number' || typeof w !== 'number' || typeof h !== 'number')
    return undefined;
  return x >= 0 && y >= 0 && w > 0 && h > 0 ? { x, y, w, h } : undefined;
}

const overlaps = (a: Box, b: Box): boolean =>
  a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
