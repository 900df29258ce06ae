import { parse } from 'yaml';
import { render } from './render';

describe('node-exporter', () => {
  const { find } = render();
  const pod = find('DaemonSet', 'node-exporter').spec.template.spec;
  const [container] = pod.containers;

  test('[SEC-01] reads the node and changes nothing: no root, no capability, one mount, read-only', () => {
    expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 65_534 });
    expect(container.securityContext.capabilities).toEqual({ drop: ['ALL'] });
    expect(container.volumeMounts).toEqual([
      { name: 'root', mountPath: '/host/root', readOnly: true, mountPropagation: 'HostToContainer' },
    ]);
    expect(pod.automountServiceAccountToken).toBe(false);
  });

  test('[SEC-01] has a namespace of its own, so that the one of Prometheus stays restricted', () => {
    const level = (name: string) =>
      find('Namespace', name).metadata.labels['pod-security.kubernetes.io/enforce'];
    expect(level('node-agents')).toBe('privileged');
    expect(level('viridial-monitoring')).toBe('restricted');
  });

  test('runs on tainted nodes too, and listens on the address of the cluster network only', () => {
    expect(pod.tolerations).toEqual([{ operator: 'Exists' }]);
    expect(container.args).toContain('--web.listen-address=$(NODE_ADDRESS):9100');
  });

  test('its series carry the name of the node', () => {
    const [endpoint] = find('ServiceMonitor', 'node-exporter').spec.endpoints;
    expect(endpoint.relabelings).toEqual([
      { sourceLabels: ['__meta_kubernetes_pod_node_name'], targetLabel: 'node' },
    ]);
  });
});

describe('blackbox-exporter', () => {
  const withHosts = (change: (settings: any) => void = () => undefined) =>
    render((settings) => {
      settings.components.argocd.host = 'argocd.staging.viridial.com';
      change(settings);
    });

  test('[OBS-08] every host that a component publishes is called', () => {
    const { find, findings } = withHosts();
    expect(find('Probe', 'public-hosts').spec.targets.staticConfig.static).toEqual([
      'https://argocd.staging.viridial.com/',
    ]);
    expect(findings()).toEqual([]);
    expect(render().find('Probe', 'public-hosts')).toBeUndefined();
  });

  test('is asked where it listens, for a module that it has', () => {
    const { find } = withHosts();
    const { prober, module } = find('Probe', 'public-hosts').spec;
    expect(prober.url).toBe('blackbox-exporter.viridial-monitoring.svc:9115');
    expect(Object.keys(parse(find('ConfigMap', 'blackbox-exporter').data['config.yml']).modules)).toEqual([
      module,
    ]);
  });

  test('verifies certificates, but not those of an authority that nobody trusts', () => {
    const skips = (issuer: string) =>
      parse(
        withHosts(({ certificates }) => {
          certificates.issuer = issuer;
        }).find('ConfigMap', 'blackbox-exporter').data['config.yml'],
      ).modules.page.http.tls_config.insecure_skip_verify;
    expect(skips('letsencrypt-prod')).toBe(false);
    expect(skips('letsencrypt-staging')).toBe(true);
  });
});
