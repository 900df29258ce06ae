import { keyOf, random, type SecretRef } from '../../../../charts/core/secrets';
import { configVolume, hostPathVolume } from '../../../../charts/core/volumes';
import { container, containerOf, specOf, templateOf } from './samples';

const secret: SecretRef = {
  name: 'account',
  namespace: 'prod',
  keys: { password: random() },
  declaredBy: { id: 'demo', namespace: 'prod' },
};
const config = { name: 'demo', data: { level: 'info', 'demo.conf': 'a' } };

describe('the security context', () => {
  const contextOf = (more: object, user = { uid: 1000, gid: 1000 }) =>
    containerOf(more, { user }).securityContext;

  test('takes everything away unless the spec says otherwise, one thing at a time', () => {
    const hardened = {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    };
    expect(contextOf({})).toEqual(hardened);
    expect(contextOf({ writableRoot: true })).toEqual({ ...hardened, readOnlyRootFilesystem: false });
    expect(contextOf({ privilegeEscalation: true })).toEqual({ ...hardened, allowPrivilegeEscalation: true });
    expect(contextOf({ seccomp: 'Unconfined' })).toEqual({
      ...hardened,
      seccompProfile: { type: 'Unconfined' },
    });
    expect(contextOf({ capabilities: ['NET_ADMIN'] }).capabilities).toEqual({
      drop: ['ALL'],
      add: ['NET_ADMIN'],
    });
  });

  test('of a privileged container says what the API server demands of one, and its root stays read-only', () => {
    expect(contextOf({ privileged: true })).toEqual({
      privileged: true,
      allowPrivilegeEscalation: true,
      readOnlyRootFilesystem: true,
    });
    expect(() => contextOf({ privileged: true, capabilities: ['SYS_ADMIN'] })).toThrow(
      'Container server is privileged, and has all capabilities',
    );
  });

  test('lets one container be root, or not root, unlike its pod: the kubelet compares user and word', () => {
    expect(contextOf({ uid: 0, gid: 0 })).toMatchObject({ runAsUser: 0, runAsGroup: 0, runAsNonRoot: false });
    const root = { uid: 0, gid: 0 };
    expect(contextOf({ uid: 65_534 }, root)).toMatchObject({ runAsUser: 65_534, runAsNonRoot: true });
    expect(contextOf({ uid: 65_534 })).not.toHaveProperty('runAsNonRoot');
    expect(contextOf({ uid: 0 }, root)).not.toHaveProperty('runAsNonRoot');
    expect(contextOf({ gid: 5 })).not.toHaveProperty('runAsNonRoot');
  });
});

describe('resources', () => {
  const resourcesOf = (more: object) =>
    containerOf({ resources: { ...container.resources, ...more } }).resources;

  test('ephemeral storage is requested and limited alike unless said otherwise', () => {
    const both = resourcesOf({ ephemeralStorage: '1Gi' });
    expect([both.requests['ephemeral-storage'], both.limits['ephemeral-storage']]).toEqual(['1Gi', '1Gi']);
    const more = resourcesOf({ ephemeralStorage: '1Gi', ephemeralStorageLimit: '2Gi' });
    expect(more.limits['ephemeral-storage']).toBe('2Gi');
    const only = resourcesOf({ ephemeralStorageLimit: '2Gi' });
    expect(only).toEqual({
      requests: { cpu: '100m', memory: '64Mi' },
      limits: { memory: '64Mi', 'ephemeral-storage': '2Gi' },
    });
  });

  test('a device is limited to what is requested, and CPU stays without a limit', () => {
    const { requests, limits } = resourcesOf({ extended: { 'nvidia.com/gpu': 1 } });
    expect([requests['nvidia.com/gpu'], limits['nvidia.com/gpu']]).toEqual([1, 1]);
    expect(limits).not.toHaveProperty('cpu');
  });
});

