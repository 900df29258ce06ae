import { dashboards } from '../../../checks/dashboards/dashboards';
import { dashboardJson } from '../../../charts/core/dashboard-json';
import { namespaceOf, type Dashboard } from '../../../charts/core/dashboards';
import type { KubeObject } from '../../../charts/core/objects';
import { fields, findingsOfRule } from '../plain';

const OVERVIEW: Dashboard = {
  uid: 'overview',
  title: 'Overview',
  description: 'Who uses memory?',
  variables: [namespaceOf('container_memory_working_set_bytes')],
  rows: [
    {
      title: 'Now',
      panels: [
        {
          kind: 'table',
          title: 'Namespaces',
          description: 'Memory of each.',
          unit: 'bytes',
          labels: { namespace: 'Namespace' },
          columns: [
            {
              expr: 'sum by (namespace) (container_memory_working_set_bytes{namespace=~"$namespace"})',
              legend: 'Memory',
            },
          ],
          detail: { dashboard: 'detail', title: 'Its pods', variables: { namespace: 'namespace' } },
        },
        {
          kind: 'graph',
          title: 'Processor',
          description: 'Cores of each pod.',
          unit: 'cores',
          queries: [
            {
              expr: 'sum by (pod) (rate(container_cpu_usage_seconds_total{namespace=~"$namespace"}[$__rate_interval]))',
              legend: '{{pod}}',
            },
          ],
          detail: { dashboard: 'detail', title: 'Its pods' },
        },
      ],
    },
  ],
};
const DETAIL: Dashboard = { ...OVERVIEW, uid: 'detail', title: 'Detail' };

const configMap = (name: string, data: Record<string, string>, labels = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'observability', labels },
  data,
});

const SOURCES = configMap('grafana', { 'datasources.yaml': 'datasources: [{ uid: prometheus }]' });

/** The findings about the overview after a change of it, beside a dashboard that is right. */
function findingsAfter(change: (json: any) => void, sources = SOURCES) {
  const known = new Set(['overview', 'detail']);
  const objects = [OVERVIEW, DETAIL].map((dashboard) => {
    const json = JSON.parse(dashboardJson(dashboard, known));
    if (dashboard === OVERVIEW) change(json);
    return configMap(dashboard.uid, { 'board.json': JSON.stringify(json) }, { grafana_dashboard: '1' });
  });
  return findingsOfRule(dashboards, [sources, ...objects]);
}

/** Panels: a row, the table, the graph. */
const [TABLE, GRAPH] = [1, 2];

test('[OBS-06] dashboards that are right have no finding', () => {
  expect(findingsAfter(() => undefined)).toEqual([]);
});

const query = (expr: string) => (json: any) => {
  json.panels[GRAPH].targets[0].expr = expr;
};

