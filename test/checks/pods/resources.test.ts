import { resources } from '../../../checks/pods/resources';
import { deploymentOf, fields, findingsOfRule } from '../plain';
import { brief, findingsAfter, monoInput, pick } from '../mutation';

const MYSQL = 'resources: StatefulSet prod/mysql';
const POD = 'spec.template.spec';
const mysql = (input: ReturnType<typeof monoInput>) =>
  pick(input, 'StatefulSet', 'prod/mysql').spec.template.spec;

test('[SEC-11] [K8S-09] the containers of the unbroken set have what they need', () => {
  expect(resources.check(monoInput())).toEqual([]);
});

test.each([
  ['no CPU request', 'requests.cpu', (one: any) => delete one.resources.requests.cpu],
  ['a CPU request of nothing', 'requests.cpu', (one: any) => (one.resources.requests.cpu = '0')],
  ['no memory request', 'requests.memory', (one: any) => delete one.resources.requests.memory],
  ['no memory limit', 'limits.memory', (one: any) => delete one.resources.limits],
  ['a limit below the request', 'limits.memory', (one: any) => (one.resources.limits.memory = '1Mi')],
  ['a limit that is no quantity', 'limits.memory', (one: any) => (one.resources.limits.memory = 'much')],
])('[SEC-11] %s is found', (_, field, change) => {
  const findings = findingsAfter((input) => {
    change(mysql(input).containers[0]);
  });
  expect(brief(findings)).toEqual([`${MYSQL} ${POD}.containers[0].resources.${field}`]);
});

test('[K8S-09] a container that keeps running without a readiness probe is found', () => {
  const findings = findingsAfter((input) => {
    delete mysql(input).containers[0].readinessProbe;
  });
  expect(brief(findings)).toEqual([`${MYSQL} ${POD}.containers[0].readinessProbe`]);
});

const running = {
  ports: [{ containerPort: 80 }],
  resources: { requests: { cpu: '1m', memory: '1Mi' }, limits: { memory: '1Mi' } },
};
const probed = { ...running, readinessProbe: { exec: {} }, livenessProbe: { grpc: {} } };
const check = (spec: object) =>
  fields(findingsOfRule(resources, [deploymentOf({ terminationGracePeriodSeconds: 0, ...spec })]));

test('a startup probe stands for a liveness probe, an empty one for none', () => {
  expect(
    check({ containers: [{ ...probed, livenessProbe: undefined, startupProbe: { tcpSocket: {} } }] }),
  ).toEqual([]);
  expect(check({ containers: [{ ...probed, livenessProbe: {} }] })).toEqual([
    `${POD}.containers[0].livenessProbe`,
  ]);
});

test('native sidecars keep running, other init containers end', () => {
  expect(check({ initContainers: [running], containers: [probed] })).toEqual([]);
  expect(check({ initContainers: [{ ...running, restartPolicy: 'Always' }], containers: [probed] })).toEqual([
    `${POD}.initContainers[0].readinessProbe`,
    `${POD}.initContainers[0].livenessProbe`,
  ]);
});

test('a container without a port serves nobody: it needs no readiness probe, but something that restarts it', () => {
  expect(check({ containers: [{ ...running, ports: [] }] })).toEqual([`${POD}.containers[0].livenessProbe`]);
});

test('what runs to an end needs no probes', () => {
  const job = { ...deploymentOf({ terminationGracePeriodSeconds: 1, containers: [running] }), kind: 'Job' };
  expect(findingsOfRule(resources, [job])).toEqual([]);
});

test('a CPU limit is not asked for', () => {
  expect(check({ containers: [probed] })).toEqual([]);
});

test('a time to end in that is not set is found', () => {
  const findings = findingsAfter((input) => {
    delete mysql(input).terminationGracePeriodSeconds;
  });
  expect(brief(findings)).toEqual([`${MYSQL} ${POD}.terminationGracePeriodSeconds`]);
});
