import type { Labels } from '../../../charts/core/labels';
import { counted, held, unanswered } from '../shapes';
import { Target, type AlertTest, type AlertTests, type Instance } from '../table';

/** v2.20.0 of kube-state-metrics: docs/metrics. */
export function kubeStateMetrics({ namespace }: Instance): AlertTests {
  const server = new Target({
    ...{
      namespace,
      service: 'kube-state-metrics',
      pod: 'kube-state-metrics-0',
      container: 'kube-state-metrics',
    },
    ...{ instance: '10.42.0.23:8080', honorLabels: true },
  });
  return {
    targets: [server],
    alerts: {
      KubeStateMetricsDown: unanswered(server, 10, {
        severity: 'warning',
        summary: 'kube-state-metrics does not answer',
      }),
      ...ofPods(server),
      ...ofRollouts(server),
      ...ofOthers(server),
    },
  };
}

const POD = { namespace: 'prod', pod: 'web-0' };
const CONTAINER = { ...POD, container: 'web' };

/** One series per choice of labels, each wrong alone. */
const wrongs = (
  server: Target,
  metric: string,
  choices: readonly Labels[],
  summary: (labels: Labels) => string,
) =>
  Object.fromEntries(
    choices.map((labels) => [
      Object.values(labels).join(' '),
      {
        series: server.series(metric, labels),
        labels: { ...server.labels, ...labels },
        summary: summary(labels),
      },
    ]),
  );

function ofPods(server: Target): Record<string, AlertTest> {
  const waiting = 'kube_pod_container_status_waiting_reason';
  const reasons = (...names: string[]) => names.map((reason) => ({ ...CONTAINER, reason }));
  const running = server.series('kube_pod_status_phase', { ...POD, phase: 'Running' });
  const killed = server.series('kube_pod_container_status_last_terminated_reason', {
    ...CONTAINER,
    reason: 'OOMKilled',
  });
  const restarts = server.series('kube_pod_container_status_restarts_total', CONTAINER);
  const oom = counted(
    'warning',
    15,
    restarts,
    {
      labels: { ...server.labels, ...CONTAINER },
      summary: 'Container web of prod/web-0 was killed at its memory limit',
    },
    { [killed]: '1x90' },
  );
  return {
    KubePodCrashLooping: held(
      { severity: 'warning', wait: 15, well: 0, bad: 1, late: 4 },
      wrongs(
        server,
        waiting,
        reasons('CrashLoopBackOff'),
        () => 'Container web of prod/web-0 ends again and again',
      ),
    ),
    KubePodImageMissing: held(
      { severity: 'warning', wait: 10, well: 0, bad: 1, late: 4 },
      wrongs(
        server,
        waiting,
        reasons('ErrImagePull', 'ImagePullBackOff', 'InvalidImageName'),
        () => 'The image of web in prod/web-0 cannot be pulled',
      ),
    ),
    KubePodPending: held(
      { severity: 'warning', wait: 15, well: 0, bad: 1 },
      wrongs(
        server,
        'kube_pod_status_phase',
        [
          { ...POD, phase: 'Pending' },
          { ...POD, phase: 'Unknown' },
        ],
        ({ phase }) => `prod/web-0 is ${phase}`,
      ),
    ),
    KubePodNotReady: held(
      { severity: 'warning', wait: 15, well: 0, bad: 1, beside: { [running]: 1 } },
      wrongs(
        server,
        'kube_pod_status_ready',
        [{ ...POD, condition: 'false' }],
        () => 'prod/web-0 runs and is not ready',
      ),
    ),
    KubePodOomKilled: oom,
    KubePodEvicted: held(
      { severity: 'warning', wait: 0, well: 0, bad: 1 },
      wrongs(
        server,
        'kube_pod_status_reason',
        [{ ...POD, reason: 'Evicted' }],
        () => 'prod/web-0 was evicted',
      ),
    ),
  };
}

function ofRollouts(server: Target): Record<string, AlertTest> {
  const fewer = (have: string, want: string, labels: Labels, summary: string): AlertTest =>
    held(
      { severity: 'warning', wait: 15, well: 2, bad: 1, beside: { [server.series(want, labels)]: 2 } },
      wrongs(server, have, [labels], () => summary),
    );
  return {
    KubeDeploymentReplicas: fewer(
      'kube_deployment_status_replicas_available',
      'kube_deployment_spec_replicas',
      { namespace: 'prod', deployment: 'web' },
      'Deployment prod/web has too few pods',
    ),
    KubeStatefulSetReplicas: fewer(
      'kube_statefulset_status_replicas_ready',
      'kube_statefulset_replicas',
      { namespace: 'prod', statefulset: 'mysql' },
      'StatefulSet prod/mysql has too few pods',
    ),
    KubeDaemonSetPods: fewer(
      'kube_daemonset_status_number_ready',
      'kube_daemonset_status_desired_number_scheduled',
      { namespace: 'ingress', daemonset: 'traefik' },
      'DaemonSet ingress/traefik lacks pods on some nodes',
    ),
    KubeJobFailed: held(
      { severity: 'warning', wait: 5, well: 0, bad: 1 },
      wrongs(
        server,
        'kube_job_failed',
        [{ namespace: 'prod', job_name: 'import', condition: 'true' }],
        () => 'Job prod/import failed',
      ),
    ),
  };
}

function ofOthers(server: Target): Record<string, AlertTest> {
  const quota = { namespace: 'prod', resourcequota: 'quota', resource: 'requests.memory' };
  const claim = { namespace: 'prod', persistentvolumeclaim: 'data-mysql-0' };
  const node = { node: 'worker-1' };
  return {
    KubeQuotaNearlyUsed: held(
      {
        ...{ severity: 'warning', wait: 15, well: 94, bad: 96 },
        beside: { [server.series('kube_resourcequota', { ...quota, type: 'hard' })]: 100 },
      },
      {
        '96 %': {
          series: server.series('kube_resourcequota', { ...quota, type: 'used' }),
          labels: { ...server.labels, ...quota },
          summary: '96% of the quota of prod for requests.memory are used',
        },
      },
    ),
    KubeClaimPending: held(
      { severity: 'warning', wait: 15, well: 0, bad: 1 },
      wrongs(
        server,
        'kube_persistentvolumeclaim_status_phase',
        [
          { ...claim, phase: 'Pending' },
          { ...claim, phase: 'Lost' },
        ],
        ({ phase }) => `Claim prod/data-mysql-0 is ${phase}`,
      ),
    ),
    KubeNodeNotReady: held(
      { severity: 'critical', wait: 3, well: 1, bad: 0 },
      wrongs(
        server,
        'kube_node_status_condition',
        [{ ...node, condition: 'Ready', status: 'true' }],
        () => 'Node worker-1 is not ready',
      ),
    ),
    KubeNodePressure: held(
      { severity: 'warning', wait: 5, well: 0, bad: 1 },
      wrongs(
        server,
        'kube_node_status_condition',
        [{ ...node, condition: 'DiskPressure', status: 'true' }],
        () => 'Node worker-1 has DiskPressure',
      ),
    ),
  };
}
