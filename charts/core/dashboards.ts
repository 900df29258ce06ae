/** What Grafana asks for data, by the names that dashboards and its provisioning share. */
export const DATASOURCES = {
  prometheus: { type: 'prometheus', uid: 'prometheus' },
  alertmanager: { type: 'alertmanager', uid: 'alertmanager' },
  loki: { type: 'loki', uid: 'loki' },
  jaeger: { type: 'jaeger', uid: 'jaeger' },
} as const;

/**
 * A dashboard, as the component that knows its metrics writes it: what to show, not how. The same look for all follows from
 * dashboard-json.ts. It is written once for all instances of a component, which a variable chooses among.
 */
export interface Dashboard {
  /** Its address, /d/<uid>: kebab case, at most 40 characters, beginning with the component. */
  readonly uid: string;
  readonly title: string;
  /** The question that it answers, in a sentence. */
  readonly description: string;
  /** What people choose at its top. @default nothing */
  readonly variables?: readonly Variable[];
  readonly rows: readonly Row[];
  /** Time that it shows when it is opened. @default 6h */
  readonly shows?: '1h' | '6h' | '24h' | '7d' | '30d' | '90d';
}

/** A choice among the values of a label: `$<name>` in queries, always with `=~`, since several or all may be chosen. */
export interface Variable {
  /** Lower case. */
  readonly name: string;
  /** What people read beside it. */
  readonly label: string;
  /** Series whose label has the values; it may use the variables before it. */
  readonly series: string;
  readonly values: string;
}

/** Panels of one subject, side by side, 24 columns wide. */
interface Row {
  readonly title: string;
  readonly panels: readonly Panel[];
}

/** Units as people say them → as Grafana calls them (packages/grafana-data/src/valueFormats/categories.ts of v13). */
export const UNITS = {
  count: 'short',
  cores: 'short',
  share: 'percentunit',
  bytes: 'bytes',
  'bytes per second': 'Bps',
  seconds: 's',
  'requests per second': 'reqps',
  'operations per second': 'ops',
  'per second': 'cps',
  date: 'dateTimeFromNow',
} as const;

type Unit = keyof typeof UNITS;

interface PanelBase {
  readonly title: string;
  /** What it shows, and what to think of a high or low value. */
  readonly description: string;
  readonly unit: Unit;
  /** Where a value becomes worth a look, and where it is bad. With `low`, values below are. @default no colours */
  readonly thresholds?: { readonly warning?: number; readonly critical?: number; readonly low?: boolean };
  /** Columns of 24. @default 6 for a number, 12 for a graph, 24 for a table */
  readonly width?: number;
  /** The dashboard that says more of one line. It is left out where that dashboard is not there. @default none */
  readonly detail?: Detail;
}

interface Detail {
  /** uid of the dashboard. */
  readonly dashboard: string;
  readonly title: string;
  /** Variable of that dashboard → label of the line that gives its value. @default none */
  readonly variables?: Readonly<Record<string, string>>;
}

/** A query and the name of what it gives: `{{label}}` stands for a label's value. */
export interface Query {
  /** PromQL. */
  readonly expr: string;
  readonly legend: string;
}

/** Lines over time. */
export interface Graph extends PanelBase {
  readonly kind: 'graph';
  readonly queries: readonly Query[];
  /** Whether lines add up to a whole. @default false */
  readonly stacked?: boolean;
}

/** The value of now, large; one for each series. */
export interface Figure extends PanelBase {
  readonly kind: 'figure';
  readonly queries: readonly Query[];
  /** What values mean: `{ 0: 'down', 1: 'up' }`. @default the number */
  readonly words?: Readonly<Record<number, string>>;
}

/** The values of now, a line for each set of labels. */
export interface Table extends PanelBase {
  readonly kind: 'table';
  /** Label → title of its column, in order. Queries give these labels and no others. */
  readonly labels: Readonly<Record<string, string>>;
  readonly columns: readonly (Query & {
    /** @default that of the panel */
    readonly unit?: Unit;
    /** @default those of the panel */
    readonly thresholds?: PanelBase['thresholds'];
  })[];
}

export type Panel = Graph | Figure | Table;

/** A variable for the namespaces that a series comes from. */
export const namespaceOf = (series: string): Variable => ({
  name: 'namespace',
  label: 'Namespace',
  series,
  values: 'namespace',
});

/** The range of a rate: a few scrapes at least, however long the time is that is looked at (Grafana, data source Prometheus). */
export const RATE = '[$__rate_interval]';

const SHARE_IN_USE = { warning: 0.6, critical: 0.8 } as const;

/** Whether an exporter reaches its server: a series that is 1 or 0. */
export const serverUp = (expr: string, legend: string): Figure => ({
  kind: 'figure',
  title: 'Server',
  description: 'Whether the exporter reaches it.',
  unit: 'count',
  thresholds: { critical: 1, low: true },
  words: { 0: 'down', 1: 'up' },
  queries: [{ expr, legend }],
});

/** Share of the connections that a server takes. `limit` is what it calls the most. */
export const connectionsInUse = <Kind extends 'figure' | 'graph'>(
  kind: Kind,
  limit: string,
  query: Query,
  without = 'applications get errors instead of data',
) => ({
  kind,
  title: 'Connections in use',
  description: `Share of ${limit}. When none is left, ${without}.`,
  unit: 'share' as const,
  thresholds: SHARE_IN_USE,
  queries: [query],
});
