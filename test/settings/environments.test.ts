import { readFileSync } from 'node:fs';
import { componentsOf } from '../../charts/core/components';
import { derive } from '../../charts/derived';
import { buildPlatform } from '../../charts/platform';
import { LONGEST_PREFIX } from '../../charts/settings';
import { formatProblem, loadClusters, parseSettings } from '../../cli/load';
import { renderCluster } from '../../cli/pipeline';

/** Letters that the longest name made of an environment's leaves to it. */
const LONGEST_ENVIRONMENT = 52 - LONGEST_PREFIX.length;

const mono = readFileSync('clusters/mono/cluster.yaml', 'utf8');

/** mono with other names of its environments `prod` and `recette`. */
const withNames = (prod: string, recette: string) =>
  parseSettings(
    mono.replace(/name: prod\b/, `name: ${prod}`).replace(/name: recette\b/, `name: ${recette}`),
    'file',
  );

describe('[SYNTH-07] names of environments', () => {
  test('no name made of one is longer than the rule says', () => {
    const extra = loadClusters('clusters').clusters.flatMap(({ settings }) =>
      renderCluster(settings).objects.flatMap(({ object: { kind, metadata } }) =>
        kind === 'CronJob' || kind === 'StatefulSet'
          ? settings.environments
              .filter(({ name }) => metadata.name.endsWith(`-${name}`))
              .map(({ name }) => metadata.name.length - name.length)
          : [],
      ),
    );
    expect(extra.length).toBeGreaterThan(3);
    expect(Math.max(...extra)).toBeLessThanOrEqual(LONGEST_PREFIX.length);
  });

  test('as many letters are taken, and one more is refused in its place with the bound and the reason', () => {
    expect(withNames('p'.repeat(LONGEST_ENVIRONMENT), 'recette').problems).toEqual([]);
    for (const length of [LONGEST_ENVIRONMENT + 1, 52, 63])
      expect(withNames('p'.repeat(length), 'recette').problems.map(formatProblem)).toEqual([
        expect.stringMatching(
          `environments\\.\\d\\.name: ${length} letters, of which .* leave ${LONGEST_ENVIRONMENT}: ${LONGEST_PREFIX}p+ `,
        ),
      ]);
  });

  test.each(['logical-drill-x', 'base-drill-x', 'a-logical-drill-x', 'drill-x'])(
    '%s beside x is refused',
    (name) => {
      expect(withNames(name, 'x').problems.map(formatProblem)).toEqual([
        expect.stringMatching(/environments\.\d\.name: "\S+" makes names that the restore drills of x have/),
      ]);
    },
  );

  test.each([
    ['logical-drill', 'x'],
    ['drill-y', 'x'],
    ['pre-x', 'x'],
  ])('%s beside %s makes no name twice', (one, other) => {
    const { settings, problems } = withNames(one, other);
    expect(problems.map(formatProblem)).toEqual([]);
    const cluster = buildPlatform(settings!);
    derive(cluster);
    const ids = componentsOf(cluster).map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });
});
