import type { IPodTemplateSpec } from 'kubernetes-models/v1/PodTemplateSpec';
import { configsHash } from '../hash';
import type { Labels } from '../labels';
import { defined } from '../objects';
import type { ContainerSpec, PodSpec } from '../pod';
import { asMount, type Volume } from '../volumes';
import { container } from './container';
import { environmentConfigs } from './environment';
import { schedulingFields } from './scheduling';

/**
 * The pod template with PSS restricted: no root, read-only root, no capability, no privilege, RuntimeDefault seccomp. What the spec says
 * beyond that is an exception (exception-kinds.ts).
 *
 * @param labels labels of the pods
 * @param selector those of them that tell these pods from all others
 */
export function podTemplate(pod: PodSpec, labels: Labels, selector: Labels): IPodTemplateSpec {
  if (pod.hostPID && pod.shareProcessNamespace)
    throw new Error(
      'A pod that sees all processes of the node has no process namespace to share: leave one out',
    );
  const all = [...(pod.initContainers ?? []), ...pod.containers];
  const volumes = distinctVolumes(all);
  const sources = volumes.flatMap(({ name, source }) => (source ? [{ name, ...source }] : []));
  return {
    metadata: defined({ labels: { ...labels }, annotations: annotations(pod, volumes, all) }),
    spec: defined({
      serviceAccountName: pod.serviceAccount,
      automountServiceAccountToken: pod.token ?? false,
      // the variables of a namespace's Services are noise, and slow the start of pods in large namespaces
      enableServiceLinks: false,
      hostNetwork: pod.hostNetwork ? true : undefined,
      hostPID: pod.hostPID ? true : undefined,
      hostIPC: pod.hostIPC ? true : undefined,
      shareProcessNamespace: pod.shareProcessNamespace ? true : undefined,
      dnsPolicy: pod.dnsPolicy ?? (pod.hostNetwork ? ('ClusterFirstWithHostNet' as const) : undefined),
      hostAliases:
        pod.hostAliases &&
        Object.entries(pod.hostAliases).map(([ip, hostnames]) => ({ ip, hostnames: [...hostnames] })),
      restartPolicy: pod.restartPolicy,
      ...schedulingFields(pod, selector),
      terminationGracePeriodSeconds: pod.graceSeconds ?? 30,
      securityContext: {
        runAsNonRoot: pod.user.uid !== 0,
        runAsUser: pod.user.uid,
        runAsGroup: pod.user.gid,
        fsGroup: pod.user.gid,
        fsGroupChangePolicy: 'OnRootMismatch' as const,
        seccompProfile: { type: 'RuntimeDefault' as const },
      },
      initContainers: pod.initContainers?.map((spec) => ({
        ...container(spec, pod),
        ...(spec.sidecar && { restartPolicy: 'Always' as const }),
      })),
      containers: pod.containers.map((spec) => container(spec, pod)),
      volumes: sources.length ? sources : undefined,
    }),
  };
}

/** The sum over the contents of ConfigMaps makes a pod restart when one of them changes. */
function annotations(
  { podAnnotations }: PodSpec,
  volumes: readonly Volume[],
  containers: readonly ContainerSpec[],
) {
  const configs = [
    ...volumes.flatMap((volume) => volume.configs ?? []),
    ...containers.flatMap(environmentConfigs),
  ];
  if (!configs.length && !podAnnotations) return undefined;
  const checksum = configs.length ? { 'checksum/config': configsHash(configs) } : {};
  return { ...podAnnotations, ...checksum };
}

function distinctVolumes(containers: readonly ContainerSpec[]): Volume[] {
  const byName = new Map<string, Volume>();
  for (const mount of containers.flatMap((spec) => Object.values(spec.mounts ?? {}))) {
    const { volume } = asMount(mount);
    const known = byName.get(volume.name) ?? volume;
    if (known !== volume && JSON.stringify(known.source) !== JSON.stringify(volume.source))
      throw new Error(`Two volumes of a pod are named "${volume.name}": give one of them another name`);
    byName.set(volume.name, known);
  }
  return [...byName.values()];
}
