import { CRD_SOURCES, rawUrl } from '../../../imports/crds';
import type { Cluster } from '../../core/cluster';
import { Component } from '../../core/component';
import { KEEP } from '../../core/workload';
import { toYaml } from '../../core/yaml';
import { crds } from './definition';

const CRD = 'CustomResourceDefinition';

/**
 * CustomResourceDefinitions, upstream's own bytes: a kustomization that names each file at its commit (imports/crds.yaml). Argo CD
 * applies it server-side, since the largest are beyond what a client-side apply can annotate.
 */
export class Crds extends Component {
  override readonly kustomization;

  /** @param wanted rows of the lock that are wanted whole; of others, the files with one of `kinds` (`<group>/<Kind>`) */
  constructor(cluster: Cluster, wanted: ReadonlySet<string>, kinds: ReadonlySet<string>) {
    super(cluster, { definition: crds, namespace: 'default' });
    const named = CRD_SOURCES.flatMap((source) =>
      source.files
        .filter((file) => wanted.has(source.component) || file.kinds.some((kind) => kinds.has(kind)))
        .map((file) => ({ url: rawUrl(source, file), others: file.otherKinds ?? [] })),
    );
    this.kustomization = kustomizationOf(
      named.map(({ url }) => url),
      [...new Set(named.flatMap(({ others }) => others))].sort(),
    );
  }
}

/** @param others kinds that some of the files hold beside their definitions */
const kustomizationOf = (resources: readonly string[], others: readonly string[]) => ({
  apiVersion: 'kustomize.config.k8s.io/v1beta1',
  kind: 'Kustomization',
  resources: [...resources],
  // a CRD that goes takes all its objects with it. commonAnnotations says the same, and looks for templates in megabytes of schemas: Argo CD
  // would render for half as long again, after each commit
  patches: [
    {
      target: { kind: CRD },
      // kustomize wants a name, and patches what the target names
      patch: toYaml({
        apiVersion: 'apiextensions.k8s.io/v1',
        kind: CRD,
        metadata: { name: 'each', annotations: { ...KEEP } },
      }),
    },
    ...(others.length ? [leftOut(others)] : []),
  ],
});

/** The other objects of upstream's files are rendered by their own components, or not at all. The target's kind is a regular expression. */
const leftOut = (kinds: readonly string[]) => ({
  target: { kind: kinds.join('|') },
  patch: toYaml({ $patch: 'delete', apiVersion: 'v1', kind: 'Each', metadata: { name: 'each' } }),
});
