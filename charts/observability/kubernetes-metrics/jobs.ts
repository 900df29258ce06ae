import type { DataOf, ScrapeConfig } from '../../../imports/models';
import { SCRAPE_INTERVAL } from '../../core/monitoring';
import { defined } from '../../core/objects';
import { API_SERVER_CLASS, KUBELET_CLASS } from '../prometheus/scrape-classes';
import { KEPT } from './metrics';

/** One scrape job of Prometheus: monitoring.coreos.com/v1alpha1 ScrapeConfig, CRD of v0.93.0. */
export interface Job {
  readonly name: string;
  readonly spec: NonNullable<DataOf<typeof ScrapeConfig>['spec']>;
}

type Name = keyof typeof KEPT;

const keepOnly = (name: Name) => ({
  action: 'keep' as const,
  sourceLabels: ['__name__'],
  regex: KEPT[name].join('|'),
});

/** cAdvisor gives sums of pods and of all of the node beside containers, and of networks only those of pods. */
const SUMS = {
  action: 'drop' as const,
  sourceLabels: ['__name__', 'container'],
  regex: 'container_(cpu|memory)_[^;]+;',
};

const label = (source: string, target: string) => ({ sourceLabels: [source], targetLabel: target });
const keep = (source: string, value: string) => ({
  action: 'keep' as const,
  sourceLabels: [source],
  regex: value,
});

/** A path of every node's kubelet. */
export const kubeletJob = (name: 'kubelet' | 'cadvisor', path: string): Job => ({
  name,
  spec: {
    jobName: name,
    // to the object that the metrics speak of: the kubelet has no namespace and no pod itself
    honorLabels: true,
    scrapeInterval: SCRAPE_INTERVAL,
    scrapeClass: KUBELET_CLASS,
    scheme: 'HTTPS',
    tlsConfig: { insecureSkipVerify: true },
    metricsPath: path,
    kubernetesSDConfigs: [{ role: 'Node' }],
    relabelings: [label('__meta_kubernetes_node_name', 'node')],
    metricRelabelings: [keepOnly(name), ...(name === 'cadvisor' ? [SUMS] : [])],
  },
});

interface Place {
  readonly namespace: string;
  readonly service: string;
  readonly port: string;
}

/** A port of a Service that Kubernetes' installer made; `https` is that of the API server. */
export const serviceJob = (name: 'apiserver' | 'coredns', { namespace, service, port }: Place): Job => ({
  name,
  spec: defined({
    jobName: name,
    scrapeInterval: SCRAPE_INTERVAL,
    ...(port === 'https' && { scheme: 'HTTPS' as const, scrapeClass: API_SERVER_CLASS }),
    metricsPath: '/metrics',
    kubernetesSDConfigs: [{ role: 'EndpointSlice' as const, namespaces: { names: [namespace] } }],
    relabelings: [
      keep('__meta_kubernetes_service_name', service),
      keep('__meta_kubernetes_endpointslice_port_name', port),
      label('__meta_kubernetes_namespace', 'namespace'),
    ],
    metricRelabelings: [keepOnly(name)],
  }),
});
