import type { Labels } from '../../charts/core/labels';
import type { KubeObject } from '../../charts/core/objects';

/**
 * Values of series by minute, in promtool's notation, where each part is one value longer than its number: `1x9 0x4` is 1 in the minutes 0
 * to 9 and 0 in the minutes 10 to 14, `0+5x9` grows by 5 a minute, `_x3` are three minutes without a value (the last one counts for five
 * minutes more), and `stale` says that the series has ended.
 */
export type Timeline = Readonly<Record<string, string>>;

/** A timeline in which an alert fires and recovers. In every other minute of it the alert must be silent. */
export interface Firing {
  readonly series: Timeline;
  /** First and last minute in which it fires. The timeline goes on after that. */
  readonly minutes: readonly [first: number, last: number];
  /** Minutes at the beginning that are not judged, where an alert compares with what was before them. @default 0 */
  readonly history?: number;
  /** Beside `alertname` and `severity`. */
  readonly labels: Labels;
  /** As people read it in the first minute. */
  readonly summary: string;
  /** As people read it in the first minute. @default the rule's, which then must be no template */
  readonly description?: string;
}

/** What an alert does, written from what it is for, never from its expression. Keys say what happens. */
export interface AlertTest {
  readonly severity: 'critical' | 'warning';
  readonly fires: Readonly<Record<string, Firing>>;
  /** The normal state, just below the threshold, shorter than it has to hold: silent in each minute. */
  readonly silent: Readonly<Record<string, Timeline>>;
}

/** Tests of one component. */
export interface AlertTests {
  /** What Prometheus scrapes of the component itself. */
  readonly targets: readonly Target[];
  readonly alerts: Readonly<Record<string, AlertTest>>;
}

/** Whose rules are tested: `mysql-prod` in the namespace `prod`. */
export interface Instance {
  readonly id: string;
  readonly namespace: string;
  /** All of its cluster, for what depends on settings: how many servers there are. */
  readonly objects: readonly KubeObject[];
}

/** Pods that a workload of the instance should have; 0 where there is no such workload. */
export function replicasOf({ objects, namespace }: Instance, workload: string): number {
  const found = objects.find(
    ({ kind, metadata }) =>
      ['Deployment', 'StatefulSet'].includes(kind) &&
      metadata.name === workload &&
      metadata.namespace === namespace,
  );
  return (found as { spec?: { replicas?: number } } | undefined)?.spec?.replicas ?? 0;
}

/** A port of a Service that a ServiceMonitor reads, and a pod behind it. */
interface TargetSpec {
  readonly namespace: string;
  readonly service: string;
  readonly pod: string;
  readonly container: string;
  /** Name of the port. @default metrics */
  readonly endpoint?: string;
  /** Address and port of the pod. */
  readonly instance: string;
  /** Whether the ServiceMonitor keeps labels that the metrics bring. @default false */
  readonly honorLabels?: boolean;
}

/** What Prometheus makes of a port that it scrapes. */
export class Target {
  /** As prometheus-operator sets them for a ServiceMonitor (pkg/prometheus/promcfg.go). */
  readonly labels: Labels & { readonly namespace: string; readonly endpoint: string };

  constructor(readonly spec: TargetSpec) {
    const { namespace, service, pod, container, instance, endpoint = 'metrics' } = spec;
    this.labels = { container, endpoint, instance, job: service, namespace, pod, service };
  }

  /**
   * The series as Prometheus stores it. Where the metric brings a label that the target has, Prometheus keeps the target's, and the metric's
   * under `exported_…` (configuration of Prometheus, honor_labels).
   */
  series(metric: string, labels: Labels = {}): string {
    const exposed = Object.entries(labels).map(([name, value]): [string, string] =>
      name in this.labels && !this.spec.honorLabels ? [`exported_${name}`, value] : [name, value],
    );
    return series(metric, { ...this.labels, ...Object.fromEntries(exposed) });
  }
}

/** A series of somebody else's metrics. */
export function series(metric: string, labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return `${metric}{${pairs.sort().join(',')}}`;
}
