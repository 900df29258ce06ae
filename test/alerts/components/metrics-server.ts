import { Target, type AlertTests, type Instance } from '../table';

/** v0.9.0 of metrics-server: pkg/scraper/scraper.go. */
export function metricsServer({ namespace }: Instance): AlertTests {
  const onPod = (pod: string, address: string) =>
    new Target({
      ...{ namespace, service: 'metrics-server', pod, container: 'metrics-server', endpoint: 'https' },
      instance: `${address}:10250`,
    });
  const first = onPod('metrics-server-aaaaa', '10.244.1.20');
  const second = onPod('metrics-server-bbbbb', '10.244.2.20');
  const up = first.series('up');
  const requests = (success: string): string =>
    first.series('metrics_server_kubelet_request_total', { success });
  const text = { labels: {}, summary: 'metrics-server does not answer' };
  return {
    targets: [first],
    alerts: {
      MetricsServerDown: {
        severity: 'warning',
        fires: {
          'none answers for twenty minutes': {
            series: { [up]: '1x9 0x19 1x9', [second.series('up')]: '1x9 0x19 1x9' },
            minutes: [20, 29],
            ...text,
          },
          'there is none for twenty minutes': {
            series: { [up]: '1x9 stale _x19 1x9' },
            minutes: [20, 29],
            ...text,
          },
        },
        silent: {
          'one of two answers': { [up]: '0x30', [second.series('up')]: '1x30' },
          'a roll-out of nine minutes': { [up]: '1x9 0x8 1x9' },
        },
      },
      MetricsServerKubeletsUnread: {
        severity: 'warning',
        fires: {
          'one request in fifty fails for an hour': {
            series: { [requests('true')]: '0+98x90', [requests('false')]: '0x19 0+2x60 120x30' },
            // the ratio looks back five minutes: with three of them it is above one in a hundred
            minutes: [38, 82],
            labels: {},
            summary: '2% of the requests to kubelets fail',
          },
        },
        silent: {
          'all answer': { [requests('true')]: '0+100x60', [requests('false')]: '0x60' },
          'one request in 105 fails': {
            [requests('true')]: '0+104x60',
            [requests('false')]: '0+1x60',
          },
          'a node restarts within ten minutes': {
            [requests('true')]: '0+98x60',
            [requests('false')]: '0x19 0+20x8 160x40',
          },
        },
      },
    },
  };
}
