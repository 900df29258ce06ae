import { CRD_SOURCES, rawUrl } from '../../../imports/crds';
import type { Cluster } from '../../core/cluster';
import { Component } from '../../core/component';
import { KEEP } from '../../core/workload';
import { toYaml } from '../../core/yaml';

const CRD = 'CustomResourceDefinition';

/**
 * CustomResourceDefinitions, upstream's own bytes: a kustomization that names each file at its commit (imports/crds.yaml). Argo CD
 * applies it server-side, since the largest are beyond what a client-side apply can annotate.
 */
export class Crds extends Component {
  override readonly kustomization = {
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    resources: CRD_SOURCES.flatMap((source) => source.files.map((file) => rawUrl(source, file))),
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
  };

  constructor(cluster: Cluster) {
    super(cluster, {
      name: 'crds',
      layer: 'cluster',
      namespace: 'default',
      description: 'CustomResourceDefinitions at pinned upstream commits',
    });
  }
}
