import type { NodeOverhead } from '../../core/cluster';
import type { Labels } from '../../core/labels';
import { tcpRange } from '../../core/network';
import { cpu, mebi } from '../../core/quantities';

/** Of the priority class in longhorn v1.12.1, deploy/longhorn.yaml: the most that people's classes may have. */
export const PRIORITY = 1_000_000_000;

export const PORTS = {
  // longhorn v1.12.1, deploy/longhorn.yaml
  manager: 9500,
  webhook: 9502,
  recovery: 9503,
  pages: 8000,
  /** Process manager, proxy, disks and instances of an instance manager (longhorn-manager v1.12.1, engineapi/types.go). */
  services: tcpRange(8500, 8503),
  /** Engines and replicas, each on ports of its own (longhorn-instance-manager v1.12.1, app/cmd/start.go, port-range). */
  instances: tcpRange(10_000, 20_000),
} as const;

const byApp = (app: string): Labels => ({ app });

/** Labels of pods that Longhorn makes (longhorn-manager v1.12.1, types/types.go, csi/deployment.go, csi/deployment_util.go). */
export const MADE = {
  instanceManager: { 'longhorn.io/component': 'instance-manager' },
  csiPlugin: byApp('longhorn-csi-plugin'),
  sidecars: Object.fromEntries(
    ['csi-attacher', 'csi-provisioner', 'csi-resizer', 'csi-snapshotter'].map((name) => [name, byApp(name)]),
  ),
  recurringJob: (name: string): Labels => ({ 'recurring-job.longhorn.io': name }),
} as const;

/** What a container of Longhorn's own pods gets, which name nothing but the instance manager's CPU. */
export const UNNAMED = { cpu: '10m', memory: mebi(32) } as const;
/**
 * Such containers on each node: one instance manager, three of the CSI plugin, one that holds the engine's program, and at most four CSI
 * sidecars.
 */
const CONTAINERS = 9;

export const overhead = (component: string, instanceManagerCpu: number): NodeOverhead => ({
  component,
  cpuPercent: instanceManagerCpu,
  // that of the instance manager is the percentage
  cpu: cpu(10 * (CONTAINERS - 1)),
  memory: mebi(32 * CONTAINERS),
});
