import { partDown } from '../parts';
import { replicasOf, Target, type AlertTest, type AlertTests, type Instance, type Timeline } from '../table';

const PARTS = [
  'argocd-application-controller',
  'argocd-repo-server',
  'argocd-server',
  'argocd-notifications-controller',
] as const;

const APPLICATION = { name: 'mysql-prod', project: 'data' };

/** v3.5.1 of Argo CD: controller/metrics/metrics.go, reposerver/metrics/metrics.go; pkg/controller/metrics.go of its notifications-engine. */
export function argocd(instance: Instance): AlertTests {
  const { namespace } = instance;
  const [controller, repoServer, server, notifications] = PARTS.map(
    (service, index) =>
      new Target({
        ...{ namespace, service, pod: `${service}-0`, container: service, instance: `10.42.0.${index}:8082` },
      }),
  ) as [Target, Target, Target, Target];
  // where there are no receivers there is no notifications controller
  const notifies = replicasOf(instance, notifications.spec.service) > 0;
  const parts = [controller, repoServer, server, ...(notifies ? [notifications] : [])];
  const failing = (labels: { service: string; trigger: string; succeeded?: string }): string =>
    notifications.series('argocd_notifications_deliveries_total', { succeeded: 'false', ...labels });
  const mail = { service: 'email', trigger: 'on-health-degraded' };
  const cache = (failed: string): string =>
    controller.series('argocd_redis_request_total', {
      ...{ hostname: 'argocd-application-controller-0', command: 'get', failed },
      initiator: 'argocd-application-controller',
    });
  return {
    targets: parts,
    alerts: {
      ArgocdDown: partDown(parts),
      ArgocdApplicationOutOfSync: inState(controller, 'sync_status', {
        states: ['OutOfSync', 'Unknown'],
        good: 'Synced',
        ...{ wait: 30, summary: 'Application mysql-prod is not what git says' },
      }),
      ArgocdApplicationUnhealthy: inState(controller, 'health_status', {
        states: ['Degraded', 'Missing', 'Unknown'],
        good: 'Progressing',
        ...{ wait: 15, summary: 'Application mysql-prod is not healthy' },
      }),
      ArgocdApplicationStuck: inState(controller, 'health_status', {
        states: ['Progressing'],
        good: 'Healthy',
        ...{ wait: 45, summary: 'Application mysql-prod does not get ready' },
      }),
      ArgocdSyncFailed: syncFailed(controller),
      ArgocdRepositoryUnreachable: repositoryUnreachable(repoServer),
      ArgocdCacheFailing: {
        severity: 'warning',
        fires: {
          'requests fail for half an hour': {
            // a pace needs two values, and goes with the last of five minutes
            series: { [cache('true')]: '0x9 0+2x29 58x20', [cache('false')]: '0+60x59' },
            minutes: [26, 42],
            labels: { initiator: 'argocd-application-controller' },
            summary: 'argocd-application-controller cannot use its cache',
          },
        },
        silent: {
          'it works': { [cache('true')]: '5x40', [cache('false')]: '0+60x40' },
          'it is restarted': { [cache('true')]: '0x9 0+2x8 16x40', [cache('false')]: '0+60x59' },
        },
      },
      ArgocdNotificationsFailing: {
        severity: 'warning',
        fires: {
          'the first message is refused': {
            series: { [failing(mail)]: '_x20 1x99' },
            minutes: [20, 79],
            labels: { exported_service: 'email' },
            summary: 'Notifications of Argo CD do not arrive by email',
          },
          'another message is refused': {
            series: { [failing({ ...mail, trigger: 'on-sync-failed' })]: '3x69 4x99' },
            ...{ history: 60, minutes: [70, 128], labels: { exported_service: 'email' } },
            summary: 'Notifications of Argo CD do not arrive by email',
          },
        },
        silent: {
          'messages arrive': { [failing({ ...mail, succeeded: 'true' })]: '0+1x90' },
        },
      },
    },
  };
}

