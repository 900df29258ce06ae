import {
  claimVolume,
  configVolume,
  downwardVolume,
  hostPathVolume,
  projectedVolume,
  scratch,
  secretVolume,
  type Volume,
} from '../../../charts/core/volumes';

const config = { name: 'settings', data: { 'a.conf': '', 'b.conf': '' } };

test('keys become files at other paths, with other permissions', () => {
  expect(configVolume(config, { name: 'files', items: { 'a.conf': 'etc/a' }, mode: 0o550 })).toEqual({
    name: 'files',
    source: {
      configMap: { name: 'settings', items: [{ key: 'a.conf', path: 'etc/a' }], defaultMode: 0o550 },
    },
    readOnly: true,
    configs: [config],
  });
  expect(secretVolume({ name: 'tls' }, 'certificate', { items: { 'tls.crt': 'ca.crt' } }).source).toEqual({
    secret: { secretName: 'tls', items: [{ key: 'tls.crt', path: 'ca.crt' }], defaultMode: 0o440 },
  });
});

test('a folder of the node is read-only, and must be there, unless said otherwise', () => {
  expect(hostPathVolume('logs', '/var/log')).toEqual({
    name: 'logs',
    source: { hostPath: { path: '/var/log', type: 'Directory' } },
    readOnly: true,
  });
  const data = hostPathVolume('data', '/var/lib/data', { type: 'DirectoryOrCreate', writable: true });
  expect([data.readOnly, data.source?.hostPath?.type]).toEqual([false, 'DirectoryOrCreate']);
});

test('a projected volume holds tokens, keys and fields in one folder, and restarts with its ConfigMaps', () => {
  const volume = projectedVolume('identity', [
    { token: { path: 'token', audience: 'vault', expirationSeconds: 600 } },
    { config, items: { 'a.conf': 'a' } },
    { secret: { name: 'account' } },
    { downward: { labels: { field: 'metadata.labels' } } },
  ]);
  expect(volume.configs).toEqual([config]);
  expect(volume.source?.projected).toEqual({
    defaultMode: 0o440,
    sources: [
      { serviceAccountToken: { path: 'token', audience: 'vault', expirationSeconds: 600 } },
      { configMap: { name: 'settings', items: [{ key: 'a.conf', path: 'a' }] } },
      { secret: { name: 'account' } },
      { downwardAPI: { items: [{ path: 'labels', fieldRef: { fieldPath: 'metadata.labels' } }] } },
    ],
  });
  expect(projectedVolume('identity', [{ token: { path: 'token' } }])).not.toHaveProperty('configs');
});

test('files tell a pod its fields, and the limits of a container', () => {
  const { source } = downwardVolume('pod', {
    name: { field: 'metadata.name' },
    memory: { resource: 'limits.memory', container: 'server', divisor: '1Mi' },
  });
  expect(source?.downwardAPI?.items).toEqual([
    { path: 'name', fieldRef: { fieldPath: 'metadata.name' } },
    {
      path: 'memory',
      resourceFieldRef: { resource: 'limits.memory', containerName: 'server', divisor: '1Mi' },
    },
  ]);
});

test('what a container may write to is scratch, claims, and nothing that is made of keys', () => {
  const writable = ({ readOnly }: Volume): boolean => !readOnly;
  expect(
    [scratch('tmp', '16Mi'), scratch('shm', '64Mi', 'Memory'), claimVolume('data')].every(writable),
  ).toBe(true);
  expect(
    [configVolume(config), secretVolume({ name: 'tls' }), downwardVolume('pod', {})].some(writable),
  ).toBe(false);
  expect(scratch('shm', '64Mi', 'Memory').source).toEqual({
    emptyDir: { sizeLimit: '64Mi', medium: 'Memory' },
  });
});
