import type { EnvironmentSettings } from '../../../settings/base';
import { image } from '../../../imports/images';
import { Certificate } from '../../../imports/models';
import { authorityIn, certificateSpec, serviceNames } from '../../core/certificates';
import type { Cluster } from '../../core/cluster';
import type { BackupTarget } from '../../core/backup';
import type { ConfigMapRef, Issuer, StorageClass } from '../../core/contracts';
import type { DatabaseAccess, MysqlDatabase } from '../../core/database';
import { Datastore } from '../../core/datastore';
import type { Endpoint } from '../../core/network';
import type { ContainerSpec, EnvValue, Probe } from '../../core/pod';
import { mebi } from '../../core/quantities';
import { keyOf, random, type SecretRef } from '../../core/secrets';
import type { ServiceRef } from '../../core/service';
import { configVolume, scratch, secretVolume, type Volume } from '../../core/volumes';
import { templateVolume, type ClaimTemplate, type Workload } from '../../core/workload';
import { mysqlAlerts } from './alerts';
import { databaseSteps, mysqlPlan, type MysqlServer } from './backup';
import { MYSQL } from './dashboards';
import { mysql, type MysqlSettings } from './definition';
import { DATA_FOLDER, mysqlConfiguration, SOCKET, TLS_FOLDER } from './configuration';
import prepare from './prepare.sh';

export interface MysqlProps extends MysqlSettings {
  /** Class of the data volume. */
  readonly storage: StorageClass;
  /** Authority inside the cluster: it signs the server's certificate, and clients verify against it. */
  readonly tls: Issuer;
  /** Where backups go. @default there are none */
  readonly backup?: BackupTarget;
}

/** Group and user `mysql` of the image (docker-library/mysql, Dockerfile.oracle of 8.0.46 and 8.4.10). */
const USER = { uid: 999, gid: 999 };

/** Seconds for a clean shutdown: changed pages of the whole buffer pool go to a disk that may manage a few MB/s of random writes. */
const GRACE_SECONDS = 300;

const CONFIG_FOLDER = '/etc/strata';
const ACCOUNTS = '/run/accounts/accounts.sql';

/**
 * A client's handshake over TCP. mysqladmin counts a refused login as alive, so it needs no account; while the data directory is made
 * nothing listens, and mysqld listens only after crash recovery. A bare TCP connect would do too, but counts as an aborted client.
 */
const handshake: Pick<Probe, 'exec' | 'timeoutSeconds'> = {
  exec: ['mysqladmin', 'ping', '--silent', '--protocol=tcp', '--host=127.0.0.1', '--port=3306'],
  timeoutSeconds: 5,
};

/**
 * One MySQL server with its exporter, for one environment.
 *
 * The image's entrypoint is not used: it runs only when the data directory is empty, so that neither a new database nor a new password
 * would reach an existing server, and it wants root's password in the server's environment. An init container creates the data
 * directory and writes the accounts (see mysql/prepare.sh); mysqld itself is the process that gets the signal to stop.
 */
export class Mysql extends Datastore {
  static readonly definition = mysql;
  readonly endpoint: Endpoint;
  readonly databases: ReadonlyMap<string, MysqlDatabase>;

  private readonly release: '8.0' | '8.4';
  private readonly root: SecretRef;
  private readonly exporterSecret: SecretRef;
  private readonly backupSecret: SecretRef;

  constructor(cluster: Cluster, environment: EnvironmentSettings, props: MysqlProps) {
    const { version, size, memory, cpu } = props;
    super(cluster, {
      definition: mysql,
      environment,
      version: image('mysql', version).tag,
      stopped: props.maintenance,
    });
    this.release = version;
    this.root = this.secret('mysql-root', { password: random() });
    this.exporterSecret = this.secret('mysql-exporter', { password: random() });
    this.backupSecret = this.secret('mysql-backup', { password: random() });
    const accounts = this.accounts(props.databases);
    const certificate = this.certificate(props.tls);
    const configuration = mysqlConfiguration(memory, `${this.id}: memory`);
    const config = this.configMap('mysql', { 'my.cnf': configuration, 'prepare.sh': prepare });
    const data: ClaimTemplate = { name: 'data', size, storage: props.storage };
    const server = this.server(accounts, config, certificate, data, { cpu, memory });
    const service = this.services(server);
    this.budget(server);
    this.endpoint = service.endpoint('mysql');
    const authority = authorityIn(certificate.name, this.namespace);
    const backedUp: MysqlServer = {
      image: image('mysql', version),
      endpoint: this.endpoint,
      authority,
      root: this.root,
      size,
      configuration,
    };
    this.databases = this.access(accounts, backedUp);
    const plan = mysqlPlan({ ...backedUp, user: USER, secret: this.backupSecret });
    this.dashboards(MYSQL);
    this.alerts([...mysqlAlerts(this.namespace), ...this.backUp(props.backup, plan, environment)]);
  }

  /** Database → Secret of its account. */
  private accounts(databases: readonly string[]): ReadonlyMap<string, SecretRef> {
    return new Map(
      databases.map((database) => [
        database,
        // names of Secrets have no underscore, and names of databases no hyphen: this stays unique
        this.secret(`mysql-${database.replaceAll('_', '-')}`, { password: random() }),
      ]),
    );
  }

