import { nameOf } from '../checks/core/workloads';
import type { ObjectChange } from './changes';
import { CLASSES, TITLES, type ChangeClass, type Line } from './line';
import { rowsOf, type PageRow } from './page-rows';
import { SCRIPT } from './page-script';
import { STYLE } from './page-style';
import { countsOf, type ClusterReview } from './review';
import { isUnchanged, sizeText, valuesText } from './text';

/** One object of the page, as its script reads it. */
interface PageObject {
  readonly rows: readonly PageRow[];
}

/**
 * A review as one self-contained page: the lines by class, then every changed object side by side. It loads nothing and sends nothing: its
 * Content-Security-Policy allows its own style and script by their hashes, and nothing else.
 *
 * @param hash SHA-256 of a text, in Base64
 */
export function toHtml(
  clusters: readonly ClusterReview[],
  base: string,
  hash: (text: string) => string,
): string {
  const changed = clusters.filter((review) => !isUnchanged(review));
  const objects = changed.flatMap((review) =>
    review.changes.map((change) => ({ cluster: review.cluster, change, lines: linesAbout(review, change) })),
  );
  const places = new Map(objects.map(({ cluster, change }, index) => [keyOf(cluster, change), index]));
  const data: PageObject[] = objects.map(({ change }) => ({ rows: rowsOf(change) }));
  const policy = [
    "default-src 'none'",
    `style-src 'sha256-${hash(STYLE)}'`,
    `script-src 'sha256-${hash(SCRIPT)}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escape(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>What this change does</title>
<style>${STYLE}</style>
</head>
<body>
<a class="skip" href="#lines">To the lines</a>
<header>
<h1>What this change does to the clusters</h1>
<p>Compared with <code>${escape(base.slice(0, 12))}</code>, as rendered in <code>dist/</code>.</p>
${changed.length ? `<ul class="sizes">${changed.map(sizeItem).join('')}</ul>` : '<p>No change.</p>'}
</header>
${changed.length ? controls(changed) : ''}
<main id="lines">
${CLASSES.map((name) => section(name, changed, places)).join('\n')}
${objects.length ? `<section aria-labelledby="objects"><h2 id="objects">Objects <span class="count">${objects.length}</span></h2>\n${objects.map(({ cluster, change, lines }, index) => objectItem(cluster, change, lines, index)).join('\n')}\n</section>` : ''}
</main>
<script type="application/json" id="data">${inScript(data)}</script>
<script>${SCRIPT}</script>
</body>
</html>
`;
}

const keyOf = (cluster: string, { file }: Pick<ObjectChange, 'file'>): string => `dist/${cluster}/${file}`;

const linesAbout = (review: ClusterReview, change: ObjectChange): readonly Line[] =>
  review.lines.filter(({ file }) => file === keyOf(review.cluster, change));

const sizeItem = (review: ClusterReview): string => {
  const counts = countsOf(review.lines);
  const chips = CLASSES.filter((name) => counts[name]).map(
    (name) => `<span class="chip ${name}">${counts[name]} ${escape(TITLES[name].toLowerCase())}</span>`,
  );
  return `<li><b>${escape(review.cluster)}</b> ${escape(sizeText(review))} ${chips.join(' ')}</li>`;
};

function controls(changed: readonly ClusterReview[]): string {
  const lines = changed.flatMap((review) => review.lines);
  const counts = countsOf(lines);
  const classes = CLASSES.filter((name) => counts[name]).map(
    (name) =>
      `<label class="chip ${name}"><input type="checkbox" name="class" value="${name}" checked> ${escape(TITLES[name])} ${counts[name]}</label>`,
  );
  const components = [
    ...new Set(changed.flatMap(({ changes }) => changes.map(({ component }) => component))),
  ];
  return `<search><form id="filter" autocomplete="off">
<label>Search <input type="search" id="text" placeholder="name, field, text" aria-keyshortcuts="/"></label>
${choice(
  'cluster',
  'Cluster',
  changed.map(({ cluster }) => cluster),
)}
${choice('component', 'Component', components.sort())}
<fieldset><legend>Classes</legend>${classes.join('')}</fieldset>
<output id="shown" aria-live="polite"></output>
<p class="keys"><kbd>/</kbd> search <kbd>j</kbd> <kbd>k</kbd> next, previous <kbd>Enter</kbd> open <kbd>Esc</kbd> clear</p>
</form></search>`;
}

const choice = (name: string, title: string, values: readonly string[]): string =>
  `<label>${title} <select id="${name}"><option value="">all</option>${values.map((value) => `<option>${escape(value)}</option>`).join('')}</select></label>`;

function section(
  name: ChangeClass,
  changed: readonly ClusterReview[],
  places: ReadonlyMap<string, number>,
): string {
  const lines = changed.flatMap((review) => review.lines.filter((line) => line.class === name));
  if (!lines.length) return '';
  const items = lines.map((line) => lineItem(line, places, changed.length > 1)).join('\n');
  return `<section class="${name}" aria-labelledby="${name}"><h2 id="${name}">${escape(TITLES[name])} <span class="count">${lines.length}</span></h2>
<ul class="lines">
${items}
</ul></section>`;
}

function lineItem(line: Line, places: ReadonlyMap<string, number>, several: boolean): string {
  const place = places.get(line.file);
  const object =
    place === undefined ? escape(line.object) : `<a href="#o${place}">${escape(line.object)}</a>`;
  const values = valuesText(line.old, line.new);
  return [
    `<li class="item" tabindex="-1" data-class="${line.class}" data-cluster="${escape(line.cluster)}" data-component="${escape(line.component)}">`,
    `<p class="subject">${several ? `<span class="cluster">${escape(line.cluster)}</span> ` : ''}<b>${object}</b>`,
    line.field ? ` <code>${escape(line.field)}</code>` : '',
    values ? ` <span class="values">${escape(values)}</span>` : '',
    `</p><p>${rich(line.consequence)}.</p>`,
    line.remedy === undefined ? '' : `<p class="remedy">${rich(line.remedy)}.</p>`,
    '</li>',
  ].join('');
}

function objectItem(cluster: string, change: ObjectChange, lines: readonly Line[], index: number): string {
  const classes = [...new Set(lines.map((line) => line.class))];
  return [
    `<details class="item object" id="o${index}" data-class="${classes.join(' ')}" data-cluster="${escape(cluster)}" data-component="${escape(change.component)}">`,
    `<summary><span class="action ${change.action}">${change.action}</span> ${escape(nameOf(change.object))} <code>${escape(keyOf(cluster, change))}</code> `,
    classes.map((name) => `<span class="chip ${name}">${escape(TITLES[name])}</span>`).join(' '),
    '</summary></details>',
  ].join('');
}

/** Text that HTML leaves as it is, in content and in attributes. */
const escape = (text: string): string => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

/** The same, with what stands between backticks as code. */
const rich = (text: string): string => escape(text).replace(/`([^`]+)`/g, '<code>$1</code>');

/** JSON that no tag in it can end. */
const inScript = (value: unknown): string =>
  JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
