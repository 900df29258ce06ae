import { MetricsServer } from '../cluster/metrics-server/metrics-server';
import type { Wiring } from '../core/wiring';

/** Additions to the cluster's own API. */
export function wireCluster(wiring: Wiring): void {
  wiring.on(MetricsServer, () => ({}));
}
