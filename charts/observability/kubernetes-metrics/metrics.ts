/**
 * What is kept of each endpoint: the metrics that alerts and dashboards use, and no metric of two endpoints. Kubernetes 1.36:
 * pkg/kubelet/metrics, staging/src/k8s.io/apiserver/pkg/endpoints/metrics; cAdvisor: metrics/prometheus.go; CoreDNS: plugin/metrics.
 */
export const KEPT = {
  kubelet: [
    'kubelet_certificate_manager_client_ttl_seconds',
    'kubelet_volume_stats_available_bytes',
    'kubelet_volume_stats_capacity_bytes',
    'kubelet_volume_stats_inodes',
    'kubelet_volume_stats_inodes_free',
    'kubelet_volume_stats_used_bytes',
  ],
  cadvisor: [
    'container_cpu_usage_seconds_total',
    'container_memory_working_set_bytes',
    'container_network_receive_bytes_total',
    'container_network_transmit_bytes_total',
  ],
  apiserver: [
    'aggregator_unavailable_apiservice',
    'apiserver_client_certificate_expiration_seconds_bucket',
    'apiserver_request_sli_duration_seconds_count',
    'apiserver_request_sli_duration_seconds_sum',
    'apiserver_request_total',
  ],
  coredns: [
    'coredns_dns_request_duration_seconds_bucket',
    'coredns_dns_request_duration_seconds_count',
    'coredns_dns_responses_total',
    'coredns_panics_total',
  ],
} as const;
