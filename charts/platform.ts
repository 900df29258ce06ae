import type { ClusterSettings } from '../settings/settings';
import { Xwiki } from './apps/xwiki/xwiki';
import { Backups } from './backup/backups/backups';
import { Drill } from './backup/drill/drill';
import { CertManager } from './certificates/cert-manager/cert-manager';
import { Crds } from './cluster/crds/crds';
import { Namespaces } from './cluster/namespaces/namespaces';
import { Cluster } from './core/cluster';
import { StrataError } from './core/errors';
import { defined } from './core/objects';
import { Migrations } from './data/migrations/migrations';
import { migrationsOf } from './data/migrations/catalogue';
import { Mysql } from './data/mysql/mysql';
import { Pgbouncer } from './data/pgbouncer/pgbouncer';
import { Postgresql } from './data/postgresql/postgresql';
import { Argocd } from './delivery/argocd/argocd';
import { Traefik } from './network/traefik/traefik';
import { volumeClasses } from './storage/storage-classes/storage-classes';

/** All components of a cluster, wired: layer by layer, outputs of the one into the props of the other. The only wiring place. */
export function buildPlatform(settings: ClusterSettings): Cluster {
  const cluster = new Cluster(settings);
  const { components } = settings;

  new Crds(cluster);
  new Namespaces(cluster);
  const storage = volumeClasses(cluster);
  const traefik = components.traefik.enabled ? new Traefik(cluster) : undefined;
  const ingress = () => needed(traefik, 'traefik').ingress;
  const certManager = components['cert-manager'].enabled
    ? new CertManager(cluster, { ingress: ingress() })
    : undefined;
  const certificates = () => needed(certManager, 'cert-manager');

  if (components.argocd.enabled) {
    new Argocd(cluster, defined({ ingress: traefik?.ingress, issuer: certManager?.issuer }));
  }

  // made for the first datastore: without one, nobody would use its keys
  let backups: Backups | undefined;
  const backup = () => {
    if (!settings.backup) return {};
    backups ??= new Backups(cluster, { storage: storage.general, bucket: settings.backup });
    return { backup: backups.target };
  };

  for (const environment of settings.environments) {
    const { mysql, postgresql, xwiki } = environment.components;
    if (postgresql?.enabled) {
      const tls = certificates().internal;
      const server = new Postgresql(cluster, environment, {
        ...postgresql,
        ...backup(),
        storage: storage.database,
        tls,
      });
      const pooler =
        postgresql.pooler && server.databases.size
          ? new Pgbouncer(cluster, environment, { server: server.pooling, tls })
          : undefined;
      const files = migrationsOf(server.databases.keys());
      if (Object.keys(files).length) {
        const { databases } = server;
        new Migrations(cluster, environment, defined({ databases, access: pooler?.databases, files }));
      }
    }
    const databases = mysql?.enabled
      ? new Mysql(cluster, environment, {
          ...mysql,
          ...backup(),
          storage: storage.database,
          tls: certificates().internal,
        }).databases
      : undefined;
    if (xwiki?.enabled) {
      new Xwiki(cluster, environment, {
        ...xwiki,
        ...backup(),
        database: needed(databases?.get('xwiki'), `the database xwiki of ${environment.name}`),
        storage: storage.general,
        ingress: ingress(),
        issuer: certificates().issuer,
      });
    }
  }
  for (const drillable of cluster.drills) new Drill(cluster, drillable);
  return cluster;
}

/** What another component takes. Throws a StrataError where it is switched off. */
function needed<T>(provider: T | undefined, name: string): T {
  if (provider) return provider;
  throw new StrataError('components', `${name} is off, and another component needs it`, `Switch ${name} on`);
}
