import { dashboardJson } from '../../../charts/core/dashboard-json';
import type { Dashboard, Figure, Graph, Panel, Table } from '../../../charts/core/dashboards';

const FIGURE: Figure = {
  kind: 'figure',
  title: 'Server',
  description: 'Whether it answers.',
  unit: 'count',
  queries: [{ expr: 'up', legend: '{{pod}}' }],
};
const GRAPH: Graph = { ...FIGURE, kind: 'graph', title: 'Over time', unit: 'share' };
const TABLE: Table = {
  kind: 'table',
  title: 'Servers',
  description: 'Each of them.',
  unit: 'seconds',
  labels: { namespace: 'Namespace', pod: 'Server' },
  columns: [
    { expr: 'a', legend: 'Age' },
    { expr: 'b', legend: 'Size', unit: 'bytes', thresholds: { warning: 5 } },
  ],
};

const board = (...panels: Panel[]): Dashboard => ({
  uid: 'sample',
  title: 'Sample',
  description: 'Is it well?',
  rows: [{ title: 'All', panels }],
});
const jsonOf = (dashboard: Dashboard, known: readonly string[] = []): any =>
  JSON.parse(dashboardJson(dashboard, new Set(known)));
const panelsOf = (...panels: Panel[]): any[] => jsonOf(board(...panels)).panels.slice(1);

describe('a dashboard', () => {
  test('is read-only, at its address, and leads to all others', () => {
    const { uid, editable, tags, links, time } = jsonOf({ ...board(FIGURE), shows: '7d' });
    expect({ uid, editable, time }).toEqual({
      ...{ uid: 'sample', editable: false },
      time: { from: 'now-7d', to: 'now' },
    });
    expect(links).toEqual([expect.objectContaining({ type: 'dashboards', tags, asDropdown: true })]);
  });

  test('has panels from left to right, and a new line where one does not fit', () => {
    const places = panelsOf(FIGURE, FIGURE, { ...GRAPH, width: 16 }, FIGURE, TABLE).map(
      ({ gridPos }) => gridPos,
    );
    expect(places).toEqual([
      { x: 0, y: 1, w: 6, h: 4 },
      { x: 6, y: 1, w: 6, h: 4 },
      { x: 0, y: 5, w: 16, h: 8 },
      { x: 16, y: 5, w: 6, h: 4 },
      { x: 0, y: 13, w: 24, h: 9 },
    ]);
  });

  test('gives rows and panels numbers of their own', () => {
    const { panels } = jsonOf({ ...board(), rows: [...board(FIGURE, GRAPH).rows, ...board(TABLE).rows] });
    expect(panels.map(({ id }: any) => id)).toEqual([1, 2, 3, 4, 5]);
    expect(panels.map(({ gridPos }: any) => gridPos.y)).toEqual([0, 1, 1, 9, 10]);
  });

  test('lets people choose one, several or all values of a variable', () => {
    const variables = [{ name: 'pod', label: 'Pod', series: 'up', values: 'pod' }];
    const { list } = jsonOf({ ...board(FIGURE), variables }).templating;
    expect(list).toEqual([
      expect.objectContaining({
        name: 'pod',
        multi: true,
        includeAll: true,
        query: { query: 'label_values(up, pod)', refId: 'pod' },
      }),
    ]);
  });
});

describe('a panel', () => {
  test('has the unit that Grafana knows, and shares begin at nothing', () => {
    const [figure, graph] = panelsOf(FIGURE, GRAPH);
    expect(figure.fieldConfig.defaults).toMatchObject({ unit: 'short' });
    expect(figure.fieldConfig.defaults).not.toHaveProperty('min');
    expect(graph.fieldConfig.defaults).toMatchObject({ unit: 'percentunit', min: 0 });
  });

  test.each<[string, Panel['thresholds'], [number | null, string][]]>([
    [
      'both',
      { warning: 1, critical: 2 },
      [
        [null, 'green'],
        [1, 'orange'],
        [2, 'red'],
      ],
    ],
    [
      'one',
      { critical: 2 },
      [
        [null, 'green'],
        [2, 'red'],
      ],
    ],
    [
      'both, low',
      { warning: 2, critical: 1, low: true },
      [
        [null, 'red'],
        [1, 'orange'],
        [2, 'green'],
      ],
    ],
    [
      'one, low',
      { warning: 2, low: true },
      [
        [null, 'orange'],
        [2, 'green'],
      ],
    ],
  ])('is coloured by thresholds: %s', (_, thresholds, steps) => {
    const [{ fieldConfig }] = panelsOf({ ...FIGURE, ...(thresholds && { thresholds }) });
    expect(fieldConfig.defaults.thresholds.steps.map(({ value, color }: any) => [value, color])).toEqual(
      steps,
    );
  });

  test('leads to the dashboard with more, for the same line and time, where that is there', () => {
    const detail = { dashboard: 'pods', title: 'Its pods', variables: { pod: 'pod' } };
    const linked = (panel: Panel, known: string[]) => jsonOf(board(panel), known).panels[1].fieldConfig;
    expect(linked({ ...GRAPH, detail }, ['pods']).defaults.links).toEqual([
      expect.objectContaining({ url: '/d/pods?var-pod=${__field.labels.pod}&${__url_time_range}' }),
    ]);
    expect(linked({ ...GRAPH, detail }, []).defaults).not.toHaveProperty('links');
    const [, , link] = linked({ ...TABLE, detail }, ['pods']).overrides;
    expect(link.matcher.options).toBe('Namespace');
    expect(link.properties[0].value[0].url).toBe(
      '/d/pods?var-pod=${__data.fields["Server"]}&${__url_time_range}',
    );
    expect(linked({ ...TABLE, detail }, []).overrides).toHaveLength(2);
  });

  test('says what values mean', () => {
    const [{ fieldConfig }] = panelsOf({ ...FIGURE, words: { 0: 'down', 1: 'up' } });
    expect(fieldConfig.defaults.mappings).toEqual([
      { type: 'value', options: { 0: { text: 'down' }, 1: { text: 'up' } } },
    ]);
  });
});

describe('a table', () => {
  test('has labels and values as columns with titles, in order', () => {
    const [{ targets, transformations }] = panelsOf(TABLE);
    expect(targets.map(({ refId, instant, format }: any) => [refId, instant, format])).toEqual([
      ['A', true, 'table'],
      ['B', true, 'table'],
    ]);
    const { renameByName, indexByName } = transformations[1].options;
    expect(renameByName).toEqual({
      ...{ namespace: 'Namespace', pod: 'Server' },
      ...{ 'Value #A': 'Age', 'Value #B': 'Size' },
    });
    expect(Object.keys(indexByName)).toEqual(['namespace', 'pod', 'Value #A', 'Value #B']);
  });

  test('of one query calls its column as Grafana does', () => {
    const [{ transformations }] = panelsOf({ ...TABLE, columns: TABLE.columns.slice(0, 1) });
    expect(transformations[1].options.renameByName).toMatchObject({ Value: 'Age' });
  });

  test('has a unit and colours for each column', () => {
    const [{ fieldConfig }] = panelsOf(TABLE);
    expect(fieldConfig.overrides.map(({ properties }: any) => properties.map(({ id }: any) => id))).toEqual([
      ['unit'],
      ['unit', 'thresholds', 'custom.cellOptions'],
    ]);
    expect(fieldConfig.overrides.map(({ properties }: any) => properties[0].value)).toEqual(['s', 'bytes']);
  });
});
