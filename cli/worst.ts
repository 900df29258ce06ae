import { StrataError } from '../charts/core/errors';
import { inOrder, TITLES, type Line } from '../diff/line';
import { subject } from '../diff/text';
import { diff } from './diff';

/** Lines that follow a render. */
const MOST = 3;
/** Characters of one of them. */
const SHOWN = 200;

/**
 * The worst that the rendered files do to running clusters against main, for the end of `strata synth`. Nothing where there is nothing bad, or
 * nothing to compare with: a render never fails for it.
 */
export function worstLines(root: string, clusters: readonly string[]): string[] {
  try {
    const lines = diff(root, { clusters })
      .clusters.flatMap((review) => review.lines)
      .filter(isBad)
      .sort(inOrder);
    if (!lines.length) return [];
    const more = lines.length > MOST ? `, and ${lines.length - MOST} more` : '';
    return [...lines.slice(0, MOST).map(worst), `against main${more}: npx strata diff says all`];
  } catch (error) {
    if (error instanceof StrataError) return [];
    throw error;
  }
}

/** What somebody may want to know before the commit. */
const isBad = ({ class: name, rank }: Line): boolean =>
  name === 'fails' ||
  name === 'data' ||
  ((name === 'interrupts' || name === 'access' || name === 'reach') && rank <= 3);

function worst(line: Line): string {
  const text = `${TITLES[line.class].toLowerCase()}: ${line.cluster} ${subject(line)}: ${line.consequence}`;
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
}
