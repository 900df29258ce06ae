import { applications, backups, certificates } from '../../cli/live-states';
import type { LiveObject } from '../../cli/live-cluster';
import type { Compared } from '../../cli/live-drift';
import type { KubeObject } from '../../charts/core/objects';

const NOW = new Date('2026-11-20T12:00:00Z');
const daysAgo = (days: number): string => new Date(NOW.getTime() - days * 24 * 3600 * 1000).toISOString();

const compared = (rendered: KubeObject, live?: LiveObject): Compared => ({
  rendered: { object: rendered, file: 'x/y.yaml', component: 'x' },
  live,
  problems: [],
  drift: [],
});

function application(name: string, status?: object): Compared {
  const object = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', metadata: { name } };
  return compared(object, { ...object, status });
}

const SYNCED = { sync: { status: 'Synced' }, health: { status: 'Healthy' } };

describe('the state of Applications', () => {
  test('all are Synced and Healthy, or it says which are not, and why', () => {
    expect(applications([application('a', SYNCED), application('b', SYNCED)])).toEqual({
      said: '2 of 2 Applications Synced and Healthy',
      problems: [],
    });
    const { said, problems } = applications([
      application('a', SYNCED),
      application('b', {
        sync: { status: 'OutOfSync' },
        health: { status: 'Degraded' },
        conditions: [{ type: 'ComparisonError', message: 'no repository' }],
        operationState: { phase: 'Failed', message: 'one object is refused' },
        resources: [
          { kind: 'Service', namespace: 'prod', name: 's', status: 'Synced', health: { status: 'Healthy' } },
          {
            kind: 'Deployment',
            namespace: 'prod',
            name: 'd',
            status: 'OutOfSync',
            health: { status: 'Degraded', message: 'no pod' },
          },
        ],
      }),
    ]);
    expect(said).toBe('1 of 2 Applications Synced and Healthy');
    expect(problems).toEqual([
      'Application b: OutOfSync, Degraded: ComparisonError: no repository; sync Failed: one object is refused; ' +
        'Deployment prod/d is OutOfSync; and 1 more. See charts/delivery/argocd/runbook.md',
    ]);
  });

  test.each([
    ['out of sync', { ...SYNCED, sync: { status: 'OutOfSync' } }, /^Application a: OutOfSync, Healthy: /],
    [
      'not healthy',
      { ...SYNCED, health: { status: 'Progressing' } },
      /^Application a: Synced, Progressing: /,
    ],
    ['never looked at', undefined, /Argo CD has not looked at it yet/],
    ['without health', { sync: { status: 'Synced' } }, /Synced, of no health/],
  ])('one that is %s is a problem', (_, status, problem) => {
    expect(applications([application('a', status)]).problems).toEqual([expect.stringMatching(problem)]);
  });

  test('one that is not in the cluster is drift, and not counted twice', () => {
    const object = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', metadata: { name: 'a' } };
    expect(applications([compared(object)])).toEqual({
      said: '0 of 0 Applications Synced and Healthy',
      problems: [],
    });
  });
});

function certificate(status: object, ready = 'True'): LiveObject {
  const conditions = [{ type: 'Ready', status: ready, message: 'the authority refuses' }];
  return {
    apiVersion: 'cert-manager.io/v1',
    kind: 'Certificate',
    metadata: { name: 'tls', namespace: 'prod' },
    status: { conditions, ...status },
  };
}

const VALID = { notBefore: daysAgo(50), notAfter: daysAgo(-40), renewalTime: daysAgo(-10) };

describe('the age of certificates', () => {
  test('the first to end is named, with its age', () => {
    const other = { ...certificate(VALID), metadata: { name: 'other', namespace: 'prod' } };
    const sooner = certificate({ ...VALID, notAfter: daysAgo(-30) });
    expect(certificates([other, sooner], NOW)).toEqual({
      said: '2 Certificates; the first to end is prod/tls, 50 days old, in 30 days',
      problems: [],
    });
    expect(certificates(undefined, NOW).problems).toEqual([]);
  });

  test.each([
    ['it is not Ready', certificate(VALID, 'False'), 'not Ready: the authority refuses'],
    [
      'it was never issued',
      { ...certificate({}), status: {} },
      'not Ready: cert-manager has not looked at it yet',
    ],
    ['it ended', certificate({ ...VALID, notAfter: daysAgo(1.5) }), 'ended 36 hours ago'],
    [
      'its renewal is overdue',
      certificate({ ...VALID, renewalTime: daysAgo(0.3) }),
      'its renewal is 7 hours overdue; it ends in 40 days',
    ],
  ])('where %s, that is a problem', (_, live, problem) => {
    expect(certificates([live], NOW).problems).toEqual([
      `Certificate prod/tls: ${problem}. See charts/certificates/cert-manager/runbook.md`,
    ]);
  });

  test('a renewal that is under way is none', () => {
    expect(certificates([certificate({ ...VALID, renewalTime: daysAgo(0.2) })], NOW).problems).toEqual([]);
  });
});

/** Sets are two days old at the most. */
function cronJob(
  step: string,
  live: { status?: object; suspend?: boolean; created?: string } = {},
): Compared {
  const object = {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: step, namespace: 'prod', labels: { 'strata.dev/backup': step } },
    spec: {
      jobTemplate: {
        spec: {
          template: {
            spec: { containers: [{ env: [{ name: 'MAX_AGE_SECONDS', value: String(2 * 24 * 3600) }] }] },
          },
        },
      },
    },
  };
  const metadata = { ...object.metadata, creationTimestamp: live.created ?? daysAgo(100) };
  return compared(object, {
    ...object,
    metadata,
    spec: { ...object.spec, suspend: live.suspend },
    status: live.status ?? {},
  });
}

const succeeded = (days: number) => ({ status: { lastSuccessfulTime: daysAgo(days) } });

describe('the age of backups', () => {
  test('where none is rendered, it says so', () => {
    expect(backups([], NOW)).toEqual({
      said: 'no CronJob with the label strata.dev/backup is rendered: nothing is backed up',
      problems: [],
    });
  });

  test('each has the age that its alert allows: a check a day more than the backup, a drill a month', () => {
    const runs = [
      cronJob('backup', succeeded(1.9)),
      cronJob('check', succeeded(2.9)),
      cronJob('drill', succeeded(35)),
    ];
    expect(backups(runs, NOW)).toEqual({
      said: '3 CronJobs of backups, checks and drills; the oldest success is that of prod/drill, 35 days ago',
      problems: [],
    });
  });

  test.each([
    [
      'a backup that is too old',
      cronJob('backup', succeeded(2.1)),
      /^CronJob prod\/backup: its last success is 50 hours old, 48 hours are allowed/,
    ],
    [
      'a check that is too old',
      cronJob('check', succeeded(3.1)),
      /^CronJob prod\/check: its last success is 74 hours old/,
    ],
    [
      'a drill that is too old',
      cronJob('drill', succeeded(37)),
      /^CronJob prod\/drill: its last success is 37 days old, 36 days are allowed/,
    ],
    ['one that never succeeded', cronJob('backup'), /no run has succeeded since it was made 100 days ago/],
    ['one that is suspended', cronJob('backup', { ...succeeded(1), suspend: true }), /it is suspended/],
  ])('%s is a problem', (_, run, problem) => {
    expect(backups([run], NOW).problems).toEqual([expect.stringMatching(problem)]);
  });

  test('a new one is waited for', () => {
    expect(backups([cronJob('backup', { created: daysAgo(1) })], NOW).problems).toEqual([]);
  });
});
