import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkAll } from '../../checks/all';
import { at } from '../../checks/core/workloads';
import type { KubeObject } from '../../charts/core/objects';
import { parseSettings } from '../../charts/settings';
import { renderCluster } from '../../cli/pipeline';
import { readRunbooks } from '../../cli/runbooks';
import { restore } from '../../cli/restore';
import { monoInput } from '../checks/mutation';
import { cluster } from '../conformance/clusters';

const BLOCKS = {
  mysql: { databases: ['xwiki'] },
  postgresql: { databases: ['app'] },
  'object-store': { buckets: [{ name: 'documents' }] },
  rabbitmq: {},
  redis: { use: 'sessions' },
  xwiki: { host: 'wiki.lab.example.com' },
} as const;
const PLATFORM = {
  prometheus: {},
  'prometheus-operator': {},
  'blackbox-exporter': {},
  'kube-state-metrics': {},
};
const HIBERNATED = {
  ...BLOCKS,
  postgresql: { databases: ['app'], engine: 'cloudnative-pg', instances: 3 },
} as const;

/** A cluster in whose environment these components are stopped. */
function render(blocks: Readonly<Record<string, object>>, stopped: readonly string[]) {
  const environment = Object.fromEntries(
    Object.entries(blocks).map(([name, block]) => [name, { ...block, maintenance: stopped.includes(name) }]),
  );
  const components = { ...PLATFORM, 'cloudnative-pg': {}, 'barman-cloud': {} };
  const { settings, problems } = parseSettings(
    cluster('kubeadm', { components, environment }),
    'cluster.yaml',
  );
  if (!settings) throw new Error(JSON.stringify(problems));
  const { objects, declarations, kustomizations } = renderCluster(settings);
  const input = {
    settings,
    objects,
    declarations,
    kustomizations,
    runbooks: readRunbooks('.'),
    today: '2020-01-01',
  };
  const all = objects
    .filter(({ object }) => object.metadata.namespace === 'work')
    .map(({ object }) => object);
  const ofKind = (...kinds: string[]): KubeObject[] => all.filter(({ kind }) => kinds.includes(kind));
  return { objects: objects.map(({ object }) => object), ofKind, findings: () => checkAll(input) };
}

const nameOf = ({ kind, metadata }: KubeObject) => `${kind} ${metadata.name}`;
const alertsOf = (rules: readonly KubeObject[]): string[] =>
  rules.flatMap((rule) =>
    (at(rule, 'spec.groups') as { rules: { alert: string }[] }[]).flatMap((group) =>
      group.rules.map(({ alert }) => alert),
    ),
  );
const KEPT = [
  'Service',
  'Secret',
  'NetworkPolicy',
  'PersistentVolumeClaim',
  'Certificate',
  'Ingress',
  'Cluster',
];

