import { PRIORITIES, priorityClassName, type Priority } from '../../../charts/core/priority';
import { loadClusters } from '../../../cli/load';
import { renderCluster, type RenderedCluster } from '../../../cli/pipeline';

const CLUSTERS = loadClusters('clusters').clusters.map(({ settings }) => renderCluster(settings));
const [mono, staging] = CLUSTERS as [RenderedCluster, RenderedCluster];

/** Component → the classes of its pods, those of controllers too. */
function classesOf({ objects, declarations }: RenderedCluster): ReadonlyMap<string, ReadonlySet<string>> {
  const pods = [
    ...objects.flatMap(({ object, component = '' }) => {
      const { spec } = object as any;
      const template = spec?.jobTemplate?.spec.template ?? spec?.template;
      return template?.spec?.containers ? [{ component, template, run: object.kind === 'CronJob' }] : [];
    }),
    ...declarations.pods.map(({ component, template }) => ({
      component,
      template: template as any,
      run: false,
    })),
  ];
  const classes = new Map<string, Set<string>>();
  for (const { component, template, run } of pods) {
    const key = run ? `runs of ${component}` : component;
    classes.set(key, (classes.get(key) ?? new Set()).add(template.spec.priorityClassName ?? 'none'));
  }
  return classes;
}

const classOf = (cluster: RenderedCluster, component: string): string[] => [
  ...(classesOf(cluster).get(component) ?? []),
];

describe('priorities', () => {
  test('the classes are those of people: no name that Kubernetes keeps for itself, no value beyond 10^9, none for pods that name none', () => {
    for (const { objects } of CLUSTERS) {
      const found = objects
        .map(({ object }) => object as any)
        .filter(({ kind, metadata }) => kind === 'PriorityClass' && metadata.name.startsWith('strata-'));
      expect(found.map(({ metadata }) => metadata.name).sort()).toEqual(
        Object.keys(PRIORITIES)
          .map((one) => priorityClassName(one as Priority))
          .sort(),
      );
      for (const { metadata, value, globalDefault } of found) {
        expect(metadata.name).not.toMatch(/^system-/);
        expect(value).toBeGreaterThan(0);
        expect(value).toBeLessThanOrEqual(1_000_000_000);
        expect(globalDefault).toBeUndefined();
        // a pod that names it must find it, also when its component goes
        expect(metadata.annotations).toMatchObject({
          'argocd.argoproj.io/sync-options': expect.stringContaining('Prune=false'),
        });
      }
    }
  });

  test('what others run on goes before datastores, these before applications, these before runs, which push nobody out', () => {
    const values = (['system', 'data', 'app', 'batch'] as const).map((one) => PRIORITIES[one].value);
    expect(values).toEqual([...values].sort((a, b) => b - a));
    expect(new Set(values).size).toBe(values.length);
    const pushing = Object.entries(PRIORITIES).filter(
      ([, { preemptionPolicy }]) => preemptionPolicy === 'PreemptLowerPriority',
    );
    expect(pushing.map(([name]) => name)).not.toContain('batch');
  });

  test('each pod has one, by what it is', () => {
    for (const cluster of CLUSTERS)
      expect([...classesOf(cluster)].filter(([, classes]) => classes.has('none'))).toEqual([]);
    expect(classOf(mono, 'traefik')).toEqual(['strata-system']);
    expect(classOf(mono, 'argocd')).toEqual(['strata-system']);
    expect(classOf(mono, 'mysql-prod')).toEqual(['strata-data']);
    expect(classOf(mono, 'runs of mysql-prod')).toEqual(['strata-batch']);
    expect(classOf(mono, 'xwiki-prod')).toEqual(['strata-app']);
    expect(classOf(mono, 'backups')).toEqual(['strata-data']);
    expect(classOf(staging, 'cloudnative-pg')).toEqual(['strata-system']);
    expect(classOf(staging, 'postgresql-staging')).toEqual(['strata-data']);
    expect(classOf(staging, 'prometheus')).toEqual(['strata-data']);
    expect(classOf(staging, 'metrics-server')).toEqual(['system-cluster-critical']);
  });

  test('objects tell their controllers the class that their pods are declared with', () => {
    const said = staging.objects.flatMap(({ object }) => {
      const { kind, metadata, spec } = object as any;
      if (!['Cluster', 'Pooler', 'Prometheus'].includes(kind)) return [];
      return [[`${kind} ${metadata.name}`, spec.priorityClassName ?? spec.template?.spec.priorityClassName]];
    });
    const declared = staging.declarations.pods.map(({ owner, template }) => [
      `${owner.kind} ${owner.name}`,
      template.spec?.priorityClassName,
    ]);
    expect(said.length).toBeGreaterThan(2);
    expect(said.sort()).toEqual(declared.sort());
  });

  test('every Application with pods comes after the classes', () => {
    for (const cluster of CLUSTERS) {
      const waves = new Map(cluster.declarations.components.map(({ id, wave }) => [id, wave]));
      const first = waves.get('platform-namespaces') ?? Infinity;
      const named = [...classesOf(cluster)].filter(([, classes]) =>
        [...classes].some((one) => one.startsWith('strata-')),
      );
      expect(named.length).toBeGreaterThan(10);
      for (const [component] of named)
        expect(waves.get(component.replace('runs of ', ''))).toBeGreaterThan(first);
    }
  });
});
