import { asArray, asText, at, child, fieldsOf, isObject, show } from '../core/workloads';
import { HOST_CONTROLS } from './host-controls';
import { contexts, isPrivileged, REMOVE, type Control, type PodView, type Violation } from './violation';

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

const CONTROLS: readonly Control[] = [
  ...HOST_CONTROLS,
  ...[addedCapabilities, droppedCapabilities, appArmor, seLinux, procMount, sysctls, seccomp],
  ...[privilegeEscalation, nonRoot, user],
];
