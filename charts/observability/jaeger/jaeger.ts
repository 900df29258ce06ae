import { image } from '../../../imports/images';
import { Certificate } from '../../../imports/models';
import { authorityIn, certificateSpec, serviceNames } from '../../core/certificates';
import type { Cluster } from '../../core/cluster';
import { Component } from '../../core/component';
import type { Issuer, StorageClass } from '../../core/contracts';
import type { Endpoint } from '../../core/network';
import { defined } from '../../core/objects';
import { mebi } from '../../core/quantities';
import type { SpanStore } from '../../core/traces';
import { configVolume, secretVolume } from '../../core/volumes';
import { templateVolume, type Workload } from '../../core/workload';
import { memoryLimits } from '../collector';
import { CLAIM, jaegerAlerts } from './alerts';
import {
  CONFIG_FILE,
  CONFIG_FOLDER,
  DATA_FOLDER,
  jaegerConfiguration,
  PORTS,
  STATUS_PATH,
  TLS_FOLDER,
} from './configuration';
import { JAEGER } from './dashboards';
import { jaeger, type JaegerSettings } from './definition';

export interface JaegerProps extends JaegerSettings {
  /** Class of the volume. */
  readonly storage: StorageClass;
  /** Authority inside the cluster: it signs the certificate of the port that takes spans. */
  readonly tls: Issuer;
}

const NAME = 'jaeger';
/**
 * Badger's options are its defaults (internal/storage/v1/badger/factory.go): up to 256 MiB of what was read is kept, and tables of 64 MiB are
 * filled in memory, two of them or three. With less than its floor the memory limiter would take the cache for a flood of spans.
 */
const RESOURCES = { cpu: '50m', memory: mebi(1024) } as const;

/** One Jaeger in one process, with Badger on one volume: a second one could not open the same files. */
export class Jaeger extends Component {
  static readonly definition = jaeger;

  /** Where spans are sent to. */
  readonly spans: SpanStore;
  /** Jaeger's pages and the API behind them, over HTTP, for everybody who gets in. */
  readonly query: Endpoint;

  constructor(
    cluster: Cluster,
    private readonly props: JaegerProps,
  ) {
    const { namespace } = cluster.settings.monitoring;
    super(cluster, { definition: jaeger, namespace, version: image(NAME).tag });
    const certificate = this.certificate();
    const server = this.server(certificate);
    const service = this.service(server, { otlp: true, query: true, metrics: true }, { headless: true });
    this.scrape(service, { port: 'metrics' });
    this.alerts(jaegerAlerts(namespace));
    this.dashboards(JAEGER);
    this.spans = {
      component: this,
      endpoint: service.endpoint('otlp'),
      authority: authorityIn(certificate.name, namespace),
    };
    this.query = service.endpoint('query');
  }

  private certificate(): { readonly name: string } {
    const { tls } = this.props;
    this.requires(tls);
    const name = `${NAME}-tls`;
    this.add(Certificate, {
      metadata: { name },
      spec: certificateSpec(name, tls, serviceNames(NAME, this.namespace)),
    });
    return { name };
  }

  private server(certificate: { readonly name: string }): Workload {
    const { cpu, memory, retention, size, storage } = this.props;
    const resources = { ...this.sized(RESOURCES), ...defined({ cpu, memory }) };
    const claim = { name: CLAIM, size, storage };
    const config = this.configMap(NAME, {
      [CONFIG_FILE]: jaegerConfiguration({ retention, memory: resources.memory }),
    });
    const status = { http: { path: STATUS_PATH, port: 'health' } };
    return this.statefulSet({
      name: NAME,
      replicas: 1,
      serviceName: NAME,
      // cmd/jaeger/Dockerfile: USER 10001
      user: { uid: 10_001, gid: 10_001 },
      // time for Badger to write what it has in memory
      graceSeconds: 60,
      claims: [claim],
      containers: [
        {
          name: NAME,
          image: image(NAME),
          args: [`--config=${CONFIG_FOLDER}/${CONFIG_FILE}`],
          env: { GOMEMLIMIT: memoryLimits(resources.memory).garbage },
          ports: { ...PORTS },
          resources,
          // it reads its log of writes and the names of all services before it is ready
          startup: { ...status, failureThreshold: 60 },
          readiness: status,
          liveness: status,
          mounts: {
            [CONFIG_FOLDER]: configVolume(config),
            [TLS_FOLDER]: secretVolume(certificate),
            [DATA_FOLDER]: templateVolume(claim),
          },
        },
      ],
    });
  }
}
