import { parseSettings, type ClusterSettings } from '../charts/settings';
import { loadFolders, type Loaded, type LoadedCluster as LoadedFolder } from '../settings/load';

export { parseSettings } from '../charts/settings';
export { formatProblem } from '../settings/problem';

export type LoadedCluster = LoadedFolder<ClusterSettings>;

/** Loads the named clusters, or all, from the folders of `root`. Mistakes in files are problems, never exceptions. */
export const loadClusters = (root: string, names?: readonly string[]): Loaded<ClusterSettings> =>
  loadFolders(parseSettings, root, names);
