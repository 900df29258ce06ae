import type { Alert } from '../../core/monitoring';

const TARGET = 'job="cnpg-webhook-service",namespace="cnpg-system"';

/** Metrics: Prometheus' own `up`, and those of controller-runtime v0.25.1 (pkg/internal/controller/metrics), which the operator serves. */
export const ALERTS: readonly Alert[] = [
  {
    alert: 'CloudnativePgDown',
    // max keeps the labels that `absent` of a comparison would lose
    expr: `max by (job, namespace) (up{${TARGET}}) == 0 or absent(up{${TARGET}})`,
    for: '4m',
    severity: 'critical',
    summary: 'The operator of the PostgreSQL clusters does not answer',
    description:
      'Servers go on working, but none takes over for a primary that is lost, and no change of a cluster is accepted.',
  },
  {
    alert: 'CloudnativePgReconcileErrors',
    expr: `sum by (namespace, controller) (increase(controller_runtime_reconcile_errors_total{${TARGET}}[15m])) > 5`,
    for: '15m',
    severity: 'warning',
    summary: 'The operator cannot do what it should for {{ $labels.controller }} objects',
    description: 'It tries again and again; until it succeeds, a cluster is not as git says.',
  },
];
