import type { KubeObject } from '../charts/core/objects';
import {
  asArray,
  asText,
  at,
  containersOf,
  fieldsOf,
  isObject,
  podTemplates,
  type PodTemplate,
} from '../checks/core/workloads';
import { amountOf } from './quantity';

/** Where the pod template of a kind lies. */
export const TEMPLATE_STEPS: Readonly<Record<string, readonly string[]>> = {
  Deployment: ['spec', 'template'],
  StatefulSet: ['spec', 'template'],
  DaemonSet: ['spec', 'template'],
  Job: ['spec', 'template'],
  CronJob: ['spec', 'jobTemplate', 'spec', 'template'],
};

/** Kinds whose pods a changed template restarts; those of Jobs run to their end. */
export const RESTARTED = new Set(['Deployment', 'StatefulSet', 'DaemonSet']);

/** The pods that an object makes. */
export const podOf = (object: KubeObject | undefined): PodTemplate | undefined =>
  object && podTemplates([{ object, file: '', component: '' }])[0];

/** Pods that run at once; `per node` for a DaemonSet. */
export function replicasOf(object: KubeObject): number {
  const replicas = at(object, 'spec.replicas');
  return typeof replicas === 'number' ? replicas : 1;
}

export interface NamedContainer {
  readonly name: string;
  /** `spec.template.spec.containers[postgresql]` */
  readonly path: string;
  readonly container: Readonly<Record<string, unknown>>;
}

/** All containers of an object's pods, init containers first, by name. */
export function namedContainers(object: KubeObject | undefined): NamedContainer[] {
  const pod = podOf(object);
  if (!pod) return [];
  return containersOf(pod).map(({ container, path }) => {
    const name = container.name ?? '';
    return {
      name,
      path: path.replace(/\[\d+\]$/, `[${name}]`),
      container: container as Record<string, unknown>,
    };
  });
}

/** Names of what an object's pods read: ConfigMaps or Secrets, as files or environment, with the field that says so. */
export function readBy(object: KubeObject | undefined, kind: 'configMap' | 'secret'): Map<string, string> {
  const found = new Map<string, string>();
  const add = (name: unknown, field: string): void => {
    if (typeof name === 'string' && !found.has(name)) found.set(name, field);
  };
  const pod = podOf(object);
  if (!pod) return found;
  const nameField = kind === 'secret' ? 'secret.secretName' : 'configMap.name';
  for (const volume of asArray(pod.spec.volumes)) {
    const path = `${pod.path}.volumes[${asText(at(volume, 'name')) ?? ''}]`;
    add(at(volume, nameField), path);
    for (const source of asArray(at(volume, 'projected.sources'))) add(at(source, `${kind}.name`), path);
    if (kind === 'secret') add(at(volume, 'csi.nodePublishSecretRef.name'), path);
  }
  for (const { container, path } of namedContainers(object)) {
    for (const entry of asArray(container['env']))
      add(at(entry, `valueFrom.${kind}KeyRef.name`), `${path}.env[${asText(at(entry, 'name')) ?? ''}]`);
    for (const entry of asArray(container['envFrom'])) add(at(entry, `${kind}Ref.name`), `${path}.envFrom`);
  }
  if (kind === 'secret')
    for (const entry of asArray(pod.spec['imagePullSecrets']))
      add(at(entry, 'name'), `${pod.path}.imagePullSecrets`);
  return found;
}

/** Whether pods of this object hold data on volumes that outlive them. */
export function holdsData(object: KubeObject): boolean {
  if (object.kind === 'PersistentVolumeClaim') return true;
  if (asArray(at(object, 'spec.volumeClaimTemplates')).length) return true;
  return asArray(podOf(object)?.spec.volumes).some((volume) => isObject(at(volume, 'persistentVolumeClaim')));
}

/** Seconds that one pod may take to stop, and to be ready again; undefined where nothing bounds the start. */
export function restartSeconds(object: KubeObject): { stop: number; start: number | undefined } {
  const grace = podOf(object)?.spec['terminationGracePeriodSeconds'];
  const starts = asArray(podOf(object)?.spec.containers).map((container) => {
    const probe = at(container, 'startupProbe');
    if (!isObject(probe)) return undefined;
    const times = (amountOf(probe['failureThreshold']) ?? 3) * (amountOf(probe['periodSeconds']) ?? 10);
    return (amountOf(probe['initialDelaySeconds']) ?? 0) + times;
  });
  const bounded = starts.filter((seconds) => seconds !== undefined);
  return {
    stop: typeof grace === 'number' ? grace : 30,
    start: bounded.length ? Math.max(...bounded) : undefined,
  };
}

/** `90 s`, `5 min`, `1 h 30 min`. */
export function duration(seconds: number): string {
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.ceil(seconds / 60);
  if (minutes < 120) return `${minutes} min`;
  return minutes % 60 ? `${Math.floor(minutes / 60)} h ${minutes % 60} min` : `${minutes / 60} h`;
}

/** `traefik` of `app.kubernetes.io/name=traefik`: what people call the pods that labels select. */
export function podName(labels: unknown): string {
  const fields = fieldsOf(labels);
  const value = (key: string): string | undefined => asText(fields.find(([name]) => name === key)?.[1]);
  const name =
    value('app.kubernetes.io/component') ??
    value('app.kubernetes.io/name') ??
    value('k8s-app') ??
    value('app');
  return name ?? fields.map(([key, text]) => `${key}=${asText(text) ?? JSON.stringify(text)}`).join(',');
}
