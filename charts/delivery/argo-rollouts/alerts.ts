import type { Alert } from '../../core/monitoring';

/** Prometheus names its target after the Service. */
const TARGET = 'job="argo-rollouts",namespace="argo-rollouts"';

/**
 * Metrics of argo-rollouts v1.9.1: controller/metrics/rollouts.go. The namespace of a Rollout arrives as `exported_namespace`. Of several
 * pods only the leader knows Rollouts.
 */
export const ALERTS: readonly Alert[] = [
  {
    alert: 'ArgoRolloutsDown',
    expr: `absent(up{${TARGET}} == 1)`,
    for: '10m',
    severity: 'warning',
    summary: 'Argo Rollouts does not answer',
    description:
      'What runs goes on. Releases of Rollouts stand still, and a pod that is lost may not come back.',
  },
  {
    alert: 'ArgoRolloutsReleaseFailed',
    expr: `max by (exported_namespace, name) (rollout_info{${TARGET},phase=~"Abort|Error|InvalidSpec|Timeout"}) == 1`,
    for: '5m',
    severity: 'warning',
    summary: 'The release of {{ $labels.name }} in {{ $labels.exported_namespace }} has failed',
    description: 'Users still have the version before it. The Rollout waits for a person.',
  },
];
