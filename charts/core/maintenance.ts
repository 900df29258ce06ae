import type { ComponentIdentity } from './contracts';
import { camelCase } from './labels';
import type { Alert } from './monitoring';

/** All that a stopped component says: what was meant for an hour is forgotten easily. `stopped` is PromQL that gives a series while no pod runs. */
export const maintenanceAlert = (
  { id, name }: ComponentIdentity & { readonly name: string },
  stopped: string,
): Alert => ({
  alert: `${camelCase(name)}InMaintenance`,
  expr: stopped,
  for: '4h',
  severity: 'warning',
  summary: `${id} is stopped by its settings for more than four hours`,
  description:
    'It serves nobody, and no backup of it is made, until maintenance: true is taken out of its settings, or of those of the server that it stops with.',
});

/** Names of metrics: kube-state-metrics, docs/metrics/workload of v2.20.0. */
export const noReplicas = (kind: 'Deployment' | 'StatefulSet', namespace: string, name: string): string =>
  kind === 'Deployment'
    ? `kube_deployment_spec_replicas{namespace="${namespace}",deployment="${name}"} == 0`
    : `kube_statefulset_replicas{namespace="${namespace}",statefulset="${name}"} == 0`;
