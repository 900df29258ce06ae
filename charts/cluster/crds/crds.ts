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
    this.kustomization = kustomizationOf(
      CRD_SOURCES.flatMap((source) =>
        source.files
          .filter((file) => wanted.has(source.component) || file.kinds.some((kind) => kinds.has(kind)))
          .map((file) => rawUrl(source, file)),
      ),
    );
  }
}

const kustomizationOf = (resources: readonly string[]) => ({
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
  ],
});
