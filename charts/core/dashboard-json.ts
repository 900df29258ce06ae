import {
  BigValueColorMode,
  BigValueGraphMode,
  LegendDisplayMode,
  LegendPlacement,
  ReduceDataOptionsBuilder,
  SortOrder,
  StackingConfigBuilder,
  StackingMode,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import {
  DashboardBuilder,
  DashboardLinkBuilder,
  DashboardLinkType,
  MappingType,
  QueryVariableBuilder,
  RowBuilder,
  ThresholdsConfigBuilder,
  ThresholdsMode,
  VariableRefresh,
  VariableSort,
  type DynamicConfigValue,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as TableBuilder } from '@grafana/grafana-foundation-sdk/table';
import { PanelBuilder as GraphBuilder } from '@grafana/grafana-foundation-sdk/timeseries';
import {
  DATASOURCES,
  UNITS,
  type Dashboard,
  type Figure,
  type Graph,
  type Panel,
  type Query,
  type Table,
  type Variable,
} from './dashboards';

/** Every dashboard of ours has it: the menu of all others is made of it. */
const TAG = 'strata';
const DATASOURCE = { ...DATASOURCES.prometheus };
const COLUMNS = 24;
const SIZE = { graph: [12, 8], figure: [6, 4], table: [24, 9] } as const;
/** Colours of thresholds, as Grafana names them. */
const COLOUR = { good: 'green', warning: 'orange', critical: 'red' } as const;

type AnyBuilder = GraphBuilder | StatBuilder | TableBuilder;

/** The JSON of a dashboard in the schema of Grafana 13. @param known uids of the dashboards that are there: links lead to these only */
export function dashboardJson(dashboard: Dashboard, known: ReadonlySet<string>): string {
  const builder = new DashboardBuilder(dashboard.title)
    .uid(dashboard.uid)
    .description(dashboard.description)
    .tags([TAG])
    .timezone('browser')
    .readonly()
    .refresh('1m')
    .time({ from: `now-${dashboard.shows ?? '6h'}`, to: 'now' })
    .link(allDashboards())
    .variables((dashboard.variables ?? []).map(variable));
  let y = 0;
  let id = 0;
  for (const row of dashboard.rows) {
    builder.withRow(new RowBuilder(row.title).id(++id).gridPos({ h: 1, w: COLUMNS, x: 0, y: y++ }));
    const { placed, bottom } = place(row.panels, y);
    y = bottom;
    for (const { panel, x, y: top } of placed)
      builder.withPanel(
        panelOf(panel, known)
          .id(++id)
          .gridPos({ ...sizeOf(panel), x, y: top }),
      );
  }
  return `${JSON.stringify(builder.build(), null, 2)}\n`;
}

const allDashboards = () =>
  new DashboardLinkBuilder('All dashboards')
    .type(DashboardLinkType.Dashboards)
    .tags([TAG])
    .asDropdown(true)
    .keepTime(true)
    .includeVars(false);

/** Fields that the SDK fills in and Grafana 13.2 has not in this place (imports/grafana.yaml). */
const NOT_OF_VARIABLES = ['auto', 'auto_min', 'auto_count'];
const NOT_OF_TABLES = ['footer'];

function without<B extends { build(): object }>(builder: B, built: object, names: readonly string[]): B {
  for (const name of names) Reflect.deleteProperty(built, name);
  return builder;
}

function variable({ name, label, series, values }: Variable): QueryVariableBuilder {
  const builder = new QueryVariableBuilder(name)
    .label(label)
    .datasource(DATASOURCE)
    .query({ query: `label_values(${series}, ${values})`, refId: name })
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalAsc)
    .multi(true)
    .includeAll(true)
    // a series without the label is part of all of them
    .allValue('.*')
    .current({ selected: true, text: ['All'], value: ['$__all'] });
  return without(builder, builder.build(), NOT_OF_VARIABLES);
}

const sizeOf = ({ kind, width }: Panel): { w: number; h: number } => ({
  w: width ?? SIZE[kind][0],
  h: SIZE[kind][1],
});

/** Panels from left to right; what does not fit begins a new line below the highest of the last one. */
function place(panels: readonly Panel[], top: number) {
  let [x, y, height] = [0, top, 0];
  const placed = panels.map((panel) => {
    const { w, h } = sizeOf(panel);
    if (x + w > COLUMNS) [x, y, height] = [0, y + height, 0];
    const here = { panel, x, y };
    x += w;
    height = Math.max(height, h);
    return here;
  });
  return { placed, bottom: y + height };
}

function panelOf(panel: Panel, known: ReadonlySet<string>): AnyBuilder {
  const builder =
    panel.kind === 'graph' ? graph(panel) : panel.kind === 'figure' ? figure(panel) : table(panel, known);
  builder.title(panel.title).description(panel.description).datasource(DATASOURCE).unit(UNITS[panel.unit]);
  if (panel.unit === 'share') builder.min(0);
  const link = linkOf(panel, known);
  if (link && panel.kind !== 'table') builder.dataLinks([link]);
  if (panel.thresholds && panel.kind !== 'table') builder.thresholds(thresholds(panel.thresholds));
  return builder;
}

