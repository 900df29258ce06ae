import { parse } from 'yaml';
import { checkAll } from '../../../checks/all';
import type { ClusterSettings } from '../../../charts/settings';
import { loadClusters } from '../../../cli/load';
import { renderCluster } from '../../../cli/pipeline';
import { readRunbooks } from '../../../cli/runbooks';
import { problemsOnOneNode } from '../one-node';

const [mono, staging] = loadClusters('clusters', ['mono', 'staging']).clusters.map(
  ({ settings }) => settings,
);
const runbooks = readRunbooks('.');

/** The cluster with other fields in its block of Longhorn, and with what else `change` does. */
function build(
  block: Record<string, unknown> = {},
  base: ClusterSettings = mono!,
  change: (settings: any) => void = () => undefined,
) {
  const settings = structuredClone(base) as any;
  Object.assign(settings.components.longhorn, block);
  change(settings);
  const { objects, declarations, kustomizations } = renderCluster(settings);
  const input = { settings, objects, declarations, kustomizations, runbooks, today: '2026-11-20' };
  const all = objects.map(({ object }) => object) as any[];
  const find = (kind: string, name: string, namespace?: string) =>
    all.find(
      ({ kind: own, metadata }) =>
        own === kind && metadata.name === name && (!namespace || metadata.namespace === namespace),
    );
  const values = (name: string, key: string) => parse(find('ConfigMap', name).data[key] as string);
  return { objects: all, find, values, declarations, findings: () => checkAll(input) };
}

const wave = (built: ReturnType<typeof build>, id: string): number =>
  built.declarations.components.find((component) => component.id === id)?.wave ?? NaN;

/** What is wrong with a file that has this block of Longhorn. */
const problems = (block: string, change?: (text: string) => string): string[] =>
  problemsOnOneNode(`{ longhorn: ${block} }`, change);

