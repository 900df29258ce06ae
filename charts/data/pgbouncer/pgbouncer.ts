import type { EnvironmentSettings } from '../../../settings/base';
import { image } from '../../../imports/images';
import { Certificate } from '../../../imports/models';
import { authorityIn, certificateSpec, serviceNames } from '../../core/certificates';
import type { Cluster } from '../../core/cluster';
import { Component } from '../../core/component';
import type { ConfigMapRef, Issuer } from '../../core/contracts';
import type { DatabaseAccess, PostgresqlPooling } from '../../core/database';
import { StrataError } from '../../core/errors';
import type { Endpoint } from '../../core/network';
import { mebi, type Cpu, type Memory } from '../../core/quantities';
import { keyOf, template, type SecretKey, type SecretRef } from '../../core/secrets';
import { configVolume, scratch, secretVolume, type Volume } from '../../core/volumes';
import type { Workload } from '../../core/workload';
import { pgbouncerAlerts } from './alerts';
import {
  AUTH_FILE,
  clientsOf,
  pgbouncerConfiguration,
  poolSize,
  PORT,
  SERVER_AUTHORITY,
  SOCKET_FOLDER,
  TLS_FOLDER,
} from './configuration';
import { pgbouncer } from './definition';
import run from './run.sh';

export interface PgbouncerProps {
  /** The server behind it. */
  readonly server: PostgresqlPooling;
  /** Whether the server is stopped: then nobody needs a pool. @default false */
  readonly stopped?: boolean;
  /** Authority inside the cluster, which signs the certificate that applications verify. */
  readonly tls: Issuer;
  /** Pods. @default the profile's: 1 on one node, else 2 */
  readonly replicas?: number;
  /** Memory request and limit of each pod, from which the number of clients follows: 1024 with the default. @default 64Mi */
  readonly memory?: Memory;
  /** CPU request of each pod; it uses one core at most. @default 50m */
  readonly cpu?: Cpu;
}

const DEFAULTS = { memory: mebi(64), cpu: '50m' } as const;

/** User and group `postgres` of the image (edoburu/docker-pgbouncer, Dockerfile of v1.25.2-p0: Alpine's, from postgresql-client). */
const USER = { uid: 70, gid: 70 };

const CONFIG_FOLDER = '/etc/strata';

/**
 * Seconds until the pod's end is known to all nodes and no new client comes; then transactions may finish, as long as the rest of the
 * grace lasts.
 */
const DRAIN_SECONDS = 5;
const GRACE_SECONDS = 60;

/**
 * A login on the socket as far as the question for the password. A connect over TCP would not do: the kernel accepts it for a process
 * that spins.
 */
const answers = {
  exec: ['pg_isready', '-q', '-h', SOCKET_FOLDER, '-p', String(PORT), '-U', 'pgbouncer', '-d', 'pgbouncer'],
  timeoutSeconds: 5,
};

/**
 * PgBouncer in transaction mode before one PostgreSQL, for one environment.
 *
 * It knows no password but that of the role by which it asks the server who may log in (`strata.get_auth`). The image's entrypoint is not
 * used: it writes configuration and passwords into files of the image.
 */
export class Pgbouncer extends Component {
  static readonly definition = pgbouncer;
  readonly endpoint: Endpoint;
  /** The same databases, accounts and passwords, pooled. */
  readonly databases: ReadonlyMap<string, DatabaseAccess>;

