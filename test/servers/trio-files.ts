import { resolve } from 'node:path';
import { Cluster } from '../../charts/core/cluster';
import { objectsOf } from '../../charts/core/render';
import { Postgresql } from '../../charts/data/postgresql/postgresql';
import { containersOf, podTemplates } from '../../checks/core/workloads';
import { loadClusters } from '../../cli/load';
import { certificate } from './certificate';
import type { World } from './world';

export type Texts = Readonly<Record<string, string>>;

const UID = 999;
export const DOMAIN = 'postgresql-headless.prod.svc';
const identity = (id: string) => ({ id, namespace: 'elsewhere' });

export function withVariables(text: string, variables: Texts): string {
  return Object.entries(variables).reduce((changed, [name, value]) => {
    const line = new RegExp(`^${name} = .*$`, 'm');
    if (!line.test(changed)) throw new Error(`postgresql.conf has no ${name}`);
    return changed.replace(line, `${name} = ${value}`);
  }, text);
}

export function rendered(databases: readonly string[], synchronous: boolean) {
  const [mono] = loadClusters(resolve('clusters'), ['mono']).clusters;
  const environment = mono?.settings.environments[0];
  if (!mono || !environment) throw new Error('mono does not load');
  const tls = { component: identity('cert-manager'), name: 'internal' };
  const storage = { component: identity('storage-classes'), name: 'longhorn-db' };
  const settings = Postgresql.definition.settings.parse({ databases, standbys: 2, synchronous });
  const props = { ...settings, storage, tls };
  const objects = objectsOf([new Postgresql(new Cluster(mono.settings), environment, props)]);
  const pod = podTemplates(objects).find(({ rendered: { object } }) => object.kind === 'StatefulSet');
  const config = objects.find(
    ({ object }) => object.kind === 'ConfigMap' && object.metadata.name === 'postgresql',
  );
  if (!pod || !config) throw new Error('PostgreSQL has no pod');
  return {
    containers: containersOf(pod).map(({ container }) => container),
    configuration: config.object['data'] as Texts,
  };
}

/** Key and certificate for the names of the pods. */
export const certificates = (world: World): string => certificate(world, `DNS:*.${DOMAIN}`, UID);
