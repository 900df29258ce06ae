import type { EnvironmentSettings } from '../../../settings/base';
import { image, type Image } from '../../../imports/images';
import { Certificate } from '../../../imports/models';
import type { BackupTarget } from '../../core/backup';
import { authorityIn, authorityVolume, certificateSpec, serviceNames } from '../../core/certificates';
import type { Cluster } from '../../core/cluster';
import type { ConfigMapRef, Issuer, StorageClass } from '../../core/contracts';
import { Datastore } from '../../core/datastore';
import type { Endpoint } from '../../core/network';
import type { ContainerSpec, EnvValue, Probe } from '../../core/pod';
import { mebi } from '../../core/quantities';
import { keyOf, random, type SecretKey, type SecretRef } from '../../core/secrets';
import type { ServiceRef } from '../../core/service';
import type { CacheAccess } from '../../core/stores';
import { configVolume, secretVolume, type Volume } from '../../core/volumes';
import { templateVolume, type ClaimTemplate, type Workload } from '../../core/workload';
import { accountRules, prefixOf } from './accounts';
import { redisAlerts } from './alerts';
import { redisPlan } from './backup';
import { DATA_FOLDER, redisConfiguration, TLS_FOLDER, USERS_FILE } from './configuration';
import { REDIS } from './dashboards';
import { redis, type RedisSettings } from './definition';
import prepare from './prepare.sh';

export interface RedisProps extends RedisSettings {
  /** Class of the data volume. */
  readonly storage: StorageClass;
  /** Authority inside the cluster: it signs the server's certificate, and clients verify against it. */
  readonly tls: Issuer;
  /** Where backups go. @default there are none */
  readonly backup?: BackupTarget;
}

/** Line of imports/images.yaml by engine. Argo CD has another one of redis. */
const LINES = { valkey: '9.1', redis: '8.10' } as const;
/** User and group of both images: valkey-io/valkey-container and redis/docker-library-redis, alpine Dockerfiles. */
const USER = { uid: 999, gid: 1000 };

const CONFIG_FOLDER = '/etc/strata';
const AUTHORITY_FOLDER = '/etc/redis-authority';

/** Accounts of the server's own, beside those of applications. */
interface OwnSecrets {
  readonly exporter: SecretRef;
  /** Undefined for a cache, of which nothing is kept. */
  readonly kept: { readonly backup: SecretRef; readonly restore: SecretRef } | undefined;
}

/**
 * One Valkey or Redis with its exporter, for one environment.
 *
 * An init container writes the users file, so that passwords stand neither in git nor in the server's environment. The image's entrypoint
 * is not used: all it does is to give up root.
 */
export class Redis extends Datastore {
  static readonly definition = redis;
  readonly endpoint: Endpoint;
  /** Name of the application → its account. */
  readonly applications: ReadonlyMap<string, CacheAccess>;

  private readonly image: Image;

  constructor(
    cluster: Cluster,
    environment: EnvironmentSettings,
    private readonly props: RedisProps,
  ) {
    const program = image(props.engine, LINES[props.engine]);
    super(cluster, { definition: redis, environment, version: program.tag, stopped: props.maintenance });
    this.image = program;
    const accounts = new Map(
      props.applications.map((name) => [name, this.secret(`redis-${name}`, { password: random() })]),
    );
    const own = this.ownSecrets();
    const certificate = this.certificate();
    const server = this.server(accounts, own, certificate);
    const service = this.services(server);
    this.budget(server);
    this.endpoint = service.endpoint('redis');
    const authority = authorityIn(certificate.name, this.namespace);
    this.applications = this.access(accounts, authority);
    this.alerts([...redisAlerts(this.namespace, props), ...this.backups(environment, own, authority)]);
    this.dashboards(REDIS);
  }

  private ownSecrets(): OwnSecrets {
    const account = (name: string) => this.secret(`redis-${name}`, { password: random() });
    return {
      exporter: account('exporter'),
      kept:
        this.props.use === 'sessions'
          ? { backup: account('backup'), restore: account('restore') }
          : undefined,
    };
  }

  /**
   * The server's certificate, in the Secret `redis-tls`. Redis keeps the one that it started with: whenever it starts, a year is left
   * (alert RedisRestartDue). Valkey reads it again by itself.
   */
  private certificate(): { readonly name: string } {
    const { tls } = this.props;
    this.requires(tls);
    const name = 'redis-tls';
    this.add(Certificate, {
      metadata: { name },
      // localhost: for the exporter and the probes, in the pod
      spec: certificateSpec(name, tls, ['localhost', ...serviceNames('redis', this.namespace)], {
        hours: { duration: 17_520, renewBefore: 8760 },
      }),
    });
    return { name };
  }

