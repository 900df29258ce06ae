import type { EnvironmentSettings } from '../../../settings/base';
import { image, type Image } from '../../../imports/images';
import { Certificate } from '../../../imports/models';
import { authorityIn, certificateSpec, serviceNames } from '../../core/certificates';
import type { Cluster } from '../../core/cluster';
import { Component } from '../../core/component';
import type { Issuer, StorageClass } from '../../core/contracts';
import type { Endpoint } from '../../core/network';
import type { ContainerSpec, EnvValue } from '../../core/pod';
import { mebi } from '../../core/quantities';
import { keyOf, random, type SecretRef } from '../../core/secrets';
import type { ServiceRef } from '../../core/service';
import type { QueueAccess } from '../../core/stores';
import { configVolume, scratch, secretVolume, type Volume } from '../../core/volumes';
import { templateVolume, type ClaimTemplate, type Workload } from '../../core/workload';
import { rabbitmqAlerts } from './alerts';
import {
  DATA_FOLDER,
  DEFINITIONS_FILE,
  ENABLED_PLUGINS,
  rabbitmqConfiguration,
  TLS_FOLDER,
} from './configuration';
import { RABBITMQ } from './dashboards';
import { rabbitmq, type RabbitmqSettings } from './definition';
import { deadQueue, definitionsFile, VIRTUAL_HOST } from './definitions';
import prepare from './prepare.sh';

export interface RabbitmqProps extends RabbitmqSettings {
  /** Class of the data volume. */
  readonly storage: StorageClass;
  /** Authority inside the cluster: it signs the server's certificate, and clients verify against it. */
  readonly tls: Issuer;
}

/** User and group `rabbitmq` of the image on Ubuntu (docker-library/rabbitmq). */
const USER = { uid: 999, gid: 999 };
/** Seconds for queues to be closed in order. */
const GRACE_SECONDS = 120;

const CONFIG_FOLDER = '/etc/strata';

/** What programs of the server find in their environment (rabbitmq-env-conf of 4.3): one node, which nothing outside of its pod reaches. */
const ENVIRONMENT = {
  HOME: DATA_FOLDER,
  RABBITMQ_CONFIG_FILE: `${CONFIG_FOLDER}/rabbitmq.conf`,
  RABBITMQ_ENABLED_PLUGINS_FILE: `${CONFIG_FOLDER}/enabled_plugins`,
  RABBITMQ_LOGS: '-',
  // the data folder bears this name: the pod's own would be another one after a rename
  RABBITMQ_NODENAME: 'rabbit@localhost',
  ERL_EPMD_ADDRESS: '127.0.0.1',
  RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-kernel inet_dist_use_interface {127,0,0,1}',
} as const;

/**
 * One RabbitMQ for one environment. Accounts, exchanges and queues come from the settings at each start: an init container writes them with
 * the hashes of the passwords, which are in Secrets.
 */
export class Rabbitmq extends Component {
  static readonly definition = rabbitmq;
  readonly endpoint: Endpoint;
  /** Name of the service → its account. */
  readonly services: ReadonlyMap<string, QueueAccess>;

  private readonly image: Image;

  constructor(
    cluster: Cluster,
    environment: EnvironmentSettings,
    private readonly props: RabbitmqProps,
  ) {
    const program = image('rabbitmq');
    super(cluster, { definition: rabbitmq, environment, version: program.tag, stopped: props.maintenance });
    this.image = program;
    const accounts = new Map(
      props.services.map(({ name }) => [name, this.secret(`rabbitmq-${name}`, { password: random() })]),
    );
    const certificate = this.certificate();
    const server = this.server(accounts, certificate);
    const service = this.expose(server);
    this.budget(server);
    this.endpoint = service.endpoint('amqps');
    this.services = this.access(accounts, certificate);
    this.alerts(rabbitmqAlerts(this.namespace));
    this.dashboards(RABBITMQ);
  }

