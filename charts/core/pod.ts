import type { Image } from '../../imports/images';
import type { ConfigMapRef } from './contracts';
import type { Labels } from './labels';
import type { Scheduling } from './pod/scheduling';
import type { Cpu, Memory } from './quantities';
import type { SecretKey, SecretRef } from './secrets';
import type { Mount, ResourceField, Volume } from './volumes';

/** The value of an environment variable. */
export type EnvValue =
  | string
  /** A key of a Secret. */
  | SecretKey
  /** A key of a ConfigMap; pods restart when the ConfigMap changes. */
  | { readonly config: ConfigMapRef; readonly key: string }
  /** A field of the pod: `status.hostIP`, `metadata.labels['…']`. */
  | { readonly field: string }
  /** A request or limit of this container, in units of `divisor`: `limits.memory` in bytes, `limits.cpu` in cores. */
  | { readonly resource: ResourceField; readonly divisor?: string };

/** All keys of a ConfigMap or Secret as environment variables; pods restart when the ConfigMap changes. */
export type EnvSource = { readonly prefix?: string } & (
  { readonly config: ConfigMapRef } | { readonly secret: Pick<SecretRef, 'name'> }
);

export interface Resources {
  /** CPU request. There is no CPU limit: throttling hurts more than a busy neighbour. */
  readonly cpu: Cpu;
  /** Memory request, and the limit too where no other is given: memory beyond the request is what gets a pod evicted. */
  readonly memory: Memory;
  /** @default the request */
  readonly memoryLimit?: Memory;
  /** Disk of the node for logs, emptyDir volumes and the writable layer: request, and limit where no other is given. @default none */
  readonly ephemeralStorage?: Memory;
  /** Beyond it the pod is evicted. @default the request */
  readonly ephemeralStorageLimit?: Memory;
  /** Devices that a plugin offers, by whole numbers: `nvidia.com/gpu`. @default none */
  readonly extended?: Readonly<Record<string, number>>;
}

export interface Probe {
  /** HTTP GET of `path` on a named port. */
  readonly http?: {
    readonly path: string;
    readonly port: string;
    readonly scheme?: 'HTTP' | 'HTTPS';
    readonly headers?: Readonly<Record<string, string>>;
  };
  /** A TCP connect to a named port. */
  readonly tcp?: string;
  /** The standard gRPC health check (grpc.health.v1) on a named port. */
  readonly grpc?: { readonly port: string; readonly service?: string };
  /** A command in the container. */
  readonly exec?: readonly string[];
  /** Seconds after the start until the first try; a startup probe is better where the start takes its time. @default 0 */
  readonly initialDelaySeconds?: number;
  /** Seconds between two tries. @default 10 */
  readonly periodSeconds?: number;
  /** Seconds one try may take. @default 3 */
  readonly timeoutSeconds?: number;
  /** Failures in a row until it counts. @default 3 */
  readonly failureThreshold?: number;
  /** Successes in a row until it counts again; more than 1 for readiness only. @default 1 */
  readonly successThreshold?: number;
}

/** What is done in a container at its start or before its end: a command, or a pause. */
export type Hook = readonly string[] | { readonly sleepSeconds: number };

export interface ContainerSpec {
  readonly name: string;
  readonly image: Image;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  /** @default the image's */
  readonly workingDir?: string;
  readonly env?: Readonly<Record<string, EnvValue>>;
  /** Variables of whole ConfigMaps and Secrets; a later one wins, and `env` wins over all. @default none */
  readonly envFrom?: readonly EnvSource[];
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
  /** Runs beside the container's own start; the container is not ready before it has ended. */
  readonly postStart?: Hook;
  /** Runs before the container is told to end. */
  readonly preStop?: Hook;
  /** User of this container where it differs from the pod's. */
  readonly uid?: number;
  /** Group of this container where it differs from the pod's. */
  readonly gid?: number;
  /** Capabilities beyond none; each needs an exception, `capability:<name>`. @default none */
  readonly capabilities?: readonly string[];
  /** Root on the node, with all capabilities and devices; needs the exception `privileged`. @default false */
  readonly privileged?: boolean;
  /** Whether set-user-id programs gain privileges; needs the exception `privilege-escalation`. @default false */
  readonly privilegeEscalation?: boolean;
  /** Whether the files of the image can be changed; needs the exception `writable-root`. @default false */
  readonly writableRoot?: boolean;
  /** No filter of system calls; needs the exception `seccomp-unconfined`. @default the pod's RuntimeDefault */
  readonly seccomp?: 'Unconfined';
}

export interface PodSpec extends Scheduling {
  readonly containers: readonly ContainerSpec[];
  /** Run one after the other before the containers. With `sidecar` they stay (native sidecars). */
  readonly initContainers?: readonly (ContainerSpec & { readonly sidecar?: boolean })[];
  /** User and group of all processes, and group of the volumes. User 0 needs the exception `run-as-root`. */
  readonly user: { readonly uid: number; readonly gid: number };
  readonly serviceAccount?: string;
  /** Whether the pod talks to the API server; without it no token is mounted. @default false */
  readonly token?: boolean;
  /** The node's addresses and ports; needs the exception `host-network`. @default false */
  readonly hostNetwork?: boolean;
  /** Sees the node's processes; needs the exception `host-pid`. @default false */
  readonly hostPID?: boolean;
  /** The node's shared memory and semaphores; needs the exception `host-ipc`. @default false */
  readonly hostIPC?: boolean;
  /** Containers of the pod see each other's processes and files; needs the exception `share-process-namespace`. @default false */
  readonly shareProcessNamespace?: boolean;
  /** Who resolves names: `Default` is the node's resolver. @default the cluster's DNS, in the host network too */
  readonly dnsPolicy?: 'ClusterFirst' | 'ClusterFirstWithHostNet' | 'Default';
  /** Address → names, for /etc/hosts. @default none */
  readonly hostAliases?: Readonly<Record<string, readonly string[]>>;
  /** Annotations of the pods. @default none */
  readonly podAnnotations?: Labels;
  /** Seconds between the order to end and the kill. @default 30 */
  readonly graceSeconds?: number;
  /** What happens to containers that end. @default the API server's: Always */
  readonly restartPolicy?: 'Never';
}
