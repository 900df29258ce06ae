import { exceptionsWanted, type Exception } from '../../../charts/core/exception-kinds';
import type { ContainerSpec, PodSpec } from '../../../charts/core/pod';
import { hostPathVolume } from '../../../charts/core/volumes';
import { deployment } from '../../../charts/core/workload';
import { podSecurity } from '../../../checks/pods/pod-security';
import { container, objectOf, pod, SELECTOR } from '../../charts/core/pod/samples';
import { deploymentOf, fields, findingsOfRule, hardenedPod, namespaceAt } from '../plain';
import { brief, findingsAfter, monoInput, pick } from '../mutation';

type Spec = ReturnType<typeof hardenedPod> & Record<string, unknown>;

/** Fields that the rule names about a hardened pod after one change, in a namespace of that level. */
const after = (level: string, change: (spec: Spec) => void): string[] => {
  const spec: Spec = hardenedPod();
  change(spec);
  return fields(findingsOfRule(podSecurity, [namespaceAt(level), deploymentOf(spec)]));
};
const main = (spec: Spec) =>
  spec.containers[0] as Record<string, unknown> & { securityContext: Record<string, unknown> };
const POD = 'spec.template.spec';
const MAIN = `${POD}.containers[0]`;

test('[SEC-01] the pods of the unbroken set fit their namespaces', () => {
  expect(podSecurity.check(monoInput())).toEqual([]);
});

test('a hardened pod is fine at every level', () => {
  for (const level of ['restricted', 'baseline', 'privileged'])
    expect(after(level, () => undefined)).toEqual([]);
});

const CONTROLS: [string, string, (spec: Spec) => void][] = [
  ['host network', `${POD}.hostNetwork`, (spec) => (spec['hostNetwork'] = true)],
  ['host PID', `${POD}.hostPID`, (spec) => (spec['hostPID'] = true)],
  ['host IPC', `${POD}.hostIPC`, (spec) => (spec['hostIPC'] = true)],
  [
    'privilege',
    `${MAIN}.securityContext.privileged`,
    (spec) => (main(spec).securityContext['privileged'] = true),
  ],
  [
    'Windows HostProcess',
    `${POD}.securityContext.windowsOptions.hostProcess`,
    (spec) => (spec.securityContext['windowsOptions'] = { hostProcess: true }),
  ],
  [
    'a capability beyond the default set',
    `${MAIN}.securityContext.capabilities.add[0]`,
    (spec) => (main(spec).securityContext['capabilities'] = { drop: ['ALL'], add: ['NET_RAW'] }),
  ],
  [
    'a host path',
    `${POD}.volumes[0]`,
    (spec) => (spec['volumes'] = [{ name: 'host', hostPath: { path: '/' } }]),
  ],
  [
    'a host port',
    `${MAIN}.ports[0].hostPort`,
    (spec) => (main(spec)['ports'] = [{ containerPort: 80, hostPort: 80 }]),
  ],
  [
    'a probe of another host',
    `${MAIN}.livenessProbe.httpGet.host`,
    (spec) => (main(spec)['livenessProbe'] = { httpGet: { host: '169.254.169.254', port: 80 } }),
  ],
  [
    'a handler that calls another host',
    `${MAIN}.lifecycle.preStop.httpGet.host`,
    (spec) => (main(spec)['lifecycle'] = { preStop: { httpGet: { host: 'localhost', port: 80 } } }),
  ],
  [
    'AppArmor off',
    `${POD}.securityContext.appArmorProfile.type`,
    (spec) => (spec.securityContext['appArmorProfile'] = { type: 'Unconfined' }),
  ],
  [
    'an SELinux type',
    `${MAIN}.securityContext.seLinuxOptions.type`,
    (spec) => (main(spec).securityContext['seLinuxOptions'] = { type: 'spc_t' }),
  ],
  [
    'an SELinux user',
    `${POD}.securityContext.seLinuxOptions.user`,
    (spec) => (spec.securityContext['seLinuxOptions'] = { user: 'system_u' }),
  ],
  [
    'an unmasked /proc',
    `${MAIN}.securityContext.procMount`,
    (spec) => (main(spec).securityContext['procMount'] = 'Unmasked'),
  ],
  [
    'an unsafe sysctl',
    `${POD}.securityContext.sysctls[1]`,
    (spec) =>
      (spec.securityContext['sysctls'] = [
        { name: 'net.ipv4.tcp_rmem', value: '1' },
        { name: 'kernel.msgmax', value: '1' },
      ]),
  ],
  [
    'seccomp off',
    `${MAIN}.securityContext.seccompProfile.type`,
    (spec) => (main(spec).securityContext['seccompProfile'] = { type: 'Unconfined' }),
  ],
];

