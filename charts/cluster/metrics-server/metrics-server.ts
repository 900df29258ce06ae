import { image } from '../../../imports/images';
import { APIService, ClusterRole, ClusterRoleBinding, RoleBinding } from '../../../imports/models';
import type { Cluster } from '../../core/cluster';
import { Component } from '../../core/component';
import type { Alert } from '../../core/monitoring';
import { tcp, type AddressGroup } from '../../core/network';
import { mebi } from '../../core/quantities';
import { policyRules, type PolicyRule } from '../../core/rbac';
import { scratch } from '../../core/volumes';
import type { Workload } from '../../core/workload';
import { metricsServer, type MetricsServerSettings } from './definition';

/** Port of the kubelet's API on each node. */
const KUBELET = tcp(10_250);
const PORT = 10_250;
/** manifests/base/deployment.yaml of metrics-server v0.9.0: enough for a hundred nodes. */
const RESOURCES = { cpu: '100m', memory: mebi(200) } as const;
/** Upstream's manifest says 1000, its Dockerfile 65534: any user but root. */
const USER = { uid: 1000, gid: 1000 };

/** ClusterRole system:metrics-server (manifests/base/rbac.yaml of v0.9.0). */
const RULES: readonly PolicyRule[] = [
  { groups: [''], resources: ['nodes/metrics'], verbs: ['get'] },
  { groups: [''], resources: ['pods', 'nodes'], verbs: ['get', 'list', 'watch'] },
];
/** ClusterRole system:aggregated-metrics-reader: what everybody with view, edit or admin may read. */
const READERS: readonly PolicyRule[] = [
  { groups: ['metrics.k8s.io'], resources: ['pods', 'nodes'], verbs: ['get', 'list', 'watch'] },
];

/** metrics-server: asks every kubelet each 15 seconds, keeps the last two answers, and serves them as an API of the cluster. */
export class MetricsServer extends Component {
  static readonly definition = metricsServer;

  constructor(
    cluster: Cluster,
    private readonly props: MetricsServerSettings,
  ) {
    super(cluster, { definition: metricsServer, version: image('metrics-server').tag });
    const server = this.server();
    const service = this.service(server, { https: 443 }, { appProtocols: { https: 'https' } });
    this.api(service.name);
    this.accept(cluster.hosts, service.endpoint('https'));
    const kubelets: AddressGroup = {
      kind: 'addresses',
      name: 'kubelets',
      cidrs: [cluster.settings.network.nodes],
    };
    this.reach(server, kubelets, [KUBELET]);
    this.reachApiServer(server);
    this.scrape(service, { port: 'https', scheme: 'https' });
    this.budget(server);
    this.alerts(ALERTS);
  }

  private server(): Workload {
    return this.deployment({
      name: 'metrics-server',
      replicas: this.cluster.profile.replicas,
      antiAffinity: 'preferred',
      serviceAccount: this.rights(),
      token: true,
      priorityClass: 'system-cluster-critical',
      user: USER,
      containers: [
        {
          name: 'metrics-server',
          image: image('metrics-server'),
          args: [
            '--cert-dir=/tmp',
            `--secure-port=${PORT}`,
            '--kubelet-preferred-address-types=InternalIP,ExternalIP,Hostname',
            '--kubelet-use-node-status-port',
            '--metric-resolution=15s',
            // Prometheus reads its own metrics without a token: the network policy lets nobody else in, and they tell nothing of pods
            '--authorization-always-allow-paths=/metrics,/livez,/readyz',
            ...(this.props.kubeletCertificates === 'self-signed' ? ['--kubelet-insecure-tls'] : []),
          ],
          ports: { https: PORT },
          resources: this.sized(RESOURCES),
          // ready once it has two answers of the kubelets
          readiness: { http: { path: '/readyz', port: 'https', scheme: 'HTTPS' }, initialDelaySeconds: 20 },
          liveness: { http: { path: '/livez', port: 'https', scheme: 'HTTPS' } },
          mounts: { '/tmp': scratch('tmp', mebi(16)) },
        },
      ],
    });
  }

  private rights(): string {
    const account = this.serviceAccount('metrics-server');
    this.clusterRole('system:metrics-server', account, RULES);
    this.add(ClusterRole, {
      metadata: {
        name: 'system:aggregated-metrics-reader',
        labels: Object.fromEntries(
          ['view', 'edit', 'admin'].map((role) => [`rbac.authorization.k8s.io/aggregate-to-${role}`, 'true']),
        ),
      },
      rules: policyRules(READERS),
    });
    // roles of the API server: it asks it who calls, and whom to trust as the API server
    const subjects = [{ kind: 'ServiceAccount', name: account, namespace: this.namespace }];
    this.add(ClusterRoleBinding, {
      metadata: { name: 'metrics-server:system:auth-delegator' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'system:auth-delegator' },
      subjects,
    });
    this.add(RoleBinding, {
      metadata: { name: 'metrics-server-auth-reader', namespace: 'kube-system' },
      roleRef: {
        apiGroup: 'rbac.authorization.k8s.io',
        kind: 'Role',
        name: 'extension-apiserver-authentication-reader',
      },
      subjects,
    });
    return account;
  }

  /** The server signs its own certificate at each start, so the API server has nothing to verify it by: upstream's choice. */
  private api(service: string): void {
    this.add(APIService, {
      metadata: { name: 'v1beta1.metrics.k8s.io' },
      spec: {
        service: { name: service, namespace: this.namespace, port: 443 },
        group: 'metrics.k8s.io',
        version: 'v1beta1',
        insecureSkipTLSVerify: true,
        groupPriorityMinimum: 100,
        versionPriority: 100,
      },
    });
  }
}

const TARGET = 'job="metrics-server",namespace="metrics-server"';

/** Metrics of metrics-server v0.9.0, pkg/scraper/scraper.go. */
const ALERTS: readonly Alert[] = [
  {
    alert: 'MetricsServerDown',
    expr: `absent(up{${TARGET}} == 1)`,
    for: '10m',
    severity: 'warning',
    summary: 'metrics-server does not answer',
    description: 'kubectl top and autoscalers see nothing; what runs goes on as it is.',
  },
  {
    alert: 'MetricsServerKubeletsUnread',
    expr: `sum(rate(metrics_server_kubelet_request_total{success="false"}[5m])) / sum(rate(metrics_server_kubelet_request_total[5m])) > 0.01`,
    for: '15m',
    severity: 'warning',
    summary: '{{ $value | humanizePercentage }} of the requests to kubelets fail',
    description: 'Nodes are missing in kubectl top, and autoscalers do not scale what runs there.',
  },
];
