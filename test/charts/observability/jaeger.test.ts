import { parse } from 'yaml';
import { problems, renderTraces } from './render';

const configuration = (change?: (settings: any) => void) =>
  parse(renderTraces(change).find('ConfigMap', 'jaeger').data['jaeger.yaml']);

describe('Jaeger', () => {
  test.each(['staging', 'mono'])('[OBS-14] with all settings, the set of %s has no finding', (name) => {
    const { findings } = renderTraces(({ components }) => {
      components.jaeger = { retention: '2w', size: '40Gi', cpu: '500m', memory: '2Gi' };
    }, name);
    expect(findings()).toEqual([]);
  });

  test('[OBS-14] keeps traces on its volume, for as long as the settings say', () => {
    const { backends } = configuration(({ components }) => {
      components.jaeger.retention = '2w';
    }).extensions.jaeger_storage;
    const [store] = Object.values<any>(backends);
    expect(store.badger).toMatchObject({ ephemeral: false, ttl: { spans: '336h' } });
    const [container] = renderTraces().find('StatefulSet', 'jaeger').spec.template.spec.containers;
    const data = container.volumeMounts.find(({ name }: any) => name === 'data').mountPath;
    for (const folder of Object.values<string>(store.badger.directories))
      expect(folder.startsWith(`${data}/`)).toBe(true);
  });

  test('[OBS-14] what is written, asked and configured is the same store', () => {
    const { extensions, exporters } = configuration();
    const [name] = Object.keys(extensions.jaeger_storage.backends);
    expect(extensions.jaeger_query.storage.traces).toBe(name);
    expect(exporters.jaeger_storage_exporter.trace_storage).toBe(name);
  });

  test('[SEC-02] takes spans from the collector, and questions from Grafana, and goes nowhere', () => {
    const { flows } = renderTraces().declarations;
    const into = flows.filter(({ to }) => to.kind === 'pods' && to.name === 'jaeger');
    expect(into.map(({ from, ports }) => [from.name, ports.map(({ port }) => port)]).sort()).toEqual([
      ['grafana', [16686]],
      ['opentelemetry-collector', [4317]],
      ['prometheus', [8888]],
    ]);
    expect(flows.filter(({ from }) => from.name === 'jaeger')).toEqual([]);
    expect(configuration().extensions.jaeger_query.grpc.endpoint).toMatch(/^127\.0\.0\.1:/);
  });

  test('[SEC-06] takes spans over TLS only, with a certificate of the cluster that it reads again when it is renewed', () => {
    const { find } = renderTraces();
    const { spec } = find('Certificate', 'jaeger-tls');
    const { protocols } = configuration().receivers.otlp;
    expect(Object.keys(protocols)).toEqual(['grpc']);
    const { cert_file, key_file, reload_interval } = protocols.grpc.tls;
    const pod = find('StatefulSet', 'jaeger').spec.template.spec;
    const mount = pod.containers[0].volumeMounts.find(({ mountPath }: any) =>
      cert_file.startsWith(`${mountPath}/`),
    );
    const volume = pod.volumes.find(({ name }: any) => name === mount.name);
    expect(volume.secret.secretName).toBe(spec.secretName);
    expect(key_file).toBe(`${mount.mountPath}/tls.key`);
    expect(reload_interval).toBe('1h');
  });

  test('is a data source of Grafana where there is one', () => {
    const { find } = renderTraces();
    const { datasources } = parse(find('ConfigMap', 'grafana').data['datasources.yaml']);
    expect(datasources).toContainEqual(
      expect.objectContaining({ type: 'jaeger', url: 'http://jaeger.viridial-monitoring.svc:16686' }),
    );
    const without = renderTraces(({ components }) => {
      delete components['opentelemetry-collector'];
      delete components.jaeger;
    });
    expect(without.find('ConfigMap', 'grafana').data['datasources.yaml']).not.toContain('jaeger');
  });

  test('needs cert-manager, and says so at its own settings', () => {
    expect(() =>
      renderTraces(({ components }) => {
        components['cert-manager'] = { enabled: false };
      }),
    ).toThrow(/components\.jaeger: jaeger needs cert-manager, which is off/);
  });

  test('refuses less memory than Badger takes, and a retention of hours', () => {
    expect(problems('{ jaeger: { memory: 512Mi, retention: 12h } }')).toEqual([
      expect.stringMatching(/^components\.jaeger\.memory: "512Mi" is too little for what Badger keeps/),
      expect.stringMatching(/^components\.jaeger\.retention: "12h" is not a number of days or weeks/),
    ]);
  });
});
