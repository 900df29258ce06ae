import type { IContainer } from 'kubernetes-models/v1/Container';
import type { IEnvVar } from 'kubernetes-models/v1/EnvVar';
import type { IPodTemplateSpec } from 'kubernetes-models/v1/PodTemplateSpec';
import type { IProbe } from 'kubernetes-models/v1/Probe';
import { contentHash } from './hash';
import type { Image } from '../../imports/images';
import type { Labels } from './labels';
import { defined } from './objects';
import type { Cpu, Memory } from './quantities';
import type { SecretKey } from './secrets';
import type { Mount, Volume } from './volumes';

/** The value of an environment variable: text, or a key of a Secret. */
export type EnvValue = string | SecretKey | { readonly field: string };

export interface Resources {
  /** CPU request. There is no CPU limit: throttling hurts more than a busy neighbour. */
  readonly cpu: Cpu;
  /** Memory request, and the limit too where no other is given: memory beyond the request is what gets a pod evicted. */
  readonly memory: Memory;
  /** @default the request */
  readonly memoryLimit?: Memory;
}

export interface Probe {
  /** HTTP GET of `path` on a named port, a TCP connect to a named port, or a command. */
  readonly http?: { readonly path: string; readonly port: string; readonly scheme?: 'HTTP' | 'HTTPS' };
  readonly tcp?: string;
  readonly exec?: readonly string[];
  /** Seconds between two tries. @default 10 */
  readonly periodSeconds?: number;
  /** Seconds one try may take. @default 3 */
  readonly timeoutSeconds?: number;
  /** Failures in a row until it counts. @default 3 */
  readonly failureThreshold?: number;
}

export interface ContainerSpec {
  readonly name: string;
  readonly image: Image;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, EnvValue>>;
  /** Named ports that the container listens on. UDP where the name ends in `-udp`. */
  readonly ports?: Readonly<Record<string, number>>;
  readonly resources: Resources;
  /** Gives a slow start its time; the other two begin after it. */
  readonly startup?: Probe;
  /** May it have traffic? */
  readonly readiness?: Probe;
  /** Must it be restarted? */
  readonly liveness?: Probe;
  /** Path → volume, or part of one. */
  readonly mounts?: Readonly<Record<string, Volume | Mount>>;
  /** Command that runs before the container is told to end. */
  readonly preStop?: readonly string[];
  /** Capabilities beyond none; each needs a row in exceptions.ts. @default none */
  readonly capabilities?: readonly string[];
  /** User of this container where it differs from the pod's. */
  readonly uid?: number;
}

export interface PodSpec {
  readonly containers: readonly ContainerSpec[];
  /** Run one after the other before the containers. With `sidecar` they stay (native sidecars). */
  readonly initContainers?: readonly (ContainerSpec & { readonly sidecar?: boolean })[];
  /** User and group of all processes, and group of the volumes. User 0 needs a row in exceptions.ts. */
  readonly user: { readonly uid: number; readonly gid: number };
  readonly serviceAccount?: string;
  /** Whether the pod talks to the API server; without it no token is mounted. @default false */
  readonly token?: boolean;
  /** Needs a row in exceptions.ts. @default false */
  readonly hostNetwork?: boolean;
  /** Seconds between the order to end and the kill. @default 30 */
  readonly graceSeconds?: number;
  readonly priorityClass?: string;
  /** What happens to containers that end. @default the API server's: Always */
  readonly restartPolicy?: 'Never';
  /** Pods whose node this one must share, for a volume that only one node can mount. */
  readonly beside?: Labels;
}

