import type { KubeObject } from '../../charts/core/objects';
import { podsOf } from '../../checks/core/declared-pods';
import type { PodTemplate } from '../../checks/core/workloads';
import { loadClusters } from '../../cli/load';
import { renderCluster } from '../../cli/pipeline';

interface ClusterWithPolicies {
  readonly name: string;
  readonly policies: readonly KubeObject[];
  /** What policies look at in its environments: pods of all workloads, also those that controllers make; Services, Ingresses, workloads. */
  readonly objects: readonly KubeObject[];
}

const LOOKED_AT = ['Service', 'Ingress', 'Deployment', 'StatefulSet', 'DaemonSet', 'CronJob'];

/** The clusters of this repository, with the policies on. */
export function clustersWithPolicies(): readonly ClusterWithPolicies[] {
  return loadClusters('clusters', ['mono', 'staging']).clusters.map(({ settings: own }) => {
    const settings = structuredClone(own) as any;
    settings.components.kyverno = { enabled: true, failurePolicy: 'Ignore' };
    settings.components.policies = { enabled: true, action: 'Deny' };
    const { objects, declarations } = renderCluster(settings);
    const environments = new Set(own.environments.map(({ namespace }) => namespace));
    const pods = podsOf({ objects, declarations })
      .filter(({ namespace }) => environments.has(namespace))
      .map(podObject);
    const all = objects.map(({ object }) => object);
    return {
      name: own.name,
      policies: all.filter(({ kind }) => kind === 'ValidatingPolicy'),
      objects: [
        ...pods,
        ...all.filter(
          ({ kind, metadata }) => LOOKED_AT.includes(kind) && environments.has(metadata.namespace ?? ''),
        ),
      ],
    };
  });
}

/**
 * A pod of a workload as its controller makes it, without what an empty cluster would refuse it for: its account and its priority, and the
 * claims of its own.
 */
function podObject({ workload, spec, finite, labels, claims }: PodTemplate): KubeObject {
  const left = ['serviceAccountName', 'priorityClassName', 'volumes'];
  const rest = Object.fromEntries(Object.entries(spec).filter(([field]) => !left.includes(field)));
  const claimed = claims.map(({ claim }) => ({
    name: (claim as KubeObject).metadata.name,
    emptyDir: {},
  }));
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: workload, labels: { ...labels } },
    spec: {
      ...rest,
      volumes: [...(spec.volumes ?? []), ...claimed],
      ...(finite && { restartPolicy: rest['restartPolicy'] ?? 'Never' }),
    },
  };
}
