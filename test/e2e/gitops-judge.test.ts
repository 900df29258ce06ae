import type { AppState } from './gitops-applications';
import {
  drifted,
  lost,
  notContained,
  notHeldBack,
  notRefused,
  outOfOrder,
  remaining,
  unsettled,
} from './gitops-judge';

const HEAD = 'a'.repeat(40);
const seconds = (started: number, finished: number) => ({
  first: { started: started * 1000, finished: finished * 1000 },
});

const app = (name: string, wave: number, more: Partial<AppState> = {}): AppState => ({
  ...{ name, wave, sync: 'Synced', health: 'Healthy', revision: HEAD, phase: 'Succeeded', message: '' },
  ...{ began: 'then', conditions: [], failed: [], unhealthy: [], outOfSync: [], refreshing: false },
  ...more,
});

const WELL = [
  app('namespaces', 0, seconds(1, 2)),
  app('root', 1, seconds(0, 9)),
  app('mysql', 1, seconds(2, 4)),
  app('xwiki', 2, seconds(5, 6)),
];
const NAMES = WELL.map(({ name }) => name);
const CURRENT = new Map(NAMES.map((name) => [name, new Set([HEAD])]));
const but = (name: string, more: Partial<AppState>): AppState[] =>
  WELL.map((state) => (state.name === name ? { ...state, ...more } : state));

describe('Applications are Synced and Healthy', () => {
  test('nothing is said against those that are', () => expect(unsettled(WELL, NAMES, CURRENT)).toEqual([]));

  test.each<[string, Partial<AppState>]>([
    ['is OutOfSync', { sync: 'OutOfSync' }],
    ['is Degraded', { health: 'Degraded' }],
    ['is at another commit', { revision: 'b'.repeat(40) }],
    ['is being synced', { phase: 'Running' }],
    ['is to be looked at again', { refreshing: true }],
  ])('one that %s is named', (_, more) => {
    expect(unsettled(but('mysql', more), NAMES, CURRENT)).toEqual([
      expect.stringMatching(/^Application mysql: /),
    ]);
  });

  test('the reasons that Argo CD gives are told', () => {
    const broken = {
      phase: 'Failed',
      message: 'no',
      conditions: ['SyncError: why'],
      failed: ['Job a/b: so'],
    };
    expect(unsettled(but('mysql', broken), NAMES, CURRENT)[0]).toMatch(
      /no\n +SyncError: why\n +Job a\/b: so/,
    );
  });
});

describe('[GITOPS-04] the order of waves', () => {
  test('nothing is said where each wave was done before the next began', () =>
    expect(outOfOrder(WELL)).toEqual([]));

  test('one that began too early is named with what it should have waited for', () => {
    expect(outOfOrder(but('xwiki', seconds(3, 6)))).toEqual([
      'Application xwiki of wave 2 began at 00:00:03, before mysql of wave 1 was done at 00:00:04',
    ]);
  });

  test('the root, which is done last, is no reason', () =>
    expect(outOfOrder(but('root', seconds(0, 99)))).toEqual([]));

  test('where there is no order to see, that is said', () =>
    expect(outOfOrder(WELL.slice(0, 2))).toEqual([expect.stringMatching(/no order to see/)]));
});

describe('a wave that is held back', () => {
  const waves = new Map(WELL.map(({ name, wave }) => [name, wave]));
  const held = [
    app('namespaces', 0),
    app('root', 1, {
      phase: 'Running',
      message: 'waiting for healthy state of argoproj.io/Application/mysql',
    }),
    app('mysql', 1, { health: 'Progressing' }),
  ];

  test('nothing is said where the root waits and says so', () =>
    expect(notHeldBack(held, 'mysql', waves)).toEqual([]));

  test('an Application behind it, a silent root and a healthy component are each named', () => {
    expect(notHeldBack(WELL, 'mysql', waves)).toEqual([
      expect.stringMatching(/^Application xwiki is there/),
      expect.stringMatching(/^The root does not say that it waits for mysql/),
      expect.stringMatching(/^Application mysql is not Progressing/),
    ]);
  });
});

describe('after a refresh', () => {
  test('nothing is said where nothing happened', () => expect(drifted(WELL, WELL)).toEqual([]));

  test('what differs is named with the resources', () => {
    const now = but('mysql', { sync: 'OutOfSync', outOfSync: ['Service/mysql'] });
    expect(drifted(WELL, now)).toEqual(['Application mysql: OutOfSync\n  Service/mysql differs from git']);
  });

  test('another sync is named, but for that of the root', () => {
    const now = WELL.map((state) => ({ ...state, began: 'now' }));
    expect(drifted(WELL, now)).toEqual(
      ['namespaces', 'mysql', 'xwiki'].map((name) => `Application ${name} was synced again at now`),
    );
  });
});

describe('what somebody should not have committed', () => {
  const stray = { name: 'stray', reason: /not permitted in project/ };

  test('[GITOPS-05] a stray is refused by name and for the right reason only', () => {
    const failed = (line: string) => but('mysql', { failed: [line] });
    expect(
      notRefused(failed('Role a/stray: Role is not permitted in project data'), 'mysql', [stray]),
    ).toEqual([]);
    expect(notRefused(failed('Role a/stray: connection refused'), 'mysql', [stray])).toHaveLength(1);
    expect(notRefused(failed('Role a/other: not permitted in project'), 'mysql', [stray])).toHaveLength(1);
    expect(notRefused(WELL, 'mysql', [stray])).toHaveLength(1);
  });

  test('[GITOPS-08] a file that is no YAML stops its own component, which names it, and no other', () => {
    const stopped = { sync: 'Unknown', conditions: ['ComparisonError: cannot read mysql.yaml'] };
    const said = (states: AppState[]) => notContained(states, 'mysql', 'mysql.yaml', NAMES, CURRENT);
    expect(said(but('mysql', stopped))).toEqual([]);
    expect(said(WELL)).toHaveLength(1);
    expect(said(but('mysql', { ...stopped, conditions: ['ComparisonError: no'] }))).toHaveLength(1);
    const other = but('mysql', stopped).map((state) =>
      state.name === 'xwiki' ? { ...state, health: 'Missing' } : state,
    );
    expect(said(other)).toEqual([expect.stringMatching(/^Application xwiki/)]);
  });
});

describe('an inventory', () => {
  const before = new Map([
    ['v1 Secret a/b', '1'],
    ['v1 Secret a/c', '2'],
  ]);

  test('tells what is gone and what was made anew, and nothing of what is the same or new', () => {
    expect(lost(before, new Map([...before, ['v1 Secret a/d', '3']]))).toEqual([]);
    expect(lost(before, new Map([['v1 Secret a/b', '9']]))).toEqual([
      'v1 Secret a/b was made anew',
      'v1 Secret a/c is gone',
    ]);
  });

  test('tells what remains', () => {
    expect(remaining(['v1 Secret a/b', 'v1 Secret x/y'], before)).toEqual(['v1 Secret a/b is still there']);
  });
});
