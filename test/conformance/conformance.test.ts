import { alone, COMPONENTS, together, VARIANTS, type Distribution } from './clusters';
import { findingsOf } from './findings';

const DISTRIBUTIONS: readonly Distribution[] = ['k3s', 'kubeadm'];

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
