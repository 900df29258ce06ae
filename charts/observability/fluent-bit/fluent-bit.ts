import { image } from '../../../imports/images';
import type { Cluster } from '../../core/cluster';
import { Component } from '../../core/component';
import type { LogStore } from '../../core/logs';
import { defined } from '../../core/objects';
import { mebi } from '../../core/quantities';
import { configVolume, hostPathVolume } from '../../core/volumes';
import type { Workload } from '../../core/workload';
import { fluentBitAlerts } from './alerts';
import {
  CONFIG_FILE,
  CONFIG_FOLDER,
  fluentBitConfiguration,
  LOG_FOLDERS,
  NODE_VARIABLE,
  PORT,
  SCRIPT_FILE,
  STATE_FOLDER,
} from './configuration';
import { fluentBit, type FluentBitSettings } from './definition';
import { script } from './script';

export interface FluentBitProps extends FluentBitSettings {
  /** Where lines go. */
  readonly store: LogStore;
}

const NAME = 'fluent-bit';
/** Some ten MiB for itself and the labels of the node's pods; chunks of 2 MB while it catches up. */
const RESOURCES = { cpu: '50m', memory: mebi(64), memoryLimit: mebi(192) } as const;
/** Value of the label `tenant` for what belongs to no environment. */
const PLATFORM = 'platform';

/** Fluent Bit on each node. */
export class FluentBit extends Component {
  static readonly definition = fluentBit;

  constructor(
    cluster: Cluster,
    private readonly props: FluentBitProps,
  ) {
    super(cluster, { definition: fluentBit, version: image(NAME).tag });
    const account = this.serviceAccount(NAME);
    // one GET for each pod: plugins/filter_kubernetes/kube_meta.c of v5.1.1
    this.clusterRole(NAME, account, [{ groups: [''], resources: ['pods'], verbs: ['get'] }]);
    const agent = this.agent(account);
    this.reachApiServer(agent);
    this.connect(agent, props.store.endpoint);
    const service = this.service(agent, { http: true });
    this.scrape(service, { port: 'http', path: '/api/v2/metrics/prometheus', node: true });
    this.alerts(fluentBitAlerts(this.namespace));
  }

  private agent(account: string): Workload {
    const { cpu, memory } = this.props;
    const sized = this.sized(RESOURCES);
    const [links = '', files = ''] = LOG_FOLDERS;
    return this.daemonSet({
      name: NAME,
      user: { uid: 0, gid: 0 },
      serviceAccount: account,
      token: true,
      // the logs of a control plane, or of a node with full disks, are wanted as well
      tolerations: [{}],
      containers: [
        {
          name: NAME,
          image: image(NAME),
          args: [`--config=${CONFIG_FOLDER}/${CONFIG_FILE}`],
          env: { [NODE_VARIABLE]: { field: 'spec.nodeName' } },
          ports: { http: PORT },
          resources: { ...sized, ...defined({ cpu }), ...(memory && { memory, memoryLimit: memory }) },
          // whether it works, not whether Loki does: else no roll-out would come to its end while that is away
          readiness: { http: { path: '/', port: 'http' } },
          liveness: { http: { path: '/', port: 'http' } },
          mounts: {
            [CONFIG_FOLDER]: configVolume(this.files()),
            [links]: hostPathVolume('links', links),
            [files]: hostPathVolume('logs', files),
            [STATE_FOLDER]: hostPathVolume('state', STATE_FOLDER, {
              type: 'DirectoryOrCreate',
              writable: true,
            }),
          },
        },
      ],
    });
  }

  private files() {
    const { store, buffer } = this.props;
    const { name, environments } = this.cluster.settings;
    const tenants = Object.fromEntries(environments.map((one) => [one.namespace, one.name]));
    return this.configMap(NAME, {
      [CONFIG_FILE]: fluentBitConfiguration({
        cluster: name,
        namespace: this.namespace,
        buffer,
        store: store.endpoint,
      }),
      [SCRIPT_FILE]: script(tenants, PLATFORM),
    });
  }
}
