import { mistakesOf, StoreCluster } from './store-cluster';

const least = new StoreCluster({ 'object-store': {} });
const full = new StoreCluster({
  'object-store': {
    ...{ memory: '2Gi', cpu: '500m', size: '50Gi' },
    buckets: [
      {
        ...{ name: 'property-images', versioning: true, versionDays: 30, quota: '20Gi' },
        ...{ writers: ['web'], readers: ['search', 'mail'] },
      },
      { name: 'documents', expireDays: 90, writers: ['web'] },
    ],
  },
});
const configOf = (cluster: StoreCluster) => cluster.pick('ConfigMap', 'object-store')['data'];
const flagsOf = (cluster: StoreCluster): string[] =>
  cluster.container('StatefulSet', 'object-store', 'object-store').command;
const identities = JSON.parse(configOf(full)['identities.json']);

/** What an account may: `action resource`, for each pair of a statement. */
function policyOf(account: string): string[] {
  const { content } = identities.policies.find(({ name }: any) => name === account);
  const { Statement } = JSON.parse(content);
  return Statement.flatMap(({ Effect, Action, Resource }: any) =>
    Action.flatMap((action: string) => Resource.map((resource: string) => `${Effect} ${action} ${resource}`)),
  );
}

describe('Object store', () => {
  it('[S3-01] is one SeaweedFS on a volume that stays, with a backup, a check and a drill, and no finding', () => {
    expect(least.findings).toEqual([]);
    expect(full.findings).toEqual([]);
    const set = full.pick('StatefulSet', 'object-store');
    expect(set['spec'].replicas).toBe(1);
    expect(set['spec'].volumeClaimTemplates[0].spec).toMatchObject({
      storageClassName: 'longhorn',
      resources: { requests: { storage: '50Gi' } },
    });
    expect(set.metadata.annotations).toEqual({
      'argocd.argoproj.io/sync-options': 'Prune=false,Delete=false',
    });
    const server = full.container('StatefulSet', 'object-store', 'object-store');
    expect(server.image).toMatch(/^docker\.io\/chrislusf\/seaweedfs:4\.48@sha256:/);
    expect(server.resources).toEqual({
      requests: { cpu: '500m', memory: '2Gi' },
      limits: { memory: '2Gi' },
    });
    for (const name of [
      'object-store-backup-buckets',
      'object-store-check-buckets',
      'object-store-buckets-drill-staging',
    ])
      expect(full.has('CronJob', name)).toBe(true);
  });

  it('[S3-02] has the buckets of the settings, and its own', () => {
    expect(configOf(full).buckets).toBe(
      'property-images enabled 20480\ndocuments suspended 0\nstrata-sentinel suspended 0\nstrata-state suspended 0\n',
    );
    const settle = full.container('StatefulSet', 'object-store', 'settle');
    expect(settle.readinessProbe.exec.command).toEqual(['test', '-f', '/run/settled/ready']);
  });

  it('[S3-03] deletes objects after their days, and older versions after theirs', () => {
    const { 'property-images.xml': images, 'documents.xml': documents } = configOf(full);
    expect(documents).toContain('<Expiration><Days>90</Days></Expiration>');
    expect(documents).not.toContain('Noncurrent');
    expect(images).toContain('<NoncurrentDays>30</NoncurrentDays>');
    expect(images).not.toContain('<Expiration>');
    expect(images).toContain('<DaysAfterInitiation>7</DaysAfterInitiation>');
  });

  it('[SEC-06] has an account per bucket and application, which may read or write its objects and nothing else', () => {
    expect(identities.identities.map(({ name }: any) => name)).toEqual([
      'property-images.web',
      'property-images.search',
      'property-images.mail',
      'documents.web',
      'settle',
      'backup',
      'restore',
    ]);
    const reader = policyOf('property-images.search');
    expect(reader).toContain('Allow s3:GetObject arn:aws:s3:::property-images/*');
    for (const line of reader)
      expect(line).toMatch(/^Allow s3:(Get|List)\w+ arn:aws:s3:::property-images(\/\*)?$/);
    const writer = policyOf('documents.web');
    expect(writer).toContain('Allow s3:PutObject arn:aws:s3:::documents/*');
    expect(writer).toContain('Allow s3:DeleteObject arn:aws:s3:::documents/*');
    for (const line of writer) {
      expect(line).toMatch(/ arn:aws:s3:::documents(\/\*)?$/);
      // neither the bucket, nor who may
      expect(line).not.toMatch(/s3:(Put|Delete)Bucket|Acl|Policy|Lifecycle|\*.*arn/);
    }
    for (const { credentials, actions } of identities.identities) {
      expect(actions).toBeUndefined();
      expect(credentials[0].secretKey).toMatch(/^@SECRET_.+@$/);
    }
  });

  it('[S3-04] keeps older versions where a bucket says so, and lets no application take them away', () => {
    expect(configOf(full).buckets).toMatch(/^property-images enabled /m);
    expect(configOf(full).buckets).toMatch(/^documents suspended /m);
    for (const { name } of identities.identities)
      expect(policyOf(name).join()).not.toMatch(/DeleteObjectVersion|PutBucketVersioning/);
  });

  it('lets its own accounts do what each is for', () => {
    const settle = policyOf('settle');
    expect(settle).toContain('Allow s3:PutObject arn:aws:s3:::strata-state/settled');
    for (const line of settle) expect(line).toMatch(/s3:PutLifecycleConfiguration|strata-state\/settled$/);
    const written = policyOf('backup').filter((line) => /s3:(Put|Delete|Abort)/.test(line));
    expect(written).toEqual(['Allow s3:PutObject arn:aws:s3:::strata-sentinel/sentinel']);
  });

  it('takes keys from Secrets of their own, mounted where the init container reads them only', () => {
    for (const name of [
      'object-store-property-images.web',
      'object-store-documents.web',
      'object-store-settle',
    ])
      expect(full.secrets).toContain(name);
    const pod = full.pick('StatefulSet', 'object-store')['spec'].template.spec;
    const { sources } = pod.volumes.find(({ name }: any) => name === 'accounts').projected;
    expect(sources).toContainEqual({
      secret: {
        name: 'object-store-documents.web',
        items: [{ key: 'secret-access-key', path: 'documents.web' }],
      },
    });
    const readers = [...pod.initContainers, ...pod.containers].filter(({ volumeMounts }: any) =>
      volumeMounts.some(({ name }: any) => name === 'accounts'),
    );
    expect(readers.map(({ name }: any) => name)).toEqual(['prepare']);
  });

  it('shows the network S3 over TLS and metrics, and its parts one another a certificate', () => {
    expect(flagsOf(full)).toEqual(
      expect.arrayContaining([
        '-ip.bind=127.0.0.1',
        '-s3.cert.file=/etc/object-store-tls/tls.crt',
        '-s3.iam=false',
        '-s3.autoCreateBucket=false',
        '-master.telemetry=false',
      ]),
    );
    const { commonName, dnsNames, usages } = full.pick('Certificate', 'object-store-tls')['spec'];
    expect(dnsNames).toContain('object-store.viridial-staging.svc');
    expect(usages).toEqual(expect.arrayContaining(['server auth', 'client auth']));
    const security: string = full.pick('ConfigMap', 'object-store-config')['data']['security.toml'];
    expect(security.match(/^allowed_commonNames = ".*"$/gm)).toEqual(
      Array(4).fill(`allowed_commonNames = "${commonName}"`),
    );
  });

  it('sizes volumes from the disk, and what is under way from memory', () => {
    expect(flagsOf(least)).toEqual(
      expect.arrayContaining([
        // a twentieth of 10 GiB; 20 of them, and four for each of two buckets of its own
        '-master.volumeSizeLimitMB=512',
        '-volume.max=28',
        '-s3.concurrentUploadLimitMB=64',
      ]),
    );
    expect(flagsOf(full)).toEqual(
      expect.arrayContaining([
        '-master.volumeSizeLimitMB=2560',
        '-volume.max=36',
        '-s3.readerCacheSizeMB=128',
      ]),
    );
  });

  it('[BKP-05] copies, restores and drills with one script, into a store of the same program beside it', () => {
    const dump = full.container('CronJob', 'object-store-backup-buckets', 'dump');
    expect(dump.env).toContainEqual({
      name: 'BUCKETS',
      value: 'property-images documents strata-sentinel',
    });
    expect(dump.env).toContainEqual({
      name: 'RCLONE_CONFIG_STORE_ENDPOINT',
      value: 'https://object-store.viridial-staging.svc:8333',
    });
    const drill = 'object-store-buckets-drill-staging';
    const scratch = full.container('CronJob', drill, 'scratch');
    expect(scratch.restartPolicy).toBe('Always');
    expect(scratch.image).toBe(full.container('StatefulSet', 'object-store', 'object-store').image);
    expect(full.container('CronJob', drill, 'load').env).toContainEqual({
      name: 'RCLONE_CONFIG_STORE_ENDPOINT',
      value: 'http://127.0.0.1:8433',
    });
  });

  it('has alerts on quotas where there are some', () => {
    expect(least.alerts('object-store')).not.toContain('ObjectStoreBucketFull');
    expect(full.alerts('object-store')).toEqual(
      expect.arrayContaining(['ObjectStoreBucketFull', 'ObjectStoreBucketFillingUp', 'ObjectStoreDown']),
    );
  });

  const bucket = { name: 'images' };
  it.each([
    [
      { buckets: [bucket, bucket] },
      'object-store.buckets.1.name: "images" is already taken by environments.0.components.object-store.buckets.0.name. Choose another name',
    ],
    [
      { buckets: [{ name: 'strata-images' }] },
      'object-store.buckets.0.name: "strata-images" begins with strata-, as buckets of the store itself do. Choose another name',
    ],
    [
      { buckets: [{ ...bucket, writers: ['web'], readers: ['web'] }] },
      'object-store.buckets.0.readers.0: "web" is already taken by environments.0.components.object-store.buckets.0.writers.0. Name an application once: a writer reads too',
    ],
    [
      { buckets: [{ ...bucket, versionDays: 7 }] },
      'object-store.buckets.0.versionDays: there are no older versions without versioning. Add versioning: true, or leave it out',
    ],
    [
      { size: '10Gi', buckets: [{ ...bucket, quota: '20Gi' }] },
      'object-store.buckets.0.quota: 20Gi is more than the data volume has (10Gi). Lower it, or raise size',
    ],
    [
      { buckets: [{ name: 'Images' }] },
      'object-store.buckets.0.name: "Images" is not a bucket name. Use 3 to 63 lower-case letters, digits and hyphens, e.g. property-images',
    ],
    [
      { memory: '256Mi' },
      'object-store.memory: "256Mi" is too little for the program and uploads under way. Use at least 512Mi',
    ],
  ])('refuses %j', (block, mistake) => {
    expect(mistakesOf({ 'object-store': block })).toEqual([mistake]);
  });
});
