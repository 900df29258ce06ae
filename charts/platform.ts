import { duplicates } from '../settings/rule';
import { Cluster } from './core/cluster';
import { Wiring } from './core/wiring';
import type { ClusterSettings } from './settings';
import { wireApps } from './wiring/apps';
import { wireBackup } from './wiring/backup';
import { wireCertificates } from './wiring/certificates';
import { wireCluster } from './wiring/cluster';
import { wireData, wirePostgresqlEngine } from './wiring/data';
import { wireDelivery } from './wiring/delivery';
import { wireNetwork } from './wiring/network';
import { wirePolicy } from './wiring/policy';
import { wireGrafana, wireObservability } from './wiring/observability';
import { wireStorage } from './wiring/storage';

/**
 * All components that the settings want, wired: layer by layer, what the one offers into the props of the other. `mistakes` of the cluster
 * says what is missing. What follows from all of them is in derived.ts.
 */
export function buildPlatform(settings: ClusterSettings): Cluster {
  const cluster = new Cluster(settings);
  const wiring = new Wiring(cluster, settings);

  const classes = wireStorage(wiring);
  const network = wireNetwork(wiring);
  const certificates = wireCertificates(wiring, network);
  wirePolicy(wiring);
  const backup = wireBackup(wiring, classes);
  wireCluster(wiring);
  const observability = wireObservability(wiring, classes, certificates);
  wireDelivery(wiring, network, certificates, observability);
  const engine = wirePostgresqlEngine(wiring, certificates);
  for (const environment of settings.environments) {
    const data = wireData(wiring, environment, classes, certificates, backup, engine);
    wireApps(wiring, environment, classes, network, certificates, data, backup);
  }
  wireGrafana(wiring, observability, network, certificates?.issuer);

  cluster.mistakes.push(
    ...duplicates(cluster.published, 'Choose another host name: one name leads to one page'),
  );
  return cluster;
}
