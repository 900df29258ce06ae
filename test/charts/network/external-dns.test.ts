import { loadClusters } from '../../../cli/load';
import { renderCluster, SettingsError } from '../../../cli/pipeline';
import { problemsOnOneNode } from '../one-node';

const [mono] = loadClusters('clusters', ['mono']).clusters;

const LEAST = {
  zones: ['logo-solutions.fr'],
  addresses: ['203.0.113.10'],
  proxied: false,
  policy: 'upsert-only',
};

function settingsWith(block: object, ingress: object = {}) {
  const settings = structuredClone(mono!.settings) as any;
  settings.components['external-dns'] = { enabled: true, ...LEAST, ...block };
  Object.assign(settings.ingress, ingress);
  return settings;
}

function build(block: object = {}, ingress: object = {}) {
  const { objects, declarations } = renderCluster(settingsWith(block, ingress));
  const all = objects.map(({ object }) => object) as any[];
  const own = objects
    .filter(({ component }) => component === 'external-dns')
    .map(({ object }) => object) as any[];
  const find = (kind: string) => own.find((object) => object.kind === kind);
  const deployment = find('Deployment').spec;
  const pod = deployment.template.spec;
  const [container] = pod.containers;
  const values = (name: string): string[] =>
    container.args.flatMap((one: string) =>
      one.startsWith(`--${name}=`) ? [one.slice(name.length + 3)] : [],
    );
  return { all, find, deployment, pod, container, args: container.args as string[], values, declarations };
}

function mistakes(block: object, ingress: object = {}): string[] {
  try {
    renderCluster(settingsWith(block, ingress));
    return [];
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    return error.mistakes.map(({ path, problem }) => `${path.join('.')}: ${problem}`);
  }
}

