import type { EnvironmentSettings } from '../../settings/base';
import type { CertManager } from '../certificates/cert-manager/cert-manager';
import { certManager } from '../certificates/cert-manager/definition';
import { defined } from '../core/objects';
import type { Wiring } from '../core/wiring';
import { migrationsOf } from '../data/migrations/catalogue';
import { Migrations } from '../data/migrations/migrations';
import { Mysql } from '../data/mysql/mysql';
import { Pgbouncer } from '../data/pgbouncer/pgbouncer';
import { Postgresql } from '../data/postgresql/postgresql';
import type { VolumeClasses } from '../storage/storage-classes/storage-classes';
import type { Backup } from './backup';

export interface Data {
  /** Undefined where it is switched off. */
  readonly mysql: Mysql | undefined;
}

/** The datastores of one environment. */
export function wireData(
  wiring: Wiring,
  environment: EnvironmentSettings,
  { database }: VolumeClasses,
  certificates: CertManager | undefined,
  backup: Backup,
): Data {
  const postgresql = wiring.in(environment, Postgresql, (need) => ({
    storage: database,
    tls: need(certificates?.internal, certManager),
    ...backup(),
  }));
  if (postgresql) wireDatabases(wiring, environment, postgresql, certificates);
  const mysql = wiring.in(environment, Mysql, (need) => ({
    storage: database,
    tls: need(certificates?.internal, certManager),
    ...backup(),
  }));
  return { mysql };
}

/** What stands before a PostgreSQL server, and what fills it. */
function wireDatabases(
  wiring: Wiring,
  environment: EnvironmentSettings,
  { databases, pooling }: Postgresql,
  certificates: CertManager | undefined,
): void {
  const wantsPooler = wiring.block(Postgresql.definition, environment)?.pooler ?? false;
  const pooler =
    wantsPooler && databases.size
      ? wiring.in(environment, Pgbouncer, (need) => ({
          server: pooling,
          tls: need(certificates?.internal, certManager),
        }))
      : undefined;
  const files = migrationsOf(databases.keys());
  if (Object.keys(files).length)
    wiring.in(environment, Migrations, () => defined({ databases, access: pooler?.databases, files }));
}
