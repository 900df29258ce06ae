import { image } from '../../../imports/images';
import { Certificate, Service } from '../../../imports/models';
import { certificateSpec } from '../../core/certificates';
import type { Cluster } from '../../core/cluster';
import { Component } from '../../core/component';
import type { Issuer } from '../../core/contracts';
import type { ArchivePlugin, PostgresqlOperator } from '../../core/database';
import type { Endpoint } from '../../core/network';
import { tcp } from '../../core/network';
import { defined } from '../../core/objects';
import { mebi } from '../../core/quantities';
import { secretVolume } from '../../core/volumes';
import type { Workload } from '../../core/workload';
import { ALERTS } from './alerts';
import { barmanCloud, type BarmanCloudSettings } from './definition';
import { LEADER_RULES, PLUGIN_RULES } from './rbac';

export interface BarmanCloudProps extends BarmanCloudSettings {
  /** Whose plugin it is: it lies in the operator's namespace, where that looks for plugins. */
  readonly operator: PostgresqlOperator;
  /** Signs the certificates by which the two know each other. */
  readonly tls: Issuer;
}

/** Of upstream's manifest. */
const USER = { uid: 10_001, gid: 10_001 };
const RESOURCES = { cpu: '10m', memory: mebi(64), memoryLimit: mebi(128) } as const;

/** What Clusters call it (internal/cnpgi/metadata of v0.15.0). */
const PLUGIN = 'barman-cloud.cloudnative-pg.io';
const NAME = 'barman-cloud';
const PORT = 9090;
const CERTIFICATES = { server: `${NAME}-server-tls`, client: `${NAME}-client-tls` } as const;

/**
 * The plugin by which Clusters send base backups and write-ahead log to a bucket, and come back from it.
 *
 * The work is done by a sidecar that it adds to each database pod; the plugin itself touches no data. Operator and plugin prove
 * themselves to each other with certificates: both read a renewed one by themselves, the operator when the Secret changes
 * (internal/controller/plugin_controller.go of v1.30.1) and the plugin at each connection (cnpg-i-machinery v0.4.2, pluginhelper/http).
 */
export class BarmanCloud extends Component {
  static readonly definition = barmanCloud;

  readonly plugin: ArchivePlugin;

  constructor(cluster: Cluster, props: BarmanCloudProps) {
    const { namespace } = props.operator.component;
    super(cluster, { definition: barmanCloud, namespace, version: image('barman-cloud').tag });
    this.requires(props.operator);
    this.certificates(props.tls);
    const plugin = this.deploy(props);
    const endpoint = this.discovered(plugin);
    this.cluster.connect(props.operator.pods, plugin.pods, [endpoint.containerPort]);
    const metrics = this.service(plugin, { metrics: true }, { name: `${NAME}-metrics` });
    this.scrape(metrics, { port: 'metrics' });
    this.alerts(ALERTS);
    this.plugin = { component: this, name: PLUGIN };
  }

  private certificates(issuer: Issuer): void {
    this.requires(issuer);
    for (const side of ['server', 'client'] as const) {
      this.add(Certificate, {
        metadata: { name: `${NAME}-${side}` },
        // the operator asks for the name of the Service
        spec: certificateSpec(CERTIFICATES[side], issuer, [side === 'server' ? NAME : `${NAME}-client`], {
          hours: { duration: 2160, renewBefore: 720 },
          commonName: `${NAME}-${side}`,
          side: `${side} auth`,
        }),
      });
    }
  }

  /** Flags and ports: manifest.yaml and internal/cmd/operator/main.go of v0.15.0. */
  private deploy({ cpu, memory }: BarmanCloudProps): Workload {
    const account = this.serviceAccount('plugin-barman-cloud');
    this.clusterRole('plugin-barman-cloud', account, PLUGIN_RULES);
    this.role('barman-plugin-leader-election', account, LEADER_RULES);
    const own = memory ? { memory, memoryLimit: memory } : {};
    const plugin = this.deployment({
      name: NAME,
      replicas: 1,
      strategy: 'Recreate',
      serviceAccount: account,
      token: true,
      user: USER,
      containers: [
        {
          name: NAME,
          image: image('barman-cloud'),
          args: [
            'operator',
            '--server-cert=/server/tls.crt',
            '--server-key=/server/tls.key',
            '--client-cert=/client/tls.crt',
            `--server-address=:${PORT}`,
            '--leader-elect',
            '--log-level=info',
            // off by default; plain, since a network policy lets nobody in but Prometheus
            '--metrics-bind-address=:8080',
            '--metrics-secure=false',
          ],
          env: { SIDECAR_IMAGE: image('barman-cloud-sidecar').reference },
          ports: { grpc: PORT, metrics: 8080, health: 8081 },
          resources: { ...this.sized(RESOURCES), ...defined({ cpu }), ...own },
          readiness: { tcp: 'grpc' },
          liveness: { http: { path: '/healthz', port: 'health' } },
          mounts: {
            '/server': secretVolume({ name: CERTIFICATES.server }, 'server'),
            // only what it knows the operator by: the key is the operator's
            '/client': secretVolume({ name: CERTIFICATES.client }, 'client', {
              items: { 'tls.crt': 'tls.crt' },
            }),
          },
        },
      ],
    });
    this.reachApiServer(plugin);
    return plugin;
  }

  /** The Service by whose label and annotations the operator finds the plugin (docs of v1.30.1, cnpg_i.md). */
  private discovered(plugin: Workload): Endpoint {
    this.add(Service, {
      metadata: {
        name: NAME,
        labels: { ...plugin.selector, 'cnpg.io/pluginName': PLUGIN },
        annotations: {
          'cnpg.io/pluginPort': String(PORT),
          'cnpg.io/pluginServerSecret': CERTIFICATES.server,
          'cnpg.io/pluginClientSecret': CERTIFICATES.client,
        },
      },
      spec: {
        type: 'ClusterIP' as const,
        selector: { ...plugin.selector },
        ports: [{ name: 'grpc', port: PORT, targetPort: 'grpc', protocol: 'TCP' as const }],
      },
    });
    return {
      component: this,
      pods: plugin.pods,
      service: NAME,
      host: `${NAME}.${this.namespace}.svc`,
      port: PORT,
      portName: 'grpc',
      containerPort: tcp(PORT),
    };
  }
}
