import type { EnvironmentSettings } from '../../../../settings/base';
import { image, type Image } from '../../../../imports/images';
import {
  Certificate,
  Database,
  ObjectStore,
  PodMonitor,
  Pooler,
  PostgresqlCluster as ClusterModel,
  ScheduledBackup,
} from '../../../../imports/models';
import type { BackupTarget } from '../../../core/backup';
import { authorityIn, certificateSpec, serviceNames } from '../../../core/certificates';
import type { Cluster } from '../../../core/cluster';
import type { Issuer, StorageClass } from '../../../core/contracts';
import type {
  ArchivePlugin,
  DatabaseAccess,
  PostgresqlDatabase,
  PostgresqlOperator,
} from '../../../core/database';
import { Datastore } from '../../../core/datastore';
import { SCRAPE_INTERVAL } from '../../../core/monitoring';
import { tcp, type Endpoint, type PodGroup } from '../../../core/network';
import { mebi } from '../../../core/quantities';
import { random, template, type SecretKey } from '../../../core/secrets';
import { KEEP } from '../../../core/workload';
import { databaseAccess } from '../access';
import { accountSecret, databaseAccounts, secretOf, type Accounts } from '../accounts';
import { postgresqlPlan } from '../backup';
import { postgresqlConfiguration } from '../configuration';
import { VALIDITY } from '../certificate';
import { postgresql, type PostgresqlSettings } from '../definition';
import { postgresqlTuning, type PostgresqlTuning } from '../tuning';
import { accountsJob } from './accounts-job';
import { clusterAlerts, whileStopped } from './alerts';
import { POSTGRESQL_CLUSTER } from './dashboards';
import { objectStoreSpec, scheduledBackupSpec } from './archive';
import { instancePods, poolerPods } from './pods';
import { clusterName, clusterSpec, hibernation, OPERATIONS_DATABASE, type ClusterArchive } from './cluster';
import { poolerSpec } from './pooler';
import { rolesOf } from './roles';

export interface PostgresqlClusterProps extends PostgresqlSettings {
  /** Class of the data volumes. */
  readonly storage: StorageClass;
  /** Authority inside the cluster: it signs the servers' certificate, and clients verify against it. */
  readonly tls: Issuer;
  /** Who makes the servers. */
  readonly operator: PostgresqlOperator;
  /** Where backups go, and the plugin that takes the log there. @default nowhere: then no moment can be recovered */
  readonly backup?: BackupTarget;
  readonly plugin?: ArchivePlugin;
}

const NAME = 'postgresql';
const CERTIFICATE = `${NAME}-tls`;
const STORE = NAME;
/** Ports of an instance (pkg/management/url/url.go and pkg/postgres of v1.30.1); 8000 is what the operator asks, and each other. */
const PORTS = { postgresql: 5432, status: 8000, metrics: 9187 } as const;
const POOLER_METRICS = 9127;
const POOLER = { cpu: '50m', memory: mebi(64) } as const;

/**
 * One PostgreSQL for one environment as objects of CloudNativePG: the operator makes the servers, chooses the primary, and keeps accounts
 * and databases. Base backups and write-ahead log go to the bucket by Barman Cloud; dumps, encrypted before they leave, are the second line.
 */
export class PostgresqlCluster extends Datastore {
  static readonly definition = postgresql;

  /** The server that takes writes. */
  readonly endpoint: Endpoint;
  /** All standbys, for reads that may be a moment old. Undefined without one. */
  readonly readOnlyEndpoint: Endpoint | undefined;
  readonly databases: ReadonlyMap<string, PostgresqlDatabase>;
  /** The same databases for applications, through the pooler. Undefined without one. */
  readonly pooled: ReadonlyMap<string, DatabaseAccess> | undefined;

  private readonly image: Image;
  private readonly tuning: PostgresqlTuning;
  private readonly clusterId: string;

