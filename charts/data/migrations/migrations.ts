import type { EnvironmentSettings } from '../../../settings/base';
import { image } from '../../../imports/images';
import { ConfigMap } from '../../../imports/models';
import { authorityVolume } from '../../core/certificates';
import type { Cluster } from '../../core/cluster';
import { Component } from '../../core/component';
import type { ConfigMapRef } from '../../core/contracts';
import type { DatabaseAccess, MigratedDatabase, PostgresqlDatabase } from '../../core/database';
import { StrataError } from '../../core/errors';
import { contentHash } from '../../core/hash';
import type { Alert } from '../../core/monitoring';
import type { ContainerSpec, EnvValue } from '../../core/pod';
import { mebi, type Memory } from '../../core/quantities';
import { keyOf } from '../../core/secrets';
import { configVolume, scratch } from '../../core/volumes';
import { migrations } from './definition';
import { afterMigrate, newestVersion, type MigrationFiles } from './files';
import gate from './gate.sh';

export interface MigrationsProps {
  /** Databases of the server that migrations go to: straight, since Flyway holds a lock of its session. */
  readonly databases: ReadonlyMap<string, PostgresqlDatabase>;
  /** The same databases as applications reach them. @default straight too */
  readonly access?: ReadonlyMap<string, DatabaseAccess>;
  /** Database → its migrations. */
  readonly files: Readonly<Record<string, MigrationFiles>>;
  /** Whether the server is stopped: then nothing can be migrated. @default false */
  readonly stopped?: boolean;
  /** Seconds that all migrations of a database may take. @default 3600 */
  readonly deadlineSeconds?: number;
  /** Memory request and limit of a run. @default 384Mi */
  readonly memory?: Memory;
}

/** An hour: an index over some hundred million rows. */
const DEFAULTS = { deadlineSeconds: 3600, memory: mebi(384) } as const;

/** The image names no user, and its files are readable for everybody (flyway, flyway-docker/dockerfiles/alpine/Dockerfile). */
const USER = { uid: 1000, gid: 1000 };

/**
 * A migration that waits for a table longer than this gives up and is tried again: all queries that come after it wait behind it, so that
 * one long query of somebody would stop the application.
 */
const LOCK_TIMEOUT = '10s';

const FILES_FOLDER = '/migrations';
const AUTHORITY_FOLDER = '/etc/database-authority';
const GATE_FOLDER = '/etc/strata-gate';

/**
 * Flyway's runs over the databases of one environment: a Job for each, started by every sync of this Application.
 *
 * A hook of the phase Sync, not PreSync: it needs the ConfigMap and the NetworkPolicy of the same sync. They are in wave 0, the Jobs in
 * wave 1. Argo CD does not count what a hook did against an Application's health (controller/health.go of v3.5.1), and with everything
 * else applied it would be synced, healthy, and let the next wave begin. Hence the ConfigMap in wave 2, which says what was migrated: as
 * long as a migration failed it is missing or old, the Application is out of sync after a failed operation, and thus Degraded
 * (charts/delivery/argocd-health.ts).
 */
export class Migrations extends Component {
  static readonly definition = migrations;
  /** The databases that have migrations. An application that takes one comes in a later wave, and waits at its gate. */
  readonly databases: ReadonlyMap<string, MigratedDatabase>;

  constructor(cluster: Cluster, environment: EnvironmentSettings, props: MigrationsProps) {
    const flyway = image('flyway');
    super(cluster, {
      definition: migrations,
      environment,
      version: flyway.tag,
      stopped: props.stopped ?? false,
    });
    const settings = { ...DEFAULTS, ...props };
    const databases = Object.entries(props.files).map(([name, files]) => {
      const database = props.databases.get(name) ?? this.unknown(name, props.databases);
      const version = newestVersion(name, files);
      this.run(database, files, settings);
      return { name, files, version, access: props.access?.get(name) ?? database.app };
    });
    this.record(databases);
    this.alerts(migrationsAlerts(this.namespace));
    const script = this.configMap('wait-for-migrations', { 'gate.sh': gate });
    this.databases = new Map(
      databases.map(({ name, version, access }) => [name, this.gated(access, version, script)]),
    );
  }

  private unknown(name: string, databases: MigrationsProps['databases']): never {
    throw new StrataError(
      `charts/data/migrations/${name}`,
      `${this.namespace} has no database "${name}", only ${[...databases.keys()].join(', ') || 'none'}`,
      'Add it to the databases of postgresql, or take its migrations away',
    );
  }

