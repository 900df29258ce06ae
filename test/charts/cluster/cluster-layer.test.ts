import { parse } from 'yaml';
import { renderCluster } from '../../../cli/pipeline';
import { loadClusters } from '../../../cli/load';
import { CRD_SOURCES, rawUrl } from '../../../imports/crds';
import { allImages } from '../../../imports/images';

const { clusters } = loadClusters('clusters');
const settingsOf = (name: string) => clusters.find((cluster) => cluster.name === name)!.settings;

const render = (name: string, change: object = {}) => renderCluster({ ...settingsOf(name), ...change });
const namespaces = (name: string) =>
  render(name)
    .objects.filter(({ file }) => /^(platform-namespaces|environment-[^/]*)\//.test(file))
    .filter(({ object }) => object.metadata.name !== 'acme-solver')
    .map(({ object }) => object);
const definitions = ({ kustomizations }: ReturnType<typeof render>) =>
  kustomizations.find(({ component }) => component === 'crds')!.content as {
    resources: string[];
    patches: { target: object; patch: string }[];
  };

describe('environment and platform-namespaces', () => {
  const PLATFORM = ['argocd', 'cert-manager', 'drills', 'ingress', 'longhorn-system'];
  test.each([
    ['mono', [...PLATFORM, 'integration', 'observability', 'prod', 'recette']],
    [
      'staging',
      [
        ...PLATFORM,
        'cnpg-system',
        'kyverno',
        'metrics-server',
        'node-agents',
        'viridial-monitoring',
        'viridial-staging',
      ],
    ],
  ])('[K8S-01] those of %s are there, with their labels', (name, expected) => {
    const found = namespaces(name).filter(({ kind }) => kind === 'Namespace');
    expect(found.map(({ metadata }) => metadata.name).sort()).toEqual([...expected].sort());
    for (const { metadata } of found) {
      expect(metadata.labels).toMatchObject({
        environment: expect.stringMatching(/^(dev|staging|prod|platform|monitoring)$/),
      });
    }
  });

  test('[SEC-01] all but those of the ingress controller and of the volumes enforce the level restricted', () => {
    const levels = namespaces('mono')
      .filter(({ kind }) => kind === 'Namespace')
      .map(
        ({ metadata }) => [metadata.name, metadata.labels!['pod-security.kubernetes.io/enforce']] as const,
      );
    expect(levels.filter(([, level]) => level !== 'restricted').sort()).toEqual([
      ['ingress', 'privileged'],
      ['longhorn-system', 'privileged'],
    ]);
  });

  test('[K8S-02] [SEC-02] each has a quota, default limits, and a policy that denies both directions', () => {
    const objects = namespaces('mono');
    for (const { metadata } of objects.filter(({ kind }) => kind === 'Namespace')) {
      const inside = objects.filter((object) => object.metadata.namespace === metadata.name);
      expect(inside.map(({ kind }) => kind).sort()).toEqual(['LimitRange', 'NetworkPolicy', 'ResourceQuota']);
      const policy = inside.find(({ kind }) => kind === 'NetworkPolicy')!;
      expect(policy['spec']).toEqual({ podSelector: {}, policyTypes: ['Ingress', 'Egress'] });
    }
  });

  test('what belongs to an environment lies in its folder, and nothing of it elsewhere', () => {
    const { objects } = render('mono');
    const files = objects.map(({ file }) => file).filter((file) => file.startsWith('environment-recette/'));
    expect(files.sort()).toEqual(
      [
        'limitrange-limits',
        'namespace-recette',
        'networkpolicy-acme-solver',
        'networkpolicy-default-deny',
        'resourcequota-quota',
      ].map((name) => `environment-recette/${name}.yaml`),
    );
    const strangers = objects.filter(
      ({ object, file }) =>
        (object.metadata.namespace ?? object.metadata.name) === 'recette' &&
        !file.split('/')[0]!.endsWith('-recette'),
    );
    expect(strangers.map(({ file }) => file)).toEqual([]);
  });

  test('an environment comes before all that lies in it, and waits for nothing', () => {
    const { components } = render('mono').declarations;
    const inside = components.filter(({ namespace, name }) => namespace === 'prod' && name !== 'environment');
    expect(inside.length).toBeGreaterThan(4);
    for (const { dependencies } of inside) expect(dependencies).toContain('environment-prod');
    expect(components.find(({ id }) => id === 'environment-prod')).toMatchObject({
      wave: 0,
      dependencies: [],
    });
  });

  test('the quota of an environment is that of the settings, else that of the profile', () => {
    const quotaOf = (name: string): any =>
      namespaces('mono').find(
        ({ kind, metadata }) => kind === 'ResourceQuota' && metadata.namespace === name,
      )!['spec'];
    expect(quotaOf('prod').hard['requests.storage']).toBe('80Gi');
    expect(quotaOf('integration').hard['requests.storage']).toBe('100Gi');
  });

  test('[GITOPS-03] no sync takes a namespace away, nor what limits it', () => {
    for (const { metadata } of namespaces('mono')) {
      expect(metadata.annotations!['argocd.argoproj.io/sync-options']).toBe('Prune=false,Delete=false');
    }
  });
});

describe('crds: the custom resource definitions', () => {
  const { resources: urls, patches } = definitions(render('mono'));

  test('[SYNTH-04] files of the lock are named, at a commit', () => {
    const files = CRD_SOURCES.flatMap(({ files: list }) => list);
    const known = CRD_SOURCES.flatMap((source) => source.files.map((file) => rawUrl(source, file)));
    expect(urls.filter((url) => !known.includes(url))).toEqual([]);
    for (const url of urls)
      expect(url).toMatch(
        /^https:\/\/raw\.githubusercontent\.com\/[\w.-]+\/[\w.-]+\/[0-9a-f]{40}\/\S+\.ya?ml$/,
      );
    expect(files.filter(({ sha256 }) => !/^[0-9a-f]{64}$/.test(sha256))).toEqual([]);
  });

  test('a cluster has those of the components that are on and of the kinds in use, and no others', () => {
    const { components, ...settings } = settingsOf('mono');
    const off = { enabled: false } as const;
    const bare = definitions(
      render('mono', {
        components: { ...components, traefik: off, 'cert-manager': off },
        environments: settings.environments.map((one) => ({ ...one, components: {} })),
      }),
    ).resources;
    const of = (list: readonly string[], project: string) =>
      list.filter((url) => url.includes(project)).length;
    for (const project of ['traefik/traefik', 'cert-manager/cert-manager']) {
      expect(of(urls, project)).toBeGreaterThan(0);
      expect(of(bare, project)).toBe(0);
    }
    // monitors and rules are used, the operator's own kinds are not
    expect(of(urls, '_servicemonitors.yaml')).toBe(1);
    expect(of(urls, '_prometheuses.yaml')).toBe(0);
  });

  /** The image of the program that serves the definitions of each source. */
  const PROGRAMS: Readonly<Record<string, string>> = {
    'argo-cd': 'argocd',
    'argo-rollouts': 'argo-rollouts',
    'barman-cloud': 'barman-cloud',
    'cert-manager': 'cert-manager-controller',
    'cloudnative-pg': 'cloudnative-pg',
    kyverno: 'kyverno',
    longhorn: 'longhorn-manager',
    'prometheus-operator': 'prometheus-operator',
    traefik: 'traefik',
  };
  /** Definitions of another version than the program: imports/crds.yaml says why, and what is the same. */
  const APART = ['barman-cloud: v0.14.0 for v0.15.0', 'prometheus-operator: v0.93.0 for v0.93.1'];

  test('a component and its definitions are of one version, but for those whose files are the same', () => {
    const tagOf = (component: string) =>
      allImages()
        .find(({ name }) => name === PROGRAMS[component])
        ?.tag.replace(/^v?/, 'v');
    expect(
      CRD_SOURCES.filter(({ component, version }) => version !== tagOf(component)).map(
        ({ component, version }) => `${component}: ${version} for ${tagOf(component)}`,
      ),
    ).toEqual(APART);
  });

  test('a definition that goes would take its objects along: none is pruned', () => {
    const [{ target, patch }] = patches as [{ target: object; patch: string }];
    expect(target).toEqual({ kind: 'CustomResourceDefinition' });
    expect(parse(patch).metadata.annotations).toEqual({
      'argocd.argoproj.io/sync-options': 'Prune=false,Delete=false',
    });
  });
});
