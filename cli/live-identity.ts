import { StrataError } from '../charts/core/errors';
import type { KubeObject } from '../charts/core/objects';
import type { RenderedObject } from '../charts/core/render';
import type { LiveCluster } from './live-cluster';

/**
 * The cluster's recorded identity is the source of its root Application: which folder of which repository it follows. Throws a StrataError
 * where that is another cluster's, or where nothing is recorded.
 */
export async function identify(
  live: LiveCluster,
  name: string,
  objects: readonly RenderedObject[],
): Promise<string> {
  const root = objects.find(({ object }) => object.kind === 'Application' && object.metadata.name === 'root');
  if (!root) throw new StrataError(name, 'renders no root Application', 'Mend argocd/root.ts');
  const wanted = sourceOf(root.object);
  const found = await live.get(root.object);
  if (!found)
    throw new StrataError(
      live.name,
      'it has no Application argocd/root, so nothing says which cluster it is, and nothing was done',
      `Name the context of ${name}, or bring the cluster up as argocd/README.md says`,
    );
  const recorded = sourceOf(found);
  if (recorded === wanted) return `follows ${recorded}`;
  throw new StrataError(
    live.name,
    `it follows ${recorded}, and the settings say ${wanted}: it is not the cluster ${name}, and nothing was done`,
    `Name the context of ${name}; where the repository has moved, apply argocd/bootstrap/${name} first`,
  );
}

/** `dist/mono/root of https://…` */
function sourceOf({ spec }: KubeObject): string {
  const { path, repoURL } = (spec as { source?: { path?: string; repoURL?: string } }).source ?? {};
  return `${path ?? 'nothing'} of ${repoURL ?? 'no repository'}`;
}