describe('probes and hooks', () => {
  test('a gRPC probe has the number of the port that it names', () => {
    const { livenessProbe } = containerOf({ liveness: { grpc: { port: 'grpc', service: 'ready' } } });
    expect(livenessProbe.grpc).toEqual({ port: 9090, service: 'ready' });
    expect(() => containerOf({ liveness: { grpc: { port: 'http2' } } })).toThrow(
      'Container server has no port "http2" for its gRPC probe: name it in ports',
    );
  });

  test('headers become a list, and the field of the vocabulary does not reach the manifest', () => {
    const { readinessProbe } = containerOf({
      readiness: {
        http: { path: '/', port: 'http', headers: { Host: 'demo', 'X-Probe': '1' } },
        initialDelaySeconds: 5,
        successThreshold: 2,
      },
    });
    expect(readinessProbe).toEqual({
      httpGet: {
        path: '/',
        port: 'http',
        httpHeaders: [
          { name: 'Host', value: 'demo' },
          { name: 'X-Probe', value: '1' },
        ],
      },
      initialDelaySeconds: 5,
      periodSeconds: 10,
      timeoutSeconds: 3,
      failureThreshold: 3,
      successThreshold: 2,
    });
  });

  test('a hook is a command or a pause', () => {
    expect(containerOf({ postStart: ['touch', '/run/up'], preStop: { sleepSeconds: 5 } }).lifecycle).toEqual({
      postStart: { exec: { command: ['touch', '/run/up'] } },
      preStop: { sleep: { seconds: 5 } },
    });
    expect(containerOf({ preStop: ['true'] }).lifecycle).not.toHaveProperty('postStart');
    expect(containerOf({})).not.toHaveProperty('lifecycle');
  });
});

describe('variables', () => {
  test('come from Secrets, ConfigMaps, fields and resources', () => {
    const { env, envFrom } = containerOf({
      env: {
        PLAIN: 'text',
        PASSWORD: keyOf(secret, 'password'),
        LEVEL: { config, key: 'level' },
        NODE: { field: 'spec.nodeName' },
        MEMORY: { resource: 'limits.memory', divisor: '1Mi' },
      },
      envFrom: [{ config, prefix: 'DEMO_' }, { secret }],
    });
    expect(env).toEqual([
      { name: 'PLAIN', value: 'text' },
      { name: 'PASSWORD', valueFrom: { secretKeyRef: { name: 'account', key: 'password' } } },
      { name: 'LEVEL', valueFrom: { configMapKeyRef: { name: 'demo', key: 'level' } } },
      { name: 'NODE', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } },
      { name: 'MEMORY', valueFrom: { resourceFieldRef: { resource: 'limits.memory', divisor: '1Mi' } } },
    ]);
    expect(envFrom).toEqual([
      { prefix: 'DEMO_', configMapRef: { name: 'demo' } },
      { secretRef: { name: 'account' } },
    ]);
  });

  test.each([
    ['one key', (changed: typeof config) => ({ env: { LEVEL: { config: changed, key: 'level' } } })],
    ['all keys', (changed: typeof config) => ({ envFrom: [{ config: changed }] })],
    ['files', (changed: typeof config) => ({ mounts: { '/etc/demo': configVolume(changed) } })],
  ])('of a ConfigMap restart the pod when it changes: %s', (_, use) => {
    const sumOf = (data: typeof config.data): string =>
      templateOf({ containers: [{ ...container, ...use({ name: 'demo', data }) }] }).metadata.annotations[
        'checksum/config'
      ];
    expect(sumOf(config.data)).toBe(sumOf({ ...config.data }));
    expect(sumOf(config.data)).not.toBe(sumOf({ ...config.data, level: 'debug' }));
  });
});

test('a pod that sees all processes of the node has none of its own to share', () => {
  expect(() => templateOf({ hostPID: true, shareProcessNamespace: true })).toThrow('leave one out');
});

describe('mounts', () => {
  const host = hostPathVolume('host', '/var/lib/demo', { writable: true });

  test('one volume can be written by one container and read by another', () => {
    const { containers, volumes } = templateOf({
      containers: [
        { ...container, mounts: { '/data': host } },
        { ...container, name: 'reader', ports: {}, mounts: { '/data': { volume: host, readOnly: true } } },
      ],
    }).spec;
    expect(volumes).toHaveLength(1);
    expect(containers.map(({ volumeMounts: [mount] }: any) => mount.readOnly)).toEqual([undefined, true]);
  });

  test('propagation goes back to the node from privileged containers only, as the API server has it', () => {
    const both = { mounts: { '/data': { volume: host, propagation: 'Bidirectional' } } } as const;
    expect(() => containerOf(both)).toThrow('which only a privileged container may');
    expect(containerOf({ ...both, privileged: true }).volumeMounts[0].mountPropagation).toBe('Bidirectional');
    const into = { mounts: { '/data': { volume: host, propagation: 'HostToContainer' } } } as const;
    expect(containerOf(into).volumeMounts[0].mountPropagation).toBe('HostToContainer');
  });

  test('two volumes of one name are told, not mixed up', () => {
    const mounts = { '/a': host, '/b': hostPathVolume('host', '/var/lib/other') };
    expect(() => specOf({ mounts })).toThrow('Two volumes of a pod are named "host"');
  });
});
