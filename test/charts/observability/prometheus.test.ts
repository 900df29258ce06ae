import { bytesOf } from '../../../charts/core/quantities';
import { problems, render } from './render';

const spec = (change?: (settings: any) => void) => render(change).find('Prometheus', 'prometheus').spec;

describe('Prometheus', () => {
  test('[OBS-01] with the whole stack, the set of staging has no finding', () => {
    expect(render().findings()).toEqual([]);
  });

  test('[OBS-02] reads every 15 seconds and keeps 30 days, within four fifths of its volume', () => {
    const { scrapeInterval, retention, retentionSize, walCompression, storage } = spec();
    expect({ scrapeInterval, retention, walCompression }).toEqual({
      scrapeInterval: '15s',
      retention: '30d',
      walCompression: true,
    });
    const volume = bytesOf(storage.volumeClaimTemplate.spec.resources.requests.storage);
    const blocks = bytesOf(retentionSize.replace('iB', 'i'));
    expect(blocks).toBeGreaterThan(volume * 0.7);
    expect(blocks).toBeLessThanOrEqual(volume * 0.8);
  });

  test('[OBS-02] takes both bounds, the volume and its size from the settings', () => {
    const changed = spec(({ components }) =>
      Object.assign(components.prometheus, {
        ...{ retention: '90d', retentionSize: '40Gi', size: '60Gi', memory: '2Gi', cpu: '500m' },
      }),
    );
    expect(changed).toMatchObject({
      ...{ retention: '90d', retentionSize: '40960MiB' },
      resources: { requests: { cpu: '500m', memory: '2Gi' }, limits: { memory: '2Gi' } },
    });
    expect(changed.storage.volumeClaimTemplate.spec.resources.requests.storage).toBe('60Gi');
  });

  test('refuses a bound that leaves no room on the volume', () => {
    expect(
      problems('{ prometheus-operator: {}, prometheus: { size: 10Gi, retentionSize: 9500Mi } }'),
    ).toEqual([
      expect.stringMatching(
        /^components\.prometheus\.retentionSize: 9500Mi of a volume of 10Gi leaves no room/,
      ),
    ]);
    expect(problems('{ prometheus-operator: {}, prometheus: { size: 10Gi, retentionSize: 9Gi } }')).toEqual(
      [],
    );
    expect(problems("{ prometheus-operator: {}, prometheus: { retention: '30' } }")).toEqual([
      expect.stringMatching(/^components\.prometheus\.retention: "30" is not a duration/),
    ]);
  });

  test('[OBS-03] selects monitors, probes and rules of all namespaces: no selector is left out, and none selects less', () => {
    const selectors = Object.entries(spec()).filter(([name]) => /Selector$/.test(name));
    const kinds = ['serviceMonitor', 'podMonitor', 'probe', 'scrapeConfig', 'rule'];
    expect(Object.fromEntries(selectors)).toEqual(
      Object.fromEntries(
        kinds.flatMap((kind) => [
          [`${kind}Selector`, {}],
          [`${kind}NamespaceSelector`, {}],
        ]),
      ),
    );
  });

  test('labels what it tells others with its cluster', () => {
    expect(spec().externalLabels).toEqual({ cluster: 'staging' });
  });

  test('[SEC-02] no monitor can have it send a file of its pod', () => {
    expect(spec().arbitraryFSAccessThroughSMs).toEqual({ deny: true });
    const { objects } = render();
    const monitors = objects.filter(({ kind }) => /Monitor$|^Probe$/.test(kind));
    expect(monitors.length).toBeGreaterThan(5);
    expect(JSON.stringify(monitors)).not.toMatch(/bearerTokenFile|caFile/);
  });

  test('[SEC-02] all flows of scrapes come from its pods, and nobody else is let in by them', () => {
    const { declarations } = render();
    const scrapes = declarations.flows.filter(({ from }) => from.name === 'prometheus');
    expect(scrapes.length).toBeGreaterThan(10);
    for (const { from } of scrapes)
      expect(from).toMatchObject({ labels: { 'operator.prometheus.io/name': 'prometheus' } });
  });

  test('[GITOPS-03] no sync takes it or its volume away', () => {
    const { metadata, spec: own } = render().find('Prometheus', 'prometheus');
    for (const { annotations } of [metadata, own.storage.volumeClaimTemplate.metadata])
      expect(annotations['argocd.argoproj.io/sync-options']).toBe('Prune=false,Delete=false');
    expect(own.persistentVolumeClaimRetentionPolicy).toEqual({ whenDeleted: 'Retain', whenScaled: 'Retain' });
  });

  test('needs its operator, and says so at its own settings', () => {
    expect(() => render(({ components }) => delete components['prometheus-operator'])).toThrow(
      /prometheus needs prometheus-operator, which is off/,
    );
  });

  test('without Alertmanager it tells nobody, and has no alert about that', () => {
    const { find } = render(({ components }) => delete components.alertmanager);
    expect(find('Prometheus', 'prometheus').spec.alerting).toBeUndefined();
    const [{ rules }] = find('PrometheusRule', 'prometheus').spec.groups;
    expect(rules.map(({ alert }: any) => alert)).not.toContain('PrometheusTellsNobody');
  });
});

describe('Prometheus Operator', () => {
  test('[SEC-02] writes in its own namespace only, and reads Secrets nowhere else', () => {
    const { find } = render();
    const { rules } = find('ClusterRole', 'prometheus-operator');
    const everywhere = rules.flatMap(({ resources, verbs }: any) =>
      resources.map((one: string) => [one, verbs]),
    );
    const writing = everywhere.filter(([, verbs]: any) =>
      verbs.some((verb: string) => !/^(get|list|watch)$/.test(verb)),
    );
    expect(writing.map(([resource]: any) => resource)).toEqual(['events']);
    expect(everywhere.map(([resource]: any) => resource)).not.toContain('secrets');
    const [container] = find('Deployment', 'prometheus-operator').spec.template.spec.containers;
    expect(container.args).toContain('--prometheus-instance-namespaces=viridial-monitoring');
  });

  test('gives pods the reloader of its own release', () => {
    const [container] = render().find('Deployment', 'prometheus-operator').spec.template.spec.containers;
    const flag = container.args.find((arg: string) => arg.startsWith('--prometheus-config-reloader='));
    expect(flag).toMatch(/@sha256:[0-9a-f]{64}$/);
    expect(/:(v[\d.]+)@/.exec(flag)?.[1]).toBe(/:(v[\d.]+)@/.exec(container.image)?.[1]);
  });
});
