import type { EnvironmentSettings } from '../../../settings/base';
import type { Cluster } from '../../core/cluster';
import type { NamespaceSpec } from '../../core/namespaces';
import { Namespaces } from '../namespaces';
import { environment as definition } from './definition';

/** What an environment has before anything runs in it. */
export class Environment extends Namespaces {
  constructor(cluster: Cluster, environment: EnvironmentSettings, spec: NamespaceSpec) {
    super(cluster, { definition, environment }, [spec]);
  }
}
