import { ScrapeConfig } from '../../../imports/models';
import type { Cluster } from '../../core/cluster';
import { Component } from '../../core/component';
import type { Contract } from '../../core/contracts';
import { tcp } from '../../core/network';
import { kubernetesAlerts } from './alerts';
import { CONTROL_PLANE, NAMESPACES } from './dashboards';
import { kubernetesMetrics, type KubernetesMetricsSettings } from './definition';
import { kubeletJob, serviceJob, type Job } from './jobs';

export interface KubernetesMetricsProps extends KubernetesMetricsSettings {
  /** Who reads them. */
  readonly prometheus: Contract;
}

const KUBELET_PORT = 10_250;
/** The plugin `prometheus` of CoreDNS, as kubeadm and k3s configure it. */
const DNS_METRICS_PORT = 9153;

/**
 * Kubernetes' own endpoints, which Prometheus finds through the API server: no Service or Endpoints object is made for them.
 *
 * On k3s one process per node is kubelet, API server, scheduler and controllers, and each of its endpoints gives the metrics of all. From
 * each endpoint only what belongs to it is kept, so that nothing is stored twice. On kubeadm the scheduler, the controller manager and etcd
 * listen on the loopback of their node, where nobody else can read them.
 */
export class KubernetesMetrics extends Component {
  static readonly definition = kubernetesMetrics;

  constructor(cluster: Cluster, props: KubernetesMetricsProps) {
    const { namespace } = cluster.settings.monitoring;
    super(cluster, { definition: kubernetesMetrics, namespace });
    this.requires(props.prometheus);
    this.scrapeConfig(kubeletJob('kubelet', '/metrics'));
    this.scrapeConfig(kubeletJob('cadvisor', '/metrics/cadvisor'));
    cluster.connect(cluster.scraper, cluster.hosts, [tcp(KUBELET_PORT)]);
    // Prometheus reaches the API server anyway: it finds targets there
    this.scrapeConfig(
      serviceJob('apiserver', { namespace: 'default', service: 'kubernetes', port: 'https' }),
    );
    const { dns } = cluster;
    this.scrapeConfig(
      serviceJob('coredns', { namespace: dns.namespace, service: 'kube-dns', port: 'metrics' }),
    );
    cluster.connect(cluster.scraper, dns, [tcp(DNS_METRICS_PORT)]);
    this.alerts(kubernetesAlerts());
    this.dashboards(NAMESPACES, CONTROL_PLANE);
  }

  private scrapeConfig({ name, spec }: Job): void {
    this.add(ScrapeConfig, { metadata: { name }, spec });
  }
}