/** What differs between the alerts on an Application's state. */
interface StateTest {
  readonly states: readonly string[];
  /** A state that this alert does not mind. */
  readonly good: string;
  /** Minutes that it has to hold. */
  readonly wait: number;
  readonly summary: string;
}

/** argocd_app_info is 1 with the state among its labels: another state is another series. */
function inState(controller: Target, label: 'sync_status' | 'health_status', test: StateTest): AlertTest {
  const info = (state: string, more = {}): string =>
    controller.series('argocd_app_info', {
      ...{ ...APPLICATION, namespace: 'argocd', autosync_enabled: 'true', operation: '' },
      ...{
        repo: 'https://example.com/strata.git',
        dest_server: 'https://kubernetes.default.svc',
        dest_namespace: 'prod',
      },
      ...{ sync_status: 'Synced', health_status: 'Healthy', [label]: state, ...more },
    });
  const { good, summary, wait } = test;
  const minutes = [10 + wait, 19 + wait] as const;
  return {
    severity: 'warning',
    fires: Object.fromEntries(
      test.states.map((state) => [
        `${state}, while another label changes`,
        {
          series: {
            [info(good)]: `1x9 stale _x${wait + 9} 1x9`,
            [info(state)]: '_x10 1x9 stale',
            [info(state, { operation: 'sync' })]: `_x20 1x${wait - 1} stale`,
          },
          ...{ minutes, labels: APPLICATION, summary },
        },
      ]),
    ),
    silent: {
      [good]: { [info(good)]: `1x${wait + 10}` },
      'a minute less': Object.fromEntries(
        test.states.map((state) => [info(state), `_x10 1x${wait - 1} stale _x9`]).slice(0, 1),
      ),
    },
  };
}

/** The counter of each phase begins with its first failure. */
function syncFailed(controller: Target): AlertTest {
  const total = (phase: string, dryRun = 'false'): string =>
    controller.series('argocd_app_sync_total', {
      ...{ ...APPLICATION, namespace: 'argocd', dest_server: 'https://kubernetes.default.svc' },
      ...{ phase, dry_run: dryRun },
    });
  const text = { labels: APPLICATION, summary: 'A sync of mysql-prod failed' };
  const firing = (minutes: readonly [number, number], series: Timeline, history = 0) => ({
    ...{ series, minutes, history },
    ...text,
  });
  return {
    severity: 'warning',
    fires: Object.fromEntries(
      ['Error', 'Failed'].flatMap((phase) => [
        [`the first ${phase}`, firing([20, 34], { [total(phase)]: '_x20 1x40' })],
        [`the fourth ${phase}`, firing([30, 43], { [total(phase)]: '3x29 4x40' }, 15)],
        [`a Prometheus that is new sees an old ${phase}`, firing([0, 14], { [total(phase)]: '3x40' })],
      ]),
    ),
    silent: {
      'syncs succeed': { [total('Succeeded')]: '0+1x40' },
      'somebody tries out what fails': { [total('Failed', 'true')]: '0+1x40' },
    },
  };
}

/** Counters by repository and revision begin with their first failure. */
function repositoryUnreachable(repoServer: Target): AlertTest {
  const labels = { repo: 'https://example.com/strata.git', revision: 'main' };
  const counters = ['lsremote', 'fetch'].map((what): [string, string] => [
    what,
    repoServer.series(`argocd_git_${what}_fail_total`, labels),
  ]);
  return {
    severity: 'warning',
    fires: Object.fromEntries(
      counters.map(([what, counter]) => [
        `${what} fails every minute for 40 minutes`,
        {
          series: { [counter]: '_x10 1+1x39 40x30' },
          minutes: [26, 62] as const,
          labels: { namespace: repoServer.spec.namespace },
          summary: 'Argo CD cannot read the git repository',
        },
      ]),
    ),
    silent: {
      'it is read': Object.fromEntries(counters.map(([, counter]) => [counter, '4x40'])),
      'one time it is not': Object.fromEntries(counters.map(([, counter]) => [counter, '4x9 5x40'])),
    },
  };
}
