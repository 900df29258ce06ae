import { checkAll } from '../../checks/all';
import { readRunbooks } from '../../cli/runbooks';
import { TODAY } from './clusters';
import { render, type Rendered } from './rendered';

const runbooks = readRunbooks(process.cwd());

/** Everything that is wrong with the settings, what they want, or what they render: `place: problem. remedy`. */
export const findingsOf = (text: string): readonly string[] => findingsIn(render(text));

export function findingsIn(rendered: Rendered): readonly string[] {
  if ('problems' in rendered) return rendered.problems;
  const { settings, cluster } = rendered;
  return checkAll({ ...cluster, settings, today: TODAY, runbooks }).map(
    ({ file, field, rule, object, problem, remedy }) =>
      `${file} ${field}: [${rule}] ${object}: ${problem}. ${remedy}`,
  );
}
