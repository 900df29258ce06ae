import { maxClients, maxMemory } from '../../../charts/data/redis/configuration';
import { mistakesOf, StoreCluster } from './store-cluster';

const cache = new StoreCluster({ redis: {} });
const sessions = new StoreCluster({
  redis: {
    ...{ engine: 'redis', use: 'sessions', memory: '512Mi', cpu: '100m', size: '4Gi' },
    applications: ['shop', 'web-site'],
  },
});
const fileOf = (cluster: StoreCluster, key: string): string =>
  cluster.pick('ConfigMap', 'redis')['data'][key];

describe('Redis', () => {
  it('[REDIS-01] is by default a Valkey as cache: no volume, no backup, and no finding', () => {
    expect(cache.findings).toEqual([]);
    expect(cache.container('StatefulSet', 'redis', 'redis').image).toMatch(
      /^docker\.io\/valkey\/valkey:9\.1\.\d+-alpine@sha256:/,
    );
    expect(cache.pick('StatefulSet', 'redis')['spec'].volumeClaimTemplates).toBeUndefined();
    expect(cache.has('CronJob', 'redis-backup-snapshot')).toBe(false);
    expect(fileOf(cache, 'redis.conf')).toMatch(/^maxmemory-policy allkeys-lru$/m);
    expect(fileOf(cache, 'redis.conf')).toMatch(/^appendonly no$/m);
    expect(cache.secrets.filter((name) => name.startsWith('redis'))).toEqual(['redis-exporter']);
  });

  it('[REDIS-01] keeps sessions on a volume with a log of changes, a backup, a check and a drill', () => {
    expect(sessions.findings).toEqual([]);
    const [claim] = sessions.pick('StatefulSet', 'redis')['spec'].volumeClaimTemplates;
    expect(claim.spec).toMatchObject({
      storageClassName: 'longhorn-db',
      resources: { requests: { storage: '4Gi' } },
    });
    const server = sessions.container('StatefulSet', 'redis', 'redis');
    expect(server.image).toMatch(/^docker\.io\/library\/redis:8\.10\.\d+-alpine@/);
    expect(server.command).toEqual(['redis-server', '/etc/strata/redis.conf']);
    expect(server.resources).toEqual({
      requests: { cpu: '100m', memory: '512Mi' },
      limits: { memory: '512Mi' },
    });
    expect(fileOf(sessions, 'redis.conf')).toMatch(/^maxmemory-policy noeviction$/m);
    expect(fileOf(sessions, 'redis.conf')).toMatch(/^appendonly yes$/m);
    for (const name of ['redis-backup-snapshot', 'redis-check-snapshot', 'redis-snapshot-drill-staging'])
      expect(sessions.has('CronJob', name)).toBe(true);
  });

  it('takes each step of the backup with an account and a script for the shell of its image', () => {
    const dump = sessions.container('CronJob', 'redis-backup-snapshot', 'dump');
    expect(dump.command).toEqual(['sh', '/scripts/dump.sh']);
    expect(dump.env).toContainEqual({ name: 'REDIS_USER', value: 'backup' });
    expect(dump.env).toContainEqual(expect.objectContaining({ name: 'REDISCLI_AUTH' }));
    // the whole set is loaded
    expect(
      sessions.container('CronJob', 'redis-snapshot-drill-staging', 'load').resources.limits.memory,
    ).toBe('512Mi');
  });

  it('leaves room for what is no data, and for two copies of it where a log is rewritten', () => {
    expect(maxMemory('256Mi', 'cache')).toBe(168 * 2 ** 20);
    expect(maxMemory('256Mi', 'sessions')).toBe(112 * 2 ** 20);
    expect(maxClients('256Mi')).toBe(512);
    expect(fileOf(cache, 'redis.conf')).toContain(`maxmemory ${168 * 2 ** 20}\n`);
  });

  it('[SEC-06] has an account per application, whose password is in a Secret of its own and nowhere else', () => {
    const rules = fileOf(sessions, 'accounts').trim().split('\n');
    expect(rules.map((line) => line.split(' ')[0])).toEqual([
      'shop',
      'web-site',
      'exporter',
      'backup',
      'restore',
    ]);
    expect(rules[1]).toMatch(/ ~web-site:\* resetchannels &web-site:\* -@all /);
    for (const line of rules) expect(line).not.toMatch(/\+@all|allkeys|nopass|[>#<]/);
    const prepare = sessions.container('StatefulSet', 'redis', 'prepare');
    expect(prepare.env.map(({ name, valueFrom }: any) => [name, valueFrom.secretKeyRef.name])).toEqual([
      ['PASSWORD_shop', 'redis-shop'],
      ['PASSWORD_web_site', 'redis-web-site'],
      ['PASSWORD_exporter', 'redis-exporter'],
      ['PASSWORD_backup', 'redis-backup'],
      ['PASSWORD_restore', 'redis-restore'],
    ]);
    expect(sessions.container('StatefulSet', 'redis', 'redis').env).toBeUndefined();
  });

  it('listens over TLS only, with a certificate for its names of two years, of which one is left at any start', () => {
    expect(fileOf(cache, 'redis.conf')).toMatch(/^port 0\ntls-port 6379$/m);
    const { dnsNames, duration, renewBefore } = cache.pick('Certificate', 'redis-tls')['spec'];
    expect(dnsNames).toContain('redis.viridial-staging.svc');
    expect([duration, renewBefore]).toEqual(['17520h', '8760h']);
    expect(fileOf(cache, 'redis.conf')).toContain('tls-auto-reload-interval');
    expect(fileOf(sessions, 'redis.conf')).not.toContain('tls-auto-reload-interval');
  });

  it('has the alerts of its use and engine', () => {
    expect(cache.alerts('redis')).toEqual([
      'RedisDown',
      'RedisTooManyConnections',
      'RedisAccessDenied',
      'RedisCacheTooSmall',
    ]);
    expect(sessions.alerts('redis')).toEqual(
      expect.arrayContaining([
        'RedisMemoryFull',
        'RedisLogFailing',
        'RedisRestartDue',
        'RedisSnapshotBackupOverdue',
      ]),
    );
  });

  it.each([
    [
      { applications: ['shop', 'shop'] },
      'redis.applications.1: "shop" is already taken by environments.0.components.redis.applications.0. Remove one of the two',
    ],
    [
      { applications: ['exporter'] },
      'redis.applications.0: "exporter" is a name of the server itself. Choose another name',
    ],
    [
      { memory: '63Mi' },
      'redis.memory: "63Mi" is too little for the program and some data. Use at least 64Mi',
    ],
    [
      { use: 'sessions', memory: '1Gi' },
      'redis.size: 1Gi is too little. Give it at least twice the memory (1Gi)',
    ],
  ])('refuses %j', (block, mistake) => {
    expect(mistakesOf({ redis: block })).toEqual([mistake]);
  });
});
