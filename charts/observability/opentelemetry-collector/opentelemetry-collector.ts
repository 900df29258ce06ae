import { image } from '../../../imports/images';
import { authorityVolume } from '../../core/certificates';
import type { Cluster } from '../../core/cluster';
import { Component } from '../../core/component';
import { defined } from '../../core/objects';
import { mebi } from '../../core/quantities';
import { SENDS_TRACES, type SpanReceiver, type SpanStore } from '../../core/traces';
import { configVolume } from '../../core/volumes';
import type { Workload } from '../../core/workload';
import { memoryLimits } from '../collector';
import { collectorAlerts } from './alerts';
import { AUTHORITY_FOLDER, collectorConfiguration, CONFIG_FILE, CONFIG_FOLDER, PORTS } from './configuration';
import { OPENTELEMETRY_COLLECTOR } from './dashboards';
import { openTelemetryCollector, type OpenTelemetryCollectorSettings } from './definition';

export interface OpenTelemetryCollectorProps extends OpenTelemetryCollectorSettings {
  /** Where traces go that are kept. */
  readonly store: SpanStore;
}

const NAME = 'opentelemetry-collector';
/** Some hundred traces a second, of ten spans each, that wait for eleven seconds. */
const RESOURCES = { cpu: '50m', memory: mebi(256) } as const;

/**
 * One OpenTelemetry Collector for traces. One pod: whether a trace is kept is known when all of its spans are in one place, and a second pod
 * would see another part of them.
 */
export class OpenTelemetryCollector extends Component {
  static readonly definition = openTelemetryCollector;

  /** Where applications send spans. */
  readonly traces: SpanReceiver;

  constructor(
    cluster: Cluster,
    private readonly props: OpenTelemetryCollectorProps,
  ) {
    const { namespace } = cluster.settings.monitoring;
    super(cluster, { definition: openTelemetryCollector, namespace, version: image(NAME).tag });
    const collector = this.collector();
    this.connect(collector, props.store.endpoint);
    const service = this.service(collector, { grpc: true, http: true, metrics: true });
    this.scrape(service, { port: 'metrics' });
    this.alerts(collectorAlerts(namespace));
    this.dashboards(OPENTELEMETRY_COLLECTOR);
    this.traces = { component: this, grpc: service.endpoint('grpc'), http: service.endpoint('http') };
    this.acceptApplications(collector);
  }

  private collector(): Workload {
    const { cpu, memory, store } = this.props;
    const resources = { ...this.sized(RESOURCES), ...defined({ cpu, memory }) };
    const config = this.configMap(NAME, {
      [CONFIG_FILE]: collectorConfiguration({
        ...this.props,
        memory: resources.memory,
        store: store.endpoint,
      }),
    });
    const health = { http: { path: '/', port: 'health' } };
    return this.deployment({
      name: NAME,
      replicas: 1,
      // two at once would each see a part of a trace
      strategy: 'Recreate',
      // Dockerfile of the contrib distribution: USER 10001:10001
      user: { uid: 10_001, gid: 10_001 },
      // what waits is decided at once and sent
      graceSeconds: 60,
      containers: [
        {
          name: NAME,
          image: image(NAME),
          args: [`--config=${CONFIG_FOLDER}/${CONFIG_FILE}`],
          env: { GOMEMLIMIT: memoryLimits(resources.memory).garbage },
          ports: { ...PORTS },
          resources,
          readiness: health,
          liveness: health,
          mounts: {
            [CONFIG_FOLDER]: configVolume(config),
            [AUTHORITY_FOLDER]: authorityVolume(store.authority, 'jaeger-authority'),
          },
        },
      ],
    });
  }

  /** Pods of environments that say so by a label: most are not rendered here. */
  private acceptApplications({ pods: to }: Workload): void {
    const { grpc, http } = this.traces;
    this.cluster.visitors.push({
      name: 'sends-traces',
      labels: SENDS_TRACES,
      where: 'environments',
      flow: (from) => ({ from, to, ports: [grpc.containerPort, http.containerPort] }),
      owner: this,
    });
  }
}
