import { NEW_CLUSTERS } from './new-clusters';
import { ProgrammeError } from './report';

/** What a run looks at. */
export interface Choice {
  /** Clusters that are rendered in this repository. */
  readonly rendered: readonly string[];
  /** Clusters that the run makes. */
  readonly made: readonly string[];
}

interface Options {
  /** Folder of rendered clusters, for messages. */
  readonly dist: string;
  readonly gitops: boolean;
}

/**
 * The named clusters; where none is named, all that are rendered and the usual ones of those that a run makes. Throws a ProgrammeError where
 * that is nothing.
 *
 * @param rendered names of all rendered clusters
 */
export function choose(
  rendered: readonly string[],
  named: readonly string[],
  { dist, gitops }: Options,
): Choice {
  if (!rendered.length) throw new ProgrammeError(`${dist} holds no cluster. Render them: npm run synth`);
  const makeable = [...NEW_CLUSTERS.keys()];
  const unknown = named.filter((name) => ![...rendered, ...makeable].includes(name));
  if (unknown.length)
    throw new ProgrammeError(
      `${dist} has no ${unknown.join(', ')}, only ${rendered.join(', ')}; a run can make ${makeable.join(', ')}`,
    );
  if (!named.length) return { rendered: [...rendered].sort(), made: gitops ? usual() : [] };
  const made = named.filter((name) => !rendered.includes(name));
  if (made.length && !gitops)
    throw new ProgrammeError(
      `Nothing is asserted of ${made.join(', ')} without Argo CD: leave --no-gitops out`,
    );
  return { rendered: named.filter((name) => rendered.includes(name)), made };
}

const usual = (): string[] => [...NEW_CLUSTERS].filter(([, { isUsual }]) => isUsual).map(([name]) => name);
