import { held, unanswered } from '../shapes';
import { series, Target, type AlertTests, type Instance } from '../table';

/** v0.28.0 of blackbox_exporter: prober/handler.go, prober/http.go; labels as prometheus-operator sets them for a Probe. */
export function blackboxExporter({ namespace }: Instance): AlertTests {
  const exporter = new Target({
    ...{
      namespace,
      service: 'blackbox-exporter',
      pod: 'blackbox-exporter-0',
      container: 'blackbox-exporter',
    },
    instance: '10.42.0.24:9115',
  });
  const page = { instance: 'https://wiki.example.com/', job: 'probe', namespace };
  const of = (metric: string): string => series(metric, page);
  return {
    targets: [exporter],
    alerts: {
      BlackboxExporterDown: unanswered(exporter, 10, {
        severity: 'warning',
        summary: 'blackbox-exporter does not answer',
      }),
      BlackboxHostDown: held(
        { severity: 'critical', wait: 3, well: 1, bad: 0 },
        {
          'it answers 502': {
            series: of('probe_success'),
            labels: page,
            summary: 'https://wiki.example.com/ does not answer as it should',
          },
        },
      ),
      BlackboxHostSlow: {
        severity: 'warning',
        fires: {
          // the average of ten minutes is beyond three seconds from the sixth slow one to the fifth quick one
          'it takes 3.5 seconds instead of 2.5': {
            series: { [of('probe_duration_seconds')]: '2.5x9 3.5x39 2.5x19' },
            ...{ minutes: [30, 53], labels: page, summary: 'https://wiki.example.com/ takes 3.5s to answer' },
          },
        },
        silent: { 'it takes 2.5 seconds': { [of('probe_duration_seconds')]: '2.5x60' } },
      },
      // time begins at 0: 14 days are 1,209,600 seconds
      BlackboxCertificateExpires: {
        severity: 'warning',
        fires: {
          'from minute 51 on less than 14 days are left, until it is renewed': {
            series: { [of('probe_ssl_earliest_cert_expiry')]: '1212600x129 9000000x9' },
            ...{ minutes: [111, 129], labels: page },
            summary: 'The certificate of https://wiki.example.com/ ends in 13d 22h 59m 0s',
          },
        },
        silent: { '15 days are left': { [of('probe_ssl_earliest_cert_expiry')]: '1296000x90' } },
      },
    },
  };
}
