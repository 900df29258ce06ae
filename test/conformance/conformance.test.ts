import { checkAll } from '../../checks/all';
import { formatProblem, parseSettings } from '../../cli/load';
import { renderCluster, SettingsError } from '../../cli/pipeline';
import { readRunbooks } from '../../cli/runbooks';
import { alone, COMPONENTS, TODAY, together, VARIANTS, type Distribution } from './clusters';

const runbooks = readRunbooks(process.cwd());
const DISTRIBUTIONS: readonly Distribution[] = ['k3s', 'kubeadm'];

/** Everything that is wrong with the settings, what they want, or what they render. */
function findingsOf(text: string): string[] {
  const { settings, problems, locate } = parseSettings(text, 'cluster.yaml', 'lab');
  if (!settings) return problems.map(formatProblem);
  try {
    const rendered = renderCluster(settings);
    return checkAll({ ...rendered, settings, today: TODAY, runbooks }).map(
      ({ file, field, rule, object, problem }) => `${file} ${field}: [${rule}] ${object}: ${problem}`,
    );
  } catch (error) {
    if (error instanceof SettingsError) return locate(error.mistakes).map(formatProblem);
    throw error;
  }
}

describe.each(DISTRIBUTIONS)('on %s', (distribution) => {
  test.each(Array.from({ length: VARIANTS }, (_, index) => [index]))(
    'variant %i of every component renders without a finding',
    (index) => {
      expect(findingsOf(together(distribution, index))).toEqual([]);
    },
  );
});

test.each(COMPONENTS.map((one) => [one.definition.name, one] as const))(
  '%s with its least settings renders without a finding beside nothing but what it needs',
  (_, one) => {
    expect(findingsOf(alone('kubeadm', one))).toEqual([]);
  },
);

test('the suite sees a setting that cannot be had, and an object that is wrong', () => {
  const [first] = COMPONENTS.filter(({ definition }) => definition.name === 'xwiki');
  const text = alone('kubeadm', first!).replace('"databases":["xwiki"]', '"databases":[]');
  expect(findingsOf(text)).toEqual([expect.stringContaining('needs a database named xwiki')]);
  const tight = alone('kubeadm', first!).replace('"memory":"512Gi"', '"memory":"1Mi"');
  expect(findingsOf(tight).length).toBeGreaterThan(0);
});
