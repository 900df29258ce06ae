import type { Alert } from '../../core/monitoring';

/** Where the metrics are defined: metrics.ts. */
export const kubernetesAlerts = (): readonly Alert[] => [...API_SERVER, ...KUBELET, ...VOLUMES, ...DNS];

const API_SERVER: readonly Alert[] = [
  {
    alert: 'KubeApiServerDown',
    expr: 'absent(up{job="apiserver"} == 1)',
    for: '4m',
    severity: 'critical',
    summary: 'The API server does not answer Prometheus',
    description: 'Nothing can be changed or moved. What runs goes on.',
  },
  {
    alert: 'KubeApiServerErrors',
    expr:
      'sum(rate(apiserver_request_total{job="apiserver",code=~"5.."}[5m]))' +
      ' / sum(rate(apiserver_request_total{job="apiserver"}[5m])) > 0.03',
    for: '10m',
    severity: 'warning',
    summary: '{{ $value | humanizePercentage }} of the requests to the API server fail',
    description: 'Controllers retry, and get slow. Its store, a webhook or its memory may be the reason.',
  },
  {
    alert: 'KubeApiServerSlow',
    expr:
      'sum by (verb) (rate(apiserver_request_sli_duration_seconds_sum{job="apiserver",verb!~"WATCH|CONNECT"}[5m]))' +
      ' / sum by (verb) (rate(apiserver_request_sli_duration_seconds_count{job="apiserver"}[5m])) > 1',
    for: '15m',
    severity: 'warning',
    summary: 'Requests of the kind {{ $labels.verb }} take {{ $value | humanizeDuration }}',
    description: 'On average, without what webhooks take: its store or the node is slow.',
  },
  {
    alert: 'KubeClientCertificateExpires',
    expr:
      // requests by certificates with a week or less to live, which is one of its buckets
      'sum by (instance) (rate(apiserver_client_certificate_expiration_seconds_bucket{job="apiserver",le="604800.0"}[5m])) > 0',
    for: '15m',
    severity: 'warning',
    summary: 'Somebody comes to the API server with a certificate that ends within a week',
    description: 'A component of the control plane, a kubelet or a person is locked out then.',
  },
  {
    alert: 'KubeAggregatedApiDown',
    expr: 'aggregator_unavailable_apiservice{job="apiserver"} == 1',
    for: '10m',
    severity: 'warning',
    summary: 'The API {{ $labels.name }} does not answer',
    description: 'A server behind the API server is away. Namespaces cannot be deleted meanwhile.',
  },
];

const KUBELET: readonly Alert[] = [
  {
    alert: 'KubeletDown',
    expr: 'up{job="kubelet"} == 0',
    for: '10m',
    severity: 'warning',
    summary: 'The kubelet of {{ $labels.node }} does not answer',
    description: 'Containers run on, but nobody starts, ends or measures them.',
  },
  {
    alert: 'KubeletCertificateExpires',
    expr: 'kubelet_certificate_manager_client_ttl_seconds < 7 * 24 * 3600',
    for: '15m',
    severity: 'warning',
    summary: 'The certificate of the kubelet of {{ $labels.node }} ends in {{ $value | humanizeDuration }}',
    description: 'It should have been renewed. The node is lost to the cluster then.',
  },
];

const CLAIM = '{{ $labels.namespace }}/{{ $labels.persistentvolumeclaim }}';

const VOLUMES: readonly Alert[] = [
  {
    alert: 'KubeVolumeFillsUp',
    expr:
      'predict_linear(kubelet_volume_stats_available_bytes[6h], 4 * 24 * 3600) < 0' +
      ' and kubelet_volume_stats_available_bytes / kubelet_volume_stats_capacity_bytes < 0.25',
    for: '1h',
    severity: 'warning',
    summary: `The volume of ${CLAIM} will be full within four days`,
    description: 'At the pace of the last six hours. Make its claim larger, or delete what is not needed.',
  },
  {
    alert: 'KubeVolumeInodesShort',
    expr: 'kubelet_volume_stats_inodes_free / kubelet_volume_stats_inodes < 0.05',
    for: '15m',
    severity: 'warning',
    summary: `The volume of ${CLAIM} has {{ $value | humanizePercentage }} of its inodes left`,
    description: 'Then no file can be made, however much room there is.',
  },
];

const DNS: readonly Alert[] = [
  {
    alert: 'CoreDnsDown',
    expr: 'absent(up{job="coredns"} == 1)',
    for: '4m',
    severity: 'critical',
    summary: 'CoreDNS does not answer Prometheus',
    description: 'If it does not answer others either, no name is found and everything stops.',
  },
  {
    alert: 'CoreDnsErrors',
    expr:
      'sum(rate(coredns_dns_responses_total{rcode="SERVFAIL"}[5m]))' +
      ' / sum(rate(coredns_dns_responses_total[5m])) > 0.03',
    for: '10m',
    severity: 'warning',
    summary: '{{ $value | humanizePercentage }} of the look-ups of names fail',
    description: 'A name server outside, or the API server, does not answer CoreDNS.',
  },
  {
    alert: 'CoreDnsSlow',
    expr:
      // one of its buckets is 1.024 seconds
      'sum(rate(coredns_dns_request_duration_seconds_bucket{le="1.024"}[5m]))' +
      ' / sum(rate(coredns_dns_request_duration_seconds_count[5m])) < 0.99',
    for: '15m',
    severity: 'warning',
    summary: 'More than one look-up in a hundred takes over a second',
    description: 'Each connection by name waits so long.',
  },
  {
    alert: 'CoreDnsPanics',
    expr: 'increase(coredns_panics_total[10m]) > 0',
    severity: 'warning',
    summary: 'CoreDNS met a bug',
    description: 'Look-ups that it met it in got no answer.',
  },
];
