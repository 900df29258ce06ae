import type { RenderedObject } from '../../charts/core/render';
import type { KubeObject } from '../../charts/core/objects';
import type { Finding } from './rule';

/** A container as it lies in a manifest; every field may be missing or odd, since files may have been edited by hand. */
interface ContainerJson {
  readonly name?: string;
  readonly image?: string;
  readonly args?: readonly string[];
  readonly command?: readonly string[];
  readonly env?: readonly EnvJson[];
  readonly envFrom?: readonly { configMapRef?: NamedJson; secretRef?: NamedJson }[];
  readonly ports?: readonly { name?: string; containerPort?: number; hostPort?: number; protocol?: string }[];
  readonly resources?: {
    requests?: Record<string, string | number>;
    limits?: Record<string, string | number>;
  };
  readonly securityContext?: Record<string, unknown>;
  readonly volumeMounts?: readonly { name?: string; mountPath?: string; subPath?: string }[];
  readonly restartPolicy?: string;
  readonly startupProbe?: unknown;
  readonly readinessProbe?: unknown;
  readonly livenessProbe?: unknown;
}

interface NamedJson {
  readonly name?: string;
  readonly optional?: boolean;
}

interface EnvJson {
  readonly name?: string;
  readonly value?: string;
  readonly valueFrom?: {
    secretKeyRef?: NamedJson & { key?: string };
    configMapKeyRef?: NamedJson & { key?: string };
  };
}

export interface PodSpecJson {
  readonly containers?: readonly ContainerJson[];
  readonly initContainers?: readonly ContainerJson[];
  readonly volumes?: readonly (Record<string, unknown> & { name?: string })[];
  readonly serviceAccountName?: string;
  readonly automountServiceAccountToken?: boolean;
  readonly hostNetwork?: boolean;
  readonly priorityClassName?: string;
  readonly securityContext?: Record<string, unknown>;
  readonly [field: string]: unknown;
}

/** The pods that an object makes, or a controller for it. */
export interface PodTemplate {
  readonly rendered: RenderedObject;
  /** Kind of the object that is their workload; undefined where a controller that the rules do not know makes them for it. */
  readonly kind: string | undefined;
  /** Name of the workload, by which exceptions know it. */
  readonly workload: string;
  readonly spec: PodSpecJson;
  /** `spec.template.spec` */
  readonly path: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: unknown;
  readonly namespace: string;
  /** How many run at once; a DaemonSet's is one per node. */
  readonly replicas: number | 'per-node';
  /** Whether they run to an end (Job, CronJob). */
  readonly finite: boolean;
  /** Claims that each pod gets for itself. */
  readonly claims: readonly PlacedClaim[];
  /** Init containers first. */
  readonly containers: readonly PlacedContainer[];
}

interface PlacedClaim {
  readonly claim: unknown;
  /** `spec.volumeClaimTemplates[0]` */
  readonly path: string;
}

export interface PlacedContainer {
  readonly container: ContainerJson;
  /** `spec.template.spec.containers[0]` */
  readonly path: string;
  /** Runs before the others and ends; a native sidecar does not. */
  readonly init: boolean;
}

type Json = Record<string, unknown>;

/** What lies at a dotted path, or undefined. */
export function at(value: unknown, path: string): unknown {
  const { keys, isInherited } = split.get(path) ?? splitOf(path);
  let inner = value;
  for (let index = 0; index < keys.length; index++) {
    const key = keys[index] ?? '';
    if (!isObject(inner) || (isInherited && !Object.hasOwn(inner, key))) return undefined;
    inner = inner[key];
  }
  return inner;
}

interface Split {
  readonly keys: readonly string[];
  /** Whether every object has one of the keys without having been given it, such as `constructor`. */
  readonly isInherited: boolean;
}

/** Path → its keys. Rules look at the same few paths of every object, and splitting them each time is slow. */
const split = new Map<string, Split>();

function splitOf(path: string): Split {
  const keys = path.split('.');
  const parts = { keys, isInherited: keys.some((key) => key in Object.prototype) };
  split.set(path, parts);
  return parts;
}

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const asArray = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** One step down a path: `metadata.labels` and `app.kubernetes.io/name` give `metadata.labels["app.kubernetes.io/name"]`. */
export const child = (path: string, key: string): string => {
  if (!/^[\w-]+$/.test(key)) return `${path}[${JSON.stringify(key)}]`;
  return path ? `${path}.${key}` : key;
};

/** `StatefulSet prod/mysql`; cluster-scoped objects have no namespace. */
export function nameOf({ kind, metadata }: KubeObject): string {
  return `${kind} ${metadata.namespace === undefined ? '' : `${show(metadata.namespace)}/`}${metadata.name}`;
}

