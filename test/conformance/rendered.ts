import { parseSettings, type ClusterSettings } from '../../charts/settings';
import { renderCluster, SettingsError, type RenderedCluster } from '../../cli/pipeline';
import { formatProblem } from '../../cli/load';

/** What the text of a cluster's file becomes, or everything that is wrong with it. */
export type Rendered =
  | { readonly settings: ClusterSettings; readonly cluster: RenderedCluster }
  | { readonly problems: readonly string[] };

/** Renders the text of a cluster's file. */
export function render(text: string): Rendered {
  const { settings, problems, locate } = parseSettings(text, 'cluster.yaml', 'lab');
  if (!settings) return { problems: problems.map(formatProblem) };
  try {
    return { settings, cluster: renderCluster(settings) };
  } catch (error) {
    if (error instanceof SettingsError) return { problems: locate(error.mistakes).map(formatProblem) };
    throw error;
  }
}
