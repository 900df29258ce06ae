import { image } from '../../../imports/images';
import type { Cluster } from '../../core/cluster';
import { Component } from '../../core/component';
import { defined } from '../../core/objects';
import { goMemoryLimit, mebi } from '../../core/quantities';
import type { Workload } from '../../core/workload';
import { kubeStateAlerts } from './alerts';
import { CAPACITY, WORKLOADS } from './dashboards';
import { kubeStateMetrics, type KubeStateMetricsSettings } from './definition';
import { metricsOf, SOURCES } from './metrics';

/** A cache of some hundred pods without their Secrets and ConfigMaps. */
const RESOURCES = { cpu: '10m', memory: mebi(64) } as const;
const NAME = 'kube-state-metrics';

export interface KubeStateMetricsProps extends KubeStateMetricsSettings {
  /** Whether somebody looks at dashboards, which use more than alerts do. */
  readonly dashboards: boolean;
}

/** One kube-state-metrics: a second one would double every series. */
export class KubeStateMetrics extends Component {
  static readonly definition = kubeStateMetrics;

  constructor(
    cluster: Cluster,
    private readonly props: KubeStateMetricsProps,
  ) {
    const { namespace } = cluster.settings.monitoring;
    super(cluster, { definition: kubeStateMetrics, namespace, version: image(NAME).tag });
    const server = this.server();
    this.reachApiServer(server);
    const service = this.service(server, { metrics: true });
    // namespace and pod are those of the object, not of the pod that tells of it
    this.scrape(service, { port: 'metrics', honorLabels: true });
    this.alerts(kubeStateAlerts(namespace));
    this.dashboards(WORKLOADS, CAPACITY);
  }

  /** Flags: pkg/options/options.go of v2.20.0. */
  private server(): Workload {
    const { cpu, memory, dashboards } = this.props;
    const resources = { ...this.sized(RESOURCES), ...defined({ cpu, memory }) };
    const account = this.serviceAccount(NAME);
    const kinds = Object.entries(SOURCES);
    this.clusterRole(
      NAME,
      account,
      kinds.map(([resource, { group }]) => ({
        groups: [group],
        resources: [resource],
        verbs: ['list', 'watch'],
      })),
    );
    return this.deployment({
      name: NAME,
      replicas: 1,
      serviceAccount: account,
      token: true,
      // examples/standard/deployment.yaml
      user: { uid: 65_534, gid: 65_534 },
      containers: [
        {
          name: NAME,
          image: image(NAME),
          args: [
            '--port=8080',
            '--telemetry-port=8081',
            `--resources=${kinds.map(([resource]) => resource).join(',')}`,
            `--metric-allowlist=${kinds.flatMap(([, source]) => metricsOf(source, dashboards)).join(',')}`,
          ],
          env: { GOMEMLIMIT: goMemoryLimit(resources.memory) },
          ports: { metrics: 8080, telemetry: 8081 },
          resources,
          readiness: { http: { path: '/readyz', port: 'telemetry' } },
          liveness: { http: { path: '/livez', port: 'metrics' } },
        },
      ],
    });
  }
}
