import { Target, type AlertTests, type Instance } from '../table';

/** controller-runtime v0.25.1, pkg/internal/controller/metrics; Prometheus' own `up`. */
export function cloudnativePg({ namespace }: Instance): AlertTests {
  const operator = (pod: string, number: number): Target =>
    new Target({
      ...{ namespace, service: 'cnpg-webhook-service', container: 'manager' },
      ...{ pod: `cnpg-controller-manager-${pod}`, instance: `10.42.0.${30 + number}:8080` },
    });
  const one = operator('a', 1);
  const other = operator('b', 2);
  const up = one.series('up');
  const errors = one.series('controller_runtime_reconcile_errors_total', { controller: 'cluster' });
  const labels = { job: 'cnpg-webhook-service', namespace };
  const summary = 'The operator of the PostgreSQL clusters does not answer';
  return {
    targets: [one],
    alerts: {
      CloudnativePgDown: {
        severity: 'critical',
        fires: {
          'it does not answer for ten minutes': {
            series: { [up]: '1x9 0x9 1x9' },
            ...{ minutes: [14, 19], labels, summary },
          },
          'no pod is there for ten minutes': {
            series: { [up]: '1x9 stale _x9 1x9' },
            ...{ minutes: [14, 19], labels, summary },
          },
        },
        silent: {
          'it answers': { [up]: '1x20' },
          'a restart of three minutes': { [up]: '1x9 0x3 1x9' },
          'one of two does not answer': { [up]: '0x20', [other.series('up')]: '1x20' },
        },
      },
      CloudnativePgReconcileErrors: {
        severity: 'warning',
        fires: {
          'one a minute for an hour': {
            series: { [errors]: '0x9 0+1x59 59x39' },
            // six of a quarter of an hour are there after six minutes, and one too few nine minutes after the last
            minutes: [31, 78],
            labels: { namespace, controller: 'cluster' },
            summary: 'The operator cannot do what it should for cluster objects',
          },
        },
        silent: {
          none: { [errors]: '7x60' },
          'five at once, as while a webhook starts': { [errors]: '0x9 5x60' },
          'ten within three minutes': { [errors]: '0x9 4 7 10x60' },
        },
      },
    },
  };
}
