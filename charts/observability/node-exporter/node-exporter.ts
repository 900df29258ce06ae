import { image } from '../../../imports/images';
import type { Cluster } from '../../core/cluster';
import { Component } from '../../core/component';
import { defined } from '../../core/objects';
import { goMemoryLimit, mebi } from '../../core/quantities';
import { hostPathVolume } from '../../core/volumes';
import type { Workload } from '../../core/workload';
import { nodeExporterAlerts } from './alerts';
import { NODES } from './dashboards';
import { nodeExporter, type NodeExporterSettings } from './definition';

const RESOURCES = { cpu: '20m', memory: mebi(32) } as const;
const NAME = 'node-exporter';
const ROOT = '/host/root';

/** What alerts and dashboards use; upstream's defaults are three times as many series. */
const COLLECTORS = [
  ...['conntrack', 'cpu', 'diskstats', 'filefd', 'filesystem', 'loadavg', 'meminfo', 'netdev', 'pressure'],
  ...['stat', 'time', 'timex', 'uname', 'vmstat'],
];

/** Mounts of containers and of the kernel: the disks below them are seen at their own mounts. */
const OTHER_MOUNTS =
  '^/(dev|proc|sys|run/k3s/containerd/.+|run/containerd/.+|var/lib/docker/.+|var/lib/containers/.+|var/lib/kubelet/.+|var/lib/rancher/.+)($|/)';
/** Interfaces of single pods, and the loopback. */
const OTHER_INTERFACES = '^(veth.+|cali.+|lxc.+|lo)$';

/** The node exporter, on the nodes' addresses in the cluster's network. */
export class NodeExporter extends Component {
  static readonly definition = nodeExporter;

  constructor(
    cluster: Cluster,
    private readonly props: NodeExporterSettings,
  ) {
    super(cluster, { definition: nodeExporter, version: image(NAME).tag });
    const exporter = this.exporter();
    const service = this.service(exporter, { metrics: true });
    this.scrape(service, { port: 'metrics', node: true });
    this.alerts(nodeExporterAlerts(this.namespace));
    this.dashboards(NODES);
  }

  private exporter(): Workload {
    const { cpu, memory } = this.props;
    const resources = { ...this.sized(RESOURCES), ...defined({ cpu, memory }) };
    return this.daemonSet({
      name: NAME,
      hostNetwork: true,
      hostPID: true,
      // Dockerfile: USER nobody
      user: { uid: 65_534, gid: 65_534 },
      // a node that is tainted, such as a control plane or one with full disks, is watched as well
      tolerations: [{}],
      containers: [
        {
          name: NAME,
          image: image(NAME),
          args: this.flags(),
          env: { NODE_ADDRESS: { field: 'status.hostIP' }, GOMEMLIMIT: goMemoryLimit(resources.memory) },
          ports: { metrics: 9100 },
          resources,
          readiness: { http: { path: '/', port: 'metrics' } },
          liveness: { http: { path: '/', port: 'metrics' } },
          mounts: { [ROOT]: { volume: hostPathVolume('root', '/'), propagation: 'HostToContainer' } },
        },
      ],
    });
  }

  /** v1.12.1: node_exporter.go and collector/. */
  private flags(): string[] {
    return [
      // no policy guards the host network, so this must not listen on a public address
      '--web.listen-address=$(NODE_ADDRESS):9100',
      '--web.disable-exporter-metrics',
      `--path.rootfs=${ROOT}`,
      `--path.procfs=${ROOT}/proc`,
      `--path.sysfs=${ROOT}/sys`,
      '--collector.disable-defaults',
      ...COLLECTORS.map((name) => `--collector.${name}`),
      `--collector.filesystem.mount-points-exclude=${OTHER_MOUNTS}`,
      `--collector.netdev.device-exclude=${OTHER_INTERFACES}`,
      '--log.format=json',
    ];
  }
}
