import type { RenderedKustomization, RenderedObject } from '../charts/core/render';

/** The Application that brings all others. */
const ROOT_APPLICATION = 'root/application-root.yaml';

/**
 * What a person applies once, dist/<cluster>/kustomization.yaml: Argo CD with its namespace, the projects and the root Application. The
 * root then brings everything, Argo CD included.
 */
export const bootstrap = (objects: readonly RenderedObject[]): RenderedKustomization => ({
  file: 'kustomization.yaml',
  component: undefined,
  content: {
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    resources: bootstrapFiles(objects),
  },
});

function bootstrapFiles(objects: readonly RenderedObject[]): string[] {
  const inArgocd = ({ object, component }: RenderedObject): boolean =>
    component === 'argocd' ||
    (component === 'namespaces' && (object.metadata.namespace ?? object.metadata.name) === 'argocd');
  const isEntry = ({ object, file }: RenderedObject): boolean =>
    object.kind === 'AppProject' || file === ROOT_APPLICATION;
  return objects
    .filter((rendered) => inArgocd(rendered) || isEntry(rendered))
    .map(({ file }) => file)
    .sort();
}
