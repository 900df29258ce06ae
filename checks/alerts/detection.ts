import { EVALUATION_INTERVAL } from '../../charts/core/monitoring';
import { defined } from '../../charts/core/objects';
import type { ObjectSet } from '../core/object-set';
import { asText, at, fieldsOf } from '../core/workloads';
import { secondsOf } from './durations';
import { groupWaitOf, type GroupWait } from './group-wait';
import { readsOf, type Read } from './reads';
import type { RuleJson } from './rules';
import { ScrapeIntervals } from './scrape-intervals';

/** A critical alert reaches people within five minutes. */
export const LONGEST_CRITICAL_SECONDS = 5 * 60;

/** Default of `evaluationInterval` in the CRD Prometheus of prometheus-operator v0.93.0. */
const OPERATORS_DEFAULT_SECONDS = 30;

/**
 * Scrapes until a change is certain to be seen. The next one may come a whole interval after it. A target that is gone ends its series
 * later still: Prometheus waits two intervals and a tenth (scrape/scrape.go of v3.15.0, endOfRunStaleness) for it to come back.
 */
const SCRAPES = 2.1;

/** Series that are older than their scrape, since whoever gives them asks now and then only: how many seconds, and who says so. */
const AGES: readonly { readonly series: RegExp; readonly seconds: number }[] = [
  // one to two minutes: pkg/kubelet/server/stats/volume_stat_calculator.go of Kubernetes, volumeStatsAggPeriod with a jitter of 1
  { series: /^kubelet_volume_stats_/, seconds: 120 },
  // the answers of queries are kept: metricsQueriesTTL in the CRD Cluster of CloudNativePG v1.30.1
  { series: /^cnpg_pg_/, seconds: 30 },
  // kube-controller-manager: --node-monitor-grace-period, and --node-monitor-period on top
  { series: /^kube_node_status_condition$/, seconds: 55 },
];

/** The parts of the worst path, in seconds. */
export interface Detection {
  /** From the fact until Prometheus has a sample of it. */
  readonly seen: number;
  /** The longest range, subquery and offset of the expression. */
  readonly window: number;
  /** Until the rule is evaluated next. */
  readonly evaluated: number;
  /** `for`, up to the next evaluation. */
  readonly held: number;
  /** Until Alertmanager tells of a new group. */
  readonly told: number;
  readonly total: number;
  /** The monitor that `seen` comes from: `ServiceMonitor prod/mysql`. */
  readonly monitor?: string;
}

/**
 * How long it takes at the worst from a fact to the message, for each alert of a rendered set:
 *
 *     age of the series + 2.1 scrape intervals + window + evaluation interval + `for` + `group_wait`
 *
 * A window counts in full: a share, a rate or a minimum just past its threshold is past it only when the whole window is of the new state. A
 * complete outage shows sooner. Of several series of an expression the slowest counts. `for` ends with an evaluation, so that it is
 * rounded up to one. An alert that joins a group which people were told of already waits for `group_interval` instead; that is not counted.
 * Nor is what an exporter, a probe of the kubelet or the receiver takes, beyond {@link AGES}.
 */
export class Detections {
  /** Whether the set has a Prometheus; without one, intervals are those of Strata's own. */
  readonly isEvaluated: boolean;
  /** Whether it has an Alertmanager; without one, waits are those of Strata's own. */
  readonly isTold: boolean;
  private readonly evaluation: number;
  private readonly scrapes: ScrapeIntervals;
  private readonly wait: GroupWait;

  constructor(set: ObjectSet) {
    const [prometheus] = set.ofKind('Prometheus');
    this.isEvaluated = prometheus !== undefined;
    this.evaluation = prometheus
      ? (secondsOf(at(prometheus.object, 'spec.evaluationInterval')) ?? OPERATORS_DEFAULT_SECONDS)
      : (secondsOf(EVALUATION_INTERVAL) ?? 0);
    this.scrapes = new ScrapeIntervals(set);
    const { wait, isTold } = groupWaitOf(set);
    this.wait = wait;
    this.isTold = isTold;
  }

  /** Of one alert. What of its expression does not parse is left out. */
  of({ group, json: rule }: RuleJson): Detection {
    const reads = readsOf(asText(at(rule, 'expr')) ?? '');
    const evaluated = secondsOf(at(group, 'interval')) ?? this.evaluation;
    const { seen, window, monitor } = reads
      .map((read) => this.sourceOf(read))
      .reduce((worst, one) => (one.seen + one.window > worst.seen + worst.window ? one : worst), NOTHING);
    const held = Math.ceil((secondsOf(at(rule, 'for')) ?? 0) / (evaluated || 1)) * evaluated;
    const told = this.wait(labelsOf(rule));
    const total = seen + window + evaluated + held + told;
    return defined({ seen, window, evaluated, held, told, total, monitor });
  }

  private sourceOf(read: Read): Source {
    const ages = AGES.filter(({ series }) => read.series !== undefined && series.test(read.series));
    const { seconds, monitor } = this.scrapes.of(read);
    const seen = Math.max(0, ...ages.map((age) => age.seconds)) + SCRAPES * seconds;
    return { seen, window: read.window, monitor };
  }
}

interface Source {
  readonly seen: number;
  readonly window: number;
  readonly monitor: string | undefined;
}

/** An expression of numbers alone waits for nothing. */
const NOTHING: Source = { seen: 0, window: 0, monitor: undefined };

const labelsOf = (rule: unknown): Record<string, string> => ({
  ...Object.fromEntries(
    fieldsOf(at(rule, 'labels')).flatMap(([name, value]) =>
      typeof value === 'string' ? [[name, value]] : [],
    ),
  ),
  alertname: asText(at(rule, 'alert')) ?? '',
});
