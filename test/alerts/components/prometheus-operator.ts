import { held, unanswered } from '../shapes';
import { Target, type AlertTests, type Instance } from '../table';

/** v0.93 of the Prometheus Operator: pkg/operator/operator.go. */
export function prometheusOperator({ namespace }: Instance): AlertTests {
  const operator = new Target({
    ...{
      namespace,
      service: 'prometheus-operator',
      pod: 'prometheus-operator-0',
      container: 'prometheus-operator',
    },
    instance: '10.42.0.20:8080',
  });
  return {
    targets: [operator],
    alerts: {
      PrometheusOperatorDown: unanswered(operator, 15, {
        severity: 'warning',
        summary: 'The Prometheus Operator does not answer',
      }),
      PrometheusOperatorFails: held(
        { severity: 'warning', wait: 15, well: 0, bad: 1 },
        {
          'one object': {
            series: operator.series('prometheus_operator_syncs', {
              controller: 'prometheus',
              status: 'failed',
            }),
            labels: {},
            summary: 'The Prometheus Operator cannot bring Prometheus to its wanted state',
          },
        },
      ),
      PrometheusOperatorRejects: held(
        { severity: 'warning', wait: 10, well: 0, bad: 2 },
        {
          'two monitors': {
            series: operator.series('prometheus_operator_managed_resources', {
              ...{ controller: 'prometheus', resource: 'ServiceMonitor', state: 'rejected' },
            }),
            labels: { resource: 'ServiceMonitor' },
            summary: 'The Prometheus Operator rejects 2 of ServiceMonitor',
          },
        },
      ),
    },
  };
}