const TEMPLATE_PATHS: ReadonlyMap<string, string> = new Map([
  ['Deployment', 'spec.template'],
  ['StatefulSet', 'spec.template'],
  ['DaemonSet', 'spec.template'],
  ['Job', 'spec.template'],
  ['CronJob', 'spec.jobTemplate.spec.template'],
]);

/** The pod template of each object that has one; Pods count as their own. */
export function podTemplates(objects: readonly RenderedObject[]): PodTemplate[] {
  const templates: PodTemplate[] = [];
  for (const rendered of objects) {
    const { object } = rendered;
    const path = TEMPLATE_PATHS.get(object.kind);
    if (path === undefined && object.kind !== 'Pod') continue;
    const template = path === undefined ? object : at(object, path);
    if (!isObject(template) || !isObject(template['spec'])) continue;
    const replicas = at(object, 'spec.replicas');
    const place = path === undefined ? 'spec' : `${path}.spec`;
    templates.push({
      rendered,
      kind: object.kind,
      workload: object.metadata.name,
      spec: template['spec'],
      path: place,
      labels: (at(template, 'metadata.labels') ?? {}) as Record<string, string>,
      annotations: at(template, 'metadata.annotations'),
      namespace: asText(object.metadata.namespace) ?? 'default',
      replicas: object.kind === 'DaemonSet' ? 'per-node' : typeof replicas === 'number' ? replicas : 1,
      finite: object.kind === 'Job' || object.kind === 'CronJob',
      claims: claimTemplates(object),
      containers: placedContainers(template['spec'], place),
    });
  }
  return templates;
}

const claimTemplates = (object: KubeObject): PlacedClaim[] =>
  object.kind === 'StatefulSet'
    ? asArray(at(object, 'spec.volumeClaimTemplates')).map((claim, index) => ({
        claim,
        path: `spec.volumeClaimTemplates[${index}]`,
      }))
    : [];

export function placedContainers(spec: PodSpecJson, path: string): PlacedContainer[] {
  const placed: PlacedContainer[] = [];
  const place = (list: unknown, field: string, isInit: boolean): void => {
    for (const [index, container] of asArray(list).entries()) {
      if (!isObject(container)) continue;
      const init = isInit && container['restartPolicy'] !== 'Always';
      placed.push({ container, path: `${path}.${field}[${index}]`, init });
    }
  };
  place(spec.initContainers, 'initContainers', true);
  place(spec.containers, 'containers', false);
  return placed;
}

/** All containers of a pod, init containers first. */
export const containersOf = ({ containers }: PodTemplate): readonly PlacedContainer[] => containers;

/** Whether labels fulfil a `matchLabels`. An empty selector matches all, as in Kubernetes. */
export function matches(labels: Readonly<Record<string, string>>, wanted: unknown): boolean {
  return isObject(wanted) && Object.keys(wanted).every((key) => labels[key] === wanted[key]);
}

/** The value, if it is text. */
export const asText = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** For messages and keys: text as it is, anything else as JSON. `String()` throws on an object that has a field `toString`. */
export const show = (value: unknown): string =>
  typeof value === 'string' ? value : value === undefined ? 'nothing' : JSON.stringify(value);

/** The fields of an object; none for anything else. */
export const fieldsOf = (value: unknown): readonly (readonly [string, unknown])[] =>
  isObject(value) ? Object.entries(value) : [];

/** `apps/StatefulSet`; `/Service` for the core group. */
export const groupKindOf = ({ apiVersion, kind }: KubeObject): string =>
  `${apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : ''}/${kind}`;

/** Namespace of an object; '' for cluster-scoped ones. */
export const namespaceOf = ({ metadata }: KubeObject): string => asText(metadata.namespace) ?? '';

/** One annotation. {@link at} cannot read it: keys of annotations hold dots. */
export const annotationOf = (object: unknown, key: string): string | undefined => {
  const annotations = at(object, 'metadata.annotations');
  return isObject(annotations) ? asText(annotations[key]) : undefined;
};

/** Id of a component → its name, which its instances in several environments share. A folder that no component rendered is its own name. */
export function componentNames(components: readonly { id: string; name: string }[]): (id: string) => string {
  const names = new Map(components.map(({ id, name }) => [id, name]));
  return (id) => names.get(id) ?? id;
}

/** What to do about a name in a file that nobody edits: the first line of each names its source. */
export const CHANGE_SOURCE = 'Change it in the source that the first line of the file names';

/** A maker of findings of one rule about rendered objects. */
export const findingsOf =
  (rule: string) =>
  ({ object, file }: RenderedObject, field: string, problem: string, remedy: string): Finding => ({
    rule,
    object: nameOf(object),
    file,
    field,
    problem,
    remedy,
  });

/** The file of findings about settings, as a path from dist/<cluster>/: all files of findings are named from there. */
export const settingsFile = (cluster: string): string => `../../clusters/${cluster}/cluster.yaml`;
