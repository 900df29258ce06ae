import { SOURCES } from '../../../charts/observability/kube-state-metrics/metrics';
import { KEPT } from '../../../charts/observability/kubernetes-metrics/metrics';
import { loadClusters } from '../../../cli/load';
import { renderCluster } from '../../../cli/pipeline';
import { render } from './render';

/** All expressions of all rules of all clusters, those for the tests of alerts too. */
const expressions = ['clusters', 'test/alerts/clusters']
  .flatMap((folder) => loadClusters(folder).clusters)
  .flatMap(({ settings }) => renderCluster(settings).objects)
  .map(({ object }) => object as any)
  .filter(({ kind }) => kind === 'PrometheusRule')
  .flatMap(({ spec }) =>
    spec.groups.flatMap(({ rules }: any) => rules.map(({ expr }: any) => expr as string)),
  );

const used = (pattern: RegExp): string[] => [
  ...new Set(expressions.flatMap((expr) => [...expr.matchAll(pattern)].map(([name]) => name))),
];

describe('metrics of kube-state-metrics and kubernetes-metrics that are kept', () => {
  test('[OBS-03] kube-state-metrics gives just those that an alert uses', () => {
    const given = Object.values(SOURCES).flatMap(({ metrics }) => metrics);
    expect(given.sort()).toEqual(used(/\bkube_[a-z_]+/g).sort());
    const [container] = render().find('Deployment', 'kube-state-metrics').spec.template.spec.containers;
    for (const metric of given)
      expect(container.args.find((arg: string) => arg.startsWith('--metric-allowlist='))).toContain(metric);
  });

  test('kube-state-metrics may list and watch what it tells of, and nothing else', () => {
    const { rules } = render().find('ClusterRole', 'kube-state-metrics');
    expect(rules.flatMap(({ resources }: any) => resources).sort()).toEqual(Object.keys(SOURCES).sort());
    for (const { verbs } of rules) expect(verbs).toEqual(['list', 'watch']);
  });

  test('[OBS-03] every metric of Kubernetes that an alert uses is kept', () => {
    const kept = new Set<string>(Object.values(KEPT).flat());
    const wanted = used(/\b(?:kubelet|container|apiserver|aggregator|coredns)_[a-z_]+/g);
    expect(wanted.length).toBeGreaterThan(8);
    expect(wanted.filter((name) => !kept.has(name))).toEqual([]);
  });

  test('no metric is kept of two endpoints, though on k3s all of them give all', () => {
    const all = Object.values(KEPT).flat();
    expect(new Set<string>(all).size).toBe(all.length);
    const { objects } = render();
    for (const { metadata, spec } of objects.filter(({ kind }) => kind === 'ScrapeConfig'))
      expect(spec.metricRelabelings[0]).toEqual({
        action: 'keep',
        sourceLabels: ['__name__'],
        regex: KEPT[metadata.name as keyof typeof KEPT].join('|'),
      });
  });

  test('kubelets and the API server see the token of Prometheus, and no other job shows it', () => {
    const { objects } = render();
    const classes = Object.fromEntries(
      objects
        .filter(({ kind }) => kind === 'ScrapeConfig')
        .map(({ metadata, spec }) => [metadata.name, spec.scrapeClass]),
    );
    expect(classes).toEqual({
      apiserver: 'api-server',
      cadvisor: 'kubelet',
      kubelet: 'kubelet',
      coredns: undefined,
    });
  });
});