  /**
   * The server's certificate, in the Secret `mysql-tls`. A running mysqld keeps the one it started with until somebody tells it to read
   * again, so it is valid for a year, and an alert looks at what the server really presents.
   */
  private certificate(issuer: Issuer): { readonly name: string } {
    this.requires(issuer);
    const name = 'mysql-tls';
    this.add(Certificate, {
      metadata: { name },
      spec: certificateSpec(name, issuer, serviceNames('mysql', this.namespace), {
        hours: { duration: 8760, renewBefore: 720 },
      }),
    });
    return { name };
  }

  private server(
    accounts: ReadonlyMap<string, SecretRef>,
    config: ConfigMapRef,
    certificate: { readonly name: string },
    data: ClaimTemplate,
    resources: ContainerSpec['resources'],
  ): Workload {
    const mysql = image('mysql', this.release);
    // in memory: the passwords of all accounts, readable by mysqld's user only
    const statements: Volume = {
      name: 'accounts',
      source: { emptyDir: { medium: 'Memory', sizeLimit: mebi(1) } },
      readOnly: false,
    };
    const shared = {
      [DATA_FOLDER]: templateVolume(data),
      [CONFIG_FOLDER]: configVolume(config),
      [TLS_FOLDER]: secretVolume(certificate),
      '/run/accounts': statements,
    };
    const socket = scratch('socket', mebi(1));
    return this.statefulSet({
      name: 'mysql',
      replicas: 1,
      serviceName: 'mysql-headless',
      user: USER,
      graceSeconds: GRACE_SECONDS,
      claims: [data],
      initContainers: [
        {
          name: 'prepare',
          image: mysql,
          command: [
            'bash',
            `${CONFIG_FOLDER}/prepare.sh`,
            `${CONFIG_FOLDER}/my.cnf`,
            DATA_FOLDER,
            ACCOUNTS,
            ...accounts.keys(),
          ],
          env: this.passwords(accounts),
          // mysqld creates the data directory with the buffers that it will run with
          resources,
          mounts: { ...shared, '/var/run/mysqld': socket },
        },
      ],
      containers: [
        {
          name: 'mysql',
          image: mysql,
          command: ['mysqld', `--defaults-file=${CONFIG_FOLDER}/my.cnf`, `--init-file=${ACCOUNTS}`],
          ports: { mysql: 3306 },
          resources,
          // crash recovery and the upgrade of the data dictionary come before the server answers: ten minutes
          startup: { ...handshake, failureThreshold: 60 },
          readiness: handshake,
          liveness: { ...handshake, periodSeconds: 20, failureThreshold: 6 },
          mounts: { ...shared, '/var/run/mysqld': socket },
        },
        this.exporter(socket),
      ],
    });
  }

  private passwords(accounts: ReadonlyMap<string, SecretRef>): Record<string, EnvValue> {
    return {
      PASSWORD_root: keyOf(this.root, 'password'),
      PASSWORD_exporter: keyOf(this.exporterSecret, 'password'),
      PASSWORD_backup: keyOf(this.backupSecret, 'password'),
      ...Object.fromEntries(
        [...accounts].map(([database, secret]) => [`PASSWORD_${database}`, keyOf(secret, 'password')]),
      ),
    };
  }

  /** Flags and the variable of its password: mysqld_exporter v0.20.0, mysqld_exporter.go and config/config.go. */
  private exporter(socket: Volume): ContainerSpec {
    return {
      name: 'exporter',
      image: image('mysqld-exporter'),
      args: [`--mysqld.address=unix://${SOCKET}`, '--mysqld.username=exporter', '--collect.binlog_size'],
      env: { MYSQLD_EXPORTER_PASSWORD: keyOf(this.exporterSecret, 'password') },
      ports: { metrics: 9104 },
      resources: { cpu: '10m', memory: mebi(48) },
      // its front page, which says nothing of MySQL: a database that is down must not restart its exporter, nor the reverse
      readiness: { http: { path: '/', port: 'metrics' } },
      liveness: { http: { path: '/', port: 'metrics' } },
      mounts: { '/var/run/mysqld': socket },
    };
  }

  private services(server: Workload): ServiceRef {
    this.service(server, { mysql: true }, { name: 'mysql-headless', headless: true });
    const service = this.service(server, { mysql: true, metrics: true });
    this.scrape(service, { port: 'metrics' });
    return service;
  }

  private access(
    accounts: ReadonlyMap<string, SecretRef>,
    server: MysqlServer,
  ): ReadonlyMap<string, MysqlDatabase> {
    const access = (database: string, secret: SecretRef): DatabaseAccess => ({
      component: this,
      endpoint: this.endpoint,
      database,
      username: database,
      secret,
      authority: server.authority,
    });
    return new Map(
      [...accounts].map(([database, secret]) => {
        const of = access(database, secret);
        return [database, { ...of, steps: databaseSteps(server, of) }];
      }),
    );
  }
}
