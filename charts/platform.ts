import type { ClusterSettings } from '../clusters/settings';
import { CertManager } from './certificates/cert-manager';
import { Crds } from './cluster/crds';
import { Namespaces } from './cluster/namespaces';
import { Cluster } from './core/cluster';
import { Traefik } from './network/traefik';
import { StorageClasses } from './storage/storage-classes';

/** All components of a cluster, wired: layer by layer, outputs of the one into the props of the other. The only wiring place. */
export function buildPlatform(settings: ClusterSettings): Cluster {
  const cluster = new Cluster(settings);

  new Crds(cluster);
  new Namespaces(cluster);
  new StorageClasses(cluster);
  const { ingress } = new Traefik(cluster);
  new CertManager(cluster, { ingress });

  return cluster;
}
