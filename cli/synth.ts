import { readdirSync, statSync } from 'node:fs';
import { join, posix, resolve } from 'node:path';
import { writeCluster, type WriteResult } from './dist';
import { bootstrapEntry, filesOf } from './render-files';
import {
  failureFrom,
  failureOf,
  load,
  renderAndCheck,
  type Checked,
  type Failure,
  type Workspace,
} from './session';

/** What became of one cluster. */
export interface SynthResult {
  readonly cluster: string;
  readonly components: number;
  readonly objects: number;
  readonly written: readonly string[];
  readonly unchanged: number;
  readonly removed: readonly string[];
  /** Files in dist/<cluster>/ that Strata did not write, and left alone. */
  readonly foreign: readonly string[];
  readonly seconds: number;
}

export interface SynthOutcome {
  readonly results: readonly SynthResult[];
  readonly failures: readonly Failure[];
  /** Folders of dist/ that no folder of clusters/ stands behind: left alone. */
  readonly orphans: readonly string[];
  /** Nothing was written: the results say what would be. */
  readonly isDryRun: boolean;
}

interface SynthOptions {
  /** Clusters to render. @default all */
  readonly clusters?: readonly string[];
  /** Folder that gets a folder per cluster. @default dist */
  readonly outdir?: string;
  /** Say what would be written, and write nothing. @default false */
  readonly dryRun?: boolean;
}

/** Renders, checks and writes. A cluster with a finding or a mistake in its settings keeps the files it has. */
export function synth(workspace: Workspace, options: SynthOptions = {}): SynthOutcome {
  const { clusters, failures } = load(workspace, options.clusters ?? []);
  const results: SynthResult[] = [];
  for (const cluster of clusters) {
    const start = performance.now();
    const checked = renderAndCheck(workspace, cluster);
    if (!('rendered' in checked)) {
      failures.push(checked);
      continue;
    }
    if (checked.findings.length) {
      failures.push(failureOf(cluster.name, checked.findings));
      continue;
    }
    const result = write(workspace, options, checked, start);
    if ('written' in result) results.push(result);
    else failures.push(result);
  }
  return { results, failures, orphans: orphansOf(workspace, options), isDryRun: options.dryRun ?? false };
}

function orphansOf({ root }: Workspace, { clusters = [], outdir = DIST }: SynthOptions): string[] {
  const known = new Set(foldersIn(join(root, 'clusters')));
  return clusters.length ? [] : foldersIn(resolve(root, outdir)).filter((name) => !known.has(name));
}

/** Names of the folders in a folder; none where there is no such folder, or something else in its place. */
const foldersIn = (path: string): string[] =>
  statSync(path, { throwIfNoEntry: false })?.isDirectory()
    ? readdirSync(path, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []))
    : [];

/** Where Argo CD and `argocd/bootstrap/<cluster>` look for what was rendered. */
const DIST = 'dist';

/** argocd/bootstrap/<cluster>: the folder that a person applies once, which only names dist/<cluster>. */
function writeEntry(
  { root }: Workspace,
  name: string,
  dryRun: boolean,
): Pick<WriteResult, 'written' | 'unchanged'> {
  const folder = posix.join('argocd/bootstrap', name);
  const { written, unchanged } = writeCluster(resolve(root, folder), [bootstrapEntry(name)], { dryRun });
  return { written: written.map((file) => posix.join('../..', folder, file)), unchanged };
}

/** Writes the files of one cluster, all or none. */
function write(
  workspace: Workspace,
  { outdir = DIST, dryRun = false }: SynthOptions,
  { cluster: { name }, rendered }: Checked,
  start: number,
): SynthResult | Failure {
  try {
    const dist = writeCluster(resolve(workspace.root, outdir, name), filesOf(rendered), { dryRun });
    const entry = outdir === DIST ? writeEntry(workspace, name, dryRun) : { written: [], unchanged: 0 };
    return {
      cluster: name,
      components: rendered.declarations.components.length,
      objects: rendered.objects.length,
      written: [...dist.written, ...entry.written],
      unchanged: dist.unchanged + entry.unchanged,
      removed: dist.removed,
      foreign: dist.foreign,
      seconds: (performance.now() - start) / 1000,
    };
  } catch (error) {
    return failureFrom(name, error);
  }
}
