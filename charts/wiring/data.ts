import type { EnvironmentSettings } from '../../settings/base';
import type { CertManager } from '../certificates/cert-manager/cert-manager';
import { certManager } from '../certificates/cert-manager/definition';
import type { ArchivePlugin, DatabaseAccess, PostgresqlDatabase, PostgresqlOperator } from '../core/database';
import { defined } from '../core/objects';
import type { Wiring } from '../core/wiring';
import { BarmanCloud } from '../data/barman-cloud/barman-cloud';
import { barmanCloud } from '../data/barman-cloud/definition';
import { CloudnativePg } from '../data/cloudnative-pg/cloudnative-pg';
import { cloudnativePg } from '../data/cloudnative-pg/definition';
import { migrationsOf } from '../data/migrations/catalogue';
import { Migrations } from '../data/migrations/migrations';
import { Mysql } from '../data/mysql/mysql';
import { ObjectStore } from '../data/object-store/object-store';
import { Pgbouncer } from '../data/pgbouncer/pgbouncer';
import { PostgresqlCluster } from '../data/postgresql/cloudnative-pg/postgresql-cluster';
import { postgresql } from '../data/postgresql/definition';
import { Postgresql } from '../data/postgresql/postgresql';
import { Rabbitmq } from '../data/rabbitmq/rabbitmq';
import { Redis } from '../data/redis/redis';
import type { VolumeClasses } from '../storage/storage-classes/storage-classes';
import type { Backup } from './backup';

export interface Data {
  /** Undefined where it is switched off. */
  readonly mysql: Mysql | undefined;
}

/** What makes PostgreSQL servers of objects; each undefined where it is switched off. */
export interface PostgresqlEngine {
  readonly operator: PostgresqlOperator | undefined;
  readonly plugin: ArchivePlugin | undefined;
}

export function wirePostgresqlEngine(
  wiring: Wiring,
  certificates: CertManager | undefined,
): PostgresqlEngine {
  const operator = wiring.on(CloudnativePg, () => ({}))?.operator;
  const barman = wiring.on(BarmanCloud, (need) => ({
    operator: need(operator, cloudnativePg),
    tls: need(certificates?.internal, certManager),
  }));
  return { operator, plugin: barman?.plugin };
}

/** The datastores of one environment. */
export function wireData(
  wiring: Wiring,
  environment: EnvironmentSettings,
  classes: VolumeClasses,
  certificates: CertManager | undefined,
  backup: Backup,
  engine: PostgresqlEngine,
): Data {
  const { database, general } = classes;
  const server = wirePostgresql(wiring, environment, classes, certificates, backup, engine);
  if (server) wireMigrations(wiring, environment, server);
  const mysql = wiring.in(environment, Mysql, (need) => ({
    storage: database,
    tls: need(certificates?.internal, certManager),
    ...backup(environment),
  }));
  const keeps = wiring.block(Redis.definition, environment)?.use === 'sessions';
  wiring.in(environment, Redis, (need) => ({
    storage: database,
    tls: need(certificates?.internal, certManager),
    // nothing of a cache is kept
    ...(keeps && backup(environment)),
  }));
  wiring.in(environment, Rabbitmq, (need) => ({
    storage: database,
    tls: need(certificates?.internal, certManager),
  }));
  wiring.in(environment, ObjectStore, (need) => ({
    storage: general,
    tls: need(certificates?.internal, certManager),
    ...backup(environment),
  }));
  return { mysql };
}

/** A PostgreSQL as others take it, whatever its engine is. */
interface Databases {
  readonly databases: ReadonlyMap<string, PostgresqlDatabase>;
  /** The same for applications, where a pooler stands before it. */
  readonly pooled: ReadonlyMap<string, DatabaseAccess> | undefined;
}

function wirePostgresql(
  wiring: Wiring,
  environment: EnvironmentSettings,
  { database }: VolumeClasses,
  certificates: CertManager | undefined,
  backup: Backup,
  { operator, plugin }: PostgresqlEngine,
): Databases | undefined {
  const block = wiring.block(postgresql, environment);
  if (!block) return undefined;
  if (block.engine === 'cloudnative-pg')
    return wiring.in(environment, PostgresqlCluster, (need) => {
      const target = backup(environment);
      return {
        storage: database,
        tls: need(certificates?.internal, certManager),
        operator: need(operator, cloudnativePg),
        ...(target.backup && { ...target, plugin: need(plugin, barmanCloud) }),
      };
    });
  const server = wiring.in(environment, Postgresql, (need) => ({
    storage: database,
    tls: need(certificates?.internal, certManager),
    ...backup(environment),
  }));
  return (
    server && { databases: server.databases, pooled: wirePooler(wiring, environment, server, certificates) }
  );
}

/** PgBouncer before one server; the other engine brings its own. */
function wirePooler(
  wiring: Wiring,
  environment: EnvironmentSettings,
  { databases, pooling }: Postgresql,
  certificates: CertManager | undefined,
): ReadonlyMap<string, DatabaseAccess> | undefined {
  const { pooler = false, maintenance = false } = wiring.block(postgresql, environment) ?? {};
  if (!pooler || !databases.size) return undefined;
  return wiring.in(environment, Pgbouncer, (need) => ({
    server: pooling,
    stopped: maintenance,
    tls: need(certificates?.internal, certManager),
  }))?.databases;
}

function wireMigrations(
  wiring: Wiring,
  environment: EnvironmentSettings,
  { databases, pooled }: Databases,
): void {
  const files = migrationsOf(databases.keys());
  if (Object.keys(files).length)
    wiring.in(environment, Migrations, () =>
      defined({
        ...{ databases, access: pooled, files },
        stopped: wiring.block(postgresql, environment)?.maintenance ?? false,
      }),
    );
}