describe('Longhorn', () => {
  test.each([
    ['mono', mono!],
    ['staging', staging!],
  ])('[STOR-01] the set of %s has no finding', (_, settings) => {
    expect(build({}, settings).findings()).toEqual([]);
  });

  test('with all settings, backups among them, the set has no finding', () => {
    const built = build({
      ...{ dataPath: '/srv/volumes', overProvisioning: 150, minimalAvailable: 15, instanceManagerCpu: 5 },
      ...{ uiReplicas: 0, snapshots: { schedule: '5 3 * * *', keep: 3 } },
      backups: { schedule: '15 0 * * 0', keep: 4 },
    });
    expect(built.findings()).toEqual([]);
    expect(built.values('longhorn-default-setting', 'default-setting.yaml')).toMatchObject({
      'default-data-path': '/srv/volumes',
      'storage-over-provisioning-percentage': '150',
      'storage-minimal-available-percentage': '15',
      'guaranteed-instance-manager-cpu': '{"v1":"5","v2":"5"}',
    });
    expect(built.find('Deployment', 'longhorn-ui').spec.replicas).toBe(0);
  });

  test('[STOR-01] every setting of it is text, which is all that the manager reads', () => {
    for (const [name, value] of Object.entries(
      build().values('longhorn-default-setting', 'default-setting.yaml') as object,
    ))
      expect([name, typeof value]).toEqual([name, 'string']);
  });

  test('[STOR-01] a volume that names no number of copies gets as many as the general class', () => {
    const copies = (settings: ClusterSettings) =>
      JSON.parse(
        build({}, settings).values('longhorn-default-setting', 'default-setting.yaml')[
          'default-replica-count'
        ] as string,
      ).v1;
    expect([copies(mono!), copies(staging!)]).toEqual(['1', '2']);
  });

  test('what the capacity rule keeps free of a disk, Longhorn keeps free too', () => {
    const built = build({}, mono!, (settings) => (settings.capacity.reserve = 20));
    const { 'storage-reserved-percentage-for-default-disk': reserved } = built.values(
      'longhorn-default-setting',
      'default-setting.yaml',
    );
    expect(reserved).toBe('20');
  });

  test('[STOR-02] it comes before the classes, and they before every claim', () => {
    const built = build();
    expect(wave(built, 'longhorn')).toBeLessThan(wave(built, 'storage-classes'));
    expect(wave(built, 'storage-classes')).toBeLessThan(wave(built, 'mysql-prod'));
    const others = build({}, mono!, ({ storage }) => {
      for (const one of storage.classes) one.provisioner = 'csi.example.com';
    });
    expect(wave(others, 'storage-classes')).toBe(0);
  });

  test('pods that it makes get a token, which they cannot ask for; those of others keep having none', () => {
    const { objects } = build();
    const mounted = objects
      .filter(({ kind, automountServiceAccountToken: mounts }) => kind === 'ServiceAccount' && mounts)
      .map(({ metadata }) => metadata.name);
    expect(mounted).toEqual(['longhorn-service-account']);
  });

  test('containers that name no limit get none in its namespace: one would kill the process behind all volumes', () => {
    const limitsIn = (namespace: string) =>
      build().find('LimitRange', 'limits', namespace).spec.limits[0] as object;
    expect(limitsIn('longhorn-system')).toEqual({
      type: 'Container',
      defaultRequest: { cpu: '10m', memory: '32Mi' },
    });
    expect(limitsIn('prod')).toMatchObject({ default: { memory: '128Mi' } });
  });

  test('takes snapshots of all volumes, and backups only where the settings want them', () => {
    const jobs = (built: ReturnType<typeof build>) =>
      built.objects
        .filter(({ kind }) => kind === 'RecurringJob')
        .map(({ spec: { task, cron, retain, groups } }) => ({ task, cron, retain, groups }));
    const snapshot = { task: 'snapshot', cron: '45 1 * * *', retain: 1, groups: ['default'] };
    expect(jobs(build())).toEqual([snapshot]);
    expect(jobs(build({ snapshots: { schedule: '45 1 * * *', keep: 0 } }))).toEqual([]);
    const both = build({ backups: { schedule: '15 0 * * 0', keep: 4 } });
    expect(jobs(both)).toEqual([
      snapshot,
      { task: 'backup', cron: '15 0 * * 0', retain: 4, groups: ['default'] },
    ]);
    expect(both.values('longhorn-default-resource', 'default-resource.yaml')).toEqual({
      'backup-target': 's3://strata-mono-backups@eu-central-003/mono/volumes/',
      'backup-target-credential-secret': 'longhorn-backup-s3',
    });
  });

  test('keys of the bucket are declared where backups are wanted, and nowhere else; no key is rendered', () => {
    const keysOf = (built: ReturnType<typeof build>) =>
      built.declarations.secrets.filter(({ component }) => component === 'longhorn');
    expect(keysOf(build())).toEqual([]);
    const built = build({ backups: { schedule: '15 0 * * 0', keep: 4 } });
    const [secret] = keysOf(built);
    expect(secret?.keys).toMatchObject({
      AWS_ACCESS_KEY_ID: { kind: 'provided' },
      AWS_SECRET_ACCESS_KEY: { kind: 'provided' },
      AWS_ENDPOINTS: { kind: 'template', template: 'https://s3.example.com' },
    });
    expect(built.objects.some(({ kind }) => kind === 'Secret')).toBe(false);
  });

  test('[SEC-02] only what backs up reaches the bucket, and only where it does', () => {
    const reaching = (built: ReturnType<typeof build>) =>
      built.declarations.flows
        .filter(({ to }) => to.kind === 'addresses' && to.name === 'internet')
        .flatMap(({ from }) =>
          from.kind === 'pods' && from.namespace === 'longhorn-system' ? from.name : [],
        );
    expect(reaching(build())).toEqual([]);
    const backups = { schedule: '15 0 * * 0', keep: 4 };
    expect(reaching(build({ backups }))).toEqual(['longhorn-manager', 'instance-manager']);
  });

  test('[SEC-02] nobody reaches its pages, and engines reach their copies on other nodes', () => {
    const { find } = build({}, staging!);
    expect(find('NetworkPolicy', 'longhorn-ui', 'longhorn-system').spec.ingress).toBeUndefined();
    const { spec } = find('NetworkPolicy', 'instance-manager', 'longhorn-system');
    const among = { podSelector: { matchLabels: { 'longhorn.io/component': 'instance-manager' } } };
    for (const [rules, side] of [
      [spec.ingress, 'from'],
      [spec.egress, 'to'],
    ] as const)
      expect(rules).toContainEqual({
        [side]: [among],
        ports: [
          { port: 8500, endPort: 8503, protocol: 'TCP' },
          { port: 10_000, endPort: 20_000, protocol: 'TCP' },
        ],
      });
  });

  test('every image that it starts others with is one of the lock, at its digest', () => {
    const { find } = build();
    const { args } = find('DaemonSet', 'longhorn-manager').spec.template.spec.containers[0];
    const { env } = find('Deployment', 'longhorn-driver-deployer').spec.template.spec.containers[0];
    const named = [
      ...args.filter((argument: string) => argument.includes('-image=')),
      ...env.flatMap(({ name, value }: any) => (name.endsWith('_IMAGE') ? [value] : [])),
    ];
    expect(named).toHaveLength(12);
    for (const reference of named) expect(reference).toMatch(/:v[\d.]+@sha256:[0-9a-f]{64}$/);
  });

  test('no hook stands before it: a first sync waits for nothing that is not there yet', () => {
    const hooks = build()
      .objects.filter(({ metadata }) => metadata.labels?.['app.kubernetes.io/name'] === 'longhorn')
      .filter(
        ({ kind, metadata }) => kind === 'Job' || JSON.stringify(metadata.annotations ?? {}).includes('hook'),
      );
    expect(hooks).toEqual([]);
  });

  test('its own priority outranks that of every other pod, and its pods have it', () => {
    const { objects } = build();
    const classes = objects.filter(({ kind }) => kind === 'PriorityClass');
    const [one, ...others] = classes.sort((a, b) => b.value - a.value);
    expect(one).toMatchObject({ metadata: { name: 'longhorn-critical' } });
    for (const { value } of others) expect(one.value).toBeGreaterThan(value);
    // false is the default, which the server does not store
    expect(one.globalDefault).toBeUndefined();
    const own = objects.filter(
      ({ metadata, spec }) => metadata.namespace === 'longhorn-system' && spec?.template,
    );
    expect(own.map(({ spec }) => spec.template.spec.priorityClassName)).toEqual(
      own.map(() => 'longhorn-critical'),
    );
  });

  test('[OBS-04] Prometheus reads each manager', () => {
    const monitor = build().find('ServiceMonitor', 'longhorn-backend');
    expect(monitor.spec.endpoints).toMatchObject([{ port: 'manager', path: '/metrics' }]);
  });
});

