import { image } from '../../../imports/images';
import type { Cluster } from '../../core/cluster';
import { Component } from '../../core/component';
import type { StorageClass } from '../../core/contracts';
import { INTERNET, tcp, type Endpoint } from '../../core/network';
import { defined } from '../../core/objects';
import { goMemoryLimit, mebi } from '../../core/quantities';
import { configVolume, secretVolume } from '../../core/volumes';
import { templateVolume, type Workload } from '../../core/workload';
import { alertmanagerAlerts } from './alerts';
import { configurationOf, SECRETS_FOLDER, type Configuration, type Recipients } from './configuration';
import { alertmanager, type AlertmanagerSettings } from './definition';

/** Some hundred alerts at once. */
const RESOURCES = { cpu: '10m', memory: mebi(64) } as const;
const NAME = 'alertmanager';
/** Names the pods for each other. */
const PEERS = 'alertmanager-peers';
const PORTS = { web: 9093, cluster: 9094, 'cluster-udp': 9094 };
const CONFIG_FOLDER = '/etc/alertmanager/config';
const DATA_FOLDER = '/alertmanager';

export interface AlertmanagerProps extends AlertmanagerSettings {
  readonly storage: StorageClass;
  readonly recipients: Recipients;
}

/**
 * Alertmanager, without the operator's object of that name: that one takes its configuration from a Secret only, and so neither people nor
 * amtool could read in git who is told of what.
 */
export class Alertmanager extends Component {
  static readonly definition = alertmanager;

  /** Where Prometheus sends alerts. */
  readonly endpoint: Endpoint;

  constructor(
    cluster: Cluster,
    private readonly props: AlertmanagerProps,
  ) {
    const { namespace } = cluster.settings.monitoring;
    super(cluster, { definition: alertmanager, namespace, version: image('alertmanager').tag });
    const configuration = configurationOf(props.recipients, props.deadMansSwitch);
    const server = this.server(configuration);
    const service = this.service(server, { web: true });
    this.endpoint = service.endpoint('web');
    this.peers(server);
    if (configuration.ports.length) this.reach(server, INTERNET, configuration.ports.map(tcp));
    this.scrape(service, { port: 'web' });
    this.alerts(alertmanagerAlerts(namespace, this.replicas));
    this.budget(server);
  }

  private get replicas(): number {
    return this.props.replicas ?? this.cluster.profile.replicas;
  }

  /** Flags: cmd/alertmanager/main.go of v0.34. */
  private server({ text, keys }: Configuration): Workload {
    const { cpu, memory, size, storage } = this.props;
    const resources = { ...this.sized(RESOURCES), ...defined({ cpu, memory }) };
    const claim = { name: 'data', size, storage };
    const config = this.configMap(NAME, { 'alertmanager.yaml': text });
    const secret = Object.keys(keys).length ? this.secret(NAME, keys) : undefined;
    return this.statefulSet({
      name: NAME,
      replicas: this.replicas,
      serviceName: PEERS,
      // the first one must not wait for the second to find it
      parallel: true,
      antiAffinity: 'preferred',
      claims: [claim],
      // Dockerfile: USER nobody
      user: { uid: 65_534, gid: 65_534 },
      containers: [
        {
          name: NAME,
          image: image('alertmanager'),
          args: [
            `--config.file=${CONFIG_FOLDER}/alertmanager.yaml`,
            `--storage.path=${DATA_FOLDER}`,
            '--log.format=json',
            ...this.clusterFlags(),
          ],
          env: { GOMEMLIMIT: goMemoryLimit(resources.memory), POD_IP: { field: 'status.podIP' } },
          ports: PORTS,
          resources,
          readiness: { http: { path: '/-/ready', port: 'web' } },
          liveness: { http: { path: '/-/healthy', port: 'web' } },
          mounts: {
            [CONFIG_FOLDER]: configVolume(config),
            ...(secret && { [SECRETS_FOLDER]: secretVolume(secret, 'secrets') }),
            [DATA_FOLDER]: templateVolume(claim),
          },
        },
      ],
    });
  }

  /** An empty address switches clustering off. */
  private clusterFlags(): string[] {
    if (this.replicas === 1) return ['--cluster.listen-address='];
    const peers = Array.from({ length: this.replicas }, (_, index) => `${NAME}-${index}.${PEERS}`);
    return [
      `--cluster.listen-address=$(POD_IP):${PORTS.cluster}`,
      // after a restart a pod has another address: the old one is not worth six hours of attempts
      '--cluster.reconnect-timeout=5m',
      ...peers.map((peer) => `--cluster.peer=${peer}.${this.namespace}.svc:${PORTS.cluster}`),
    ];
  }

  private peers(server: Workload): void {
    const ports = { cluster: true, 'cluster-udp': true } as const;
    const service = this.service(server, ports, {
      name: PEERS,
      headless: true,
      publishNotReadyAddresses: true,
    });
    if (this.replicas > 1)
      for (const port of Object.keys(ports)) this.connect(server, service.endpoint(port));
  }
}
