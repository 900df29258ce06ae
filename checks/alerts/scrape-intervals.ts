import { SCRAPE_INTERVAL } from '../../charts/core/monitoring';
import type { KubeObject } from '../../charts/core/objects';
import type { RenderedObject } from '../../charts/core/render';
import type { ObjectSet } from '../core/object-set';
import { selects } from '../core/selectors';
import { asArray, asText, at, isObject, nameOf, namespaceOf, show } from '../core/workloads';
import { secondsOf } from './durations';
import { fulfils } from './matchers';
import type { Read } from './reads';

/** Default of `scrapeInterval` in the CRD Prometheus of prometheus-operator v0.93.0. */
const OPERATORS_DEFAULT_SECONDS = 30;
/** Series of a Probe: what the prober says of the address, and what Prometheus says of every scrape. */
const PROBED = /^(?:probe_.*|up|scrape_.*)$/;

/** How often series are read, and because of what. */
export interface Interval {
  readonly seconds: number;
  /** `ServiceMonitor prod/mysql`; undefined where no monitor is known to read them. */
  readonly monitor?: string;
}

/** What Prometheus reads because of one monitor. */
interface Source extends Interval {
  readonly isProbe: boolean;
  /** Values that the label `job` may have; undefined where they may be any. */
  readonly jobs: readonly string[] | undefined;
}

const MONITORS = ['ServiceMonitor', 'PodMonitor', 'Probe', 'ScrapeConfig'] as const;

/** Seconds between two scrapes of the series that an expression reads. */
export class ScrapeIntervals {
  private readonly sources: readonly Source[];
  private readonly usual: number;

  constructor(private readonly set: ObjectSet) {
    const [prometheus] = set.ofKind('Prometheus');
    const own = secondsOf(at(prometheus?.object, 'spec.scrapeInterval'));
    this.usual = prometheus ? (own ?? OPERATORS_DEFAULT_SECONDS) : (secondsOf(SCRAPE_INTERVAL) ?? 0);
    this.sources = set.ofKind(...MONITORS).map((monitor) => this.sourceOf(monitor));
  }

  /**
   * The longest interval of all monitors that the series can come from. They are told apart by the label `job`, and by what probes give;
   * an expression that names no job may read from any.
   */
  of({ series, matchers }: Read): Interval {
    const jobs = matchers.filter(({ label }) => label === 'job');
    const sources = this.sources
      .filter(({ isProbe }) => !isProbe || series === undefined || PROBED.test(series))
      .filter(
        (source) => !source.jobs || source.jobs.some((job) => jobs.every((matcher) => fulfils(matcher, job))),
      );
    const [first, ...others] = sources;
    if (!first) return { seconds: this.usual };
    return others.reduce((slowest, one) => (one.seconds > slowest.seconds ? one : slowest), first);
  }

  private sourceOf({ object }: RenderedObject): Source {
    const endpoints = endpointsOf(object);
    const intervals = endpoints.map(
      (one) => secondsOf(at(one, 'interval') ?? at(one, 'scrapeInterval')) ?? this.usual,
    );
    return {
      monitor: nameOf(object),
      isProbe: object.kind === 'Probe',
      jobs: this.jobsOf(object, endpoints),
      seconds: Math.max(0, ...intervals),
    };
  }

  /** How the operator names jobs: pkg/prometheus/promcfg.go of v0.93.0. With honorLabels a metric may bring a job of its own. */
  private jobsOf(object: KubeObject, endpoints: readonly unknown[]): string[] | undefined {
    const { kind, metadata } = object;
    if (at(object, 'spec.jobLabel') !== undefined || endpoints.some((one) => at(one, 'honorLabels') === true))
      return undefined;
    if (kind === 'ServiceMonitor') return this.servicesOf(object);
    const place = `${namespaceOf(object)}/${metadata.name}`;
    const made =
      kind === 'Probe' ? `probe/${place}` : kind === 'ScrapeConfig' ? `scrapeConfig/${place}` : place;
    return [asText(at(object, 'spec.jobName')) ?? made];
  }

  /** Names of the Services that a ServiceMonitor selects. */
  private servicesOf(monitor: KubeObject): string[] {
    const named = asArray(at(monitor, 'spec.namespaceSelector.matchNames')).map(show);
    const namespaces = named.length ? named : [namespaceOf(monitor)];
    const isEverywhere = at(monitor, 'spec.namespaceSelector.any') === true;
    return this.set
      .ofKind('Service')
      .filter(({ object }) => isEverywhere || namespaces.includes(namespaceOf(object)))
      .filter(({ object: { metadata } }) =>
        selects(at(monitor, 'spec.selector'), isObject(metadata.labels) ? metadata.labels : {}),
      )
      .map(({ object }) => object.metadata.name);
  }
}

/** What of a monitor says how often it is read. */
function endpointsOf(monitor: KubeObject): readonly unknown[] {
  switch (monitor.kind) {
    case 'ServiceMonitor':
      return asArray(at(monitor, 'spec.endpoints'));
    case 'PodMonitor':
      return asArray(at(monitor, 'spec.podMetricsEndpoints'));
    default:
      return [monitor['spec']];
  }
}
