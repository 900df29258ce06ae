import { resolve } from 'node:path';
import { formatProblem, loadClusters } from '../../cli/load';
import type { ClusterSettings } from '../../charts/settings';
import { ProgrammeError } from './report';

/**
 * Settings of clusters/<name>. Throws a ProgrammeError where they are wrong.
 *
 * @param root repository that holds them
 */
export function settingsOf(name: string, root = '.'): ClusterSettings {
  const { clusters, problems } = loadClusters(resolve(root, 'clusters'), [name]);
  const [cluster] = clusters;
  if (!cluster || problems.length) throw new ProgrammeError(problems.map(formatProblem).join('\n'));
  return cluster.settings;
}
