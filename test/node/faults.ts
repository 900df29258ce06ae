import { constant, judgeAlerts } from './alerts';
import { confined } from './confinement';
import { Findings } from './findings';
import { PAUSE } from './images';
import type { Scene } from './scene';

/** A namespace without a Pod Security Standard, of which no component renders anything. */
const NAMESPACE = 'default';
const NAME = 'unconfined';
const PATIENCE_SECONDS = 60;

/** Broken on purpose: the assertions of the other scenarios must find each, and say so. */
export async function faultsScenario({ stage, report, name }: Scene): Promise<void> {
  await report.group(`${name} unconfined`, async () => {
    const found = new Findings();
    await stage.kubectl(['apply', '-f', '-'], JSON.stringify(POD));
    await stage.until('the pod', PATIENCE_SECONDS, async () => {
      const { status } = await stage.live('v1', 'Pod', NAMESPACE, NAME);
      return status?.phase === 'Running' || undefined;
    });
    const { problems } = await confined(stage, [NAMESPACE]);
    for (const what of WRONG)
      found.holds(
        `nobody saw that it ${what}: ${problems.join(', ')}`,
        problems.some((text) => text.endsWith(what)),
      );
    return found.outcome('a pod without any of the hardening is found out, in each respect');
  });
  await report.group(`${name} alerts`, async () => {
    const found = new Findings();
    const judge = (fires: boolean) =>
      judgeAlerts(
        stage.programs.kubernetes.promtool,
        stage.folder,
        RULE,
        [constant('success{kind="a"}', 0, 10, 86_400)],
        [{ after: 7200, alert: 'Overdue', labels: { kind: 'a' }, fires }],
      );
    found.holds('promtool says that an alert that fires is silent', (await judge(false)).length > 0);
    found.holds('promtool says that an alert that is to fire does not', (await judge(true)).length === 0);
    return found.outcome('an alert that fires is not taken for one that is silent');
  });
}

const WRONG = [
  'runs as root',
  'has capabilities',
  'can gain privileges',
  'has no seccomp filter',
  'can write to its root folder',
  'has another memory limit than the manifest',
];

const POD = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: NAME, namespace: NAMESPACE },
  spec: {
    terminationGracePeriodSeconds: 0,
    automountServiceAccountToken: false,
    containers: [{ name: NAME, image: PAUSE, imagePullPolicy: 'Never', command: ['sleep', 'infinity'] }],
  },
};

const RULE = {
  apiVersion: 'monitoring.coreos.com/v1',
  kind: 'PrometheusRule',
  metadata: { name: 'overdue' },
  spec: { groups: [{ name: 'overdue', rules: [{ alert: 'Overdue', expr: 'time() - success > 3600' }] }] },
};
