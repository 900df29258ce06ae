import { platformNamespaces } from '../charts/cluster/platform-namespaces/definition';
import type { RenderedKustomization, RenderedObject } from '../charts/core/render';

/** The Application that brings all others, their projects among them. */
const ROOT_APPLICATION = 'root/application-root.yaml';

/**
 * What a person applies once, dist/<cluster>/kustomization.yaml: Argo CD with its namespace and the priority classes that its pods name, and the
 * root Application with its project. The root then brings everything, Argo CD included.
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
    (component === platformNamespaces.name &&
      (object.kind === 'PriorityClass' || (object.metadata.namespace ?? object.metadata.name) === 'argocd'));
  const root = objects.find(({ file }) => file === ROOT_APPLICATION)?.object['spec'] as
    { project?: string } | undefined;
  const isEntry = ({ object, file }: RenderedObject): boolean =>
    file === ROOT_APPLICATION || (object.kind === 'AppProject' && object.metadata.name === root?.project);
  return objects
    .filter((rendered) => inArgocd(rendered) || isEntry(rendered))
    .map(({ file }) => file)
    .sort();
}