  constructor(cluster: Cluster, environment: EnvironmentSettings, props: PostgresqlClusterProps) {
    const program = image('cnpg-postgresql', props.version);
    super(cluster, {
      definition: postgresql,
      environment,
      version: program.tag,
      stopped: props.maintenance,
      source: 'charts/data/postgresql/cloudnative-pg/postgresql-cluster.ts',
    });
    this.image = program;
    this.clusterId = clusterName(props.generation);
    this.tuning = postgresqlTuning({ ...props, databases: props.databases.length }, this.id);
    this.requires(props.operator);
    this.requires(props.storage);
    const accounts = this.accounts(props.databases);
    const authority = this.certificate(props);
    this.servers(props, accounts, this.archive(props));
    const pods = this.instances(props);
    this.endpoint = this.managedService(`${this.clusterId}-rw`, pods, {
      postgresql: PORTS.postgresql,
    }).endpoint('postgresql');
    const replicas = this.managedService(`${this.clusterId}-ro`, pods, { postgresql: PORTS.postgresql });
    this.readOnlyEndpoint = props.instances > 1 ? replicas.endpoint('postgresql') : undefined;
    this.databases = databaseAccess(this, this.endpoint, props.databases, accounts, authority);
    this.keepDatabases(props.databases, accounts, authority);
    this.pooled = props.pooler && props.databases.length ? this.pooler(pods, authority) : undefined;
    this.dashboards(POSTGRESQL_CLUSTER);
    this.alerts(
      [
        ...clusterAlerts({
          namespace: this.namespace,
          cluster: this.clusterId,
          instances: props.instances,
          archives: props.backup !== undefined,
          pooler: this.pooled !== undefined,
          tuning: this.tuning,
        }),
        ...this.dumped(environment, props, accounts, authority),
      ],
      whileStopped(this, this.clusterId),
    );
  }

  /** Passwords, in the form that the operator reads; it follows a changed one by itself. */
  private accounts(databases: readonly string[]): Accounts {
    return new Map(
      ['backup', ...databaseAccounts(databases)].map((name) => [
        name,
        this.secret(
          accountSecret(name),
          { username: template(name), password: random() },
          { labels: { 'cnpg.io/reload': '' } },
        ),
      ]),
    );
  }

  /** The certificate of servers and pooler, which reads it as theirs. */
  private certificate({ tls, pooler, databases }: PostgresqlClusterProps): SecretKey {
    this.requires(tls);
    const services = ['rw', 'ro', ...(pooler && databases.length ? ['pooler'] : [])].map(
      (role) => `${this.clusterId}-${role}`,
    );
    const names = services.flatMap((service) => serviceNames(service, this.namespace));
    this.add(Certificate, {
      metadata: { name: CERTIFICATE },
      spec: {
        ...certificateSpec(CERTIFICATE, tls, names, { hours: VALIDITY }),
        // instances read a renewed one of a Secret with this label
        secretTemplate: { labels: { 'cnpg.io/reload': '' } },
      },
    });
    return authorityIn(CERTIFICATE, this.namespace);
  }

  /** Where base backups and log go; undefined where the settings name no bucket. */
  private archive({ backup, plugin }: PostgresqlClusterProps): ClusterArchive | undefined {
    if (!backup || !plugin) return undefined;
    this.requires(plugin);
    this.requires(backup);
    this.add(ObjectStore, {
      metadata: { name: STORE },
      spec: objectStoreSpec(this, backup, this.bucketKeys(backup)),
    });
    this.add(ScheduledBackup, {
      metadata: { name: this.clusterId },
      spec: scheduledBackupSpec(this.clusterId, plugin, this.stopped),
    });
    return { plugin, store: STORE };
  }

  private servers(
    props: PostgresqlClusterProps,
    accounts: Accounts,
    archive: ClusterArchive | undefined,
  ): void {
    this.add(ClusterModel, {
      // the operator deletes the volumes of a Cluster that is deleted
      metadata: { name: this.clusterId, annotations: { ...KEEP, ...hibernation(this.stopped) } },
      spec: clusterSpec({
        settings: props,
        tuning: this.tuning,
        image: this.image,
        storage: props.storage,
        certificate: CERTIFICATE,
        roles: rolesOf(accounts, props.databases, this.tuning),
        archive,
        priorityClass: this.priorityClass(),
      }),
    });
  }

