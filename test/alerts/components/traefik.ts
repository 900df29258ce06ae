import { Target, type AlertTests, type Instance, type Timeline } from '../table';

/** v3.7.9 of Traefik: pkg/observability/metrics/prometheus.go, pkg/middlewares/metrics/metrics.go. */
export function traefik({ namespace }: Instance): AlertTests {
  const onNode = (pod: string, address: string) =>
    new Target({
      ...{ namespace, service: 'traefik', pod, container: 'traefik', instance: `${address}:10254` },
    });
  const first = onNode('traefik-aaaaa', '10.0.0.11');
  const second = onNode('traefik-bbbbb', '10.0.0.12');
  const up = first.series('up');
  const requests = (code: string, entrypoint = 'websecure'): string =>
    first.series('traefik_entrypoint_requests_total', { code, method: 'GET', protocol: 'http', entrypoint });
  const fast = 'prod-other-http@kubernetes';
  const slow = 'prod-xwiki-http@kubernetes';
  return {
    targets: [first],
    alerts: {
      TraefikDown: {
        severity: 'critical',
        fires: {
          'one of two nodes is down for five minutes': {
            series: { [up]: '1x9 0x4 1x9', [second.series('up')]: '1x24' },
            minutes: [12, 14],
            labels: first.labels,
            summary: 'Traefik does not answer on 10.0.0.11:10254',
          },
          'there is no pod at all for five minutes': {
            series: { [up]: '1x9 stale _x4 1x9' },
            ...{
              minutes: [12, 14],
              labels: { job: 'traefik', namespace },
              summary: 'Traefik does not answer',
            },
          },
        },
        silent: {
          'both nodes answer': { [up]: '1x20', [second.series('up')]: '1x20' },
          'a restart of a minute': { [up]: '1x9 0x1 1x9' },
        },
      },
      TraefikHigh5xxRate: {
        severity: 'critical',
        fires: {
          '53 of 1,000 requests, for twenty minutes': {
            series: { [requests('200')]: '0+947x60', [requests('502')]: '0x19 0+53x19 1007x20' },
            // the ratio looks back five minutes: by then all of them have it, and one minute without is enough to end it
            ...{ minutes: [27, 39], labels: {}, summary: '5.3% of all requests fail' },
          },
        },
        silent: {
          'nobody asks': { [requests('200')]: '1000x30', [requests('500')]: '100x30' },
          '47 of 1,000 requests': { [requests('200')]: '0+953x30', [requests('500')]: '0+47x30' },
          'half of them are not found': { [requests('200')]: '0+50x30', [requests('404')]: '0+50x30' },
          '100 failures at once, 2 % of five minutes': {
            [requests('200')]: '0+900x40',
            [requests('503')]: '0x19 100x20',
          },
          'redirects to https fail': {
            [requests('200')]: '0+900x40',
            [requests('500', 'web')]: '0+900x40',
          },
        },
      },
      TraefikHighLatency: {
        severity: 'warning',
        fires: {
          // of 100 a minute, 10 take between 1.2 and 5 seconds: half of what is slow is more than 3.1 seconds, and 5 of 100 are half of it
          'one request in twenty of one service takes 3.1 seconds, for an hour': {
            series: {
              ...durations(first, slow, [
                '0+50x60 3100+100x30',
                '0+80x60 4900+100x30',
                '0+90x60 5500+100x30',
                '0+100x91',
              ]),
              ...durations(first, fast, ['0+900x91', '0+900x91', '0+900x91', '0+900x91']),
            },
            minutes: [16, 60],
            labels: { exported_service: slow },
            summary: `Answers of ${slow} take 3.1s`,
          },
        },
        silent: {
          'one request in twenty takes 2.6 seconds': durations(first, slow, [
            '0+50x60',
            '0+80x60',
            '0+92x60',
            '0+100x60',
          ]),
          'five minutes of slow answers': durations(first, slow, [
            '0x34 0+100x60',
            '0x34 0+100x60',
            '0x34 0+100x60',
            '0x29 0+100x65',
          ]),
          'connections that stay open on purpose': durations(
            first,
            slow,
            ['0x60', '0x60', '0x60', '0+100x60'],
            'websocket',
          ),
        },
      },
    },
  };
}

/** Buckets of Traefik's defaults (pkg/observability/types/metrics.go), as Prometheus 3 writes them; nothing takes longer than the last. */
function durations(
  target: Target,
  service: string,
  values: readonly [tenth: string, third: string, second: string, five: string],
  protocol = 'http',
): Timeline {
  const bounds = ['0.1', '0.3', '1.2', '5.0', '+Inf'];
  return Object.fromEntries(
    bounds.map((le, index) => [
      target.series('traefik_service_request_duration_seconds_bucket', {
        ...{ code: '200', method: 'GET', protocol, service, le },
      }),
      values[index] ?? values[3],
    ]),
  );
}