test.each<[string, string, (json: any) => void]>([
  ['a query that does not parse', 'panels[2].targets[0].expr', query('sum(up')],
  ['a query with wrong types', 'panels[2].targets[0].expr', query('sum by (pod) (rate(up))')],
  ['a series that no exporter gives', 'panels[2].targets[0].expr', query('sum by (pod) (mysql_upp)')],
  ['a label that its series has not', 'panels[2].targets[0].expr', query('sum by (pod) (up{pood="x"})')],
  ['a group by a label that is not there', 'panels[2].targets[0].expr', query('sum by (pod, pood) (up)')],
  ['a variable that is not defined', 'panels[2].targets[0].expr', query('up{pod=~"$pod"}')],
  [
    'several values compared with one',
    'panels[2].targets[0].expr',
    query('sum by (pod) (up{namespace="$namespace"})'),
  ],
  [
    'a legend of a label that the query takes away',
    'panels[2].targets[0].legendFormat',
    (json) => (json.panels[GRAPH].targets[0].legendFormat = '{{node}}'),
  ],
  [
    'a column of a label that the query takes away',
    'panels[1].transformations[1].options.renameByName',
    (json) => (json.panels[TABLE].transformations[1].options.renameByName.pod = 'Pod'),
  ],
  ['a panel without a query', 'panels[2].targets', (json) => (json.panels[GRAPH].targets = [])],
  ['a panel without a title', 'panels[2].title', (json) => delete json.panels[GRAPH].title],
  ['a panel without a description', 'panels[2].description', (json) => (json.panels[GRAPH].description = '')],
  [
    'a panel without a unit',
    'panels[2].fieldConfig.defaults.unit',
    (json) => delete json.panels[GRAPH].fieldConfig.defaults.unit,
  ],
  ['no title', 'title', (json) => (json.title = '')],
  ['no description', 'description', (json) => delete json.description],
  ['one that people can change', 'editable', (json) => (json.editable = true)],
  ['an address that is none', 'uid', (json) => (json.uid = 'two words')],
  ['an address that is too long', 'uid', (json) => (json.uid = 'x'.repeat(41))],
  [
    'a data source of a panel that nobody provides',
    'panels[2].datasource.uid',
    (json) => (json.panels[GRAPH].datasource.uid = 'influx'),
  ],
  [
    'a data source of a query that nobody provides',
    'panels[2].targets[0].datasource.uid',
    (json) => (json.panels[GRAPH].targets[0].datasource.uid = 'influx'),
  ],
  [
    'a data source of a variable that nobody provides',
    'templating.list[0].datasource.uid',
    (json) => (json.templating.list[0].datasource.uid = 'influx'),
  ],
  [
    'a variable of a series that is not there',
    'templating.list[0].query',
    (json) => (json.templating.list[0].query.query = 'label_values(nothing, namespace)'),
  ],
  [
    'a variable of a label that is not there',
    'templating.list[0].query',
    (json) => (json.templating.list[0].query.query = 'label_values(up, nothing)'),
  ],
  [
    'a variable that is no list of values',
    'templating.list[0].query',
    (json) => (json.templating.list[0].query.query = 'up'),
  ],
  [
    'a link to a dashboard that is not there',
    'panels[2].fieldConfig.defaults.links[0].url',
    (json) => (json.panels[GRAPH].fieldConfig.defaults.links[0].url = '/d/nothing?x=1'),
  ],
  [
    'a link with a variable that is not there',
    'panels[1].fieldConfig.overrides[1].properties[0].value[0].url',
    (json) =>
      (json.panels[TABLE].fieldConfig.overrides[1].properties[0].value[0].url = '/d/detail?var-pod=x'),
  ],
  [
    'a link with the value of a variable that is not there',
    'panels[2].fieldConfig.defaults.links[0].url',
    (json) => (json.panels[GRAPH].fieldConfig.defaults.links[0].url = '/d/detail?var-namespace=$pod'),
  ],
  ['a panel that covers another one', 'panels[2].gridPos', (json) => (json.panels[GRAPH].gridPos.y = 1)],
  ['a panel beyond the right edge', 'panels[2].gridPos', (json) => (json.panels[GRAPH].gridPos.x = 13)],
  ['a panel without a place', 'panels[2].gridPos', (json) => delete json.panels[GRAPH].gridPos],
  ['a field that Grafana does not know', 'panels[2].colour', (json) => (json.panels[GRAPH].colour = 'red')],
  [
    'an option that the panel does not know',
    'panels[2].options.footer',
    (json) => (json.panels[GRAPH].options.footer = {}),
  ],
  ['a panel that Grafana does not know', 'panels[2].type', (json) => (json.panels[GRAPH].type = 'graph')],
  [
    'a field of a variable that Grafana does not know',
    'templating.list[0].auto',
    (json) => (json.templating.list[0].auto = false),
  ],
])('[OBS-06] %s is found', (_, field, change) => {
  const findings = findingsAfter(change);
  expect(fields(findings)).toContain(`data["board.json"].${field}`);
  expect(new Set(fields(findings)).size).toBe(1);
  expect(findings[0]?.object).toBe('ConfigMap observability/overview');
});

test('[OBS-06] two dashboards at one address are found', () => {
  const findings = findingsAfter((json) => (json.uid = 'detail'));
  expect(findings.map(({ object, problem }) => `${object}: ${problem}`)).toEqual([
    'ConfigMap observability/detail: another dashboard is at detail already',
  ]);
});

test('what is no JSON, and no data source at all, are found', () => {
  const broken = configMap('x', { 'x.json': '{' }, { grafana_dashboard: '1' });
  expect(fields(findingsOfRule(dashboards, [broken]))).toEqual(['data["x.json"]']);
  const unprovided = findingsAfter(() => undefined, configMap('grafana', { 'datasources.yaml': '{' }));
  expect(new Set(unprovided.map(({ problem }) => problem))).toEqual(
    new Set(['no data source "prometheus" is provisioned']),
  );
});

test.each([null, [], 'text', { panels: 5 }, { panels: [null, { type: 'row', panels: 'x' }] }, { uid: {} }])(
  'odd JSON %j is judged without falling over it',
  (json) => {
    const odd = configMap('odd', { 'odd.json': JSON.stringify(json) }, { grafana_dashboard: '1' });
    expect(findingsOfRule(dashboards, [odd]).length).toBeGreaterThan(0);
  },
);