  constructor(cluster: Cluster, environment: EnvironmentSettings, props: PgbouncerProps) {
    const { memory, cpu, replicas } = { ...DEFAULTS, replicas: cluster.profile.replicas, ...props };
    super(cluster, {
      definition: pgbouncer,
      environment,
      version: image('pgbouncer').tag,
      stopped: props.stopped ?? false,
    });
    const { server } = props;
    const databases = [...server.databases.values()].map(({ app }) => app);
    if (databases.length === 0)
      throw new StrataError(
        `${this.id}: server`,
        'it has no database to pool',
        'Name one, or leave the pooler out',
      );
    const authority = this.certificate(props.tls);
    const config = this.configMap('pgbouncer', {
      'run.sh': run,
      'pgbouncer.ini': pgbouncerConfiguration({
        databases,
        lookup: server.username,
        clients: clientsOf(memory, `${this.id}: memory`),
        poolSize: poolSize(server.connectionsPerDatabase, replicas, `${this.id}: replicas`),
      }),
    });
    const pooler = this.pooler(config, this.userList(server), server.authority, replicas, { cpu, memory });
    this.connect(pooler, server.endpoint);
    // a client cancels a query over a second connection, which only the pod that runs the query understands
    this.endpoint = this.service(pooler, { pgbouncer: true }, { sticky: true }).endpoint('pgbouncer');
    this.budget(pooler);
    this.alerts(pgbouncerAlerts(this.namespace, replicas));
    this.databases = new Map(
      databases.map((access) => [
        access.database,
        { ...access, component: this, endpoint: this.endpoint, authority },
      ]),
    );
  }

  /** The certificate, in the Secret `pgbouncer-tls`. Returns the key that holds the authority's. run.sh has a renewed one read. */
  private certificate(issuer: Issuer): SecretKey {
    this.requires(issuer);
    const name = 'pgbouncer-tls';
    this.add(Certificate, {
      metadata: { name },
      spec: certificateSpec(name, issuer, serviceNames('pgbouncer', this.namespace)),
    });
    return authorityIn(name, this.namespace);
  }

  /** PgBouncer reads passwords from a file of its own form (config.md, authentication file). A random one needs no escape in it. */
  private userList({ secret, username }: PostgresqlPooling): SecretRef {
    return this.secret('pgbouncer', {
      password: { kind: 'copy', of: keyOf(secret, 'password') },
      'userlist.txt': template(`"${username}" "{password}"\n`),
    });
  }

  private pooler(
    config: ConfigMapRef,
    userList: SecretRef,
    authority: SecretKey,
    replicas: number,
    resources: { readonly cpu: Cpu; readonly memory: Memory },
  ): Workload {
    return this.deployment({
      name: 'pgbouncer',
      replicas,
      user: USER,
      graceSeconds: GRACE_SECONDS,
      containers: [
        {
          name: 'pgbouncer',
          image: image('pgbouncer'),
          command: ['sh', `${CONFIG_FOLDER}/run.sh`, `${CONFIG_FOLDER}/pgbouncer.ini`],
          ports: { pgbouncer: PORT },
          resources,
          readiness: answers,
          liveness: { ...answers, periodSeconds: 20 },
          // SIGINT waits for transactions, where SIGTERM would wait for clients, whose pools never leave (usage.md, signals)
          preStop: [
            'sh',
            '-c',
            `sleep ${DRAIN_SECONDS}; kill -INT 1; sleep ${GRACE_SECONDS - 2 * DRAIN_SECONDS}`,
          ],
          mounts: {
            [CONFIG_FOLDER]: configVolume(config),
            [folderOf(AUTH_FILE)]: files('user-list', userList.name, 'userlist.txt'),
            [TLS_FOLDER]: secretVolume({ name: 'pgbouncer-tls' }),
            // the authority's certificate only: the same Secret holds the server's key
            [folderOf(SERVER_AUTHORITY)]: files(
              'server-authority',
              authority.secret,
              authority.key,
              'ca.crt',
            ),
            [SOCKET_FOLDER]: scratch('socket', mebi(1)),
          },
        },
      ],
    });
  }
}

const folderOf = (file: string): string => file.slice(0, file.lastIndexOf('/'));

/** One key of a Secret as a file, readable by owner and group. */
const files = (name: string, secretName: string, key: string, path: string = key): Volume => ({
  name,
  source: { secret: { secretName, items: [{ key, path }], defaultMode: 0o440 } },
  readOnly: true,
});
