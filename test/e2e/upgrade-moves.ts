import type { KubeObject } from '../../charts/core/objects';
import type { Manifest } from './manifests';

// What becomes of an object that another Application brings than before. Pure, so that it can be shown moves that go wrong.

export const SYNC_OPTIONS = 'argocd.argoproj.io/sync-options';

/** An object as it was, and the components that it moves from and to. */
export interface Move {
  readonly manifest: Manifest;
  readonly from: string;
  readonly to: string;
}

export const componentOf = ({ file }: Pick<Manifest, 'file'>): string => file.split('/', 1)[0] ?? '';

export const hasOption = ({ metadata }: KubeObject, option: string): boolean =>
  (metadata.annotations?.[SYNC_OPTIONS] ?? '')
    .split(',')
    .map((text) => text.trim())
    .includes(option);

/** @param keyOf what makes two manifests the same object */
export function movesOf(
  before: readonly Manifest[],
  after: readonly Manifest[],
  keyOf: (object: KubeObject) => string,
): Move[] {
  const now = new Map(after.map((manifest) => [keyOf(manifest.object), componentOf(manifest)]));
  return before.flatMap((manifest) => {
    const [from, to] = [componentOf(manifest), now.get(keyOf(manifest.object))];
    return to === undefined || to === from ? [] : [{ manifest, from, to }];
  });
}

/**
 * What is away for a moment: an Application that stays looks at git by itself, and prunes what it no longer finds before the root has brought the
 * new owner. One whose folder is gone compares nothing and prunes nothing, and goes itself when all others are Synced.
 */
export const prunedMoves = (moves: readonly Move[], after: readonly Manifest[]): Manifest[] => {
  const staying = new Set(after.map(componentOf));
  return moves
    .filter(({ manifest, from }) => staying.has(from) && !hasOption(manifest.object, 'Prune=false'))
    .map(({ manifest }) => manifest);
};

/** An Application with FailOnSharedResource syncs nothing while another one owns any of its objects. */
export function refusedMoves(moves: readonly Move[], after: readonly Manifest[]): string[] {
  const pruned = new Set(prunedMoves(moves, after));
  const refusing = new Set(
    after
      .map(({ object }) => object)
      .filter(
        ({ kind, spec }) => kind === 'Application' && optionsOf(spec).includes('FailOnSharedResource=true'),
      )
      .map(({ metadata }) => metadata.name),
  );
  return moves
    .filter(({ manifest, to }) => !pruned.has(manifest) && refusing.has(to))
    .map(
      ({ manifest: { object, file }, from, to }) =>
        `${file}: ${object.kind} ${object.metadata.name}: Application ${to} refuses what Application ${from} still owns`,
    );
}

const optionsOf = (spec: unknown): readonly string[] =>
  (spec as { syncPolicy?: { syncOptions?: readonly string[] } } | undefined)?.syncPolicy?.syncOptions ?? [];
