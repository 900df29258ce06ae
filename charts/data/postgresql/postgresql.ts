import type { EnvironmentSettings } from '../../../settings/base';
import { image, type Image } from '../../../imports/images';
import { Certificate, Service } from '../../../imports/models';
import type { BackupTarget } from '../../core/backup';
import type { Cluster } from '../../core/cluster';
import type { ServiceRef } from '../../core/component';
import type { ConfigMapRef, Issuer, StorageClass } from '../../core/contracts';
import type { DatabaseAccess, PostgresqlDatabase, PostgresqlPooling } from '../../core/database';
import { Datastore } from '../../core/datastore';
import type { Alert } from '../../core/monitoring';
import type { Endpoint } from '../../core/network';
import { memory as toMemory } from '../../core/quantities';
import { random, type SecretKey } from '../../core/secrets';
import type { ClaimTemplate, Workload } from '../../core/workload';
import { accountNames, secretOf, type Accounts } from './accounts';
import { archiveAlerts, postgresqlAlerts } from './alerts';
import { postgresqlPlans } from './backup';
import { certificateSpec } from './certificate';
import { postgresqlConfiguration, postgresqlTuning, type PostgresqlTuning } from './configuration';
import { hostAuthentication } from './hba';
import { postgresql, type PostgresqlSettings } from './definition';
import { postgresqlPod } from './pod';
import { SCRIPTS } from './scripts';
import { WAL_SCRIPTS, walShipping, type WalShipping } from './wal';

export interface PostgresqlProps extends PostgresqlSettings {
  /** Class of the data volumes. */
  readonly storage: StorageClass;
  /** Authority inside the cluster: it signs the servers' certificate, and clients verify against it. */
  readonly tls: Issuer;
  /** Where backups go. @default nowhere: then WAL is not archived either */
  readonly backup?: BackupTarget;
}

const NAME = 'postgresql';
const HEADLESS = `${NAME}-headless`;

/**
 * One PostgreSQL for one environment: a primary, and standbys where wanted, each with its exporter.
 *
 * The image's entrypoint is not used: it sets up an empty data directory only, so that neither a new database nor a new password would
 * reach an existing server, and it knows nothing of standbys. Scripts do: prepare.sh before the server, start.sh in its place until it is
 * one. Which server is the primary is a setting, which every server reads before it takes a write: charts/data/postgresql/runbook.md.
 */
export class Postgresql extends Datastore {
  static readonly definition = postgresql;

  /** The server that takes writes. */
  readonly endpoint: Endpoint;
  /** All servers, for reads that may be a moment old. Undefined without standbys. */
  readonly readOnlyEndpoint: Endpoint | undefined;
  readonly databases: ReadonlyMap<string, PostgresqlDatabase>;
  readonly pooling: PostgresqlPooling;

  private readonly servers: readonly string[];
  private readonly image: Image;
  private readonly tuning: PostgresqlTuning;

  constructor(cluster: Cluster, environment: EnvironmentSettings, props: PostgresqlProps) {
    const settings = props;
    const program = image(NAME, settings.version);
    super(cluster, { definition: postgresql, environment, version: program.tag });
    this.image = program;
    this.servers = Array.from({ length: settings.standbys + 1 }, (_, number) => `${NAME}-${number}`);
    this.tuning = postgresqlTuning(tuningInput(settings), this.id);
    const accounts = this.accounts(props.databases);
    const authority = this.certificate(props.tls);
    const config = this.configuration(settings);
    const record = this.record(settings.primary);
    const data: ClaimTemplate = { name: 'data', size: settings.size, storage: props.storage };
    const server = this.server(settings, accounts, { config, record }, data);
    const all = this.services(server, settings.primary);
    this.budget(server);
    this.endpoint = { ...all.endpoint(NAME), service: NAME, host: this.host(NAME) };
    this.readOnlyEndpoint = settings.standbys > 0 ? all.endpoint(NAME) : undefined;
    this.databases = this.access(accounts, props.databases, authority);
    this.pooling = this.poolingOf(accounts, authority);
    this.alerts([
      ...postgresqlAlerts(this.namespace, this.servers, this.tuning),
      ...(settings.backup ? archiveAlerts(this.namespace, this.id) : []),
      ...this.backedUp(environment, settings, accounts, authority),
    ]);
  }

  private host(service: string): string {
    return `${service}.${this.namespace}.svc`;
  }

  private accounts(databases: readonly string[]): Accounts {
    return new Map(
      accountNames(databases).map((name) => [
        name,
        // names of Secrets have no underscore, and names of databases no hyphen: this stays unique
        this.secret(`${NAME}-${name.replaceAll('_', '-')}`, { password: random() }),
      ]),
    );
  }

