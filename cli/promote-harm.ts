import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Line } from '../diff/line';
import { reviewCluster } from '../diff/review';
import { RenderedSet, type SourceFile } from '../diff/set';
import type { RenderedCluster } from './pipeline';
import { filesOf } from './render-files';

/** A cluster's settings, and what they render. */
export interface Moment {
  readonly text: string;
  readonly rendered: RenderedCluster;
}

/** What a change of settings does to a running cluster that `strata diff` would put under "will fail" or "data at risk", the worst first. */
export function harmOf(root: string, cluster: string, before: Moment, after: Moment): Line[] {
  const folder = `dist/${cluster}`;
  const old = new RenderedSet(folder, sourcesOf(before.rendered));
  const read = (file: string): string =>
    existsSync(join(root, file)) ? readFileSync(join(root, file), 'utf8') : '';
  const crds = read('imports/crds.yaml');
  const path = `clusters/${cluster}/cluster.yaml`;
  const { lines } = reviewCluster({
    ...{ cluster, before: old, after: new RenderedSet(folder, sourcesOf(after.rendered), old) },
    settings: [[{ path, text: before.text }], [{ path, text: after.text }]],
    sealed: [[], []],
    locks: { images: read('imports/images.yaml'), crds: [crds, crds] },
    sources: [],
  });
  return lines.filter((line) => line.class === 'fails' || line.class === 'data');
}

/** Equal ids mean equal bytes: no shorter name of the bytes is at hand. */
const sourcesOf = (rendered: RenderedCluster): SourceFile[] =>
  filesOf(rendered).map(({ path, content }) => ({ path, id: content, text: () => content }));
