import { join } from 'node:path';
import { loadClusters } from '../../cli/load';
import type { ClusterSettings } from '../../charts/settings';
import { Restore } from '../../charts/backup/drill/restore';
import { Cluster } from '../../charts/core/cluster';
import { componentsOf } from '../../charts/core/components';
import { objectsOf } from '../../charts/core/render';
import { derive } from '../../charts/derived';
import { buildPlatform } from '../../charts/platform';
import type { IContainer } from 'kubernetes-models/v1/Container';
import type { IPodSpec } from 'kubernetes-models/v1/PodSpec';
import { containersOf, podTemplates, type PodTemplate } from '../../checks/core/workloads';

/** What the backups of a cluster render, for tests of their plans. */
export class BackupRuns {
  readonly cluster: Cluster;
  private readonly objects;

  constructor(change: (settings: ClusterSettings) => ClusterSettings = (settings) => settings) {
    const [mono] = loadClusters(join(__dirname, '../../clusters'), ['mono']).clusters;
    if (!mono) throw new Error('mono does not load');
    this.cluster = buildPlatform(change(mono.settings));
    derive(this.cluster);
    this.objects = objectsOf(componentsOf(this.cluster));
  }

  names(kind: string): string[] {
    return this.objects
      .filter(({ object }) => object.kind === kind)
      .map(({ object }) => object.metadata.name);
  }

  /** Pod of a CronJob in a namespace. */
  pod(name: string, namespace = 'prod'): PodTemplate {
    return onlyPod(
      this.objects.filter(
        ({ object }) => object.metadata.name === name && object.metadata.namespace === namespace,
      ),
      name,
    );
  }

  /** Text of a file in one of the ConfigMaps that a pod mounts. */
  file(pod: PodTemplate, name: string): string | undefined {
    const mounted = new Set(
      specOf(pod).volumes?.flatMap(({ configMap, projected }) => [
        configMap?.name,
        ...(projected?.sources ?? []).map((source) => source.configMap?.name),
      ]),
    );
    const found = this.objects.find(
      ({ object }) =>
        object.kind === 'ConfigMap' &&
        mounted.has(object.metadata.name) &&
        object.metadata.namespace === pod.namespace &&
        name in (object['data'] as object),
    );
    return (found?.object['data'] as Record<string, string> | undefined)?.[name];
  }

  /** Pod of the Job that `strata restore` prints. */
  restore(component: string, kind: string): PodTemplate {
    const drillable = this.cluster.drills.find(
      (drill) => drill.component.id === component && drill.plan.kind === kind,
    );
    if (!drillable) throw new Error(`no backup ${kind} of ${component}`);
    const restore = new Restore(new Cluster(this.cluster.settings), drillable, { overwrite: false });
    return onlyPod(objectsOf([restore]), component);
  }

  /** Where pods of a CronJob may connect to, without what all backups share. */
  flows(from: string): string[] {
    return this.cluster.flows
      .filter(
        (flow) => flow.from.name === from && flow.from.kind === 'pods' && flow.from.namespace === 'prod',
      )
      .map(({ to }) => to.name)
      .filter((name) => name !== 'pushgateway' && name !== 'internet')
      .sort();
  }
}

function onlyPod(objects: ReturnType<typeof objectsOf>, name: string): PodTemplate {
  const pods = podTemplates(objects);
  const [pod] = pods;
  if (!pod || pods.length > 1) throw new Error(`${pods.length} pods of ${name}`);
  return pod;
}

/** The pod as Kubernetes' own types have it. */
export const specOf = (pod: PodTemplate): IPodSpec => pod.spec as unknown as IPodSpec;

/** Names of containers, in the order in which they run. */
export const steps = (pod: PodTemplate): string[] =>
  containersOf(pod).map(({ container }) => container.name ?? '');

export function step(pod: PodTemplate, name: string) {
  const found = containersOf(pod).find(({ container }) => container.name === name);
  if (!found) throw new Error(`no step ${name}, only ${steps(pod).join(', ')}`);
  const container = found.container as unknown as IContainer;
  const environment = new Map(
    (container.env ?? []).map((entry) => {
      const key = entry.valueFrom?.secretKeyRef;
      return [entry.name ?? '', key ? `${key.name}.${key.key}` : (entry.value ?? '')];
    }),
  );
  /** Volume that is mounted at a path, with whether it can be written to. */
  const mount = (path: string) => {
    const mounted = container.volumeMounts?.find(({ mountPath }) => mountPath === path);
    const volume = specOf(pod).volumes?.find((candidate) => candidate.name === mounted?.name);
    return mounted && { volume, writable: mounted.readOnly !== true };
  };
  return {
    container,
    environment,
    mount,
    command: [...(container.command ?? []), ...(container.args ?? [])],
  };
}
