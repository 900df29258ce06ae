import { CLASSES, TITLES, type ChangeClass, type Line } from './line';
import type { ClusterReview } from './review';
import { isUnchanged, sizeText, summary, valuesText } from './text';

/** Characters that GitHub takes in one comment. */
const GITHUB_LIMIT = 65_536;
/** What finds our own comment again among others. */
const MARKER = '<!-- strata diff -->';

/** Classes that are read without a click. */
const OPEN: readonly ChangeClass[] = ['fails', 'data', 'interrupts'];
/** Room for headings, folds and the note on what was left out. */
const RESERVE = 4000;

export interface MarkdownOptions {
  /** Where the page with all details lies. @default none */
  readonly link?: string;
  /** Characters at most. @default GitHub's limit */
  readonly limit?: number;
}

/** A review as one comment: the worst first, details folded, within the limit; what does not fit is counted. */
export function toMarkdown(
  clusters: readonly ClusterReview[],
  base: string,
  { link, limit = GITHUB_LIMIT }: MarkdownOptions = {},
): string {
  const changed = clusters.filter((review) => !isUnchanged(review));
  const page = link === undefined ? '' : `\n\n[The page with every object side by side](${link})`;
  const head = `${MARKER}\n## What this change does to the clusters\n\nCompared with \`${base.slice(0, 12)}\`, as rendered in \`dist/\`.${page}\n`;
  if (!changed.length) return `${head}\nNo change.\n`;
  const sizes = changed.map(
    (review) =>
      `- **${escape(review.cluster)}**: ${[sizeText(review), summary(review.lines)].filter(Boolean).join(' · ')}`,
  );
  const lines = changed.flatMap((review) => review.lines);
  const several = changed.length > 1;
  const items = CLASSES.flatMap((name) => lines.filter((line) => line.class === name)).map((line) => ({
    name: line.class,
    text: item(line, several),
  }));
  const body = fitting(items, limit - RESERVE - head.length - sizes.join('\n').length);
  const sections = CLASSES.map((name) =>
    section(
      name,
      body.filter((one) => one.name === name).map(({ text }) => text),
      items.filter((one) => one.name === name).length,
    ),
  );
  return [head, sizes.join('\n'), '\n', ...sections].join('\n');
}

interface Item {
  readonly name: ChangeClass;
  readonly text: string;
}

/** The first items that fit: they are in order of danger. */
function fitting(items: readonly Item[], room: number): readonly Item[] {
  let used = 0;
  const place = items.findIndex(({ text }) => {
    used += text.length + 1;
    return used > room;
  });
  return place < 0 ? items : items.slice(0, place);
}

function section(name: ChangeClass, texts: readonly string[], total: number): string {
  if (!total) return '';
  const left = total - texts.length;
  const more = left ? [`- and ${left} more, which did not fit: \`npx strata diff\` shows them`] : [];
  const list = [...texts, ...more].join('\n');
  const title = `${TITLES[name]} (${total})`;
  if (OPEN.includes(name)) return `### ${title}\n\n${list}\n`;
  return `<details><summary><b>${title}</b></summary>\n\n${list}\n\n</details>\n`;
}

function item(line: Line, several: boolean): string {
  const where = several ? ` in ${escape(line.cluster)}` : '';
  const field = line.field ? ` ${code(line.field)}` : '';
  const values = valuesText(line.old, line.new);
  const remedy = line.remedy === undefined ? '' : ` *${escape(line.remedy)}.*`;
  return `- **${escape(line.object)}**${where}${field}${values ? `: ${code(values)}` : ''}<br>${escape(line.consequence)}.${remedy}`;
}

/** Text that Markdown and HTML leave as it is, and that calls nobody. */
const escape = (text: string): string =>
  text
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/[\\`*_[\]#|~!]/g, (sign) => `\\${sign}`)
    .replace(/@/g, '@\u200b')
    .replace(/\s*\n\s*/g, ' ');

/** A code span that holds any text: its fence is longer than any row of backticks inside. */
function code(text: string): string {
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map(([row]) => row.length));
  const fence = '`'.repeat(longest + 1);
  const pad = longest ? ' ' : '';
  return `${fence}${pad}${text.replace(/\s*\n\s*/g, ' ')}${pad}${fence}`;
}
