import { PriorityClass } from '../../../imports/models';
import type { Cluster } from '../../core/cluster';
import type { NamespaceSpec } from '../../core/namespaces';
import { PRIORITIES, priorityClassName, type Priority } from '../../core/priority';
import { Namespaces } from '../namespaces';
import { platformNamespaces } from './definition';

/** The namespaces that components have for themselves, and that of monitoring; and the classes that pods of all namespaces name. */
export class PlatformNamespaces extends Namespaces {
  constructor(cluster: Cluster, specs: readonly NamespaceSpec[]) {
    super(cluster, { definition: platformNamespaces, namespace: 'default' }, specs);
    for (const [priority, spec] of Object.entries(PRIORITIES))
      this.add(PriorityClass, {
        metadata: { name: priorityClassName(priority as Priority) },
        ...spec,
      });
  }
}
