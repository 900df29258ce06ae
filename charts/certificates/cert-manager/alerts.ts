import type { Alert } from '../../core/monitoring';

/** Days before the end of a certificate at which somebody has to look: a certificate of 90 days should be new since 9 of them. */
const EXPIRY_DAYS = 21;

/** Hours that a renewal may take: an authority that is down for an evening mends itself. */
const RENEWAL_HOURS = 6;

/** Prometheus names targets after their Service. */
const JOBS = ['cert-manager', 'cert-manager-webhook', 'cert-manager-cainjector'];

/** No pod of a job answers, or it has none. Both keep the label `job`, which `absent` of a comparison would lose. */
const DOWN = [
  `max by (job, namespace) (up{job=~"${JOBS.join('|')}",namespace="cert-manager"}) == 0`,
  ...JOBS.map((job) => `absent(up{job="${job}",namespace="cert-manager"})`),
].join(' or ');

/** Smallest value of a metric over the replicas, by certificate. Its own `namespace` gives way to the target's. */
const ofCertificate = (metric: string): string => `min by (exported_namespace, name) (${metric})`;

/**
 * Metrics of cert-manager v1.21.1: internal/collectors/*.go and pkg/metrics/metrics.go. Times are 0 while there is no certificate.
 */
export const ALERTS: readonly Alert[] = [
  {
    alert: 'CertManagerDown',
    expr: DOWN,
    for: '10m',
    severity: 'warning',
    summary: '{{ $labels.job }} does not answer',
    description: 'Certificates that exist go on working, but none is issued, renewed or changed.',
  },
  {
    alert: 'CertManagerCertificateExpiringSoon',
    expr:
      `${ofCertificate('certmanager_certificate_expiration_timestamp_seconds > 0')} - time() < ${EXPIRY_DAYS} * 86400` +
      // a short-lived certificate is near its end all its life: only one whose renewal is due counts
      ` and ${ofCertificate('certmanager_certificate_renewal_timestamp_seconds')} < time() - ${RENEWAL_HOURS} * 3600`,
    for: '4m',
    severity: 'critical',
    summary:
      'Certificate {{ $labels.exported_namespace }}/{{ $labels.name }} ends in {{ $value | humanizeDuration }}',
    description: 'Its renewal is due and does not happen. From its end on, clients refuse to connect.',
  },
  {
    alert: 'CertManagerCertificateNotReady',
    expr: `max by (exported_namespace, name) (certmanager_certificate_ready_status{condition!="True"}) == 1`,
    for: '1h',
    severity: 'warning',
    summary: 'Certificate {{ $labels.exported_namespace }}/{{ $labels.name }} is not ready',
    description:
      'It was never issued, or its last issue failed: a new host has no TLS, an old one its old certificate.',
  },
  {
    alert: 'CertManagerIssuerNotReady',
    expr: `max by (name) (certmanager_clusterissuer_ready_status{condition!="True"}) == 1`,
    for: '15m',
    severity: 'warning',
    summary: 'ClusterIssuer {{ $labels.name }} is not ready',
    description: 'Nothing that names this issuer is issued or renewed.',
  },
  {
    alert: 'CertManagerAcmeErrors',
    // 429 is a rate limit, 999 stands for no answer at all (pkg/acme/client/http.go)
    expr: `sum by (host, status) (increase(certmanager_http_acme_client_request_count{status=~"429|5..|999"}[1h])) > 5`,
    for: '30m',
    severity: 'warning',
    summary: 'ACME server {{ $labels.host }} answers {{ $labels.status }}',
    description: 'Certificates of this authority cannot be issued or renewed while it lasts.',
  },
];
