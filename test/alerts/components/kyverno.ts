import { partDown } from '../parts';
import { Target, type AlertTest, type AlertTests, type Instance } from '../table';

/** v1.18.2 of kyverno: pkg/metrics/admission.go. */
export function kyverno({ namespace, objects }: Instance): AlertTests {
  const part = (service: string, container: string, index: number): Target =>
    new Target({
      ...{ namespace, service, pod: `${service}-0`, container },
      instance: `10.42.0.${index + 1}:8000`,
    });
  const admission = part('kyverno-svc', 'kyverno', 0);
  const parts = [
    admission,
    part('kyverno-background-controller', 'controller', 1),
    part('kyverno-cleanup-controller', 'controller', 2),
    part('kyverno-reports-controller', 'controller', 3),
  ];
  // the rule is there where a flag of the admission controller says that nothing is forced to Ignore
  const refuses = JSON.stringify(objects).includes('--forceFailurePolicyIgnore=false');
  return {
    targets: parts,
    alerts: {
      KyvernoDown: partDown(parts),
      KyvernoAdmissionSlow: slow(admission),
      ...(refuses && { KyvernoRefusesChanges: refusing(admission) }),
    },
  };
}

/** Reviews of one kind of object: how many there were, and the seconds they took together. */
function slow(admission: Target): AlertTest {
  const series = (part: string): string =>
    admission.series(`kyverno_admission_review_duration_seconds_${part}`, {
      resource_kind: 'Pod',
      resource_request_operation: 'create',
      request_allowed: 'true',
    });
  const [sum, count] = [series('sum'), series('count')];
  return {
    severity: 'warning',
    fires: {
      'each of ten reviews a minute takes two seconds for an hour': {
        // a window of ten minutes has nine steps: five slow ones of them lift the mean above one second, which minute 25 is the first to have
        series: { [count]: '0+10x99', [sum]: '0+1x20 40+20x58 1201+1x18' },
        minutes: [40, 83],
        labels: { namespace: admission.labels.namespace },
        summary: 'Kyverno takes 2s to judge a change',
      },
    },
    silent: {
      'a tenth of a second each': { [count]: '0+10x60', [sum]: '0+1x60' },
      'nine tenths of a second each': { [count]: '0+10x60', [sum]: '0+9x60' },
      'nobody asks': { [count]: '7x60', [sum]: '70x60' },
    },
  };
}

function refusing(admission: Target): AlertTest {
  const up = admission.series('up');
  const replica = new Target({ ...admission.spec, pod: 'another', instance: '10.42.1.1:8000' }).series('up');
  const labels = { job: admission.spec.service, namespace: admission.labels.namespace };
  const summary = 'Kyverno does not answer, and the API server refuses what its policies judge';
  return {
    severity: 'critical',
    fires: {
      'its only pod does not answer for ten minutes': {
        series: { [up]: '1x9 0x9 1x9' },
        minutes: [13, 19],
        labels,
        summary,
      },
      'it is not there for ten minutes': {
        series: { [up]: '1x9 stale _x9 1x9' },
        minutes: [13, 19],
        labels,
        summary,
      },
    },
    silent: {
      'it answers': { [up]: '1x20' },
      'one of two pods does not': { [up]: '0x20', [replica]: '1x20' },
      'a restart of two minutes': { [up]: '1x9 0x1 1x9' },
    },
  };
}