test.each(CONTROLS)('[SEC-01] %s is forbidden at baseline', (_, field, change) => {
  expect(after('baseline', change)).toEqual([field]);
});

test.each([
  ...CONTROLS,
  [
    'a volume of another type',
    `${POD}.volumes[0]`,
    (spec: Spec) => (spec['volumes'] = [{ name: 'share', nfs: { server: 'a', path: '/' } }]),
  ],
  [
    'privilege escalation',
    `${MAIN}.securityContext.allowPrivilegeEscalation`,
    (spec: Spec) => delete main(spec).securityContext['allowPrivilegeEscalation'],
  ],
  [
    'nothing said of root',
    `${MAIN}.securityContext.runAsNonRoot`,
    (spec: Spec) => delete spec.securityContext['runAsNonRoot'],
  ],
  [
    'root allowed by one container',
    `${MAIN}.securityContext.runAsNonRoot`,
    (spec: Spec) => (main(spec).securityContext['runAsNonRoot'] = false),
  ],
  ['user 0', `${POD}.securityContext.runAsUser`, (spec: Spec) => (spec.securityContext['runAsUser'] = 0)],
  [
    'no seccomp profile',
    `${MAIN}.securityContext.seccompProfile`,
    (spec: Spec) => delete spec.securityContext['seccompProfile'],
  ],
  [
    'capabilities kept',
    `${MAIN}.securityContext.capabilities.drop`,
    (spec: Spec) => (main(spec).securityContext['capabilities'] = { drop: ['NET_RAW'] }),
  ],
  [
    'an added NET_BIND_SERVICE without a reason',
    `${MAIN}.securityContext.capabilities.add[0]`,
    (spec: Spec) =>
      (main(spec).securityContext['capabilities'] = { drop: ['ALL'], add: ['NET_BIND_SERVICE'] }),
  ],
] as [string, string, (spec: Spec) => void][])('[SEC-01] %s is found at restricted', (_, field, change) => {
  expect(after('restricted', change)).toEqual([field]);
});

test('AppArmor switched off by the old annotation is found', () => {
  const object = deploymentOf(hardenedPod());
  const key = 'container.apparmor.security.beta.kubernetes.io/main';
  (object as { spec?: any }).spec.template.metadata.annotations = { [key]: 'unconfined' };
  expect(fields(findingsOfRule(podSecurity, [namespaceAt('baseline'), object]))).toEqual([
    `spec.template.metadata.annotations["${key}"]`,
  ]);
});

test('what a namespace allows still needs a reason: the message says so', () => {
  const spec = { ...hardenedPod(), hostPID: true };
  const [allowed] = findingsOfRule(podSecurity, [namespaceAt('privileged'), deploymentOf(spec)]);
  const [forbidden] = findingsOfRule(podSecurity, [namespaceAt('baseline'), deploymentOf(spec)]);
  expect(allowed?.problem).toMatch(/without a reason given$/);
  expect(forbidden?.problem).toMatch(/which Pod Security "baseline" of namespace sample forbids$/);
});

