import type { IContainer } from 'kubernetes-models/v1/Container';
import type { ISecurityContext } from 'kubernetes-models/v1/SecurityContext';
import type { IVolumeMount } from 'kubernetes-models/v1/VolumeMount';
import { defined } from '../objects';
import type { ContainerSpec, PodSpec, Resources } from '../pod';
import { asMount, type Mount, type Volume } from '../volumes';
import { environmentSource, environmentVariable } from './environment';
import { hook, probe } from './probe';

/** One container of a pod: what the pod says decides on its host ports and on its user. */
export function container(spec: ContainerSpec, pod: Pick<PodSpec, 'hostNetwork' | 'user'>): IContainer {
  return defined({
    name: spec.name,
    image: spec.image.reference,
    // a digest never changes, so what is on the node is right
    imagePullPolicy: 'IfNotPresent' as const,
    command: spec.command && [...spec.command],
    args: spec.args && [...spec.args],
    workingDir: spec.workingDir,
    env: spec.env && Object.entries(spec.env).map(([name, value]) => environmentVariable(name, value)),
    envFrom: spec.envFrom?.map(environmentSource),
    ports:
      spec.ports &&
      Object.entries(spec.ports).map(([name, port]) => containerPort(name, port, pod.hostNetwork ?? false)),
    resources: resources(spec.resources),
    startupProbe: spec.startup && probe(spec.startup, spec),
    readinessProbe: spec.readiness && probe(spec.readiness, spec),
    livenessProbe: spec.liveness && probe(spec.liveness, spec),
    lifecycle: lifecycle(spec),
    volumeMounts:
      spec.mounts && Object.entries(spec.mounts).map(([path, mount]) => volumeMount(path, mount, spec)),
    securityContext: securityContext(spec, pod.user),
  });
}

function resources(spec: Resources) {
  const { cpu, memory, memoryLimit = memory, ephemeralStorage, extended } = spec;
  const ephemeralLimit = spec.ephemeralStorageLimit ?? ephemeralStorage;
  // a device cannot be asked for without a limit of the same number
  return {
    requests: {
      cpu,
      memory,
      ...(ephemeralStorage && { 'ephemeral-storage': ephemeralStorage }),
      ...extended,
    },
    limits: {
      memory: memoryLimit,
      ...(ephemeralLimit && { 'ephemeral-storage': ephemeralLimit }),
      ...extended,
    },
  };
}

const lifecycle = ({ postStart, preStop }: ContainerSpec) =>
  postStart || preStop
    ? defined({ postStart: postStart && hook(postStart), preStop: preStop && hook(preStop) })
    : undefined;

/** No capability, no gain of privileges, a root that nobody writes to: less of it is what the spec says. */
function securityContext(spec: ContainerSpec, user: PodSpec['user']): ISecurityContext {
  const isRoot = spec.uid === undefined ? undefined : spec.uid === 0;
  const common = {
    readOnlyRootFilesystem: !(spec.writableRoot ?? false),
    runAsUser: spec.uid,
    runAsGroup: spec.gid,
    // the pod's own word, turned round where this container alone is root, or alone is not
    runAsNonRoot: isRoot === undefined || isRoot === (user.uid === 0) ? undefined : !isRoot,
    seccompProfile: spec.seccomp && { type: spec.seccomp },
  };
  if (!spec.privileged)
    return defined({
      ...common,
      allowPrivilegeEscalation: spec.privilegeEscalation ?? false,
      capabilities: defined({ drop: ['ALL'], add: spec.capabilities && [...spec.capabilities] }),
    });
  if (spec.capabilities)
    throw new Error(`Container ${spec.name} is privileged, and has all capabilities: leave out its list`);
  // the API server refuses a privileged container that may not gain privileges
  return defined({ ...common, privileged: true, allowPrivilegeEscalation: true });
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

function volumeMount(path: string, mount: Volume | Mount, spec: ContainerSpec): IVolumeMount {
  const { volume, subPath, readOnly = volume.readOnly, propagation } = asMount(mount);
  if (propagation === 'Bidirectional' && !spec.privileged)
    throw new Error(
      `Container ${spec.name} mounts ${path} with Bidirectional propagation, which only a privileged container may`,
    );
  return defined({
    name: volume.name,
    mountPath: path,
    subPath,
    readOnly: readOnly ? true : undefined,
    mountPropagation: propagation,
  });
}
