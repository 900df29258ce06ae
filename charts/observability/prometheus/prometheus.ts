import { image } from '../../../imports/images';
import { Prometheus as PrometheusObject } from '../../../imports/models';
import type { Cluster } from '../../core/cluster';
import { Component } from '../../core/component';
import type { Contract, StorageClass } from '../../core/contracts';
import type { Endpoint } from '../../core/network';
import { defined } from '../../core/objects';
import { mebi } from '../../core/quantities';
import type { NonResourceRule, PolicyRule } from '../../core/rbac';
import { KEEP, type Workload } from '../../core/workload';
import { prometheusAlerts } from './alerts';
import { PROMETHEUS } from './dashboards';
import { prometheus, type PrometheusSettings } from './definition';
import { NAME, prometheusPods, prometheusSpec, VOLUME } from './server';

/** Some 40,000 series of two hours in memory, and the queries of dashboards and rules on top. */
const RESOURCES = { cpu: '200m', memory: mebi(768) } as const;

const READ = ['get', 'list', 'watch'];
/** Targets of monitors in all namespaces, nodes for their kubelets, and the metrics of kubelets and of the API server. */
const RULES: readonly (PolicyRule | NonResourceRule)[] = [
  { groups: [''], resources: ['nodes', 'services', 'endpoints', 'pods'], verbs: READ },
  { groups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: READ },
  { groups: [''], resources: ['nodes/metrics'], verbs: ['get'] },
  { urls: ['/metrics', '/metrics/slis'], verbs: ['get'] },
];

export interface PrometheusProps extends PrometheusSettings {
  /** Who makes its pods. */
  readonly operator: Contract;
  readonly storage: StorageClass;
  /** Who is told of alerts. @default nobody */
  readonly alertmanager?: Endpoint;
}

/** One Prometheus, which reads every monitor and every rule of the cluster. */
export class Prometheus extends Component {
  static readonly definition = prometheus;

  /** Where queries go. */
  readonly endpoint: Endpoint;

  constructor(
    cluster: Cluster,
    private readonly props: PrometheusProps,
  ) {
    const { namespace } = cluster.settings.monitoring;
    super(cluster, { definition: prometheus, namespace, version: image('prometheus').tag });
    this.requires(props.operator);
    this.clusterRole(NAME, this.serviceAccount(NAME), RULES);
    const server = this.server();
    cluster.scrapeFrom(server.pods);
    this.reachApiServer(server);
    if (props.alertmanager) this.connect(server, props.alertmanager);
    const service = this.service(server, { web: true });
    this.scrape(service, { port: 'web' });
    this.alerts(prometheusAlerts(namespace, props.alertmanager !== undefined));
    this.dashboards(PROMETHEUS);
    this.endpoint = service.endpoint('web');
  }

  private server(): Workload {
    const { cpu, memory, size, storage, alertmanager } = this.props;
    const resources = { ...this.sized(RESOURCES), ...defined({ cpu, memory }) };
    const claim = { name: VOLUME, size, storage };
    const pods = { resources, claim, priorityClass: this.priorityClass() };
    this.add(PrometheusObject, {
      // the operator deletes the pods with it
      metadata: { name: NAME, annotations: { ...KEEP } },
      spec: prometheusSpec({
        ...{ settings: this.props, cluster: this.cluster.settings.name },
        ...{ ...pods, alertmanager },
      }),
    });
    return this.managedPods(prometheusPods(pods));
  }
}
