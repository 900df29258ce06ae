import { clusterJsonSchema } from '../../charts/settings';
import { keyPaths, schemaAt } from '../../settings/json-schema';
import { OWN } from '../../settings/own';

const steps = (path: string) =>
  path.split('.').flatMap((step) => (step.endsWith('[]') ? [step.slice(0, -2), 0] : [step]));

/** Whether a setting, or what it lies in, is declared as one cluster's own. */
const isOwn = (path: string): boolean => {
  const all = steps(path);
  return all.some((_, index) => schemaAt(clusterJsonSchema(), all.slice(0, index + 1), undefined)?.[OWN]);
};

const paths = keyPaths(clusterJsonSchema());
/** Keys that mean the same wherever they stand: a new component declares them, too. */
const ALWAYS =
  /(^|[.])(cpu|memory|size|disk|replicas|instances|host|hosts|endpoint|bucket|recipient|maintenance|namespace|noBackup|quota)$/;

test('what differs from cluster to cluster by its nature is declared as its own, in every component', () => {
  // the quota of a bucket limits an application, not a cluster
  const expected = paths.filter((path) => ALWAYS.test(path) && !path.includes('buckets[]'));
  expect(expected.length).toBeGreaterThan(60);
  expect(expected.filter((path) => !isOwn(path))).toEqual([]);
});

test('what one cluster can prove for another is not', () => {
  const carried = [
    'ingress.rateLimit.average',
    'backup.retentionDays',
    'components.prometheus.retention',
    'components.kyverno.failurePolicy',
    'components.longhorn.snapshots.keep',
    'environments[].components.postgresql.version',
    'environments[].components.redis.engine',
  ];
  expect(paths).toEqual(expect.arrayContaining(carried));
  expect(carried.filter(isOwn)).toEqual([]);
});

test('each says why in words of its own', () => {
  const reasons = paths.flatMap((path) => schemaAt(clusterJsonSchema(), steps(path), undefined)?.[OWN] ?? []);
  expect(new Set(reasons).size).toBeGreaterThan(8);
  expect(reasons.filter((reason) => !/^[a-z].{20,}[^.]$/.test(reason))).toEqual([]);
});
