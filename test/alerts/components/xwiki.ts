import { backupAges } from '../backup-age';
import { stoppedWorkload } from '../maintenance';
import { series, type AlertTests, type Instance } from '../table';
import { volumeFillingUp, volumeFullSoon } from '../volume';

/** kube-state-metrics 2.20.0 (internal/store/deployment.go, pod.go), as scraped with honorLabels. */
export function xwiki(instance: Instance): AlertTests {
  const { id, namespace } = instance;
  const scraped = { job: 'kube-state-metrics', instance: '10.42.0.20:8080' };
  const deployment = { ...scraped, namespace, deployment: 'xwiki' };
  const pod = { ...scraped, namespace, pod: 'xwiki-5d8f-abcde', uid: 'f3a1', container: 'xwiki' };
  const available = series('kube_deployment_status_replicas_available', deployment);
  const restarts = series('kube_pod_container_status_restarts_total', pod);
  const volume = { namespace, claim: 'xwiki-data' };
  return {
    targets: [],
    alerts: {
      XwikiInMaintenance: stoppedWorkload(instance, 'deployment', 'xwiki'),
      XwikiDown: {
        severity: 'critical',
        fires: {
          'no pod is ready for ten minutes': {
            series: { [available]: '1x9 0x9 1x9' },
            ...{ minutes: [14, 19], labels: deployment, summary: `XWiki of ${namespace} is not available` },
          },
        },
        silent: {
          'it is there': { [available]: '1x20' },
          'a restart of three minutes': { [available]: '1x9 0x3 1x9' },
        },
      },
      XwikiRestarting: {
        severity: 'warning',
        fires: {
          'three restarts, ten minutes between each': {
            series: { [restarts]: '5x9 6x9 7x9 8x60' },
            // until the first of them is an hour ago
            minutes: [30, 68],
            labels: pod,
            summary: `XWiki of ${namespace} restarts again and again`,
          },
        },
        silent: {
          'two restarts': { [restarts]: '5x9 6x9 7x80' },
          'three restarts in three hours': { [restarts]: '5x9 6x69 7x69 8x30' },
        },
      },
      XwikiVolumeFillingUp: volumeFillingUp({
        ...volume,
        summary: `The volume of XWiki in ${namespace} is 81% full`,
      }),
      XwikiVolumeFullSoon: volumeFullSoon({
        ...volume,
        summary: `The volume of XWiki in ${namespace} is full within four days`,
      }),
      ...backupAges({ prefix: 'Xwiki', id, kind: 'logical', hours: 30 }),
      ...backupAges({ prefix: 'XwikiExport', id, kind: 'export', hours: 30 }),
    },
  };
}
