import type { Dashboard, Panel } from '../../core/dashboards';

const DAY = 86_400;
/** Its own label gives way to the target's. */
const NAMESPACE = 'exported_namespace=~"$namespace"';

const of = (series: string): string => `max by (exported_namespace, name) (${series}{${NAMESPACE}})`;
/** Times are 0 while there is no certificate. */
const expiry = `(${of('certmanager_certificate_expiration_timestamp_seconds')} > 0)`;

const CERTIFICATES: readonly Panel[] = [
  {
    kind: 'figure',
    title: 'Not ready',
    description: 'Certificates that could not be made or renewed.',
    unit: 'count',
    thresholds: { critical: 1 },
    queries: [
      {
        expr: `count(max by (exported_namespace, name) (certmanager_certificate_ready_status{${NAMESPACE},condition!="True"}) == 1) or vector(0)`,
        legend: 'not ready',
      },
    ],
  },
  {
    kind: 'figure',
    title: 'Next end',
    description: 'The first certificate to end does so then. Public ones are renewed 30 days before.',
    unit: 'seconds',
    thresholds: { warning: 21 * DAY, critical: 7 * DAY, low: true },
    queries: [{ expr: `min(${expiry} - time() > 0)`, legend: 'left' }],
  },
  {
    kind: 'table',
    title: 'Certificates',
    description:
      'How long each is valid. A renewal that is overdue is negative: something keeps it from being made.',
    unit: 'seconds',
    labels: { exported_namespace: 'Namespace', name: 'Certificate' },
    columns: [
      {
        expr: `${expiry} - time()`,
        legend: 'Valid for',
        thresholds: { warning: 21 * DAY, critical: 7 * DAY, low: true },
      },
      {
        expr: `(${of('certmanager_certificate_renewal_timestamp_seconds')} > 0) - time()`,
        legend: 'Renewed in',
        thresholds: { critical: -DAY, low: true },
      },
    ],
  },
];

const AUTHORITIES: readonly Panel[] = [
  {
    kind: 'graph',
    title: 'Answers of the authority',
    description:
      "Requests to Let's Encrypt in the hour before, by answer. 429: too many certificates were asked for.",
    unit: 'count',
    queries: [
      {
        expr: 'sum by (host, status) (increase(certmanager_http_acme_client_request_count[1h]))',
        legend: '{{host}} {{status}}',
      },
    ],
  },
  {
    kind: 'graph',
    title: 'Errors of the controllers',
    description:
      'Attempts that failed, in the hour before. They are made again; many mean that it cannot work.',
    unit: 'count',
    queries: [
      {
        expr: 'sum by (controller) (increase(certmanager_controller_sync_error_count[1h])) > 0',
        legend: '{{controller}}',
      },
    ],
  },
];

/** Series: imports/metrics.yaml, cert-manager. */
export const CERTIFICATES_DASHBOARD: Dashboard = {
  uid: 'certificates',
  title: 'Certificates',
  description: 'Which certificate ends soon, and what keeps it from being renewed?',
  shows: '7d',
  variables: [
    {
      name: 'namespace',
      label: 'Namespace',
      series: 'certmanager_certificate_expiration_timestamp_seconds',
      values: 'exported_namespace',
    },
  ],
  rows: [
    { title: 'Certificates', panels: CERTIFICATES },
    { title: 'Authorities', panels: AUTHORITIES },
  ],
};
