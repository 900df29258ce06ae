import type { PodSpec } from '../../../charts/core/pod';
import {
  configVolume,
  downwardVolume,
  hostPathVolume,
  projectedVolume,
  scratch,
  secretVolume,
} from '../../../charts/core/volumes';
import {
  claimSpec,
  cronJob,
  daemonSet,
  deployment,
  job,
  statefulSet,
  type DaemonSetSpec,
  type DeploymentSpec,
  type StatefulSetSpec,
} from '../../../charts/core/workload';
import { schema } from '../../../checks/schema/schema';
import { findingsOfRule } from '../../checks/plain';
import { container, objectOf, pod, SELECTOR } from './pod/samples';

const named = { name: 'server', ...pod };
const deploymentSpec = (more: Partial<DeploymentSpec>): any =>
  deployment({ ...named, replicas: 3, ...more }, SELECTOR, SELECTOR).data.spec;
const setSpec = (more: Partial<StatefulSetSpec>): any =>
  statefulSet({ ...named, replicas: 3, serviceName: 'server', ...more }, SELECTOR, SELECTOR).data.spec;
const agentSpec = (more: Partial<DaemonSetSpec>): any =>
  daemonSet({ ...named, ...more }, SELECTOR, SELECTOR).data.spec;

test('a Deployment rolls out with one pod more and none fewer, unless said otherwise', () => {
  expect(deploymentSpec({}).strategy).toEqual({
    type: 'RollingUpdate',
    rollingUpdate: { maxSurge: 1, maxUnavailable: 0 },
  });
  const slow = deploymentSpec({ rollout: { maxSurge: 0, maxUnavailable: '50%' }, minReadySeconds: 20 });
  expect(slow.strategy.rollingUpdate).toEqual({ maxSurge: 0, maxUnavailable: '50%' });
  expect(slow.minReadySeconds).toBe(20);
  expect(deploymentSpec({ strategy: 'Recreate' }).strategy).toEqual({
    type: 'Recreate',
  });
});

test('a StatefulSet stops at its partition, or waits for somebody to delete its pods', () => {
  expect(setSpec({}).updateStrategy).toEqual({ type: 'RollingUpdate' });
  expect(setSpec({ updateStrategy: { partition: 2 } }).updateStrategy).toEqual({
    type: 'RollingUpdate',
    rollingUpdate: { partition: 2 },
  });
  expect(setSpec({ updateStrategy: 'OnDelete' }).updateStrategy).toEqual({ type: 'OnDelete' });
  expect(setSpec({ parallel: true }).podManagementPolicy).toBe('Parallel');
});

test('a DaemonSet replaces one pod at a time, several, or none by itself', () => {
  expect(agentSpec({}).updateStrategy.rollingUpdate).toEqual({ maxSurge: 0, maxUnavailable: 1 });
  expect(agentSpec({ rollout: { maxSurge: 0, maxUnavailable: '10%' } }).updateStrategy.rollingUpdate).toEqual(
    {
      maxSurge: 0,
      maxUnavailable: '10%',
    },
  );
  // the API server refuses figures of an update that it does not make
  expect(agentSpec({ updateStrategy: 'OnDelete' }).updateStrategy).toEqual({ type: 'OnDelete' });
});

test('a claim is for one node unless said otherwise', () => {
  const claim = { size: '1Gi', storage: { name: 'fast', component: { id: 'a', namespace: 'b' } } } as const;
  expect(claimSpec(claim).accessModes).toEqual(['ReadWriteOnce']);
  expect(claimSpec({ ...claim, accessMode: 'ReadWriteMany' }).accessModes).toEqual(['ReadWriteMany']);
});

