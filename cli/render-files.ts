import { toYaml, manifestYaml, type Json } from '../charts/core/yaml';
import { generatedHeader, type RenderedFile } from './dist';
import type { RenderedCluster } from './pipeline';

/** The source of what no component renders. */
const BOOTSTRAP = 'argocd/bootstrap.ts';

/** argocd/bootstrap/<cluster>/kustomization.yaml: the entry that a person applies, see argocd/README.md. */
export const bootstrapEntry = (cluster: string): RenderedFile => ({
  path: 'kustomization.yaml',
  content:
    generatedHeader(BOOTSTRAP) +
    toYaml({
      apiVersion: 'kustomize.config.k8s.io/v1beta1',
      kind: 'Kustomization',
      resources: [`../../../dist/${cluster}`],
    }),
});

/**
 * The files of dist/<cluster>/: one per object, and the kustomizations. The first line of each names the source to edit. Their text is
 * made each time that it is asked for, and not kept: all of it together is several times the size of the objects.
 */
export function filesOf({ objects, kustomizations, declarations }: RenderedCluster): RenderedFile[] {
  const sources = new Map(declarations.components.map(({ id, source }) => [id, source]));
  const header = (component: string | undefined): string =>
    generatedHeader(component === undefined ? BOOTSTRAP : (sources.get(component) ?? component));
  return [
    ...objects.map(({ object, file, component }) => ({
      path: file,
      get content() {
        return header(component) + manifestYaml(object);
      },
    })),
    ...kustomizations.map(({ content, file, component }) => ({
      path: file,
      get content() {
        return header(component) + toYaml(content as Json);
      },
    })),
  ];
}
