import { choose } from './choice';

const RENDERED = ['staging', 'mono'];
const chosen = (named: readonly string[], gitops = true) => choose(RENDERED, named, { dist: 'dist', gitops });

describe('a run looks at', () => {
  test('all rendered clusters, and a new one, where none is named', () =>
    expect(chosen([])).toEqual({ rendered: ['mono', 'staging'], made: ['new-k3s'] }));

  test('rendered ones alone without Argo CD, which is what brings new ones up', () =>
    expect(chosen([], false)).toEqual({ rendered: ['mono', 'staging'], made: [] }));

  test('those that are named, in that order', () => {
    expect(chosen(['staging', 'new-kubeadm'])).toEqual({ rendered: ['staging'], made: ['new-kubeadm'] });
    expect(chosen(['mono'])).toEqual({ rendered: ['mono'], made: [] });
  });
});

describe('a run that would prove nothing is refused', () => {
  test.each([
    [
      'a name that nobody has',
      ['mono', 'monk'],
      true,
      /dist has no monk, only staging, mono; .* new-kubeadm/,
    ],
    ['a new cluster without Argo CD', ['new-k3s'], false, /new-k3s without Argo CD: leave --no-gitops out/],
  ])('%s', (_, named, gitops, said) => expect(() => chosen(named, gitops)).toThrow(said));

  test('nothing rendered', () =>
    expect(() => choose([], [], { dist: 'elsewhere', gitops: true })).toThrow(/^elsewhere holds no cluster/));
});