/** A pod with every field of the vocabulary. */
const everything: Required<PodSpec> = (() => {
  const config = { name: 'settings', data: { 'a.conf': '' } };
  const full: Required<(typeof pod)['containers'][number]> = {
    ...container,
    command: ['/bin/server'],
    args: ['--flag'],
    workingDir: '/srv',
    env: {
      NODE: { field: 'spec.nodeName' },
      CPU: { resource: 'requests.cpu', divisor: '1m' },
      A: { config, key: 'a.conf' },
    },
    envFrom: [{ config, prefix: 'A_' }, { secret: { name: 'account' } }],
    ports: { http: 8080, grpc: 9090, 'dns-udp': 53 },
    resources: {
      ...{ cpu: '1', memory: '1Gi', memoryLimit: '2Gi' },
      ...{ ephemeralStorage: '1Gi', ephemeralStorageLimit: '2Gi', extended: { 'nvidia.com/gpu': 1 } },
    },
    startup: { grpc: { port: 'grpc' } },
    readiness: { http: { path: '/', port: 'http', scheme: 'HTTPS', headers: { Host: 'a' } } },
    liveness: { exec: ['true'], initialDelaySeconds: 1, successThreshold: 1 },
    mounts: {
      '/config': configVolume(config, { items: { 'a.conf': 'a' }, mode: 0o550 }),
      '/secret': secretVolume({ name: 'account' }, 'account', { items: { password: 'p' } }),
      '/tmp': scratch('tmp', '1Gi', 'Memory'),
      '/host': {
        volume: hostPathVolume('host', '/', { type: 'Directory' }),
        propagation: 'HostToContainer',
        readOnly: true,
      },
      '/identity': projectedVolume('identity', [
        { token: { path: 'token', audience: 'a', expirationSeconds: 600 } },
        { config, items: { 'a.conf': 'a' } },
        { secret: { name: 'account' } },
        { downward: { limit: { resource: 'limits.memory', container: 'server', divisor: '1Mi' } } },
      ]),
      '/pod': downwardVolume('pod', { labels: { field: 'metadata.labels' } }),
    },
    postStart: ['true'],
    preStop: { sleepSeconds: 5 },
    ...{ uid: 0, gid: 0, capabilities: ['NET_ADMIN'], privilegeEscalation: true },
    ...{ writableRoot: true, seccomp: 'Unconfined', privileged: false },
  };
  return {
    containers: [full],
    initContainers: [{ ...container, name: 'agent', ports: { agent: 9 }, privileged: true, sidecar: true }],
    user: { uid: 1000, gid: 1000 },
    ...{ serviceAccount: 'server', token: true, restartPolicy: 'Never' },
    ...{ hostNetwork: true, hostPID: true, hostIPC: true, shareProcessNamespace: false },
    dnsPolicy: 'Default',
    hostAliases: { '10.0.0.1': ['a.example.org', 'b.example.org'] },
    podAnnotations: { 'example.org/note': 'text' },
    graceSeconds: 60,
    priorityClass: 'system-node-critical',
    nodeSelector: { 'kubernetes.io/os': 'linux' },
    nodeAffinity: {
      required: [[{ key: 'disk', operator: 'In', values: ['ssd'] }]],
      preferred: [{ weight: 1, requirements: [{ key: 'gpu', operator: 'DoesNotExist' }] }],
    },
    tolerations: [{ key: 'a', value: 'b', effect: 'NoExecute', seconds: 5 }, {}],
    beside: SELECTOR,
    antiAffinity: 'required',
    spread: [{ topologyKey: 'zone', maxSkew: 2, required: true }],
  } as const;
})();

test('every field of the vocabulary becomes one that Kubernetes has, of every workload', () => {
  const full = { name: 'server', labels: { team: 'a' }, ...everything };
  const storage = { name: 'fast', component: { id: 'storage', namespace: 'kube-system' } };
  const claims = [{ name: 'data', size: '1Gi', storage, accessMode: 'ReadWriteMany' }] as const;
  const rollout = { maxSurge: '25%', maxUnavailable: 0 } as const;
  const rolling = { minReadySeconds: 5, rollout };
  const once = { ...full, deadlineSeconds: 60 };
  const objects = [
    deployment(
      { ...full, ...rolling, replicas: 1, hostPID: false, shareProcessNamespace: true },
      SELECTOR,
      SELECTOR,
    ),
    daemonSet({ ...full, ...rolling }, SELECTOR, SELECTOR),
    statefulSet(
      { ...full, replicas: 1, serviceName: 'a', claims, updateStrategy: { partition: 1 } },
      SELECTOR,
      SELECTOR,
    ),
    job(once, SELECTOR, SELECTOR),
    cronJob({ ...once, schedule: '0 0 * * *' }, SELECTOR, SELECTOR),
  ].map(objectOf);
  expect(findingsOfRule(schema, objects)).toEqual([]);
  // and one that Kubernetes has not would be told
  const [first] = objects;
  (first as any).spec.template.spec.containers[0].lifecycle.preStop.sleepSeconds = 5;
  expect(findingsOfRule(schema, objects)).toHaveLength(1);
});
