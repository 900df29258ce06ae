import { checkAll } from '../../checks/all';
import { formatProblem, parseSettings } from '../../cli/load';
import { renderCluster, SettingsError } from '../../cli/pipeline';
import { readRunbooks } from '../../cli/runbooks';
import { TODAY } from './clusters';

const runbooks = readRunbooks(process.cwd());

/** Everything that is wrong with the settings, what they want, or what they render: `place: problem. remedy`. */
export function findingsOf(text: string): string[] {
  const { settings, problems, locate } = parseSettings(text, 'cluster.yaml', 'lab');
  if (!settings) return problems.map(formatProblem);
  try {
    const rendered = renderCluster(settings);
    return checkAll({ ...rendered, settings, today: TODAY, runbooks }).map(
      ({ file, field, rule, object, problem, remedy }) =>
        `${file} ${field}: [${rule}] ${object}: ${problem}. ${remedy}`,
    );
  } catch (error) {
    if (error instanceof SettingsError) return locate(error.mistakes).map(formatProblem);
    throw error;
  }
}