describe('mistakes in its settings', () => {
  test('none where it is used', () => {
    expect(problems('{}')).toEqual([]);
  });

  test('it makes no volume of any class', () => {
    const foreign = (text: string) =>
      text.replace('{ name: longhorn }', '{ name: longhorn, provisioner: csi.example.com }');
    expect(problems('{}', foreign)).toEqual([
      'components.longhorn: no class of storage.classes is made by driver.longhorn.io, so nothing would use Longhorn',
    ]);
    expect(problems('{ enabled: false }', foreign)).toEqual([]);
  });

  test('backups without a bucket', () => {
    expect(problems('{ backups: {} }')).toEqual([
      'components.longhorn.backups: there is no bucket to back up to',
    ]);
  });

  test.each([
    ['{ dataPath: var/lib }', 'dataPath'],
    ['{ overProvisioning: 50 }', 'overProvisioning'],
    ['{ minimalAvailable: 0 }', 'minimalAvailable'],
    ['{ instanceManagerCpu: 0 }', 'instanceManagerCpu'],
    ['{ snapshots: { schedule: "0 1 1 * *" } }', 'snapshots.schedule'],
    ['{ snapshots: { schedule: "0 24 * * *" } }', 'snapshots.schedule'],
    ['{ snapshots: { keep: 51 } }', 'snapshots.keep'],
  ])('a value out of its range: %s', (block, field) => {
    const found = problems(block);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(new RegExp(`^components\\.longhorn\\.${field}: `));
  });
});