  /**
   * The servers, and beside them whatever else has the label of the cluster: Jobs, which fill a new volume and have no role
   * (pkg/specs/jobs.go of v1.30.1), and poolers. With a policy for servers alone backups would work, and every recovery fail.
   */
  private instances(props: PostgresqlClusterProps): PodGroup {
    const { pods } = this.managedPods(
      instancePods({
        ...{ cluster: this.clusterId, image: this.image, instances: props.instances, storage: props.storage },
        resources: { cpu: props.cpu, memory: props.memory },
        size: props.size,
        archives: props.backup !== undefined,
        priorityClass: this.priorityClass(),
      }),
    );
    const all = this.podGroup(`${this.clusterId}-all`, { 'cnpg.io/cluster': this.clusterId });
    this.apiServerFrom(all);
    this.cluster.connect(all, pods, [tcp(PORTS.postgresql), tcp(PORTS.status)]);
    this.cluster.connect(props.operator.pods, pods, [tcp(PORTS.status)]);
    if (props.backup) this.cluster.connect(all, props.backup.peer, [props.backup.port]);
    this.monitor(this.clusterId, pods, PORTS.metrics);
    return pods;
  }

  private apiServerFrom(pods: PodGroup): void {
    const { apiServer, settings } = this.cluster;
    this.cluster.connect(pods, apiServer.service, [tcp(443)]);
    this.cluster.connect(pods, apiServer.nodes, [tcp(settings.network.apiServerPort)]);
  }

  /** The operator's own monitors are going to go (docs/src/monitoring.md of v1.30.1). */
  private monitor(name: string, pods: PodGroup, port: number): void {
    this.add(PodMonitor, {
      metadata: { name },
      spec: {
        selector: { matchLabels: { ...pods.labels } },
        podMetricsEndpoints: [{ port: 'metrics', path: '/metrics', interval: SCRAPE_INTERVAL }],
      },
    });
    this.cluster.connect(this.cluster.scraper, pods, [tcp(port)]);
  }

  /** A Database each, with a schema for the marks of backups, and a Job for the rights that only its owner gives. */
  private keepDatabases(databases: readonly string[], accounts: Accounts, authority: SecretKey): void {
    for (const database of databases)
      this.add(Database, {
        metadata: { name: `${this.clusterId}-${database.replaceAll('_', '-')}` },
        spec: {
          cluster: { name: this.clusterId },
          name: database,
          owner: `${database}_owner`,
          ensure: 'present',
          databaseReclaimPolicy: 'retain',
          template: 'template0',
          encoding: 'UTF8',
          schemas: [{ name: OPERATIONS_DATABASE, owner: 'backup', ensure: 'present' }],
        },
      });
    if (!databases.length) return;
    const { scripts, job } = accountsJob({
      image: this.image,
      host: this.endpoint.host,
      databases: databases.map((name) => ({ name, secret: secretOf(accounts, `${name}_owner`) })),
      authority,
    });
    this.connect(this.job(job(this.configMap(`${NAME}-accounts`, scripts))), this.endpoint);
  }

  private pooler(servers: PodGroup, authority: SecretKey): ReadonlyMap<string, DatabaseAccess> {
    const name = `${this.clusterId}-pooler`;
    const program = image('cnpg-pgbouncer');
    const instances = this.cluster.profile.replicas;
    const running = this.stopped ? 0 : instances;
    const priorityClass = this.priorityClass();
    const spec = poolerSpec({
      ...POOLER,
      priorityClass,
      cluster: this.clusterId,
      image: program,
      ...{ instances, running },
      connectionsPerDatabase: this.tuning.connectionsPerDatabase,
      where: `${this.id}: pooler`,
    });
    this.add(Pooler, { metadata: { name }, spec });
    const { pods } = this.managedPods(
      poolerPods({ ...POOLER, name, instances: running, image: program, priorityClass }),
    );
    this.apiServerFrom(pods);
    this.cluster.connect(pods, servers, [tcp(PORTS.postgresql)]);
    this.monitor(name, pods, POOLER_METRICS);
    const endpoint = this.managedService(name, pods, { pgbouncer: PORTS.postgresql }).endpoint('pgbouncer');
    return new Map(
      [...this.databases].map(([database, { app }]) => [database, { ...app, endpoint, authority }]),
    );
  }

  /** The dump of every night. Returns the alerts on its age. */
  private dumped(
    environment: EnvironmentSettings,
    props: PostgresqlClusterProps,
    accounts: Accounts,
    authority: SecretKey,
  ) {
    const { backup, size, version, databases } = props;
    const plan = postgresqlPlan({
      image: image('postgresql', version),
      endpoint: this.endpoint,
      secret: secretOf(accounts, 'backup'),
      authority,
      size,
      owners: [...this.databases.values()].map(({ owner }) => owner),
      configuration: postgresqlConfiguration(this.tuning, { ...props, databases: databases.length }),
    });
    return this.backUp(backup, plan, environment);
  }
}
