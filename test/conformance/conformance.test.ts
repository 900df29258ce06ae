import { loadClusters } from '../../cli/load';
import { renderCluster, type RenderedCluster } from '../../cli/pipeline';
import { renderRuleSets, ruleSets, type RuleSet } from '../alerts/rules';
import { changes, differenceOf, filesOf, shownBy, type Files } from './changes';
import { alone, COMPONENTS, together, VARIANTS, type Distribution } from './clusters';
import { findingsIn, findingsOf } from './findings';
import { offersLeft, watchWiring } from './offers';
import { render, type Rendered } from './rendered';

/** What people see of components in dist/, the snapshot of the clusters there. */
const SHOWN = shownBy(loadClusters('clusters').clusters.map(({ settings }) => renderCluster(settings)));

/** Alerts that are judged, by component. */
const JUDGED = new Set(['clusters', 'test/alerts/clusters'].flatMap(renderRuleSets).flatMap(alertsOf));

/** Source → component of all clusters below, of which there are so many. */
const sources = new Map<string, string>();
let count = 0;
watchWiring();

const DISTRIBUTIONS: readonly Distribution[] = ['k3s', 'kubeadm'];

describe.each(DISTRIBUTIONS)('on %s', (distribution) => {
  test.each(Array.from({ length: VARIANTS }, (_, index) => [index]))(
    'variant %i of every component renders without a finding',
    (index) => {
      const rendered = render(together(distribution, index));
      expect(findingsIn(rendered)).toEqual([]);
      const { objects, declarations } = clusterOf(rendered);
      expect(unjudged(objects, JUDGED)).toEqual([]);
      expect(unjudged(objects, new Set())).not.toEqual([]);
      for (const { source, name } of declarations.components) sources.set(source, name);
      count++;
    },
  );
});

test('no component offers what nobody takes, in any of the variants above', () => {
  expect(count).toBe(DISTRIBUTIONS.length * VARIANTS);
  expect(offersLeft(sources)).toEqual([]);
});

/** Renders once what several tests look at. */
function memo<Key extends object, Value>(make: (key: Key) => Value): (key: Key) => Value {
  const made = new Map<Key, Value>();
  return (key) => {
    if (!made.has(key)) made.set(key, make(key));
    return made.get(key) as Value;
  };
}

type One = (typeof COMPONENTS)[number];

/** The component with its least settings, beside nothing but what it needs. */
const leastOf = memo((one: One): Rendered => render(alone('kubeadm', one, one.variants[0] ?? {})));

describe.each(COMPONENTS.map((one) => [one.definition.name, one] as const))('%s', (name, one) => {
  test('with its least settings renders without a finding beside nothing but what it needs', () => {
    expect(findingsIn(leastOf(one))).toEqual([]);
  });

  const [leastBlock = {}, ...others] = one.variants;
  const [allBlock = leastBlock] = others;
  const shown = SHOWN.get(name);
  const id = one.definition.scope === 'cluster' ? name : `${name}-work`;
  const filesFor = memo((block: One['variants'][number]): Files => {
    const rendered = block === leastBlock ? leastOf(one) : render(alone('kubeadm', one, block));
    return filesOf(id, clusterOf(rendered));
  });

  // a component that no cluster has is told here in whole
  test(`[SYNTH-05] snapshot of the least settings${shown ? ' on k3s instead of kubeadm' : ''}`, () => {
    const k3s = filesOf(id, clusterOf(render(alone('k3s', one, leastBlock))));
    expect(changes(shown ? filesFor(leastBlock) : new Map(), k3s)).toMatchSnapshot();
  });

  const compared = others.map((block) =>
    block === allBlock
      ? { what: 'all settings instead of the least', from: leastBlock, block }
      : { what: `all settings, but ${differenceOf(allBlock, block)}`, from: allBlock, block },
  );
  for (const { what, from, block } of compared) {
    test(`[SYNTH-05] snapshot of ${what}`, () => {
      expect(changes(filesFor(from), filesFor(block), shown)).toMatchSnapshot();
    });
  }
});

function alertsOf({ component, alerts }: RuleSet): string[] {
  return alerts.map(({ alert }) => `${component} ${alert}`);
}

/** What to do about alerts that are not judged. */
function unjudged(objects: RenderedCluster['objects'], judged: ReadonlySet<string>): string[] {
  const plain = objects.map(({ object }) => object);
  return ruleSets('lab', plain)
    .flatMap(alertsOf)
    .filter((one) => !judged.has(one))
    .map(
      (one) =>
        `${one}: npm run test:alerts does not see it. Add settings that bring it to test/alerts/clusters/options`,
    );
}

function clusterOf(rendered: Rendered): RenderedCluster {
  if ('problems' in rendered) throw new Error(rendered.problems.join('\n'));
  return rendered.cluster;
}

test('the suite sees a setting that cannot be had, and an object that is wrong', () => {
  const [first] = COMPONENTS.filter(({ definition }) => definition.name === 'xwiki');
  const text = alone('kubeadm', first!, first!.variants[0]!).replace(
    '"databases":["xwiki"]',
    '"databases":[]',
  );
  expect(findingsOf(text)).toEqual([expect.stringContaining('needs a database named xwiki')]);
  const tight = alone('kubeadm', first!, first!.variants[0]!).replace('"memory":"512Gi"', '"memory":"1Mi"');
  expect(findingsOf(tight).length).toBeGreaterThan(0);
});