  /** The servers' certificate, in the Secret `postgresql-tls`. Standbys know each other by the names of their pods. */
  private certificate(issuer: Issuer): SecretKey {
    this.requires(issuer);
    const secret = `${NAME}-tls`;
    const services = [NAME, ...(this.servers.length > 1 ? [`${NAME}-ro`] : [])];
    const names = services.flatMap((service) => [
      service,
      `${service}.${this.namespace}`,
      this.host(service),
    ]);
    this.add(Certificate, {
      metadata: { name: secret },
      spec: certificateSpec(secret, issuer, [...names, `*.${this.host(HEADLESS)}`]),
    });
    return { secret, namespace: this.namespace, key: 'ca.crt' };
  }

  private configuration(settings: PostgresqlProps): ConfigMapRef {
    return this.configMap(NAME, {
      ...SCRIPTS,
      'pg_hba.conf': hostAuthentication(settings.databases),
      'postgresql.conf': postgresqlConfiguration(
        {
          ...tuningInput(settings),
          synchronous: settings.synchronous,
          servers: this.servers,
          archive: settings.backup !== undefined,
        },
        this.id,
      ),
    });
  }

  /**
   * Who is the primary. Not part of what pods restart for: a switchover restarts the old primary only, and a promotion must not wait for
   * pods that are lost. Running pods see the new text within a minute or so.
   */
  private record(primary: number): string {
    return this.configMap(`${NAME}-primary`, { primary: `${NAME}-${primary}` }).name;
  }

  private server(
    settings: PostgresqlProps,
    accounts: Accounts,
    maps: { readonly config: ConfigMapRef; readonly record: string },
    data: ClaimTemplate,
  ): Workload {
    const pod = postgresqlPod({
      image: this.image,
      domain: this.host(HEADLESS),
      servers: this.servers,
      databases: settings.databases,
      accounts,
      ...maps,
      certificate: `${NAME}-tls`,
      data,
      resources: { cpu: settings.cpu, memory: settings.memory },
      connectionsPerDatabase: this.tuning.connectionsPerDatabase,
      sharedMemory: toMemory(this.tuning.sharedMemory),
      shipping: settings.backup && this.shipping(settings.backup, data),
    });
    const server = this.statefulSet({
      ...pod,
      name: NAME,
      replicas: this.servers.length,
      serviceName: HEADLESS,
      // a standby must not wait for a server with a lower number, which may be the one that is lost
      parallel: true,
      claims: [data],
    });
    if (settings.backup) this.reachBucket(server, settings.backup);
    return server;
  }

  private shipping(backup: BackupTarget, data: ClaimTemplate): WalShipping {
    this.requires(backup);
    return walShipping(
      this,
      backup,
      this.bucketKeys(backup),
      this.configMap(`${NAME}-wal`, WAL_SCRIPTS),
      data,
    );
  }

  /** Three Services: names of the pods, the primary by its name, and all. Returns the one with all of them. */
  private services(server: Workload, primary: number): ServiceRef {
    const headless = this.service(server, { [NAME]: true }, { name: HEADLESS, headless: true });
    if (this.servers.length === 1) {
      const service = this.service(server, { [NAME]: true, metrics: true });
      this.scrape(service, { port: 'metrics' });
      return service;
    }
    this.connect(server, headless.endpoint(NAME));
    this.add(Service, {
      metadata: { name: NAME, labels: { ...server.selector } },
      spec: {
        type: 'ClusterIP' as const,
        selector: { ...server.selector, 'statefulset.kubernetes.io/pod-name': `${NAME}-${primary}` },
        ports: [{ name: NAME, port: 5432, targetPort: NAME, protocol: 'TCP' as const }],
      },
    });
    const all = this.service(server, { [NAME]: true, metrics: true }, { name: `${NAME}-ro` });
    this.scrape(all, { port: 'metrics' });
    return all;
  }

  /** Backups of both kinds. Returns the alerts on their age. */
  private backedUp(
    environment: EnvironmentSettings,
    { backup, primary, size }: PostgresqlProps,
    accounts: Accounts,
    authority: SecretKey,
  ): readonly Alert[] {
    const plans = postgresqlPlans({
      image: this.image,
      endpoint: this.endpoint,
      secret: secretOf(accounts, 'backup'),
      authority,
      size,
      claim: `data-${NAME}-${primary}`,
      owners: [...this.databases.values()].map(({ owner }) => owner),
    });
    return plans.flatMap((plan) => this.backUp(backup, plan, environment));
  }

  private access(accounts: Accounts, databases: readonly string[], authority: SecretKey) {
    const as = (database: string, username: string): DatabaseAccess => ({
      component: this,
      endpoint: this.endpoint,
      database,
      username,
      secret: secretOf(accounts, username),
      authority,
    });
    return new Map<string, PostgresqlDatabase>(
      databases.map((database) => [
        database,
        { app: as(database, database), owner: as(database, `${database}_owner`) },
      ]),
    );
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

const tuningInput = ({ memory, size, databases, standbys }: PostgresqlSettings) => ({
  memory,
  size,
  databases: databases.length,
  standbys,
});
