import { series, type AlertTest } from './table';

interface VolumeTest {
  readonly namespace: string;
  readonly claim: string;
  readonly summary: string;
}

/** The kubelet's statistics of a claim (pkg/kubelet/metrics/collectors/volume_stats.go of Kubernetes v1.36.3), as scraped with honorLabels. */
const kubelet = (
  metric: string,
  { namespace, claim }: Pick<VolumeTest, 'namespace' | 'claim'>,
): { name: string; labels: Readonly<Record<string, string>> } => {
  const labels = {
    ...{ namespace, persistentvolumeclaim: claim },
    ...{
      job: 'kubelet',
      service: 'kubelet',
      endpoint: 'https-metrics',
      instance: '10.0.0.11:10250',
      node: 'server',
    },
  };
  return { name: series(`kubelet_volume_stats_${metric}_bytes`, labels), labels };
};

/** More than four fifths full for two minutes, whatever the volume's size. */
export function volumeFillingUp(test: VolumeTest): AlertTest {
  const { name: used, labels } = kubelet('used', test);
  const { name: capacity } = kubelet('capacity', test);
  const other = kubelet('used', { ...test, claim: 'another' }).name;
  return {
    severity: 'critical',
    fires: {
      'it is 81 % full, until it is made larger': {
        series: { [used]: '79x9 81x19', [capacity]: '100x19 200x9' },
        ...{ minutes: [12, 19], labels, summary: test.summary },
      },
    },
    silent: {
      'four fifths are used': { [used]: '80x20', [capacity]: '100x20' },
      'a file of one minute': { [used]: '79x9 99x1 79x9', [capacity]: '100x29' },
      'another volume is full': { [used]: '50x20', [capacity]: '100x20', [other]: '100x20' },
    },
  };
}

/** At the pace of six hours it is full within four days, and has been for an hour. 1,440 minutes are a day. */
export function volumeFullSoon(test: VolumeTest): AlertTest {
  const { name: available, labels } = kubelet('available', test);
  return {
    severity: 'warning',
    fires: {
      'it is full after 3.97 days, until it is made larger': {
        series: { [available]: '10000-1.75x120 20000x60' },
        // two values make a pace
        ...{ minutes: [61, 120], labels, summary: test.summary },
      },
    },
    silent: {
      'it is full after 4.34 days': { [available]: '10000-1.6x120' },
      'nothing is written': { [available]: '10000x120' },
      'a burst of half an hour on a quiet volume': { [available]: '10000x60 10000-5x30 9850x120' },
    },
  };
}
