import type { EnvironmentSettings } from '../../../settings/base';
import { image, type Image } from '../../../imports/images';
import { Certificate } from '../../../imports/models';
import type { BackupTarget } from '../../core/backup';
import { authorityIn, certificateSpec, serviceNames } from '../../core/certificates';
import type { Cluster } from '../../core/cluster';
import type { ConfigMapRef, Issuer, StorageClass } from '../../core/contracts';
import type { PostgresqlDatabase, PostgresqlPooling } from '../../core/database';
import { Datastore } from '../../core/datastore';
import type { Alert } from '../../core/monitoring';
import type { Endpoint } from '../../core/network';
import { memory as toMemory } from '../../core/quantities';
import { random, type SecretKey } from '../../core/secrets';
import type { ServiceRef } from '../../core/service';
import type { ClaimTemplate, Workload } from '../../core/workload';
import { databaseAccess } from './access';
import { accountSecret, databaseAccounts, secretOf, type Accounts } from './accounts';
import { postgresqlAlerts } from './alerts';
import { postgresqlPlan } from './backup';
import { VALIDITY } from './certificate';
import { postgresqlConfiguration } from './configuration';
import { hostAuthentication } from './hba';
import { POSTGRESQL } from './dashboards';
import { postgresql, type PostgresqlSettings } from './definition';
import { postgresqlPod } from './pod';
import { SCRIPTS } from './scripts';
import { postgresqlTuning, type PostgresqlTuning } from './tuning';

export interface PostgresqlProps extends PostgresqlSettings {
  /** Class of the data volume. */
  readonly storage: StorageClass;
  /** Authority inside the cluster: it signs the server's certificate, and clients verify against it. */
  readonly tls: Issuer;
  /** Where backups go. @default nowhere */
  readonly backup?: BackupTarget;
}

const NAME = 'postgresql';
const HEADLESS = `${NAME}-headless`;
const CERTIFICATE = `${NAME}-tls`;
/** Accounts of operations: whoever reads metrics, dumps, and looks up passwords for a pooler. */
const OPERATIONS = ['exporter', 'backup', 'pgbouncer'] as const;

/**
 * One PostgreSQL server for one environment, with its exporter: the engine `statefulset`. What was written since the last dump is lost with
 * its volume; the engine `cloudnative-pg` is for those who cannot lose it.
 *
 * The image's entrypoint is not used: it sets up an empty data directory only, so that neither a new database nor a new password would
 * reach an existing server. Scripts do: prepare.sh before the server, and start.sh, which runs it.
 */
export class Postgresql extends Datastore {
  static readonly definition = postgresql;

  readonly endpoint: Endpoint;
  readonly databases: ReadonlyMap<string, PostgresqlDatabase>;
  readonly pooling: PostgresqlPooling;

  private readonly image: Image;
  private readonly tuning: PostgresqlTuning;

  constructor(cluster: Cluster, environment: EnvironmentSettings, props: PostgresqlProps) {
    const program = image(NAME, props.version);
    super(cluster, { definition: postgresql, environment, version: program.tag, stopped: props.maintenance });
    this.image = program;
    this.tuning = postgresqlTuning({ ...props, databases: props.databases.length }, this.id);
    const accounts = this.accounts(props.databases);
    const authority = this.certificate(props.tls);
    const server = this.server(props, accounts, this.configuration(props));
    this.endpoint = this.serve(server).endpoint(NAME);
    this.budget(server);
    this.databases = databaseAccess(this, this.endpoint, props.databases, accounts, authority);
    this.pooling = this.poolingOf(accounts, authority);
    this.dashboards(POSTGRESQL);
    this.alerts([
      ...postgresqlAlerts(this.namespace),
      ...this.backedUp(environment, props, accounts, authority),
    ]);
  }

  private accounts(databases: readonly string[]): Accounts {
    return new Map(
      [...OPERATIONS, ...databaseAccounts(databases)].map((name) => [
        name,
        this.secret(accountSecret(name), { password: random() }),
      ]),
    );
  }

  /** The server's certificate, in the Secret `postgresql-tls`. */
  private certificate(issuer: Issuer): SecretKey {
    this.requires(issuer);
    this.add(Certificate, {
      metadata: { name: CERTIFICATE },
      spec: certificateSpec(CERTIFICATE, issuer, serviceNames(NAME, this.namespace), { hours: VALIDITY }),
    });
    return authorityIn(CERTIFICATE, this.namespace);
  }

  private configuration(props: PostgresqlProps): ConfigMapRef {
    return this.configMap(NAME, {
      ...SCRIPTS,
      'pg_hba.conf': hostAuthentication(props.databases),
      'postgresql.conf': this.postgresqlConf(props),
    });
  }

  private postgresqlConf(props: PostgresqlProps): string {
    return postgresqlConfiguration(this.tuning, { ...props, databases: props.databases.length });
  }

  private server(props: PostgresqlProps, accounts: Accounts, config: ConfigMapRef): Workload {
    const data: ClaimTemplate = { name: 'data', size: props.size, storage: props.storage };
    const pod = postgresqlPod({
      image: this.image,
      databases: props.databases,
      accounts,
      config,
      certificate: CERTIFICATE,
      data,
      resources: { cpu: props.cpu, memory: props.memory },
      connectionsPerDatabase: this.tuning.connectionsPerDatabase,
      sharedMemory: toMemory(this.tuning.sharedMemory),
    });
    return this.statefulSet({
      ...pod,
      name: NAME,
      replicas: 1,
      serviceName: HEADLESS,
      // cannot be changed in a set that is there; of one pod it says nothing
      parallel: true,
      claims: [data],
    });
  }

  private serve(server: Workload): ServiceRef {
    this.service(server, { [NAME]: true }, { name: HEADLESS, headless: true });
    const service = this.service(server, { [NAME]: true, metrics: true });
    this.scrape(service, { port: 'metrics' });
    return service;
  }

  /** The dump of every night. Returns the alerts on its age. */
  private backedUp(
    environment: EnvironmentSettings,
    props: PostgresqlProps,
    accounts: Accounts,
    authority: SecretKey,
  ): readonly Alert[] {
    const { backup, size } = props;
    const plan = postgresqlPlan({
      image: this.image,
      endpoint: this.endpoint,
      secret: secretOf(accounts, 'backup'),
      authority,
      size,
      owners: [...this.databases.values()].map(({ owner }) => owner),
      configuration: this.postgresqlConf(props),
    });
    return this.backUp(backup, plan, environment);
  }

  private poolingOf(accounts: Accounts, authority: SecretKey): PostgresqlPooling {
    return {
      component: this,
      endpoint: this.endpoint,
      username: 'pgbouncer',
      secret: secretOf(accounts, 'pgbouncer'),
      authority,
      connectionsPerDatabase: this.tuning.connectionsPerDatabase,
      databases: this.databases,
    };
  }
}
