import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { saidOf } from './gitops-argocd';

/** Lines as the controller writes them where no format is asked for. */
const LOG = `${[
  { application: 'mysql', level: 'info', msg: 'Refreshing app status', time: '2026-11-27T17:00:00Z' },
  { application: 'root', level: 'info', msg: 'Tasks: argocd/mysql', time: '2026-11-27T17:00:01Z' },
  { application: 'mysql', level: 'warning', msg: 'x'.repeat(1000), time: '2026-11-27T17:00:02Z' },
]
  .map((line) => JSON.stringify(line))
  .join('\n')}\npanic: "application":"mysql"\n`;

test('a failure shows what the controller wrote of the Applications that it names, and of no other', () => {
  const folder = mkdtempSync(join(tmpdir(), 'strata-log-'));
  try {
    // before Argo CD is started
    expect(saidOf(['Application mysql: it is not there'], folder)).toEqual([]);
    writeFileSync(join(folder, 'argocd-application-controller.log'), LOG);
    expect(saidOf(['After git revert: Application mysql: Synced, Healthy'], folder)).toEqual([
      'mysql 2026-11-27T17:00:00Z info Refreshing app status',
      expect.stringMatching(/^mysql 2026-11-27T17:00:02Z warning x{160}$/),
    ]);
    expect(saidOf(['Deployment a/b: the hand edit stays'], folder)).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
