import { CRD_SOURCES, rawUrl } from '../../imports/crds';
import type { Cluster } from '../core/cluster';
import { Component } from '../core/component';
import { KEEP } from '../core/workload';

/**
 * CustomResourceDefinitions, upstream's own bytes: a kustomization that names each file at its commit (imports/crds.yaml). Argo CD
 * applies it server-side, since the largest are beyond what a client-side apply can annotate.
 */
export class Crds extends Component {
  override readonly kustomization = {
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    // a CRD that goes takes all its objects with it
    commonAnnotations: { ...KEEP },
    resources: CRD_SOURCES.flatMap((source) => source.files.map((file) => rawUrl(source, file))),
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
