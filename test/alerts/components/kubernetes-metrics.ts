import type { Labels } from '../../../charts/core/labels';
import { changed, counted, burst, held, share, steady } from '../shapes';
import { series, type AlertTest, type AlertTests } from '../table';

/** Labels of the jobs of charts/observability/kubernetes-metrics/jobs.ts. */
const API_SERVER = { instance: '10.0.0.11:6443', job: 'apiserver', namespace: 'default' };
const KUBELET = { instance: 'worker-1', job: 'kubelet', node: 'worker-1' };
const COREDNS = { instance: '10.42.0.2:9153', job: 'coredns', namespace: 'kube-system' };

/** Kubernetes 1.36 and CoreDNS 1.14; the objects of their endpoints are not Strata's. */
export const kubernetesMetrics = (): AlertTests => ({
  targets: [],
  alerts: { ...ofApiServer(), ...ofKubelet(), ...ofVolumes(), ...ofDns() },
});

/** Nobody of a job answers for four minutes. */
function jobDown(job: Labels, summary: string): AlertTest {
  const up = series('up', job);
  const told = { minutes: [14, 29] as const, labels: {}, summary };
  return {
    severity: 'critical',
    fires: {
      'it does not answer': { series: { [up]: '1x9 0x19 1x9' }, ...told },
      'it is not found': { series: { [up]: '1x9 stale _x19 1x9' }, ...told },
    },
    silent: { 'it answers': { [up]: '1x30' }, 'a restart': { [up]: '1x9 0x3 1x9' } },
  };
}

function ofApiServer(): Record<string, AlertTest> {
  const requests = (code: string): string => series('apiserver_request_total', { ...API_SERVER, code });
  const took = (part: 'sum' | 'count', verb: string): string =>
    series(`apiserver_request_sli_duration_seconds_${part}`, { ...API_SERVER, verb });
  const expiring = series('apiserver_client_certificate_expiration_seconds_bucket', {
    ...API_SERVER,
    le: '604800.0',
  });
  const api = { ...API_SERVER, name: 'v1beta1.metrics.k8s.io' };
  const locked = 'Somebody comes to the API server with a certificate that ends within a week';
  return {
    KubeApiServerDown: jobDown(API_SERVER, 'The API server does not answer Prometheus'),
    KubeApiServerErrors: share({
      ...{ severity: 'warning', wait: 10, bad: 32, well: 29 },
      part: requests('500'),
      rest: { [requests('200')]: 968 },
      ...{ labels: {}, summary: '3.2% of the requests to the API server fail' },
    }),
    KubeApiServerSlow: {
      severity: 'warning',
      fires: {
        // of four steps in five minutes three have to be slow
        '1.5 seconds instead of 0.4': {
          series: { [took('sum', 'GET')]: changed(24, 90), [took('count', 'GET')]: steady(60) },
          ...{ minutes: [38, 61], labels: { verb: 'GET' }, summary: 'Requests of the kind GET take 1.5s' },
        },
      },
      silent: {
        '0.4 seconds': { [took('sum', 'GET')]: steady(24), [took('count', 'GET')]: steady(60) },
        'watches stay open': { [took('sum', 'WATCH')]: steady(90), [took('count', 'WATCH')]: steady(60) },
        'so do connections': { [took('sum', 'CONNECT')]: steady(90), [took('count', 'CONNECT')]: steady(60) },
      },
    },
    KubeClientCertificateExpires: {
      severity: 'warning',
      fires: {
        'for forty minutes': {
          series: { [expiring]: burst(1) },
          ...{ minutes: [36, 63], labels: { instance: API_SERVER.instance }, summary: locked },
        },
      },
      silent: { 'long ago': { [expiring]: '7x60' }, 'one call': { [expiring]: '7x20 8x40' } },
    },
    KubeAggregatedApiDown: held(
      { severity: 'warning', wait: 10, well: 0, bad: 1 },
      {
        'metrics-server is away': {
          series: series('aggregator_unavailable_apiservice', api),
          labels: api,
          summary: 'The API v1beta1.metrics.k8s.io does not answer',
        },
      },
    ),
  };
}