  private run(
    { app, owner }: PostgresqlDatabase,
    files: MigrationFiles,
    { deadlineSeconds, memory }: Required<Pick<MigrationsProps, 'deadlineSeconds' | 'memory'>>,
  ): void {
    const name = `migrations-${owner.database.replaceAll('_', '-')}`;
    const config = this.configMap(name, { ...files, 'afterMigrate.sql': afterMigrate(app.username) });
    const job = this.job({
      name,
      annotations: {
        'argocd.argoproj.io/hook': 'Sync',
        'argocd.argoproj.io/hook-delete-policy': 'BeforeHookCreation',
        'argocd.argoproj.io/sync-wave': '1',
      },
      // no retry of its own: Argo CD tries the whole sync again, with pauses that grow
      deadlineSeconds,
      user: USER,
      containers: [
        {
          name: 'flyway',
          image: image('flyway'),
          command: ['flyway', '-skipCheckForUpdate', 'migrate'],
          env: this.flyway(owner),
          resources: { cpu: '100m', memory },
          mounts: {
            [FILES_FOLDER]: configVolume(config),
            [AUTHORITY_FOLDER]: authorityVolume(owner.authority, 'authority'),
            '/tmp': scratch('tmp', mebi(64)),
          },
        },
      ],
    });
    this.connect(job, owner.endpoint);
  }

  /** Settings: flyway, documentation/Reference/Configuration; pgjdbc, "Connecting to the database". */
  private flyway(owner: DatabaseAccess): Record<string, EnvValue> {
    const { endpoint, database } = owner;
    const options = [
      'sslmode=verify-full',
      `sslrootcert=${AUTHORITY_FOLDER}/ca.crt`,
      'ApplicationName=flyway',
      `options=-c%20lock_timeout=${LOCK_TIMEOUT}`,
    ];
    return {
      FLYWAY_URL: `jdbc:postgresql://${endpoint.host}:${endpoint.port}/${database}?${options.join('&')}`,
      FLYWAY_USER: owner.username,
      FLYWAY_PASSWORD: keyOf(owner.secret, 'password'),
      FLYWAY_LOCATIONS: `filesystem:${FILES_FOLDER}`,
      FLYWAY_VALIDATE_MIGRATION_NAMING: 'true',
      // SQL is what it says: ${…} in it is no variable of Flyway
      FLYWAY_PLACEHOLDER_REPLACEMENT: 'false',
      // a lock of the transaction would block CREATE INDEX CONCURRENTLY, which waits for all transactions
      FLYWAY_POSTGRESQL_TRANSACTIONAL_LOCK: 'false',
      // a server that restarts: ten tries, ten seconds apart at most
      FLYWAY_CONNECT_RETRIES: '10',
      FLYWAY_CONNECT_RETRIES_INTERVAL: '10',
      REDGATE_DISABLE_TELEMETRY: 'true',
      JAVA_ARGS: '-XX:MaxRAMPercentage=50 -XX:+UseSerialGC -Duser.home=/tmp',
    };
  }

  /** What is migrated, written when it is. */
  private record(databases: readonly { name: string; files: MigrationFiles; version: number }[]): void {
    this.add(ConfigMap, {
      metadata: { name: 'migrated', annotations: { 'argocd.argoproj.io/sync-wave': '2' } },
      data: Object.fromEntries(
        databases.map(({ name, files, version }) => [
          name,
          `version ${version}, content ${contentHash(JSON.stringify(files))}`,
        ]),
      ),
    });
  }

  private gated(access: DatabaseAccess, version: number, script: ConfigMapRef): MigratedDatabase {
    this.requires(access.endpoint);
    const { endpoint, database, username } = access;
    const gate: ContainerSpec = {
      name: 'wait-for-migrations',
      // for its psql: it is small, and on the nodes already
      image: image('pgbouncer'),
      command: ['sh', `${GATE_FOLDER}/gate.sh`, String(version)],
      env: {
        PGHOST: endpoint.host,
        PGPORT: String(endpoint.port),
        PGDATABASE: database,
        PGUSER: username,
        PGPASSWORD: keyOf(access.secret, 'password'),
        PGSSLMODE: 'verify-full',
        PGSSLROOTCERT: `${AUTHORITY_FOLDER}/ca.crt`,
        PGCONNECT_TIMEOUT: '10',
      },
      resources: { cpu: '10m', memory: mebi(32) },
      mounts: {
        [GATE_FOLDER]: configVolume(script),
        [AUTHORITY_FOLDER]: authorityVolume(access.authority, 'migrations-authority'),
      },
    };
    return { ...access, component: this, endpoint: { ...endpoint, component: this }, gate };
  }
}

/** Name of the metric: kube-state-metrics, docs/metrics/workload/job-metrics.md. */
const migrationsAlerts = (namespace: string): readonly Alert[] => [
  {
    alert: 'MigrationsFailed',
    expr: `kube_job_status_failed{namespace="${namespace}",job_name=~"migrations-.+"} > 0`,
    // Argo CD tries again, with a new Job: what is locked or restarts has passed by then
    for: '20m',
    severity: 'warning',
    summary: 'The run {{ $labels.job_name }} of {{ $labels.namespace }} failed',
    description: 'The schema is as it was, and applications run on in the version before; a release waits.',
  },
];