describe('external-dns', () => {
  test('is off unless the settings name it, and then asks for zones and addresses', () => {
    expect(renderCluster(mono!.settings).declarations.components.map(({ id }) => id)).not.toContain(
      'external-dns',
    );
    expect(problemsOnOneNode('{ external-dns: {} }')).toEqual([
      expect.stringContaining('components.external-dns'),
      expect.stringContaining('components.external-dns'),
    ]);
    expect(
      problemsOnOneNode('{ external-dns: { zones: [example.com], addresses: [203.0.113.10] } }'),
    ).toEqual([]);
  });

  test('[EDGE-01] writes to the zones of the settings only, deletes nothing, and marks what is its own by the cluster', () => {
    const { values, args } = build({ zones: ['logo-solutions.fr', 'example.org'] });
    expect(values('provider')).toEqual(['cloudflare']);
    expect(values('domain-filter')).toEqual(['logo-solutions.fr', 'example.org']);
    expect(values('policy')).toEqual(['upsert-only']);
    expect([values('registry'), values('txt-owner-id')]).toEqual([['txt'], ['mono']]);
    // with a dot at the end the mark of a zone's own record lies in that zone
    expect(values('txt-prefix')).toEqual([expect.stringMatching(/%\{record_type\}.*\.$/)]);
    expect(args).toContain('--no-cloudflare-proxied');
    expect(values('zone-id-filter')).toEqual([]);
  });

  test('takes all that can be said', () => {
    const id = '023e105f4ecef8ad9ca31a8372d0c353';
    const { values, args, container } = build(
      { zoneIds: [id], proxied: true, policy: 'sync', owner: 'other', cpu: '20m', memory: '96Mi' },
      { trustedProxies: ['cloudflare'] },
    );
    expect(values('zone-id-filter')).toEqual([id]);
    expect(args).toContain('--cloudflare-proxied');
    expect([values('policy'), values('txt-owner-id')]).toEqual([['sync'], ['other']]);
    expect(container.resources).toEqual({
      requests: { cpu: '20m', memory: '96Mi' },
      limits: { memory: '96Mi' },
    });
  });

  test('[EDGE-01] every published host leads to the addresses of the settings; the challenges of an authority do not', () => {
    const { all, values } = build({ addresses: ['203.0.113.10', '2001:db8::10'] });
    const ingresses = all.filter(({ kind }) => kind === 'Ingress');
    expect(ingresses.length).toBeGreaterThan(0);
    const [filter = ''] = values('annotation-filter');
    for (const { metadata, spec } of ingresses) {
      expect(metadata.annotations[filter]).toBe('203.0.113.10,2001:db8::10');
      expect(values('ingress-class')).toEqual([spec.ingressClassName]);
    }
    const without = renderCluster(mono!.settings).objects.map(({ object }) => object) as any[];
    const plain = without
      .filter(({ kind }) => kind === 'Ingress')
      .flatMap(({ metadata }) => Object.keys(metadata.annotations));
    expect(plain.filter((key) => key.startsWith('external-dns'))).toEqual([]);
  });

  test('its token is a file of a Secret that it declares, for this one purpose', () => {
    const { container, pod, declarations } = build();
    const { value } = container.env.find(({ name }: any) => name === 'CF_API_TOKEN');
    const [, folder, key] = /^file:(.*)\/([^/]+)$/.exec(value) ?? [];
    const { name } = container.volumeMounts.find(({ mountPath }: any) => mountPath === folder);
    const volume = pod.volumes.find((one: any) => one.name === name);
    const secret = declarations.secrets.find(
      (one) => one.namespace === 'external-dns' && one.name === volume.secret.secretName,
    );
    expect(Object.keys(secret?.keys ?? {})).toEqual([key]);
    expect(secret?.keys[key!]).toMatchObject({
      kind: 'provided',
      description: expect.stringContaining('logo-solutions.fr'),
    });
  });

  test('[SEC-02] reads Ingresses and nothing else, and reaches the API server, the internet over TLS, and names', () => {
    const { find, declarations } = build();
    expect(find('ClusterRole').rules).toEqual([
      { apiGroups: ['networking.k8s.io'], resources: ['ingresses'], verbs: ['get', 'watch', 'list'] },
    ]);
    const targets = declarations.flows
      .filter(({ from }) => from.kind === 'pods' && from.namespace === 'external-dns')
      .map(({ to, ports }) => `${to.name} ${ports.map(({ port }) => port).join(' ')}`);
    expect(targets).toEqual(['api-server 443', 'api-server-nodes 6443', 'internet 443', 'cluster-dns 53 53']);
  });

  test('two of it never run at once: it elects no leader', () => {
    const { deployment } = build();
    expect([deployment.replicas, deployment.strategy.type]).toEqual([1, 'Recreate']);
  });

  test('visitors who come through Cloudflare have to be told apart', () => {
    const [only, ...more] = mistakes({ proxied: true });
    expect(only).toMatch(/^components\.external-dns\.proxied: .* all share the limit of one$/);
    expect(more).toEqual([]);
    expect(mistakes({ proxied: true }, { trustedProxies: ['cloudflare'] })).toEqual([]);
  });

  test('an ID is missing, an address is none, the ingress controller is off: each is told', () => {
    const on = (more: string, beside = '') =>
      problemsOnOneNode(`{ external-dns: { zones: [example.com, example.org], ${more} }${beside} }`);
    expect(on('addresses: [203.0.113.10], zoneIds: [023e105f4ecef8ad9ca31a8372d0c353]')).toEqual([
      'components.external-dns.zoneIds: there are 1 IDs for 2 zones, and a zone without one would be left alone',
    ]);
    expect(on('addresses: [203.0.113.10/32]')).toEqual([
      'components.external-dns.addresses.0: "203.0.113.10/32" is not an address',
    ]);
    expect(on('addresses: [203.0.113.10], zoneIds: [short]')[0]).toMatch(/is not the ID of a zone/);
    const settings = settingsWith({});
    settings.components.traefik.enabled = false;
    expect(() => renderCluster(settings)).toThrow(SettingsError);
  });
});