describe.each([
  ['one server', BLOCKS],
  ['CloudNativePG', HIBERNATED],
])('[BKP-11] maintenance: true, with PostgreSQL as %s', (_, blocks) => {
  const everything = Object.keys(blocks);
  const running = render(blocks, []);
  const stopped = render(blocks, everything);

  test('leaves no pod and no run of the component, and no finding', () => {
    expect(stopped.findings()).toEqual([]);
    expect(stopped.ofKind('Job')).toEqual([]);
    for (const workload of stopped.ofKind('StatefulSet', 'Deployment'))
      expect([nameOf(workload), at(workload, 'spec.replicas')]).toEqual([nameOf(workload), 0]);
    for (const one of stopped.ofKind('Cluster'))
      expect(one.metadata.annotations).toMatchObject({ 'cnpg.io/hibernation': 'on' });
    const runs = stopped.ofKind('CronJob', 'ScheduledBackup');
    expect(runs.length).toBeGreaterThan(4);
    expect(runs.filter((run) => at(run, 'spec.suspend') !== true).map(nameOf)).toEqual([]);
  });

  test('keeps all that holds data or is known to others', () => {
    const kept = (set: typeof running) =>
      set
        .ofKind(...KEPT)
        .map(nameOf)
        .sort();
    expect(kept(stopped)).toEqual(kept(running));
    const templates = (set: typeof running) =>
      set.ofKind('StatefulSet').map((one) => [nameOf(one), at(one, 'spec.volumeClaimTemplates')]);
    expect(templates(stopped)).toEqual(templates(running));
  });

  test('of its alerts those are left that say so', () => {
    // an operator may not have stopped what git stops
    const operated = stopped.ofKind('Cluster').length > 0 ? ['PostgresqlStillRuns'] : [];
    expect(alertsOf(stopped.ofKind('PrometheusRule')).sort()).toEqual([
      ...['MysqlInMaintenance', 'ObjectStoreInMaintenance', 'PostgresqlInMaintenance', ...operated],
      ...['RabbitmqInMaintenance'],
      ...['RedisInMaintenance', 'XwikiInMaintenance'],
    ]);
    expect(
      alertsOf(running.ofKind('PrometheusRule')).filter((name) => name.endsWith('InMaintenance')),
    ).toEqual([]);
  });

  test('nobody probes a host that does not answer', () => {
    const probed = ({ objects }: typeof running) =>
      JSON.stringify(objects.filter(({ kind }) => kind === 'Probe'));
    expect(probed(running)).toContain('wiki.lab.example.com');
    expect(probed(stopped)).not.toContain('wiki.lab.example.com');
  });

  test('poolers stop with their server, and a wiki with its database', () => {
    const { ofKind } = render(blocks, ['mysql', 'postgresql']);
    for (const pooler of ofKind('Pooler')) expect(at(pooler, 'spec.instances')).toBe(0);
    const replicas = ofKind('Deployment').map((set) => [set.metadata.name, at(set, 'spec.replicas')]);
    expect(replicas).toContainEqual(['xwiki', 0]);
    expect(replicas.filter(([, count]) => count !== 0)).toEqual([]);
  });

  test('the others run on', () => {
    const one = render(blocks, ['xwiki']);
    expect(one.findings()).toEqual([]);
    const replicas = one
      .ofKind('StatefulSet', 'Deployment')
      .map((set) => [set.metadata.name, at(set, 'spec.replicas')]);
    expect(Object.fromEntries(replicas)).toMatchObject({ mysql: 1, redis: 1, rabbitmq: 1, xwiki: 0 });
  });
});

test('a CronJob that rests although its component runs is a finding', () => {
  const input = monoInput();
  expect(checkAll(input)).toEqual([]);
  for (const { object } of input.objects)
    if (object.kind === 'CronJob') Object.assign((object as { spec?: object }).spec ?? {}, { suspend: true });
  expect(checkAll(input).map(({ problem }) => problem)).toContainEqual(
    expect.stringContaining('it never runs'),
  );
});

describe('[BKP-10] strata restore', () => {
  const workspace = { root: '.', today: '2026-11-20' };
  const step = (component: string, kind?: string): string =>
    restore(workspace, 'mono', component, kind === undefined ? {} : { kind }).notes.find((note) =>
      note.includes('Stop what writes'),
    ) ?? '';

  test('names who has to be stopped by its settings', () => {
    expect(step('mysql-prod')).toContain('in the settings of xwiki-prod,');
    expect(step('xwiki-prod')).toContain('in the settings of xwiki-prod,');
  });

  test('a wiki that pages are imported into runs', () => {
    expect(step('xwiki-prod', 'export')).not.toContain('maintenance');
  });

  test('is refused while the server that it needs is stopped', () => {
    const folder = mkdtempSync(join(tmpdir(), 'strata-maintenance-'));
    try {
      const text = readFileSync('clusters/mono/cluster.yaml', 'utf8');
      const stopped = text.replace('mysql: {', 'mysql: { maintenance: true,');
      expect(stopped).not.toBe(text);
      mkdirSync(join(folder, 'clusters/mono'), { recursive: true });
      writeFileSync(join(folder, 'clusters/mono/cluster.yaml'), stopped);
      const { failures, manifests } = restore({ ...workspace, root: folder }, 'mono', 'xwiki-prod', {});
      expect(manifests).toEqual([]);
      expect(failures.flatMap(({ messages }) => messages).join()).toContain(
        'mysql-prod: is stopped by its settings, and a restore needs its server. Take maintenance: true out',
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
