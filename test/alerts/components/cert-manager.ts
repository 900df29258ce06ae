import { partDown } from '../parts';
import { Target, type AlertTests, type Instance, type Timeline } from '../table';

/** v1.21.1 of cert-manager: internal/collectors/*.go, pkg/metrics/metrics.go, pkg/acme/client/http.go. */
export function certManager({ namespace }: Instance): AlertTests {
  const part = (service: string, index: number): Target =>
    new Target({
      ...{
        namespace,
        service,
        pod: `${service}-0`,
        container: service,
        instance: `10.42.0.${index + 1}:9402`,
      },
    });
  const controller = part('cert-manager', 0);
  const parts = [controller, part('cert-manager-webhook', 1), part('cert-manager-cainjector', 2)];
  const issuer = {
    issuer_name: 'letsencrypt-prod',
    issuer_kind: 'ClusterIssuer',
    issuer_group: 'cert-manager.io',
  };
  const certificate = (metric: string, labels = {}): string =>
    controller.series(`certmanager_certificate_${metric}`, {
      ...{ name: 'xwiki-tls', namespace: 'prod' },
      ...issuer,
      ...labels,
    });
  const ends = certificate('expiration_timestamp_seconds');
  const renewal = certificate('renewal_timestamp_seconds');
  const condition = (value: string): string => certificate('ready_status', { condition: value });
  const issuerIs = (value: string): string =>
    controller.series('certmanager_clusterissuer_ready_status', {
      name: 'letsencrypt-prod',
      condition: value,
    });
  const acme = (status: string, values: string): Timeline => ({
    [controller.series('certmanager_http_acme_client_request_count', {
      ...{
        scheme: 'https',
        host: 'acme-v02.api.letsencrypt.org',
        action: 'create_order',
        method: 'POST',
        status,
      },
    })]: values,
  });
  const ofCertificate = { exported_namespace: 'prod', name: 'xwiki-tls' };
  return {
    targets: parts,
    alerts: {
      CertManagerDown: partDown(parts),
      // time begins at 0, in seconds; 21 days are 1,814,400
      CertManagerCertificateExpiringSoon: {
        severity: 'critical',
        fires: {
          'its renewal is due, and from minute 501 on less than 21 days are left, until it is renewed': {
            series: { [ends]: '1844400x519 9000000x9', [renewal]: '0x519 6000000x9' },
            minutes: [505, 519],
            labels: ofCertificate,
            summary: 'Certificate prod/xwiki-tls ends in 20d 23h 55m 0s',
          },
          'ten days are left, and its renewal is due for more than six hours': {
            series: { [ends]: '864000x379 9000000x9', [renewal]: '0x379 6000000x9' },
            minutes: [365, 379],
            labels: ofCertificate,
            summary: 'Certificate prod/xwiki-tls ends in 9d 17h 55m 0s',
          },
        },
        silent: {
          'its renewal is due for five and a half hours': { [ends]: '864000x330', [renewal]: '0x330' },
          'it is a short-lived one, long before its renewal': { [ends]: '86400x400', [renewal]: '57600x400' },
          'there is none yet': { [ends]: '0x400', [renewal]: '0x400' },
        },
      },
      CertManagerCertificateNotReady: {
        severity: 'warning',
        fires: {
          'its issue fails for two hours': {
            series: {
              [condition('True')]: '1x9 0x119 1x9',
              [condition('False')]: '0x9 1x119 0x9',
              [condition('Unknown')]: '0x139',
            },
            minutes: [70, 129],
            labels: ofCertificate,
            summary: 'Certificate prod/xwiki-tls is not ready',
          },
        },
        silent: {
          'it is ready': { [condition('True')]: '1x90', [condition('False')]: '0x90' },
          'it takes 50 minutes': { [condition('Unknown')]: '1x49 0x40', [condition('True')]: '0x49 1x40' },
        },
      },
      CertManagerIssuerNotReady: {
        severity: 'warning',
        fires: {
          'its account is refused for half an hour': {
            series: { [issuerIs('True')]: '1x9 0x29 1x9', [issuerIs('False')]: '0x9 1x29 0x9' },
            minutes: [25, 39],
            labels: { name: 'letsencrypt-prod' },
            summary: 'ClusterIssuer letsencrypt-prod is not ready',
          },
        },
        silent: {
          'it is ready': {
            [issuerIs('True')]: '1x30',
            [issuerIs('False')]: '0x30',
            [issuerIs('Unknown')]: '0x30',
          },
          'the authority is away for ten minutes': {
            [issuerIs('True')]: '1x9 0x9 1x9',
            [issuerIs('False')]: '0x9 1x9 0x9',
          },
        },
      },
      CertManagerAcmeErrors: {
        severity: 'warning',
        fires: Object.fromEntries(
          ['429', '503', '999'].map((status) => [
            `six answers ${status} in an hour`,
            {
              // the sixth is at minute 15; at minute 69 five of them and what is between two minutes are left
              series: acme(status, '0x9 1 2 3 4 5 6x120'),
              minutes: [45, 69],
              labels: { host: 'acme-v02.api.letsencrypt.org', status },
              summary: `ACME server acme-v02.api.letsencrypt.org answers ${status}`,
            },
          ]),
        ),
        silent: {
          'five in an hour': acme('429', '0x9 1 2 3 4 5x120'),
          'it answers': acme('201', '0+5x120'),
          'what is asked for is not there': acme('404', '0+5x120'),
        },
      },
    },
  };
}
