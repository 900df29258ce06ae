import { parse } from 'yaml';
import { Crds } from '../../../charts/cluster/crds/crds';
import { Namespaces } from '../../../charts/cluster/namespaces/namespaces';
import { Cluster } from '../../../charts/core/cluster';
import { objectsOf } from '../../../charts/core/render';
import { loadClusters } from '../../../settings/load';
import { CRD_SOURCES } from '../../../imports/crds';
import { allImages } from '../../../imports/images';

const { clusters } = loadClusters('clusters');
const settingsOf = (name: string) => clusters.find((cluster) => cluster.name === name)!.settings;

const namespaces = (name: string) =>
  objectsOf([new Namespaces(new Cluster(settingsOf(name)))]).map(({ object }) => object);

describe('namespaces', () => {
  test.each([
    [
      'mono',
      ['argocd', 'cert-manager', 'drills', 'ingress', 'integration', 'observability', 'prod', 'recette'],
    ],
    ['staging', ['argocd', 'cert-manager', 'drills', 'ingress', 'viridial-monitoring', 'viridial-staging']],
  ])('[K8S-01] those of %s are there, with their labels', (name, expected) => {
    const found = namespaces(name).filter(({ kind }) => kind === 'Namespace');
    expect(found.map(({ metadata }) => metadata.name).sort()).toEqual(expected);
    for (const { metadata } of found) {
      expect(metadata.labels).toMatchObject({
        environment: expect.stringMatching(/^(dev|staging|prod|platform|monitoring)$/),
      });
    }
  });

  test('[SEC-01] all but that of the ingress controller enforce the level restricted', () => {
    const levels = namespaces('mono')
      .filter(({ kind }) => kind === 'Namespace')
      .map(
        ({ metadata }) => [metadata.name, metadata.labels!['pod-security.kubernetes.io/enforce']] as const,
      );
    expect(levels.filter(([, level]) => level !== 'restricted')).toEqual([['ingress', 'privileged']]);
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

  test('the quota of an environment is that of the settings, else that of the profile', () => {
    const quotaOf = (name: string): any =>
      namespaces('mono').find(
        ({ kind, metadata }) => kind === 'ResourceQuota' && metadata.namespace === name,
      )!['spec'];
    expect(quotaOf('prod').hard['requests.storage']).toBe('80Gi');
    expect(quotaOf('integration').hard['requests.storage']).toBe('20Gi');
  });

  test('[GITOPS-03] no sync takes a namespace away', () => {
    for (const { metadata } of namespaces('mono').filter(({ kind }) => kind === 'Namespace')) {
      expect(metadata.annotations!['argocd.argoproj.io/sync-options']).toBe('Prune=false,Delete=false');
    }
  });
});

describe('custom resource definitions', () => {
  const { kustomization } = new Crds(new Cluster(settingsOf('mono')));
  const urls = kustomization.resources;

  test('[SYNTH-04] every file of the lock is named, at a commit, and nothing else', () => {
    const files = CRD_SOURCES.flatMap(({ files: list }) => list);
    expect(urls).toHaveLength(files.length);
    for (const url of urls)
      expect(url).toMatch(
        /^https:\/\/raw\.githubusercontent\.com\/[\w.-]+\/[\w.-]+\/[0-9a-f]{40}\/\S+\.ya?ml$/,
      );
    expect(files.filter(({ sha256 }) => !/^[0-9a-f]{64}$/.test(sha256))).toEqual([]);
  });

  test('a component and its definitions are of one version', () => {
    const image = (name: string) => allImages().find((row) => row.name === name)!.tag;
    const versions = Object.fromEntries(CRD_SOURCES.map(({ component, version }) => [component, version]));
    expect(versions).toMatchObject({
      'argo-cd': image('argocd'),
      'cert-manager': image('cert-manager-controller'),
      traefik: image('traefik'),
    });
  });

  test('a definition that goes would take its objects along: none is pruned', () => {
    const [{ target, patch }] = kustomization.patches as [{ target: object; patch: string }];
    expect(target).toEqual({ kind: 'CustomResourceDefinition' });
    expect(parse(patch).metadata.annotations).toEqual({
      'argocd.argoproj.io/sync-options': 'Prune=false,Delete=false',
    });
  });
});
