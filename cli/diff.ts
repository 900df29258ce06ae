import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { StrataError } from '../charts/core/errors';
import { reviewCluster, type ClusterReview } from '../diff/review';
import { isSealed, RenderedSet, type SourceFile } from '../diff/set';
import type { SettingsFile } from '../diff/settings';
import { Git, type Difference } from './git';

export interface DiffOptions {
  /** Clusters to look at. @default all */
  readonly clusters?: readonly string[];
  /** What to compare with. @default where this branch left the main one */
  readonly base?: string;
}

export interface DiffOutcome {
  /** The commit that was compared with. */
  readonly base: string;
  readonly clusters: readonly ClusterReview[];
}

const IMAGES = 'imports/images.yaml';
const CRDS = 'imports/crds.yaml';
/** Folders whose files render something: what else changed (docs, tests) causes nothing. */
const SOURCES = /^(argocd|charts|imports|settings)\//;

/**
 * What the working tree changes on running clusters, against a commit: both rendered sets as they are committed, nothing rendered again.
 * Files that are the same on both sides are read from the disk, and only where a rule asks.
 *
 * @throws StrataError where there is nothing to compare with, or a file cannot be read.
 */
export function diff(root: string, options: DiffOptions = {}): DiffOutcome {
  const git = new Git(root);
  const base = baseOf(git, options.base);
  const differences = git.differences(base);
  const clusters = clustersOf(root, differences, options.clusters ?? []);
  const ours = differences.filter(({ path }) => isRead(path, clusters) || isSource(path));
  const contents = git.contents([...new Set(ours.flatMap(({ blob }) => blob ?? []))]);
  const sides = new Sides(root, ours, contents);
  const images = existsSync(join(root, IMAGES)) ? readFileSync(join(root, IMAGES), 'utf8') : '';
  const sources = ours.flatMap(({ path }) => {
    const [old, now] = isSource(path) ? sides.text(path) : ['', ''];
    return old === now ? [] : [path];
  });
  return {
    base,
    clusters: clusters.map((cluster) => {
      const [before, after] = sides.rendered(cluster);
      const files = sides.files(`clusters/${cluster}`);
      const inDist = sides.files(`dist/${cluster}`, isSealed);
      const plain = (side: readonly SettingsFile[]): SettingsFile[] =>
        side.filter(({ path }) => !isSealed(path));
      const sealed = (side: readonly SettingsFile[]): SettingsFile[] =>
        side.filter(({ path }) => isSealed(path));
      return reviewCluster({
        ...{ cluster, before, after, sources },
        settings: [plain(files[0]), plain(files[1])],
        sealed: [
          [...sealed(files[0]), ...inDist[0]],
          [...sealed(files[1]), ...inDist[1]],
        ],
        locks: { images, crds: sides.text(CRDS) },
      });
    }),
  };
}

function baseOf(git: Git, wanted: string | undefined): string {
  if (!git.isRepository())
    throw new StrataError(
      'git',
      'this is no git repository, or git is not installed',
      'Compare in a clone of the repository',
    );
  const commit = wanted === undefined ? git.mergeBase() : git.commit(wanted);
  if (commit !== undefined) return commit;
  if (wanted !== undefined)
    throw new StrataError(
      '--base',
      `git knows no commit "${wanted}"`,
      'Name a branch, tag or commit; in a shallow clone fetch it first',
    );
  throw new StrataError(
    'git',
    'there is no commit that this branch and main have in common',
    'Fetch main with its history (git fetch origin main), or name a revision with --base',
  );
}

/** Clusters on either side, or those of them that are named. */
function clustersOf(root: string, differences: readonly Difference[], named: readonly string[]): string[] {
  const folders = existsSync(join(root, 'dist'))
    ? readdirSync(join(root, 'dist'), { withFileTypes: true }).flatMap((entry) =>
        entry.isDirectory() ? [entry.name] : [],
      )
    : [];
  const gone = differences.flatMap(({ path }) => /^dist\/([^/]+)\//.exec(path)?.[1] ?? []);
  const known = [...new Set([...folders, ...gone])].sort();
  const unknown = named.filter((name) => !known.includes(name));
  if (unknown.length)
    throw new StrataError(
      unknown.join(', '),
      'there is no such folder in dist/, now or at the base',
      `Name one of ${known.join(', ') || 'none'}`,
    );
  return named.length ? known.filter((name) => named.includes(name)) : known;
}

const isSource = (path: string): boolean => SOURCES.test(path);

const isRead = (path: string, clusters: readonly string[]): boolean =>
  path === CRDS ||
  clusters.some((cluster) => path.startsWith(`dist/${cluster}/`) || path.startsWith(`clusters/${cluster}/`));

/** Both sides of the files of a repository. */
class Sides {
  private readonly changed: ReadonlyMap<string, Difference>;

  constructor(
    private readonly root: string,
    differences: readonly Difference[],
    private readonly contents: ReadonlyMap<string, string>,
  ) {
    this.changed = new Map(differences.map((difference) => [difference.path, difference]));
  }

  rendered(cluster: string): [RenderedSet, RenderedSet] {
    const folder = `dist/${cluster}`;
    const [before, after] = this.list(folder);
    const old = new RenderedSet(folder, before);
    return [old, new RenderedSet(folder, after, old)];
  }

  /** All files below a folder at both moments, with their texts. */
  files(
    folder: string,
    isWanted = (path: string): boolean => /\.ya?ml$/.test(path),
  ): [SettingsFile[], SettingsFile[]] {
    const read = (files: readonly SourceFile[]): SettingsFile[] =>
      files
        .filter(({ path }) => isWanted(path))
        .map(({ path, text }) => ({ path: `${folder}/${path}`, text: text() }));
    const [before, after] = this.list(folder);
    return [read(before), read(after)];
  }

  /** Text of a file at both moments. */
  text(path: string): [string, string] {
    const now = existsSync(join(this.root, path)) ? readFileSync(join(this.root, path), 'utf8') : '';
    const difference = this.changed.get(path);
    return [difference ? this.old(difference) : now, now];
  }

  private old({ blob }: Difference): string {
    return blob === undefined ? '' : (this.contents.get(blob) ?? '');
  }

  private list(folder: string): [SourceFile[], SourceFile[]] {
    const before: SourceFile[] = [];
    const after: SourceFile[] = [];
    for (const path of filesBelow(join(this.root, folder))) {
      const text = (): string => readFileSync(join(this.root, folder, path), 'utf8');
      const difference = this.changed.get(`${folder}/${path}`);
      after.push({ path, id: 'working tree', text });
      if (!difference) before.push({ path, id: 'working tree', text });
    }
    for (const difference of this.changed.values()) {
      if (!difference.path.startsWith(`${folder}/`) || difference.blob === undefined) continue;
      before.push({
        path: difference.path.slice(folder.length + 1),
        id: difference.blob,
        text: () => this.old(difference),
      });
    }
    return [before, after];
  }
}

/** Plain files below a folder, relative to it, with slashes. */
function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort();
}