const ofKubelet = (): Record<string, AlertTest> => ({
  KubeletDown: held(
    { severity: 'warning', wait: 10, well: 1, bad: 0 },
    {
      'it does not answer': {
        series: series('up', KUBELET),
        labels: KUBELET,
        summary: 'The kubelet of worker-1 does not answer',
      },
    },
  ),
  // a week is 604,800 seconds
  KubeletCertificateExpires: held(
    { severity: 'warning', wait: 15, well: 612_000, bad: 590_000 },
    {
      'less than a week is left': {
        series: series('kubelet_certificate_manager_client_ttl_seconds', KUBELET),
        labels: KUBELET,
        summary: 'The certificate of the kubelet of worker-1 ends in 6d 19h 53m 20s',
      },
    },
  ),
});

function ofVolumes(): Record<string, AlertTest> {
  const labels = { ...KUBELET, namespace: 'prod', persistentvolumeclaim: 'data-mysql-0' };
  const of = (metric: string): string => series(`kubelet_volume_stats_${metric}`, labels);
  const available = of('available_bytes');
  const capacity = of('capacity_bytes');
  const told = {
    minutes: [61, 120] as const,
    labels,
    summary: 'The volume of prod/data-mysql-0 will be full within four days',
  };
  return {
    // at the pace of six hours it is full within 5,760 minutes, and less than a quarter is left
    KubeVolumeFillsUp: {
      severity: 'warning',
      fires: {
        'full after 5,714 minutes, a fifth is left': {
          series: { [available]: '10000-1.75x120 20000x60', [capacity]: '50000x180' },
          ...told,
        },
        '24 % are left': {
          series: { [available]: '11800-5x120 20000x60', [capacity]: '48000x180' },
          ...told,
        },
      },
      silent: {
        'full after 6,250 minutes': { [available]: '10000-1.6x120', [capacity]: '50000x120' },
        'more than a quarter is left': { [available]: '13000-5x120', [capacity]: '48000x120' },
        'nothing is written': { [available]: '10000x120', [capacity]: '50000x120' },
      },
    },
    KubeVolumeInodesShort: held(
      { severity: 'warning', wait: 15, well: 52, bad: 48, beside: { [of('inodes')]: 1000 } },
      {
        '4.8 % are left': {
          series: of('inodes_free'),
          labels,
          summary: 'The volume of prod/data-mysql-0 has 4.8% of its inodes left',
        },
      },
    ),
  };
}

function ofDns(): Record<string, AlertTest> {
  const answers = (rcode: string): string =>
    series('coredns_dns_responses_total', { ...COREDNS, server: 'dns://:53', zone: '.', rcode });
  const took = (part: string, labels = {}): string =>
    series(`coredns_dns_request_duration_seconds_${part}`, {
      ...COREDNS,
      server: 'dns://:53',
      zone: '.',
      ...labels,
    });
  const quick = took('bucket', { le: '1.024' });
  return {
    CoreDnsDown: jobDown(COREDNS, 'CoreDNS does not answer Prometheus'),
    CoreDnsErrors: share({
      ...{ severity: 'warning', wait: 10, bad: 32, well: 29 },
      part: answers('SERVFAIL'),
      rest: { [answers('NOERROR')]: 968 },
      ...{ labels: {}, summary: '3.2% of the look-ups of names fail' },
    }),
    CoreDnsSlow: {
      severity: 'warning',
      fires: {
        // of four steps in five minutes three have to be slow
        '15 of 1,000 take longer': {
          series: { [quick]: changed(1000, 985), [took('count')]: steady(1000) },
          ...{
            minutes: [38, 61],
            labels: {},
            summary: 'More than one look-up in a hundred takes over a second',
          },
        },
      },
      silent: { '5 of 1,000 take longer': { [quick]: steady(995), [took('count')]: steady(1000) } },
    },
    CoreDnsPanics: counted('warning', 10, series('coredns_panics_total', COREDNS), {
      labels: COREDNS,
      summary: 'CoreDNS met a bug',
    }),
  };
}
