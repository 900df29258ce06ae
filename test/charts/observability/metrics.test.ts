import { metricsOf, SOURCES } from '../../../charts/observability/kube-state-metrics/metrics';
import { KEPT } from '../../../charts/observability/kubernetes-metrics/metrics';
import { loadClusters } from '../../../cli/load';
import { renderCluster } from '../../../cli/pipeline';
import { render } from './render';

/** The cluster `staging`, which has a Grafana, and the same without. */
const shown = render();
const silent = render(({ components }) => delete components.grafana);

/** Every query of every dashboard of that cluster, durations as Prometheus takes them. */
const queries: readonly string[] = shown.objects
  .filter(({ metadata }) => metadata.labels?.grafana_dashboard)
  .flatMap(({ data }) => Object.values(data as Record<string, string>))
  .flatMap((text) => JSON.parse(text).panels)
  .flatMap(({ targets = [] }: any) => targets.map(({ expr }: any) => expr as string));

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
    const given = Object.values(SOURCES).flatMap((source) => metricsOf(source, false));
    expect(given.sort()).toEqual(used(/\bkube_[a-z_]+/g).sort());
    const [container] = render().find('Deployment', 'kube-state-metrics').spec.template.spec.containers;
    for (const metric of given)
      expect(container.args.find((arg: string) => arg.startsWith('--metric-allowlist='))).toContain(metric);
  });

  test('[OBS-06] where there is a Grafana, it gives those that a dashboard uses beside them', () => {
    const named = (expr: string) => [...expr.matchAll(/\bkube_[a-z_]+/g)].map(([name]) => name);
    const wanted = new Set(queries.flatMap(named));
    const more = Object.values(SOURCES).flatMap((source) => source.shown ?? []);
    const all = Object.values(SOURCES).flatMap((source) => metricsOf(source, true));
    expect([...wanted].filter((name) => !all.includes(name))).toEqual([]);
    expect(more.filter((name) => !wanted.has(name))).toEqual([]);
    const listOf = ({ find }: typeof shown): string =>
      find('Deployment', 'kube-state-metrics').spec.template.spec.containers[0].args.at(-1);
    expect(more.length).toBeGreaterThan(0);
    for (const metric of more) {
      expect(listOf(shown)).toContain(metric);
      expect(listOf(silent)).not.toContain(metric);
    }
  });

  test('[OBS-06] every metric of Kubernetes that a dashboard uses is kept', () => {
    const kept = new Set<string>(Object.values(KEPT).flat());
    const wanted = queries.flatMap((expr) =>
      [...expr.matchAll(/\b(?:kubelet|container|apiserver|aggregator|coredns)_[a-z_]+(?=[{[])/g)].map(
        ([name]) => name,
      ),
    );
    expect(new Set(wanted).size).toBeGreaterThan(8);
    expect(wanted.filter((name) => !kept.has(name))).toEqual([]);
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
