import { parse } from 'yaml';
import lock from './metrics.yaml';

/** The labels that Prometheus gives to what a ServiceMonitor reads (pkg/prometheus/promcfg.go of prometheus-operator v0.93). */
const TARGET = ['namespace', 'job', 'instance', 'pod', 'container', 'service', 'endpoint'] as const;

/** One exporter of metrics.yaml. */
export interface Exporter {
  readonly name: string;
  /** Row of images.yaml whose tag is `version`; undefined for what the cluster brings itself. */
  readonly image?: string;
  readonly version?: string;
  readonly target?: readonly string[];
  readonly only?: readonly string[];
  readonly honorLabels?: boolean;
  /** File of its source → series → labels. */
  readonly series: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
}

let exporters: readonly Exporter[] | undefined;
let series: ReadonlyMap<string, ReadonlySet<string>> | undefined;

export const allExporters = (): readonly Exporter[] =>
  (exporters ??= (parse(lock) as { exporters: Exporter[] }).exporters);

/** The labels that a series has in Prometheus; undefined for one that no exporter is known to give. */
export function labelsOfSeries(name: string): ReadonlySet<string> | undefined {
  series ??= new Map(
    allExporters().flatMap((exporter) =>
      Object.values(exporter.series).flatMap((file) =>
        Object.entries(file).map(([one, labels]) => [one, storedLabels(exporter, labels)] as const),
      ),
    ),
  );
  return series.get(name);
}

/** With those of the target. Prometheus renames one that both have, unless the monitor says otherwise (honor_labels). */
function storedLabels(exporter: Exporter, own: readonly string[]): ReadonlySet<string> {
  const { target = [], only = [...TARGET, ...target], honorLabels = false } = exporter;
  return new Set([
    ...only,
    ...own.map((label) => (!honorLabels && only.includes(label) ? `exported_${label}` : label)),
  ]);
}
