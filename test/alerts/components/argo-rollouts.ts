import { Target, type AlertTests, type Instance } from '../table';

/** v1.9.1 of argo-rollouts: controller/metrics/rollouts.go, prommetrics.go. */
export function argoRollouts({ namespace }: Instance): AlertTests {
  const onPod = (pod: string, instance: string) =>
    new Target({ namespace, service: 'argo-rollouts', container: 'argo-rollouts', pod, instance });
  const leader = onPod('argo-rollouts-0', '10.42.0.60:8090');
  const other = onPod('argo-rollouts-1', '10.42.0.61:8090');
  const release = (phase: string, of: Target = leader, name = 'shop'): string =>
    of.series('rollout_info', {
      ...{ namespace: 'production', name, phase },
      ...{ strategy: 'canary', traffic_router: '' },
    });
  const down = { labels: {}, summary: 'Argo Rollouts does not answer' };
  const failed = {
    labels: { exported_namespace: 'production', name: 'shop' },
    summary: 'The release of shop in production has failed',
  };
  const fails = (phase: string) => ({
    series: { [release('Progressing')]: '1x9 stale', [release(phase)]: '_x10 1x29 stale' },
    ...{ minutes: [15, 39] as const, ...failed },
  });
  return {
    targets: [leader],
    alerts: {
      ArgoRolloutsDown: {
        severity: 'warning',
        fires: {
          'none answers for twenty minutes': {
            series: { [leader.series('up')]: '1x9 0x19 1x9', [other.series('up')]: '1x9 0x19 1x9' },
            ...{ minutes: [20, 29], ...down },
          },
          'there is none for twenty minutes': {
            series: { [leader.series('up')]: '1x9 stale _x19 1x9' },
            ...{ minutes: [20, 29], ...down },
          },
        },
        silent: {
          'one of two answers': { [leader.series('up')]: '0x30', [other.series('up')]: '1x30' },
          'a roll-out of nine minutes': { [leader.series('up')]: '1x9 0x8 1x9' },
        },
      },
      ArgoRolloutsReleaseFailed: {
        severity: 'warning',
        fires: {
          'an analysis aborts it': fails('Abort'),
          'it runs out of time': fails('Timeout'),
          'its pods cannot be made': fails('Error'),
          'it names a Service that is not there': fails('InvalidSpec'),
          'another pod takes the lead meanwhile': {
            series: {
              [release('Abort')]: '_x10 1x9 stale',
              [release('Abort', other)]: '_x20 1x19 stale',
            },
            ...{ minutes: [15, 39], ...failed },
          },
        },
        silent: {
          'releases go on, wait for a person, or are done': {
            [release('Progressing')]: '1x30',
            [release('Paused', leader, 'wiki')]: '1x30',
            [release('Completed', leader, 'mail')]: '1x30',
          },
          'no release is in such a phase': { [release('Abort')]: '0x30' },
          'it is retried within four minutes': {
            [release('Abort')]: '_x10 1x3 stale',
            [release('Progressing')]: '1x9 stale _x4 1x9',
          },
        },
      },
    },
  };
}
