import {
  asArray,
  asText,
  at,
  child,
  fieldsOf,
  isObject,
  show,
  type PlacedContainer,
} from '../core/workloads';
import { hostPathException, type Exception } from '../../charts/core/exception-kinds';
import type { PodSecurityLevel } from '../../charts/core/namespaces';

/** One control of the Pod Security Standards that a pod breaks. */
export interface Violation {
  /** The least strict level that forbids it. */
  readonly level: Exclude<PodSecurityLevel, 'privileged'>;
  readonly field: string;
  readonly problem: string;
  readonly remedy: string;
  /** The exception that allows it in a namespace whose level does. Where there is none, it is never allowed. */
  readonly exception?: Exception;
}

/** A pod as the controls see it. */
export interface PodView {
  readonly spec: Readonly<Record<string, unknown>>;
  readonly path: string;
  readonly containers: readonly PlacedContainer[];
  readonly annotations: unknown;
}

type Control = (pod: PodView, kubernetes: number) => readonly Violation[];

const BASELINE_CAPABILITIES = new Set([
  ...['AUDIT_WRITE', 'CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'FSETID', 'KILL', 'MKNOD', 'NET_BIND_SERVICE'],
  ...['SETFCAP', 'SETGID', 'SETPCAP', 'SETUID', 'SYS_CHROOT'],
]);
const SELINUX_TYPES = new Set([
  ...['', 'container_t', 'container_init_t', 'container_kvm_t', 'container_engine_t'],
]);
const SYSCTLS = new Set([
  ...['kernel.shm_rmid_forced', 'net.ipv4.ip_local_port_range', 'net.ipv4.tcp_syncookies'],
  ...['net.ipv4.ping_group_range', 'net.ipv4.ip_unprivileged_port_start'],
  ...['net.ipv4.ip_local_reserved_ports', 'net.ipv4.tcp_keepalive_time', 'net.ipv4.tcp_fin_timeout'],
  ...['net.ipv4.tcp_keepalive_intvl', 'net.ipv4.tcp_keepalive_probes', 'net.ipv4.tcp_rmem'],
  'net.ipv4.tcp_wmem',
]);
/** Safe from Kubernetes 1.37 on. */
const SYSCTLS_1_37 = new Set(['net.ipv4.tcp_slow_start_after_idle', 'net.ipv4.tcp_notsent_lowat']);
const RESTRICTED_VOLUMES = [
  ...['configMap', 'csi', 'downwardAPI', 'emptyDir', 'ephemeral', 'image', 'persistentVolumeClaim'],
  ...['projected', 'secret'],
];
const PROFILES = new Set<unknown>(['RuntimeDefault', 'Localhost']);
const APPARMOR_ANNOTATION = 'container.apparmor.security.beta.kubernetes.io/';

/**
 * Every control of baseline and restricted that the pod breaks, whatever its namespace allows: the checks of k8s.io/pod-security-admission
 * (registry of July 2026, newest version of each check) for Linux pods.
 *
 * @param kubernetes minor version of the cluster; 36 for 1.36
 */
export function podSecurityViolations(pod: PodView, kubernetes: number): Violation[] {
  return CONTROLS.flatMap((control) => control(pod, kubernetes));
}

const REMOVE = 'Remove the field';

const HOST_NAMESPACES = [
  ['hostNetwork', 'host-network'],
  ['hostPID', 'host-pid'],
  ['hostIPC', 'host-ipc'],
] as const;

const hostNamespaces: Control = ({ spec, path }) =>
  HOST_NAMESPACES.filter(([field]) => spec[field] === true).map(([field, exception]) => ({
    level: 'baseline',
    field: `${path}.${field}`,
    problem: `the pod shares the node's ${field.slice(4)} namespace`,
    remedy: REMOVE,
    exception,
  }));

const isPrivileged = ({ container }: PlacedContainer): boolean =>
  container.securityContext?.['privileged'] === true;

const privileged: Control = ({ containers }) =>
  containers.filter(isPrivileged).map(({ path }) => ({
    level: 'baseline',
    field: `${path}.securityContext.privileged`,
    problem: 'a privileged container is root on the node',
    remedy: REMOVE,
    exception: 'privileged',
  }));

const hostProcess: Control = (pod) =>
  contexts(pod)
    .filter(({ context }) => at(context, 'windowsOptions.hostProcess') === true)
    .map(({ path }) => ({
      level: 'baseline',
      field: `${path}.windowsOptions.hostProcess`,
      problem: 'a HostProcess container is administrator of the node',
      remedy: REMOVE,
    }));

const addedCapabilities: Control = ({ containers }) =>
  containers.flatMap(({ container, path }) =>
    asArray(at(container.securityContext, 'capabilities.add')).map((name, index) => ({
      level: BASELINE_CAPABILITIES.has(show(name)) ? 'restricted' : 'baseline',
      field: `${path}.securityContext.capabilities.add[${index}]`,
      problem: `capability ${show(name)} is added`,
      remedy: REMOVE,
      exception: `capability:${show(name)}`,
    })),
  );

const droppedCapabilities: Control = ({ containers }) =>
  containers
    .filter(({ container }) => !asArray(at(container.securityContext, 'capabilities.drop')).includes('ALL'))
    .map((placed) => ({
      level: 'restricted',
      field: `${placed.path}.securityContext.capabilities.drop`,
      problem: 'the container keeps the default capabilities',
      remedy: 'Drop ALL',
      // it has all of them, which is what its exception is about
      ...(isPrivileged(placed) && { exception: 'privileged' }),
    }));

const volumes: Control = ({ spec, path, containers }) =>
  asArray(spec['volumes']).flatMap((volume, index) => {
    if (!isObject(volume) || RESTRICTED_VOLUMES.some((type) => isObject(volume[type]))) return [];
    const type = Object.keys(volume).find((key) => key !== 'name') ?? 'unknown';
    return [
      {
        level: isObject(volume['hostPath']) ? 'baseline' : 'restricted',
        field: `${path}.volumes[${index}]`,
        problem: `volume "${show(volume['name'])}" has the type ${type}`,
        remedy: 'Mount a claim, a ConfigMap, a Secret or an emptyDir instead',
        ...hostPath(volume, containers),
      } as const,
    ];
  });

/** The exception of a path of the node: reading it is one thing, writing to it another. */
function hostPath(volume: Readonly<Record<string, unknown>>, containers: readonly PlacedContainer[]) {
  const path = at(volume, 'hostPath.path');
  if (typeof path !== 'string') return undefined;
  const isWritten = containers.some(({ container }) =>
    asArray(container.volumeMounts).some(
      (mount) => at(mount, 'name') === volume['name'] && at(mount, 'readOnly') !== true,
    ),
  );
  return { exception: hostPathException(path, isWritten) };
}

const hostPorts: Control = ({ containers }) =>
  containers.flatMap(({ container, path }) =>
    asArray(container.ports).flatMap((port, index) => {
      const hostPort = at(port, 'hostPort');
      if (hostPort === undefined || hostPort === null || hostPort === 0) return [];
      return [
        {
          level: 'baseline',
          field: `${path}.ports[${index}].hostPort`,
          problem: 'a port of the node is taken',
          remedy: `${REMOVE} and publish a Service`,
          exception: 'host-network',
        } as const,
      ];
    }),
  );

const handlerHosts: Control = ({ containers }) =>
  containers.flatMap(({ container, path }) =>
    ['livenessProbe', 'readinessProbe', 'startupProbe', 'lifecycle.postStart', 'lifecycle.preStop'].flatMap(
      (handler) =>
        ['httpGet', 'tcpSocket'].flatMap((action) => {
          const field = `${handler}.${action}.host`;
          if (!at(container, field)) return [];
          return [
            {
              level: 'baseline',
              field: `${path}.${field}`,
              problem: 'the kubelet would call another host than the pod',
              remedy: REMOVE,
            } as const,
          ];
        }),
    ),
  );

const appArmor: Control = (pod) => [
  ...contexts(pod)
    .filter(({ context }) => {
      const profile = at(context, 'appArmorProfile');
      return isObject(profile) && !PROFILES.has(profile['type']);
    })
    .map(({ path }) => ({
      level: 'baseline' as const,
      field: `${path}.appArmorProfile.type`,
      problem: 'AppArmor is switched off',
      remedy: 'Set RuntimeDefault',
    })),
  ...fieldsOf(pod.annotations)
    .filter(([key, value]) => key.startsWith(APPARMOR_ANNOTATION) && !isAppArmorAnnotation(show(value)))
    .map(([key]) => ({
      level: 'baseline' as const,
      field: child(`${pod.path.replace(/spec$/, 'metadata')}.annotations`, key),
      problem: 'AppArmor is switched off',
      remedy: 'Remove the annotation',
    })),
];

const isAppArmorAnnotation = (value: string): boolean =>
  value === '' || value === 'runtime/default' || value.startsWith('localhost/');

const seLinux: Control = (pod) =>
  contexts(pod).flatMap(({ context, path }) => {
    const options = at(context, 'seLinuxOptions');
    if (!isObject(options)) return [];
    const isOdd = (field: string): boolean =>
      field === 'type' ? !SELINUX_TYPES.has(asText(options['type']) ?? '') : Boolean(options[field]);
    return ['type', 'user', 'role'].filter(isOdd).map((field) => ({
      level: 'baseline' as const,
      field: `${path}.seLinuxOptions.${field}`,
      problem: `SELinux ${field} ${show(options[field])} is not one that containers have`,
      remedy: REMOVE,
    }));
  });

const procMount: Control = (pod) =>
  pod.containers
    .filter(({ container }) => {
      const mount = container.securityContext?.['procMount'];
      return mount !== undefined && mount !== null && mount !== 'Default';
    })
    .map(({ path }) => ({
      // with a user namespace of its own, the pod sees nothing of others in an unmasked /proc
      level: pod.spec['hostUsers'] === false ? ('restricted' as const) : ('baseline' as const),
      field: `${path}.securityContext.procMount`,
      problem: '/proc is not masked',
      remedy: REMOVE,
    }));

const sysctls: Control = ({ spec, path }, kubernetes) =>
  asArray(at(spec['securityContext'], 'sysctls')).flatMap((sysctl, index) => {
    const name = asText(at(sysctl, 'name')) ?? '';
    if (SYSCTLS.has(name) || (kubernetes >= 37 && SYSCTLS_1_37.has(name))) return [];
    return [
      {
        level: 'baseline',
        field: `${path}.securityContext.sysctls[${index}]`,
        problem: `sysctl ${name} may reach beyond the pod`,
        remedy: 'Remove it',
      } as const,
    ];
  });

const seccomp: Control = (pod) => {
  const own = (context: unknown): unknown => at(context, 'seccompProfile.type');
  const wrong = contexts(pod)
    .filter(({ context }) => own(context) !== undefined && !PROFILES.has(own(context)))
    .map(({ path }) => ({
      level: 'baseline' as const,
      field: `${path}.seccompProfile.type`,
      problem: 'system calls are not filtered',
      remedy: 'Set RuntimeDefault',
      exception: 'seccomp-unconfined' as const,
    }));
  if (own(pod.spec['securityContext']) !== undefined) return wrong;
  const missing = pod.containers
    .filter(({ container }) => own(container.securityContext) === undefined)
    .map(({ path }) => ({
      level: 'restricted' as const,
      field: `${path}.securityContext.seccompProfile`,
      problem: 'neither pod nor container names a seccomp profile',
      remedy: 'Set RuntimeDefault on the pod',
    }));
  return [...wrong, ...missing];
};

const privilegeEscalation: Control = ({ containers }) =>
  containers
    .filter(({ container }) => container.securityContext?.['allowPrivilegeEscalation'] !== false)
    .map((placed) => ({
      level: 'restricted',
      field: `${placed.path}.securityContext.allowPrivilegeEscalation`,
      problem: 'a set-user-id program could gain privileges',
      remedy: 'Set it to false',
      exception: isPrivileged(placed) ? 'privileged' : 'privilege-escalation',
    }));

const nonRoot: Control = (pod) => {
  if (pod.spec['hostUsers'] === false) return [];
  const remedy = 'Set it to true on the pod';
  const denied = contexts(pod)
    .filter(({ context }) => at(context, 'runAsNonRoot') === false)
    .map(({ path }) => ({ field: `${path}.runAsNonRoot`, problem: 'the process may be root' }));
  const isSet = typeof at(pod.spec['securityContext'], 'runAsNonRoot') === 'boolean';
  const missing = pod.containers
    .filter(({ container }) => !isSet && typeof container.securityContext?.['runAsNonRoot'] !== 'boolean')
    .map(({ path }) => ({
      field: `${path}.securityContext.runAsNonRoot`,
      problem: 'nothing says that the process is not root',
    }));
  return [...denied, ...missing].map((found) => ({
    level: 'restricted',
    remedy,
    exception: 'run-as-root',
    ...found,
  }));
};

const user: Control = (pod) => {
  if (pod.spec['hostUsers'] === false) return [];
  return contexts(pod)
    .filter(({ context }) => at(context, 'runAsUser') === 0)
    .map(({ path }) => ({
      level: 'restricted',
      field: `${path}.runAsUser`,
      problem: 'the process is root',
      remedy: 'Give it a user of its own',
      exception: 'run-as-root',
    }));
};

/** The security contexts of pod and containers. */
function contexts({ spec, path, containers }: PodView) {
  return [
    { context: spec['securityContext'], path: `${path}.securityContext` },
    ...containers.map(({ container, path: inner }) => ({
      context: container.securityContext,
      path: `${inner}.securityContext`,
    })),
  ];
}

const CONTROLS: readonly Control[] = [
  ...[hostNamespaces, privileged, hostProcess, addedCapabilities, droppedCapabilities, volumes, hostPorts],
  ...[handlerHosts, appArmor, seLinux, procMount, sysctls, seccomp, privilegeEscalation, nonRoot, user],
];