function graph({ queries, stacked }: Graph): GraphBuilder {
  const builder = new GraphBuilder()
    .lineWidth(1)
    .fillOpacity(stacked ? 30 : 8)
    .showPoints(VisibilityMode.Never)
    .legend(
      new VizLegendOptionsBuilder()
        .displayMode(LegendDisplayMode.Table)
        .placement(LegendPlacement.Bottom)
        .showLegend(true)
        .calcs(['lastNotNull', 'max']),
    )
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending));
  if (stacked) builder.stacking(new StackingConfigBuilder().mode(StackingMode.Normal));
  return builder.targets(queries.map((query, index) => target(query, index).range()));
}

function figure({ queries, words }: Figure): StatBuilder {
  const builder = new StatBuilder()
    .graphMode(BigValueGraphMode.Area)
    .colorMode(BigValueColorMode.Value)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']));
  if (words)
    builder.mappings([
      {
        type: MappingType.ValueToText,
        options: Object.fromEntries(Object.entries(words).map(([value, text]) => [value, { text }])),
      },
    ]);
  return builder.targets(queries.map((query, index) => target(query, index).range()));
}

/** Instant values, merged into one line for each set of labels; columns have the titles of the panel. */
function table(panel: Table, known: ReadonlySet<string>): TableBuilder {
  const { labels, columns } = panel;
  const valueOf = (index: number): string => (columns.length === 1 ? 'Value' : `Value #${refId(index)}`);
  const order = [...Object.keys(labels), ...columns.map((_, index) => valueOf(index))];
  const builder = new TableBuilder()
    .targets(columns.map((query, index) => target(query, index).instant().format(PromQueryFormat.Table)))
    .withTransformation({ id: 'merge', options: {} })
    .withTransformation({
      id: 'organize',
      options: {
        excludeByName: { Time: true },
        indexByName: Object.fromEntries(order.map((name, index) => [name, index])),
        renameByName: {
          ...labels,
          ...Object.fromEntries(columns.map(({ legend }, index) => [valueOf(index), legend])),
        },
      },
    });
  for (const { legend, unit = panel.unit, thresholds: own = panel.thresholds } of columns)
    builder.overrideByName(legend, [
      { id: 'unit', value: UNITS[unit] },
      ...(own
        ? [
            { id: 'thresholds', value: thresholds(own).build() },
            { id: 'custom.cellOptions', value: { type: 'color-text' } },
          ]
        : []),
    ] satisfies DynamicConfigValue[]);
  const link = linkOf(panel, known);
  const [first] = Object.values(labels);
  if (link && first !== undefined) builder.overrideByName(first, [{ id: 'links', value: [link.build()] }]);
  return without(builder, builder.build().options as object, NOT_OF_TABLES);
}

const refId = (index: number): string => String.fromCharCode('A'.charCodeAt(0) + index);

const target = ({ expr, legend }: Query, index: number): DataqueryBuilder =>
  new DataqueryBuilder().datasource(DATASOURCE).expr(expr).legendFormat(legend).refId(refId(index));

/** Green on the good side, and from each bound on the colour of what lies beyond it. */
function thresholds({ warning, critical, low = false }: NonNullable<Panel['thresholds']>) {
  const bounds = [
    { value: warning, color: COLOUR.warning },
    { value: critical, color: COLOUR.critical },
  ].flatMap(({ value, color }) => (value === undefined ? [] : [{ value, color }]));
  const falling = bounds.toReversed();
  const steps = low
    ? [
        { value: null, color: falling[0]?.color ?? COLOUR.good },
        ...falling.map(({ value }, index) => ({ value, color: falling[index + 1]?.color ?? COLOUR.good })),
      ]
    : [{ value: null, color: COLOUR.good }, ...bounds];
  return new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(steps);
}

/** The way from a line to the dashboard that says more of it, at the same time. */
function linkOf(panel: Panel, known: ReadonlySet<string>): DashboardLinkBuilder | undefined {
  const { detail } = panel;
  if (!detail || !known.has(detail.dashboard)) return undefined;
  const valueOf = (label: string): string =>
    panel.kind === 'table'
      ? `\${__data.fields["${panel.labels[label] ?? label}"]}`
      : `\${__field.labels.${label}}`;
  const choices = Object.entries(detail.variables ?? {}).map(
    ([name, label]) => `var-${name}=${valueOf(label)}`,
  );
  return new DashboardLinkBuilder(detail.title).url(
    `/d/${detail.dashboard}?${[...choices, '${__url_time_range}'].join('&')}`,
  );
}