  private server(
    accounts: ReadonlyMap<string, SecretRef>,
    own: OwnSecrets,
    certificate: { readonly name: string },
  ): Workload {
    const { size, storage } = this.props;
    const config = this.configMap('redis', {
      'redis.conf': redisConfiguration(this.props),
      accounts: accountRules([...accounts.keys()], own.kept !== undefined),
      'prepare.sh': prepare,
    });
    const data: ClaimTemplate | undefined = own.kept && { name: 'data', size, storage };
    // in memory, since it tells passwords
    const users: Volume = {
      name: 'users',
      source: { emptyDir: { medium: 'Memory', sizeLimit: mebi(1) } },
      readOnly: false,
    };
    return this.statefulSet({
      name: 'redis',
      replicas: 1,
      serviceName: 'redis-headless',
      user: USER,
      ...(data && { claims: [data] }),
      initContainers: [this.prepare(accounts, own, config, users)],
      containers: [this.main(config, certificate, users, data), this.exporter(own, certificate)],
    });
  }

  private prepare(
    accounts: ReadonlyMap<string, SecretRef>,
    { exporter, kept }: OwnSecrets,
    config: ConfigMapRef,
    users: Volume,
  ): ContainerSpec {
    const secrets = [...accounts, ['exporter', exporter] as const, ...Object.entries(kept ?? {})];
    return {
      name: 'prepare',
      image: this.image,
      command: ['sh', `${CONFIG_FOLDER}/prepare.sh`, `${CONFIG_FOLDER}/accounts`, USERS_FILE],
      env: Object.fromEntries(
        secrets.map(([name, secret]): [string, EnvValue] => [
          `PASSWORD_${name.replaceAll('-', '_')}`,
          keyOf(secret, 'password'),
        ]),
      ),
      resources: { cpu: '10m', memory: mebi(16) },
      mounts: { [CONFIG_FOLDER]: configVolume(config), '/run/accounts': users },
    };
  }

  private main(
    config: ConfigMapRef,
    certificate: { readonly name: string },
    users: Volume,
    data: ClaimTemplate | undefined,
  ): ContainerSpec {
    const { engine, cpu, memory } = this.props;
    // -e: "I am loading" is no answer
    const ping: Pick<Probe, 'exec' | 'timeoutSeconds'> = {
      exec: [
        ...[`${engine}-cli`, '-e', '--no-auth-warning', '--tls', '--cacert', `${TLS_FOLDER}/ca.crt`],
        ...['-h', 'localhost', '--user', 'probe', '--pass', 'any', 'ping'],
      ],
      timeoutSeconds: 5,
    };
    return {
      name: 'redis',
      image: this.image,
      command: [`${engine}-server`, `${CONFIG_FOLDER}/redis.conf`],
      ports: { redis: 6379 },
      resources: { cpu, memory },
      // ten minutes to read the log of changes
      startup: { ...ping, failureThreshold: 60 },
      readiness: ping,
      liveness: { ...ping, periodSeconds: 20, failureThreshold: 6 },
      mounts: {
        [CONFIG_FOLDER]: configVolume(config),
        [TLS_FOLDER]: secretVolume(certificate),
        '/run/accounts': users,
        ...(data && { [DATA_FOLDER]: templateVolume(data) }),
      },
    };
  }

  /** Its variables: redis_exporter v1.86.0, README.md. Its user in the image is another, and it needs none. */
  private exporter({ exporter }: OwnSecrets, certificate: { readonly name: string }): ContainerSpec {
    return {
      name: 'exporter',
      image: image('redis-exporter'),
      env: {
        REDIS_ADDR: 'rediss://localhost:6379',
        REDIS_USER: 'exporter',
        REDIS_PASSWORD: keyOf(exporter, 'password'),
        REDIS_EXPORTER_TLS_CA_CERT_FILE: `${AUTHORITY_FOLDER}/ca.crt`,
        // without CONFIG, which would show it more than it has to see
        REDIS_EXPORTER_CONFIG_COMMAND: '-',
        // it would log in, with this password, to whatever address a caller names
        REDIS_EXPORTER_DISABLE_SCRAPE_ENDPOINT: 'true',
      },
      ports: { metrics: 9121 },
      resources: { cpu: '10m', memory: mebi(48) },
      // its own page, which says nothing of the server: one that is down must not restart its exporter, nor the reverse
      readiness: { http: { path: '/health', port: 'metrics' } },
      liveness: { http: { path: '/health', port: 'metrics' } },
      mounts: {
        [AUTHORITY_FOLDER]: authorityVolume(authorityIn(certificate.name, this.namespace), 'authority'),
      },
    };
  }

  private services(server: Workload): ServiceRef {
    this.service(server, { redis: true }, { name: 'redis-headless', headless: true });
    const service = this.service(server, { redis: true, metrics: true });
    this.scrape(service, { port: 'metrics' });
    return service;
  }

  private access(
    accounts: ReadonlyMap<string, SecretRef>,
    authority: SecretKey,
  ): ReadonlyMap<string, CacheAccess> {
    return new Map(
      [...accounts].map(([username, secret]) => [
        username,
        {
          component: this,
          endpoint: this.endpoint,
          username,
          secret,
          authority,
          prefix: prefixOf(username),
        },
      ]),
    );
  }

  private backups(environment: EnvironmentSettings, { kept }: OwnSecrets, authority: SecretKey) {
    if (!kept) return [];
    const { engine, memory, size, backup } = this.props;
    const plan = redisPlan({
      ...{ engine, memory, size, authority },
      image: this.image,
      user: USER,
      endpoint: this.endpoint,
      secrets: kept,
    });
    return this.backUp(backup, plan, environment);
  }
}
