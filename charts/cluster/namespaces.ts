import { UNNAMED } from '../../settings/base';
import { LimitRange, Namespace, NetworkPolicy, ResourceQuota } from '../../imports/models';
import type { Cluster } from '../core/cluster';
import { Component } from '../core/component';
import type { ComponentSpec } from '../core/component-objects';
import type { NamespaceSpec } from '../core/namespaces';

/**
 * Namespaces with their Pod Security level, quota, default limits, and a policy that denies every connection not declared. No sync takes
 * any of it away (`takesOver`): a namespace holds data, and what runs in one that is left behind is still limited.
 */
export abstract class Namespaces extends Component {
  constructor(cluster: Cluster, component: ComponentSpec, specs: readonly NamespaceSpec[]) {
    super(cluster, component);
    for (const spec of specs) {
      cluster.namespaces.set(spec.name, this);
      this.namespaceObject(spec);
      this.quota(spec);
      this.limits(spec);
      this.defaultDeny(spec);
    }
  }

  private namespaceObject(spec: NamespaceSpec): void {
    this.add(Namespace, {
      metadata: {
        name: spec.name,
        labels: {
          environment: spec.environment,
          'pod-security.kubernetes.io/enforce': spec.podSecurity,
          'pod-security.kubernetes.io/audit': spec.podSecurity,
          'pod-security.kubernetes.io/warn': spec.podSecurity,
        },
      },
    });
  }

  private quota(spec: NamespaceSpec): void {
    this.add(ResourceQuota, {
      metadata: { name: 'quota', namespace: spec.name },
      spec: {
        hard: {
          'requests.cpu': spec.quota.cpu,
          'requests.memory': spec.quota.memory,
          'requests.storage': spec.quota.storage,
          // nothing here is published by the node's or a provider's ports
          'services.nodeports': '0',
          'services.loadbalancers': '0',
        },
      },
    });
  }

  private limits(spec: NamespaceSpec): void {
    const { cpu, memory, memoryLimit }: NonNullable<NamespaceSpec['unnamed']> = spec.unnamed ?? UNNAMED;
    this.add(LimitRange, {
      metadata: { name: 'limits', namespace: spec.name },
      spec: {
        limits: [
          {
            type: 'Container',
            defaultRequest: { cpu, memory },
            ...(memoryLimit && { default: { memory: memoryLimit } }),
          },
        ],
      },
    });
  }

  private defaultDeny(spec: NamespaceSpec): void {
    this.add(NetworkPolicy, {
      metadata: { name: 'default-deny', namespace: spec.name },
      spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] },
    });
  }
}
