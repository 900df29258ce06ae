import { CLASSES, count, TITLES, type ChangeClass, type Line } from './line';
import { countsOf, type ClusterReview } from './review';

/** Lines of one class that a terminal shows before the rest is counted. */
const MOST = 25;

/** `StatefulSet prod/postgresql spec.replicas: 1 → 2` */
export function subject({ object, field, old, new: wanted }: Line): string {
  const place = field ? `${object} ${field}` : object;
  const values = valuesText(old, wanted);
  return values ? `${place}: ${values}` : place;
}

export function valuesText(old: string | undefined, wanted: string | undefined): string {
  if (old !== undefined && wanted !== undefined) return `${old} → ${wanted}`;
  if (wanted !== undefined) return wanted;
  return old === undefined ? '' : `${old} → nothing`;
}

/** `the API server refuses it. Put the field back.` */
export const sentence = ({ consequence, remedy }: Line): string =>
  remedy === undefined ? consequence : `${consequence}. ${remedy}`;

/** `1 will fail, 2 data at risk`, of the classes that have lines. */
export function summary(lines: readonly Line[]): string {
  const counts = countsOf(lines);
  return CLASSES.filter((name) => counts[name] && name !== 'cause')
    .map((name) => `${counts[name]} ${TITLES[name].toLowerCase()}`)
    .join(', ');
}

/** `5 of 327 objects change` */
export const sizeText = ({ changes, objects }: ClusterReview): string =>
  `${changes.length} of ${count(objects, 'object')} ${changes.length === 1 ? 'changes' : 'change'}`;

export const isUnchanged = ({ changes, settings, lines }: ClusterReview): boolean =>
  changes.length === 0 && settings.length === 0 && lines.length === 0;

/** A review for a terminal: cluster by cluster, the worst first. */
export function toText(clusters: readonly ClusterReview[], base: string): string {
  const blocks = clusters.map((review) => {
    if (isUnchanged(review)) return `${review.cluster}  no change\n`;
    const head = `${review.cluster}  ${[sizeText(review), summary(review.lines)].filter(Boolean).join('  ')}\n`;
    return (
      head +
      CLASSES.map((name) =>
        classText(
          name,
          review.lines.filter((line) => line.class === name),
        ),
      ).join('')
    );
  });
  return `compared with ${base.slice(0, 12)}\n\n${blocks.join('\n')}`;
}

function classText(name: ChangeClass, lines: readonly Line[]): string {
  if (!lines.length) return '';
  const shown = lines.slice(0, MOST).map((line) => `  ${subject(line)}\n    ${sentence(line)}\n`);
  const more = lines.length > MOST ? `  and ${lines.length - MOST} more: --output json has all\n` : '';
  return `\n${TITLES[name]}\n${shown.join('')}${more}`;
}
