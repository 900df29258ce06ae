import { image } from '../../../imports/images';
import { storePeer } from '../../core/backup';
import type { Cluster } from '../../core/cluster';
import { Component } from '../../core/component';
import type { ConfigMapRef, StorageClass } from '../../core/contracts';
import type { LogStore } from '../../core/logs';
import type { Endpoint } from '../../core/network';
import { defined } from '../../core/objects';
import type { EnvValue, Resources } from '../../core/pod';
import { goMemoryLimit, mebi } from '../../core/quantities';
import { keyOf, provided } from '../../core/secrets';
import type { ServiceRef } from '../../core/service';
import { configVolume, scratch, type Volume } from '../../core/volumes';
import { templateVolume, type Workload } from '../../core/workload';
import { CLAIM, lokiAlerts } from './alerts';
import {
  BUCKET_KEYS,
  CONFIG_FOLDER,
  DATA_FOLDER,
  lokiConfiguration,
  ONLY_TENANT,
  RULES_FOLDER,
} from './configuration';
import { loki, type LokiSettings } from './definition';
import { lokiRules } from './rules';

export interface LokiProps extends LokiSettings {
  /** Class of the volume. */
  readonly storage: StorageClass;
  /** Who is told of alerts on lines. @default no lines are judged */
  readonly alertmanager?: Endpoint;
  /** The bucket of backups. @default there are none */
  readonly backups?: { readonly endpoint: string; readonly bucket: string };
}

/** Some 200 streams whose newest chunks are in memory, and a search over a day on top. */
const RESOURCES = { cpu: '100m', memory: mebi(512) } as const;
const NAME = 'loki';
const CONFIG_FILE = 'loki.yaml';

/** One Loki in one process, on one volume. */
export class Loki extends Component {
  static readonly definition = loki;

  /** Where logs are pushed to, and searched. */
  readonly logs: LogStore;

  constructor(
    cluster: Cluster,
    private readonly props: LokiProps,
  ) {
    const { namespace } = cluster.settings.monitoring;
    super(cluster, { definition: loki, namespace, version: image(NAME).tag });
    const server = this.server();
    // one port for all, and a second Service of it would be read twice
    const service = this.service(server, { http: true }, { headless: true });
    this.connections(server);
    this.scrape(service, { port: 'http' });
    this.alerts(lokiAlerts(namespace, props.alertmanager !== undefined));
    this.logs = this.offer(service);
    this.refuseSharedBucket();
  }

  private refuseSharedBucket(): void {
    const { s3, backups } = this.props;
    if (!s3 || s3.endpoint !== backups?.endpoint || s3.bucket !== backups.bucket) return;
    this.cluster.mistakes.push({
      path: [...this.path, 's3', 'bucket'],
      problem: `"${s3.bucket}" is the bucket of backups, and Loki deletes in its own`,
      remedy: 'Make another bucket for logs, with keys that may use that one alone',
    });
  }

  private offer(service: ServiceRef): LogStore {
    const endpoint = service.endpoint('http');
    return { component: this, endpoint, url: `http://${endpoint.host}:${endpoint.port}` };
  }

  /** Nothing outward but to the bucket, and to Alertmanager. */
  private connections(server: Workload): void {
    const { s3, alertmanager } = this.props;
    if (alertmanager) this.connect(server, alertmanager);
    if (!s3) return;
    const { peer, port } = storePeer(s3.endpoint);
    this.reach(server, peer, [port]);
  }

  /** Flags: v3.7.6, cmd/loki/main.go and pkg/util/cfg. */
  private server(): Workload {
    const { cpu, memory, s3, size, storage } = this.props;
    const resources = { ...this.sized(RESOURCES), ...defined({ cpu, memory }) };
    const claim = { name: CLAIM, size, storage };
    return this.statefulSet({
      name: NAME,
      replicas: 1,
      serviceName: NAME,
      // Dockerfile: USER 10001
      user: { uid: 10_001, gid: 10_001 },
      // time to write what is in memory to the log
      graceSeconds: 60,
      claims: [claim],
      containers: [
        {
          name: NAME,
          image: image(NAME),
          args: [`-config.file=${CONFIG_FOLDER}/${CONFIG_FILE}`, ...(s3 ? ['-config.expand-env=true'] : [])],
          env: { GOMEMLIMIT: goMemoryLimit(resources.memory), ...this.bucketKeys() },
          ports: { http: 3100 },
          resources,
          // it replays its write-ahead log before it is ready
          startup: { http: { path: '/ready', port: 'http' }, failureThreshold: 60 },
          readiness: { http: { path: '/ready', port: 'http' } },
          // /ready says no while it is busy, too, and a restart would make that worse
          liveness: { tcp: 'http' },
          mounts: {
            ...this.files(resources),
            [DATA_FOLDER]: templateVolume(claim),
            '/tmp': scratch('tmp', '128Mi'),
          },
        },
      ],
    });
  }

  /** Folder → ConfigMap. */
  private files(resources: Resources): Record<string, Volume> {
    const { alertmanager } = this.props;
    const config = this.configMap(NAME, {
      [CONFIG_FILE]: lokiConfiguration({
        ...this.props,
        cluster: this.cluster.settings.name,
        memory: resources.memory,
        alertmanager: alertmanager && `http://${alertmanager.host}:${alertmanager.port}`,
      }),
    });
    return {
      [CONFIG_FOLDER]: configVolume(config),
      ...(alertmanager && { [`${RULES_FOLDER}/${ONLY_TENANT}`]: configVolume(this.rules()) }),
    };
  }

  private rules(): ConfigMapRef {
    return this.configMap(`${NAME}-rules`, { 'rules.yaml': lokiRules(this.namespace, this.runbook) });
  }

  private bucketKeys(): Record<string, EnvValue> {
    const { s3 } = this.props;
    if (!s3) return {};
    const keys = this.secret('loki-s3', {
      'access-key-id': provided(
        `Access key of the bucket ${s3.bucket}: it may list, read, write and delete there`,
      ),
      'secret-access-key': provided('Secret of that access key'),
    });
    return {
      [BUCKET_KEYS.access]: keyOf(keys, 'access-key-id'),
      [BUCKET_KEYS.secret]: keyOf(keys, 'secret-access-key'),
    };
  }
}
