import { toYaml, manifestYaml, type Json } from '../charts/core/yaml';
import { bootstrapFiles } from '../argocd/bootstrap';
import { generatedHeader, type RenderedFile } from './dist';
import type { RenderedCluster } from './pipeline';

/** The files of dist/<cluster>/: one per object, and the kustomizations. The first line of each names the source to edit. */
export function filesOf({ objects, declarations }: RenderedCluster): RenderedFile[] {
  const sources = new Map(declarations.components.map(({ id, source }) => [id, source]));
  const manifests = objects.map(({ object, file, component }) => ({
    path: file,
    content: generatedHeader(sources.get(component) ?? component) + manifestYaml(object),
  }));
  const kustomizations = declarations.components.flatMap(({ id, source, kustomization }) =>
    kustomization
      ? [
          {
            path: `${id}/kustomization.yaml`,
            content: generatedHeader(source) + toYaml(kustomization as Json),
          },
        ]
      : [],
  );
  const bootstrap = {
    path: 'kustomization.yaml',
    content:
      generatedHeader('argocd/bootstrap.ts') +
      toYaml({
        apiVersion: 'kustomize.config.k8s.io/v1beta1',
        kind: 'Kustomization',
        resources: bootstrapFiles(objects),
      }),
  };
  return [...manifests, ...kustomizations, bootstrap];
}
