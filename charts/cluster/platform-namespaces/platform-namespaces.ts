import type { Cluster } from '../../core/cluster';
import type { NamespaceSpec } from '../../core/namespaces';
import { Namespaces } from '../namespaces';
import { platformNamespaces } from './definition';

/** The namespaces that components have for themselves, and that of monitoring. */
export class PlatformNamespaces extends Namespaces {
  constructor(cluster: Cluster, specs: readonly NamespaceSpec[]) {
    super(cluster, { definition: platformNamespaces, namespace: 'default' }, specs);
  }
}
