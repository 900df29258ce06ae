import { exceptionsWanted } from '../../../charts/core/exception-kinds';
import { refuseUnexcepted } from '../../../charts/core/exceptions';
import type { ContainerSpec, PodSpec } from '../../../charts/core/pod';
import { hostPathVolume } from '../../../charts/core/volumes';
import { container, pod } from './pod/samples';

const one = (more: Partial<ContainerSpec>): Partial<PodSpec> => ({ containers: [{ ...container, ...more }] });
const log = hostPathVolume('log', '/var/log');
const data = hostPathVolume('data', '/var/lib/data', { writable: true });

const KINDS: readonly [string, Partial<PodSpec>][] = [
  ['host-network', { hostNetwork: true }],
  ['host-pid', { hostPID: true }],
  ['host-ipc', { hostIPC: true }],
  ['share-process-namespace', { shareProcessNamespace: true }],
  ['run-as-root', { user: { uid: 0, gid: 0 } }],
  ['run-as-root', one({ uid: 0 })],
  ['privileged', one({ privileged: true })],
  ['privilege-escalation', one({ privilegeEscalation: true })],
  ['capability:NET_ADMIN', one({ capabilities: ['NET_ADMIN'] })],
  ['writable-root', one({ writableRoot: true })],
  ['seccomp-unconfined', one({ seccomp: 'Unconfined' })],
  ['host-path:/var/log', one({ mounts: { '/logs': log } })],
  ['host-path-write:/var/lib/data', one({ mounts: { '/data': data } })],
  ['host-path:/var/lib/data', one({ mounts: { '/data': { volume: data, readOnly: true } } })],
  ['host-path-write:/var/log', one({ mounts: { '/logs': { volume: log, readOnly: false } } })],
];

test.each(KINDS)('%s is wanted by what needs it, and refused without a row', (exception, wish) => {
  const workload = { name: 'agent', ...pod, ...wish };
  expect(exceptionsWanted(workload)).toEqual([exception]);
  expect(() => refuseUnexcepted('demo', [], workload)).toThrow(`Workload agent of demo wants ${exception}`);
  // an init container, sidecar or not, is no smaller a hole
  const [first] = wish.containers ?? [];
  if (first)
    expect(exceptionsWanted({ ...pod, initContainers: [{ ...first, sidecar: true }] })).toEqual([exception]);
});

test('a mount of the node that follows it is an exception beside the path', () => {
  const mounts = { '/host': { volume: log, propagation: 'HostToContainer' } } as const;
  expect(exceptionsWanted({ ...pod, ...one({ mounts }) })).toEqual([
    'mount-propagation',
    'host-path:/var/log',
  ]);
});

test('the hardened default wants nothing, and what is wanted twice is told once', () => {
  expect(exceptionsWanted(pod)).toEqual([]);
  const twice = { ...container, uid: 0, mounts: { '/logs': log } };
  expect(
    exceptionsWanted({ ...pod, user: { uid: 0, gid: 0 }, containers: [twice, { ...twice, name: 'b' }] }),
  ).toEqual(['run-as-root', 'host-path:/var/log']);
});
