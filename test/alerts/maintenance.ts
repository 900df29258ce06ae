import type { Labels } from '../../charts/core/labels';
import { series, type AlertTest, type Instance, type Timeline } from './table';

/** What Prometheus reads of one pod. */
interface Pod {
  readonly labels: Labels & { readonly pod: string };
  series(metric: string): string;
}

/** Four hours without a pod that the settings want to be away. */
function stopped(
  { id }: Pick<Instance, 'id'>,
  labels: Readonly<Record<string, string>>,
  away: (minutes: number) => Timeline,
  there: Timeline,
): AlertTest {
  return {
    severity: 'warning',
    fires: {
      'five hours, until it is started again': {
        series: away(300),
        // it holds from minute 10 on
        minutes: [250, 309],
        labels,
        summary: `${id} is stopped by its settings for more than four hours`,
      },
    },
    silent: { 'it runs': there, 'three hours of work': away(180) },
  };
}

/** kube-state-metrics 2.20.0 (internal/store/statefulset.go, deployment.go), as scraped with honorLabels. */
export function stoppedWorkload(
  instance: Instance,
  kind: 'statefulset' | 'deployment',
  name: string,
): AlertTest {
  const { namespace } = instance;
  const metric = kind === 'statefulset' ? 'kube_statefulset_replicas' : 'kube_deployment_spec_replicas';
  const scraped = { job: 'kube-state-metrics', instance: '10.42.0.20:8080' };
  const labels = { ...scraped, namespace, [kind]: name };
  const replicas = series(metric, labels);
  const other = series(metric, { ...scraped, namespace, [kind]: 'another' });
  return stopped(instance, labels, (minutes) => ({ [replicas]: `1x9 0x${minutes - 1} 1x9` }), {
    [replicas]: '1x300',
    [other]: '0x300',
  });
}

/** A server of CloudNativePG that its settings should have stopped. */
export function stillRuns(instance: Instance, pod: Pod): AlertTest {
  const up = pod.series('cnpg_collector_up');
  return {
    severity: 'warning',
    fires: {
      'half an hour, until the operator stops it': {
        series: { [up]: '0x9 1x29 stale' },
        minutes: [25, 39],
        labels: pod.labels,
        summary: `${pod.labels.pod} of ${instance.namespace} runs, although its settings stop it`,
      },
    },
    silent: { 'it stops in ten minutes': { [up]: '1x9 stale _x20' }, 'it does not answer': { [up]: '0x30' } },
  };
}

/** No server of CloudNativePG is there to be asked. */
export function stoppedServers(instance: Instance, up: string): AlertTest {
  return stopped(
    instance,
    { namespace: instance.namespace },
    (minutes) => ({ [up]: `1x9 stale _x${minutes - 1} 1x9` }),
    { [up]: '1x300' },
  );
}
