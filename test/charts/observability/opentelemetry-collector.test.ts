import { parse } from 'yaml';
import { readFileSync } from 'node:fs';
import { collectorConfiguration } from '../../../charts/observability/opentelemetry-collector/configuration';
import { bytesOf } from '../../../charts/core/quantities';
import { problems, renderTraces } from './render';

const NAME = 'opentelemetry-collector';
const configuration = (change?: (settings: any) => void) =>
  parse(renderTraces(change).find('ConfigMap', NAME).data['collector.yaml']);
const sampling = (settings: object = {}) =>
  configuration(({ components }) => {
    components[NAME] = { ...components[NAME], ...settings };
  }).processors.tail_sampling;

describe('OpenTelemetry Collector', () => {
  test.each(['staging', 'mono'])('[OBS-15] with all settings, the set of %s has no finding', (name) => {
    const { findings } = renderTraces(({ components }) => {
      components[NAME] = { sampling: 100, slowMilliseconds: 250, cpu: '500m', memory: '1Gi' };
    }, name);
    expect(findings()).toEqual([]);
  });

  test('[OBS-14] keeps traces with errors and slow ones always, and the percentage of the settings of all', () => {
    const { policies } = sampling({ sampling: 25, slowMilliseconds: 300 });
    expect(policies).toEqual([
      { name: 'errors', type: 'status_code', status_code: { status_codes: ['ERROR'] } },
      { name: 'slow', type: 'latency', latency: { threshold_ms: 300 } },
      { name: 'some', type: 'probabilistic', probabilistic: { sampling_percentage: 25 } },
    ]);
  });

  test('[OBS-14] waits for longer than a trace takes to be slow', () => {
    expect(sampling({ slowMilliseconds: 1000 }).decision_wait).toBe('11000ms');
    expect(sampling({ slowMilliseconds: 60_000 }).decision_wait).toBe('70000ms');
  });

  test('[OBS-14] is one pod, also while it is rolled out: spans of a trace must meet', () => {
    const { spec } = renderTraces(undefined, 'staging').find('Deployment', NAME);
    expect(spec.replicas).toBe(1);
    expect(spec.strategy).toEqual({ type: 'Recreate' });
  });

  test('refuses spans for want of memory before it does anything with them', () => {
    const { receivers, processors, exporters } = configuration().service.pipelines.traces;
    expect(receivers).toEqual(['otlp']);
    expect(processors).toEqual(['memory_limiter', 'tail_sampling']);
    expect(exporters).toEqual(['otlp_grpc']);
  });

  test.each(['128Mi', '256Mi', '4Gi'] as const)('what it holds fits into %s', (memory) => {
    const found = parse(
      collectorConfiguration({
        ...{ memory, sampling: 10, slowMilliseconds: 1000 },
        store: { host: 'jaeger.observability.svc', port: 4317 },
      }),
    );
    const { memory_limiter, tail_sampling } = found.processors;
    const limit = bytesOf(memory);
    const soft = (memory_limiter.limit_mib - memory_limiter.spike_limit_mib) * 2 ** 20;
    // the program takes 50 MiB beside it in the smallest
    expect(memory_limiter.limit_mib * 2 ** 20).toBeLessThanOrEqual(limit * 0.8);
    const queue = found.exporters.otlp_grpc.sending_queue;
    expect(queue.sizer).toBe('bytes');
    // what gRPC takes by default, and what the queue has room for
    for (const room of [4 * 2 ** 20, queue.queue_size]) expect(queue.batch.max_size).toBeLessThan(room);
    expect(tail_sampling.maximum_trace_size_bytes + queue.queue_size).toBeLessThan(soft / 2);
    const { sampled_cache_size, non_sampled_cache_size } = tail_sampling.decision_cache;
    for (const size of [sampled_cache_size, non_sampled_cache_size])
      expect(size).toBeGreaterThanOrEqual(10 * tail_sampling.num_traces);
  });

  test('[SEC-06] sends to Jaeger over TLS, and trusts the authority of its certificate alone', () => {
    const { find } = renderTraces();
    const { endpoint, tls } = configuration().exporters.otlp_grpc;
    const [host] = endpoint.split(':');
    const certificate = find('Certificate', 'jaeger-tls').spec;
    expect(certificate.dnsNames).toContain(host);
    const { volumes, containers } = find('Deployment', NAME).spec.template.spec;
    const mount = containers[0].volumeMounts.find(({ mountPath }: any) => tls.ca_file.startsWith(mountPath));
    const { secret } = volumes.find(({ name }: any) => name === mount.name);
    expect(secret).toMatchObject({
      secretName: certificate.secretName,
      items: [{ key: 'ca.crt', path: 'ca.crt' }],
    });
    expect(tls).toEqual({ ca_file: `${mount.mountPath}/ca.crt` });
  });

  test('[SEC-02] lets in pods of environments that ask for it by a label, Prometheus, and nobody else', () => {
    const { declarations, settings, find } = renderTraces();
    const into = declarations.flows.filter(({ to }) => to.kind === 'pods' && to.name === NAME);
    const ports = ({ ports: all }: (typeof into)[number]) => all.map(({ port }) => port);
    expect(into.map((flow) => [flow.from.name, ports(flow)])).toEqual([
      ['prometheus', [8888]],
      ...settings.environments.map(() => ['sends-traces', [4317, 4318]]),
    ]);
    const [{ namespace }] = settings.environments;
    const policy = find('NetworkPolicy', 'sends-traces');
    expect(policy.metadata.namespace).toBe(namespace);
    expect(policy.spec.podSelector.matchLabels).toEqual({ 'strata.dev/sends-traces': 'true' });
    expect(policy.spec).not.toHaveProperty('ingress');
  });

  test('the policy of those pods belongs to the Application of their environment', () => {
    const { find, settings } = renderTraces();
    const { labels } = find('NetworkPolicy', 'sends-traces').metadata;
    expect(labels['app.kubernetes.io/instance']).toBe(`environment-${settings.environments[0].name}`);
  });

  test('what the page tells applications to write is what is listened for', () => {
    const page = readFileSync('docs/traces.md', 'utf8');
    const { spec, metadata } = renderTraces().find('Service', NAME);
    const ports = Object.fromEntries(spec.ports.map(({ name, port }: any) => [name, port]));
    expect(page).toContain(`http://${metadata.name}.observability.svc:${ports.http}`);
    expect(page).toContain(`port ${ports.grpc} and \`grpc\``);
    expect(page).toContain("strata.dev/sends-traces: 'true'");
  });

  test('needs Jaeger, and says so at its own settings', () => {
    expect(() => renderTraces(({ components }) => delete components.jaeger)).toThrow(
      /opentelemetry-collector needs jaeger, which is off/,
    );
  });

  test('refuses more than all traces, and a slow that is none', () => {
    expect(
      problems('{ jaeger: {}, opentelemetry-collector: { sampling: 101, slowMilliseconds: 0 } }'),
    ).toEqual([
      expect.stringMatching(/^components\.opentelemetry-collector\.sampling: /),
      expect.stringMatching(/^components\.opentelemetry-collector\.slowMilliseconds: /),
    ]);
  });
});
