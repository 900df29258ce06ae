import { Change, corpus, linesOf } from './change';

describe('cause', () => {
  corpus([
    [
      'a source',
      (set) =>
        set
          .edit('Service prod/xwiki', (o) => (o.metadata.annotations = { a: 'b' }))
          .source('charts/apps/xwiki/xwiki.ts', 'docs/x.md'),
      '',
      [
        'Source charts/apps/xwiki/xwiki.ts | it renders 1 of the changed objects, in xwiki-prod',
        '!docs/x.md',
      ],
    ],
    [
      'a settings comment',
      (set) => set.settingsOnly('distribution: k3s', 'distribution: k3s # light'),
      '',
      ['!|'],
    ],
    ['nothing', (set) => set, '', ['!|']],
  ]);

  test('what is worst comes first', () => {
    const review = new Change()
      .edit('NetworkPolicy prod/xwiki', (o) =>
        o.spec.egress.push({ to: [{ ipBlock: { cidr: '10.0.0.0/8' } }] }),
      )
      .edit('StatefulSet prod/mysql', (o) => (o.spec.serviceName = 'x'))
      .edit('CronJob prod/mysql-check-logical', (o) => (o.spec.suspend = true))
      .review();
    expect(linesOf(review).map((line) => line.split(' ', 1)[0])).toEqual(['fails', 'data', 'reach']);
  });
});
