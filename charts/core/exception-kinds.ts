import type { ContainerSpec, PodSpec } from './pod';
import { asMount } from './volumes';

/** What a workload, a role or a volume can have that is less than the hardened default. Each needs a row with a reason. */
export type Exception =
  /** Pods in the node's network namespace, with host ports. */
  | 'host-network'
  /** Pods that see the node's processes. */
  | 'host-pid'
  /** Pods that share memory and semaphores with the node. */
  | 'host-ipc'
  /** A file or folder of the node that the pod reads. */
  | `host-path:${string}`
  /** A file or folder of the node that the pod writes to. */
  | `host-path-write:${string}`
  /** Mounts of the node that appear in a container, or a container's on the node. */
  | 'mount-propagation'
  /** Containers of a pod that see each other's processes and files. */
  | 'share-process-namespace'
  /** Processes of user 0. Capabilities, privilege escalation and a writable root stay taken away. */
  | 'run-as-root'
  /** Root on the node: all capabilities, all devices, and the gain of privileges. */
  | 'privileged'
  /** Set-user-id programs that gain privileges. */
  | 'privilege-escalation'
  /** One capability added to the empty set. */
  | `capability:${string}`
  /** A container that can change the files of its image. */
  | 'writable-root'
  /** System calls without a filter. */
  | 'seccomp-unconfined'
  /** A rule with `*` for groups, resources or verbs. */
  | 'rbac-wildcard'
  /** Reading the Secrets of all namespaces. */
  | 'rbac-secrets'
  /** A volume without backup, check and drill. */
  | 'no-backup'
  /** A critical alert that people may hear of later than five minutes after the fact. */
  | 'late-alert';

/** The rule of checks/ that decides whether an exception is needed. */
export function judgeOf(exception: Exception): 'pod-security' | 'rbac' | 'backup' | 'alerts' {
  if (exception === 'no-backup') return 'backup';
  if (exception === 'late-alert') return 'alerts';
  return exception.startsWith('rbac-') ? 'rbac' : 'pod-security';
}

/** What a pod asks for beyond the hardened default, each once. */
export function exceptionsWanted(pod: PodSpec): readonly Exception[] {
  const containers = [...(pod.initContainers ?? []), ...pod.containers];
  const ofPod: readonly [Exception, boolean | undefined][] = [
    ['host-network', pod.hostNetwork],
    ['host-pid', pod.hostPID],
    ['host-ipc', pod.hostIPC],
    ['share-process-namespace', pod.shareProcessNamespace],
    ['run-as-root', pod.user.uid === 0],
  ];
  return [...new Set([...chosen(ofPod), ...containers.flatMap(ofContainer)])];
}

function ofContainer(container: ContainerSpec): readonly Exception[] {
  const mounts = Object.values(container.mounts ?? {}).map(asMount);
  return [
    ...chosen([
      ['run-as-root', container.uid === 0],
      ['privileged', container.privileged],
      // a privileged container gains privileges anyway
      ['privilege-escalation', container.privilegeEscalation && !container.privileged],
      ['writable-root', container.writableRoot],
      ['seccomp-unconfined', container.seccomp === 'Unconfined'],
      ['mount-propagation', mounts.some(({ propagation }) => propagation !== undefined)],
    ]),
    ...(container.capabilities ?? []).map((name) => `capability:${name}` as const),
    ...mounts.flatMap(({ volume, readOnly = volume.readOnly }) => {
      const path = volume.source?.hostPath?.path;
      return path === undefined ? [] : [hostPathException(path, !readOnly)];
    }),
  ];
}

export const hostPathException = (path: string, writable: boolean): Exception =>
  `host-path${writable ? '-write' : ''}:${path}`;

const chosen = (wishes: readonly (readonly [Exception, boolean | undefined])[]): Exception[] =>
  wishes.flatMap(([exception, wanted]) => (wanted ? [exception] : []));