describe('less than the hardened default, in a namespace that allows it,', () => {
  /** Findings about a Deployment of the builder, whose component has these exceptions. */
  const judge = (spec: PodSpec, exceptions: readonly Exception[] = []) => {
    const object = objectOf(deployment({ name: 'server', replicas: 1, ...spec }, SELECTOR, SELECTOR));
    const row = { component: 'sample', subject: 'server', reason: 'a test', source: 'definition.ts' };
    return findingsOfRule(podSecurity, [namespaceAt('privileged', 'prod'), object], (input) => {
      const rows = exceptions.map((exception) => ({ ...row, exception }));
      input.declarations = { ...input.declarations, exceptions: rows };
    });
  };
  /** Exceptions that findings ask for. */
  const askedFor = (spec: PodSpec): string[] => {
    const asked = judge(spec).map(({ remedy }) => /row "([^"]+)"/.exec(remedy)?.[1] ?? remedy);
    return [...new Set(asked)].sort();
  };
  const one = (more: Partial<ContainerSpec>): PodSpec => ({
    ...pod,
    containers: [{ ...container, ...more }],
  });
  const log = hostPathVolume('log', '/var/log');
  const propagated = { volume: log, propagation: 'HostToContainer' } as const;

  test.each<[string, PodSpec]>([
    ['the host network', { ...pod, hostNetwork: true }],
    ['the host PID namespace', { ...pod, hostPID: true }],
    ['the host IPC namespace', { ...pod, hostIPC: true }],
    ['a shared process namespace', { ...pod, shareProcessNamespace: true }],
    ['root', { ...pod, user: { uid: 0, gid: 0 } }],
    ['one container of root', one({ uid: 0 })],
    ['a privileged container', one({ privileged: true })],
    ['a privileged init container', { ...pod, initContainers: [{ ...container, privileged: true }] }],
    ['privilege escalation', one({ privilegeEscalation: true })],
    ['capabilities', one({ capabilities: ['NET_ADMIN', 'SYS_TIME'] })],
    ['a writable root', one({ writableRoot: true })],
    ['no seccomp', one({ seccomp: 'Unconfined' })],
    ['a path of the node', one({ mounts: { '/logs': log } })],
    ['a path of the node that is written', one({ mounts: { '/logs': { volume: log, readOnly: false } } })],
    ['mounts that follow the node', one({ mounts: { '/logs': propagated } })],
  ])('%s is found in the objects as the exceptions that the builder wants', (_, spec) => {
    expect(exceptionsWanted(spec)).not.toEqual([]);
    expect(askedFor(spec)).toEqual([...exceptionsWanted(spec)].sort());
    expect(judge(spec, exceptionsWanted(spec))).toEqual([]);
  });

  test('one that is written in one of two containers is a written path', () => {
    const two = [
      { ...container, mounts: { '/logs': log } },
      { ...container, name: 'writer', ports: {}, mounts: { '/logs': { volume: log, readOnly: false } } },
    ];
    expect(askedFor({ ...pod, containers: two })).toEqual(['host-path-write:/var/log']);
  });

  test('the default itself is not found', () => {
    expect(askedFor(pod)).toEqual([]);
    expect(fields(judge(pod, ['host-pid', 'rbac-secrets']))).toEqual(['host-pid']);
  });
});

test('in a user namespace root is nobody, as the standard has it since Kubernetes 1.35', () => {
  const root = (spec: Spec) => {
    spec.securityContext['runAsUser'] = 0;
    spec.securityContext['runAsNonRoot'] = false;
    spec['hostUsers'] = false;
  };
  expect(after('restricted', root)).toEqual([]);
});

test('sysctls that became safe with Kubernetes 1.37 are found before', () => {
  const spec = hardenedPod();
  spec.securityContext['sysctls'] = [{ name: 'net.ipv4.tcp_notsent_lowat', value: '1' }];
  const at = (version: string) =>
    findingsOfRule(podSecurity, [namespaceAt('restricted'), deploymentOf(spec)], (input) => {
      input.settings.kubernetes = version;
    });
  expect(at('1.36')).toHaveLength(1);
  expect(at('1.37')).toEqual([]);
});

test('[SEC-01] a namespace that enforces nothing is found', () => {
  const findings = findingsAfter((input) => {
    delete pick(input, 'Namespace', 'integration').metadata.labels?.['pod-security.kubernetes.io/enforce'];
  });
  expect(brief(findings)).toEqual([
    'pod-security: Namespace integration metadata.labels["pod-security.kubernetes.io/enforce"]',
  ]);
});

test('a writable root, and a token that nobody decided on, are found beyond the standard', () => {
  const writable = findingsAfter((input) => {
    pick(
      input,
      'StatefulSet',
      'prod/mysql',
    ).spec.template.spec.containers[0].securityContext.readOnlyRootFilesystem = false;
  });
  expect(brief(writable)).toEqual([
    `pod-security: StatefulSet prod/mysql ${MAIN}.securityContext.readOnlyRootFilesystem`,
  ]);
  const undecided = findingsAfter((input) => {
    delete pick(input, 'StatefulSet', 'prod/mysql').spec.template.spec.automountServiceAccountToken;
  });
  expect(brief(undecided)).toEqual([
    `pod-security: StatefulSet prod/mysql ${POD}.automountServiceAccountToken`,
  ]);
});

test('one privileged container in the real set is found once', () => {
  const findings = findingsAfter((input) => {
    pick(input, 'StatefulSet', 'prod/mysql').spec.template.spec.containers[0].securityContext.privileged =
      true;
  });
  expect(brief(findings)).toEqual([
    `pod-security: StatefulSet prod/mysql ${MAIN}.securityContext.privileged`,
  ]);
});

test('an exception that nothing needs any more is found, unless its component is not in the set', () => {
  const findings = findingsAfter((input) => {
    const [container] = pick(input, 'DaemonSet', 'ingress/traefik').spec.template.spec.containers;
    delete container.securityContext.capabilities.add;
  });
  expect(brief(findings)).toEqual(['pod-security: Exception traefik/traefik capability:NET_BIND_SERVICE']);
  expect(findingsOfRule(podSecurity, [])).toEqual([]);
});