/** The pod template with PSS restricted: no root, read-only root, no capability, no privilege, RuntimeDefault seccomp. */
export function podTemplate(pod: PodSpec, labels: Labels, selector: Labels): IPodTemplateSpec {
  const all = [...(pod.initContainers ?? []), ...pod.containers];
  const volumes = distinctVolumes(all);
  const configs = volumes.flatMap((volume) => (volume.config ? [volume.config] : []));
  const sources = volumes.flatMap(({ name, source }) => (source ? [{ name, ...source }] : []));
  return {
    metadata: defined({
      labels: { ...labels },
      annotations: configs.length ? { 'checksum/config': contentHash(JSON.stringify(configs)) } : undefined,
    }),
    spec: defined({
      serviceAccountName: pod.serviceAccount,
      automountServiceAccountToken: pod.token ?? false,
      // the variables of a namespace's Services are noise, and slow the start of pods in large namespaces
      enableServiceLinks: false,
      hostNetwork: pod.hostNetwork ? true : undefined,
      dnsPolicy: pod.hostNetwork ? ('ClusterFirstWithHostNet' as const) : undefined,
      priorityClassName: pod.priorityClass,
      restartPolicy: pod.restartPolicy,
      affinity: pod.beside && besideOf(pod.beside),
      terminationGracePeriodSeconds: pod.graceSeconds ?? 30,
      securityContext: {
        runAsNonRoot: pod.user.uid !== 0,
        runAsUser: pod.user.uid,
        runAsGroup: pod.user.gid,
        fsGroup: pod.user.gid,
        fsGroupChangePolicy: 'OnRootMismatch' as const,
        seccompProfile: { type: 'RuntimeDefault' as const },
      },
      topologySpreadConstraints: [
        {
          maxSkew: 1,
          topologyKey: 'kubernetes.io/hostname',
          whenUnsatisfiable: 'ScheduleAnyway' as const,
          labelSelector: { matchLabels: { ...selector } },
        },
      ],
      initContainers: pod.initContainers?.map((spec) => ({
        ...container(spec, pod.hostNetwork),
        ...(spec.sidecar && { restartPolicy: 'Always' as const }),
      })),
      containers: pod.containers.map((spec) => container(spec, pod.hostNetwork)),
      volumes: sources.length ? sources : undefined,
    }),
  };
}

const besideOf = (labels: Labels) => ({
  podAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: [
      { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { ...labels } } },
    ],
  },
});

function container(spec: ContainerSpec, hostNetwork = false): IContainer {
  return defined({
    name: spec.name,
    image: spec.image.reference,
    // a digest never changes, so what is on the node is right
    imagePullPolicy: 'IfNotPresent' as const,
    command: spec.command && [...spec.command],
    args: spec.args && [...spec.args],
    env: spec.env && Object.entries(spec.env).map(([name, value]) => environmentVariable(name, value)),
    ports:
      spec.ports && Object.entries(spec.ports).map(([name, port]) => containerPort(name, port, hostNetwork)),
    resources: {
      requests: { cpu: spec.resources.cpu, memory: spec.resources.memory },
      limits: { memory: spec.resources.memoryLimit ?? spec.resources.memory },
    },
    startupProbe: spec.startup && probe(spec.startup),
    readinessProbe: spec.readiness && probe(spec.readiness),
    livenessProbe: spec.liveness && probe(spec.liveness),
    lifecycle: spec.preStop && { preStop: { exec: { command: [...spec.preStop] } } },
    volumeMounts: spec.mounts && Object.entries(spec.mounts).map(([path, mount]) => volumeMount(path, mount)),
    securityContext: defined({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      runAsUser: spec.uid,
      capabilities: defined({ drop: ['ALL'], add: spec.capabilities && [...spec.capabilities] }),
    }),
  });
}

function environmentVariable(name: string, value: EnvValue): IEnvVar {
  if (typeof value === 'string') return { name, value };
  if ('field' in value) return { name, valueFrom: { fieldRef: { fieldPath: value.field } } };
  return { name, valueFrom: { secretKeyRef: { name: value.secret, key: value.key } } };
}

export const portProtocol = (name: string): 'TCP' | 'UDP' => (name.endsWith('-udp') ? 'UDP' : 'TCP');

/** In the host network the API server makes every port a host port; written down, so that a reader of the file sees it. */
const containerPort = (name: string, port: number, hostNetwork: boolean) =>
  defined({
    name,
    containerPort: port,
    hostPort: hostNetwork ? port : undefined,
    protocol: portProtocol(name),
  });

function probe(spec: Probe): IProbe {
  return defined({
    httpGet: spec.http && { ...spec.http },
    tcpSocket: spec.tcp === undefined ? undefined : { port: spec.tcp },
    exec: spec.exec && { command: [...spec.exec] },
    periodSeconds: spec.periodSeconds ?? 10,
    timeoutSeconds: spec.timeoutSeconds ?? 3,
    failureThreshold: spec.failureThreshold ?? 3,
  });
}

const asMount = (mount: Volume | Mount): Mount => ('volume' in mount ? mount : { volume: mount });

function volumeMount(path: string, mount: Volume | Mount) {
  const { volume, subPath } = asMount(mount);
  return defined({
    name: volume.name,
    mountPath: path,
    subPath,
    readOnly: volume.readOnly ? true : undefined,
  });
}

function distinctVolumes(containers: readonly ContainerSpec[]): Volume[] {
  const byName = new Map<string, Volume>();
  for (const mount of containers.flatMap((spec) => Object.values(spec.mounts ?? {}))) {
    const { volume } = asMount(mount);
    byName.set(volume.name, byName.get(volume.name) ?? volume);
  }
  return [...byName.values()];
}
