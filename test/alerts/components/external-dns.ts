import { Target, type AlertTests, type Instance } from '../table';

/** v0.22.0 of external-dns: controller/metrics.go, plan/metrics.go. */
export function externalDns({ namespace }: Instance): AlertTests {
  const program = new Target({
    ...{ namespace, service: 'external-dns', container: 'external-dns' },
    ...{ pod: 'external-dns-0', instance: '10.42.0.50:7979' },
  });
  const success = program.series('external_dns_controller_last_sync_timestamp_seconds');
  const skipped = (record_type: string, labels: Record<string, string> = {}): string =>
    program.series('external_dns_registry_skipped_records_owner_mismatch_per_sync', {
      ...{ record_type, owner: 'options', domain: 'example.com' },
      ...labels,
    });
  const text = {
    labels: {},
    summary: 'external-dns has not brought DNS records into step for ten minutes',
  };
  return {
    targets: [program],
    alerts: {
      ExternalDnsNotInStep: {
        severity: 'warning',
        fires: {
          'Cloudflare does not answer for half an hour': {
            series: { [success]: '0+60x9 540x29 2400+60x9' },
            // the last success is ten minutes ago in minute 19
            ...{ minutes: [24, 39], ...text },
          },
          'it ends at each error, and starts again': {
            series: { [success]: '0+60x9 0x29 2400+60x9' },
            ...{ minutes: [15, 39], ...text },
          },
          'no pod is there for half an hour': {
            series: { [success]: '0+60x9 stale _x29 2400+60x9' },
            ...{ minutes: [15, 39], ...text },
          },
        },
        silent: {
          'it is in step': { [success]: '0+60x60' },
          'Cloudflare does not answer for a quarter of an hour': { [success]: '0+60x9 540x13 1440+60x9' },
          'a restart of four minutes': { [success]: '0+60x9 stale _x3 840+60x9' },
        },
      },
      ExternalDnsRecordsOfOthers: {
        severity: 'warning',
        fires: {
          'a host has a record that was made by hand': {
            series: { [skipped('CNAME')]: '_x9 1x29 stale' },
            minutes: [24, 38],
            labels: { domain: 'example.com' },
            summary: 'Published hosts in example.com that have a record of somebody else: 1',
          },
          'hosts have records of another cluster': {
            series: {
              [skipped('CNAME', { foreign_owner: 'old' })]: '_x9 2x29 stale',
              [skipped('AAAA', { foreign_owner: 'old' })]: '_x9 1x29 stale',
            },
            minutes: [24, 38],
            labels: { domain: 'example.com', foreign_owner: 'old' },
            summary: 'Published hosts in example.com that have a record of somebody else: 3',
          },
        },
        silent: {
          'none stands in the way': { [skipped('CNAME')]: '0x30' },
          'a record is handed over within a quarter of an hour': { [skipped('CNAME')]: '_x9 1x13 stale' },
        },
      },
    },
  };
}
