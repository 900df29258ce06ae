import { share, unanswered } from '../shapes';
import { Target, type AlertTests, type Instance } from '../table';

/** v13 of Grafana: pkg/middleware/request_metrics.go. */
export function grafana({ namespace }: Instance): AlertTests {
  const server = new Target({
    ...{ namespace, service: 'grafana', pod: 'grafana-0', container: 'grafana' },
    ...{ endpoint: 'web', instance: '10.42.0.31:3000' },
  });
  const requests = (status_code: string): string =>
    server.series('grafana_http_request_duration_seconds_count', {
      handler: '/api/ds/query',
      method: 'POST',
      status_code,
    });
  return {
    targets: [server],
    alerts: {
      GrafanaDown: unanswered(server, 10, { severity: 'warning', summary: 'Grafana does not answer' }),
      GrafanaErrors: share({
        ...{ severity: 'warning', wait: 10, bad: 112, well: 110 },
        part: requests('500'),
        rest: { [requests('200')]: 1000 },
        ...{ labels: {}, summary: '10.07% of the requests to Grafana fail' },
      }),
    },
  };
}
