import type { Alert } from '../../core/monitoring';

/** Prometheus names its target after the Service. */
const TARGET = 'job="external-dns",namespace="external-dns"';

/** Metrics of external-dns v0.22.0: controller/metrics.go, plan/metrics.go. */
export const ALERTS: readonly Alert[] = [
  {
    alert: 'ExternalDnsNotInStep',
    // the time is 0 until the first success after a start: a program that ends at each error is seen, too
    expr: `absent(time() - external_dns_controller_last_sync_timestamp_seconds{${TARGET}} < 600)`,
    for: '5m',
    severity: 'warning',
    summary: 'external-dns has not brought DNS records into step for ten minutes',
    description: 'Records stay as they are: new hosts are not found, and changed addresses are not told.',
  },
  {
    alert: 'ExternalDnsRecordsOfOthers',
    expr: `sum by (domain, foreign_owner) (external_dns_registry_skipped_records_owner_mismatch_per_sync{${TARGET}}) > 0`,
    for: '15m',
    severity: 'warning',
    summary: 'Published hosts in {{ $labels.domain }} that have a record of somebody else: {{ $value }}',
    description:
      'A host has a record of another type that somebody else made, by hand or with another owner: external-dns leaves it, and writes none.',
  },
];
