import { structuredPatch } from 'diff';
import type { KubeObject } from '../../charts/core/objects';
import { manifestYaml } from '../../charts/core/yaml';
import type { RenderedCluster } from '../../cli/pipeline';

/** Files of one component: path below its folder → text. */
export type Files = ReadonlyMap<string, string>;

/** A dashboard is judged by a rule of its own, and its JSON would be most of the snapshots. */
const textOf = (object: KubeObject): string =>
  object.metadata.labels?.['grafana_dashboard'] === undefined ? manifestYaml(object) : 'a dashboard\n';

/** The files of the component with that id, as dist/ holds them without their first line. */
export const filesOf = (id: string, { objects }: RenderedCluster): Files =>
  new Map(
    objects
      .filter(({ component }) => component === id)
      .map(({ file, object }) => [file.slice(file.indexOf('/') + 1), textOf(object)]),
  );

/** Files that dist/ holds of a component already: path below its folder → text, and the folder. */
type Shown = ReadonlyMap<string, { readonly text: string; readonly folder: string }>;

/** The components that the clusters show, with their files; where several show the same file, the last counts. */
export function shownBy(clusters: readonly RenderedCluster[]): ReadonlyMap<string, Shown> {
  const shown = new Map<string, Map<string, { text: string; folder: string }>>();
  for (const cluster of clusters)
    for (const { id, name } of cluster.declarations.components) {
      const files = shown.get(name) ?? new Map<string, { text: string; folder: string }>();
      for (const [file, text] of filesOf(id, cluster)) files.set(file, { text, folder: id });
      shown.set(name, files);
    }
  return shown;
}

/**
 * What became of the files: of a changed one each line that changed with the line before and behind it, of one that went its name. A new
 * one is told in whole, or by what differs from the one of that name in dist/, where readers see it already.
 */
export function changes(from: Files, to: Files, shown: Shown = new Map()): string {
  const told = [...new Set([...from.keys(), ...to.keys()])].sort().flatMap((file): string[] => {
    const [before, after] = [from.get(file), to.get(file)];
    if (before === after) return [];
    if (after === undefined) return [`gone: ${file}`];
    if (before !== undefined) return [`changed: ${file}`, ...linesOf(before, after)];
    const like = shown.get(file);
    return like
      ? [`new: ${file}, beside that of ${like.folder}`, ...linesOf(like.text, after)]
      : [`new: ${file}`, after.trimEnd()];
  });
  return told.length ? told.join('\n') : 'nothing';
}

const linesOf = (before: string, after: string): string[] =>
  structuredPatch('', '', before, after, '', '', { context: 1 }).hunks.flatMap(({ lines }) => [
    '@@',
    ...lines,
  ]);

/** In what a variant differs from another, as a person would say it: `engine: plain, no size`. */
export function differenceOf(from: unknown, to: unknown, path = ''): string {
  if (JSON.stringify(from) === JSON.stringify(to)) return '';
  if (!isBlock(from) || !isBlock(to))
    return to === undefined ? `no ${path}` : `${path}: ${JSON.stringify(to)}`;
  return Object.keys({ ...from, ...to })
    .map((key) => differenceOf(from[key], to[key], path === '' ? key : `${path}.${key}`))
    .filter(Boolean)
    .join(', ');
}

const isBlock = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