  /** The server's certificate, in the Secret `rabbitmq-tls`. Erlang reads it again within minutes of a renewal (ssl, pem_cache). */
  private certificate(): { readonly name: string } {
    const { tls } = this.props;
    this.requires(tls);
    const name = 'rabbitmq-tls';
    this.add(Certificate, {
      metadata: { name },
      spec: certificateSpec(name, tls, serviceNames('rabbitmq', this.namespace)),
    });
    return { name };
  }

  private server(accounts: ReadonlyMap<string, SecretRef>, certificate: { readonly name: string }): Workload {
    const { size, storage, memory } = this.props;
    const config = this.configMap('rabbitmq', {
      'rabbitmq.conf': rabbitmqConfiguration(memory),
      enabled_plugins: ENABLED_PLUGINS,
      'definitions.json': definitionsFile(this.props),
      'prepare.sh': prepare,
    });
    const data: ClaimTemplate = { name: 'data', size, storage };
    const definitions: Volume = {
      name: 'definitions',
      source: { emptyDir: { medium: 'Memory', sizeLimit: mebi(4) } },
      readOnly: false,
    };
    const shared = {
      [CONFIG_FOLDER]: configVolume(config),
      [DATA_FOLDER]: templateVolume(data),
      '/run/definitions': definitions,
    };
    return this.statefulSet({
      name: 'rabbitmq',
      replicas: 1,
      serviceName: 'rabbitmq-headless',
      user: USER,
      graceSeconds: GRACE_SECONDS,
      claims: [data],
      initContainers: [this.prepare(accounts, shared)],
      containers: [this.main(certificate, shared)],
    });
  }

  private prepare(accounts: ReadonlyMap<string, SecretRef>, mounts: Record<string, Volume>): ContainerSpec {
    const cookie = this.secret('rabbitmq-cookie', { cookie: random() });
    return {
      name: 'prepare',
      image: this.image,
      command: [
        ...['bash', `${CONFIG_FOLDER}/prepare.sh`, `${CONFIG_FOLDER}/definitions.json`],
        ...[DEFINITIONS_FILE, DATA_FOLDER, ...accounts.keys()],
      ],
      env: {
        COOKIE: keyOf(cookie, 'cookie'),
        ...Object.fromEntries(
          [...accounts].map(([name, secret]): [string, EnvValue] => [
            `PASSWORD_${name.replaceAll('-', '_')}`,
            keyOf(secret, 'password'),
          ]),
        ),
      },
      resources: { cpu: '10m', memory: mebi(32) },
      mounts,
    };
  }

  private main(certificate: { readonly name: string }, mounts: Record<string, Volume>): ContainerSpec {
    const { cpu, memory } = this.props;
    return {
      name: 'rabbitmq',
      image: this.image,
      command: ['rabbitmq-server'],
      env: ENVIRONMENT,
      ports: { amqps: 5671, metrics: 15692 },
      resources: { cpu, memory },
      // it listens when queues and definitions are there. What upstream's programs ask takes a second of CPU each time
      startup: { tcp: 'amqps', failureThreshold: 60 },
      readiness: { tcp: 'amqps' },
      liveness: { tcp: 'amqps', periodSeconds: 20, failureThreshold: 6 },
      mounts: { ...mounts, [TLS_FOLDER]: secretVolume(certificate), '/tmp': scratch('tmp', mebi(64)) },
    };
  }

  private expose(server: Workload): ServiceRef {
    this.service(server, { amqps: true }, { name: 'rabbitmq-headless', headless: true });
    const service = this.service(server, { amqps: true, metrics: true });
    this.scrape(service, { port: 'metrics' });
    return service;
  }

  private access(
    accounts: ReadonlyMap<string, SecretRef>,
    certificate: { readonly name: string },
  ): ReadonlyMap<string, QueueAccess> {
    const authority = authorityIn(certificate.name, this.namespace);
    return new Map(
      this.props.services.map(({ name, publishes, consumes }) => [
        name,
        {
          component: this,
          endpoint: this.endpoint,
          virtualHost: VIRTUAL_HOST,
          username: name,
          // each service has one
          secret: accounts.get(name) as SecretRef,
          authority,
          exchanges: publishes,
          ...(consumes.length && { queue: name, deadLetters: deadQueue(name) }),
        },
      ]),
    );
  }
}
