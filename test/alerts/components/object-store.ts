import { backupAges } from '../backup-age';
import { stoppedWorkload } from '../maintenance';
import { Target, type AlertTest, type AlertTests, type Instance } from '../table';
import { volumeFillingUp, volumeFullSoon } from '../volume';

/** SeaweedFS 4.48 (weed/stats/metrics.go): master, volume server, filer and S3 in one process. */
export function objectStore(instance: Instance): AlertTests {
  const { id, namespace } = instance;
  const server = new Target({
    ...{ namespace, service: 'object-store', pod: 'object-store-0', container: 'object-store' },
    instance: '10.42.0.14:9327',
  });
  const { labels } = server;
  const up = server.series('up');
  const volume = { namespace, claim: 'data-object-store-0' };
  const subject = `The volume of the object store in ${namespace}`;
  return {
    targets: [server],
    alerts: {
      ObjectStoreInMaintenance: stoppedWorkload(instance, 'statefulset', 'object-store'),
      ObjectStoreDown: {
        severity: 'critical',
        fires: {
          'it does not answer for ten minutes': {
            series: { [up]: '1x9 0x9 1x9' },
            ...{ minutes: [13, 19], labels, summary: `The object store of ${namespace} does not answer` },
          },
          'the pod is away for ten minutes': {
            series: { [up]: '1x9 stale _x9 1x9' },
            minutes: [13, 19],
            labels: { namespace, job: 'object-store' },
            summary: `The object store of ${namespace} does not answer`,
          },
        },
        silent: { 'it answers': { [up]: '1x20' }, 'a restart of two minutes': { [up]: '1x9 0x2 1x9' } },
      },
      ...ofRequests(server, namespace),
      ObjectStoreSettleFailing: settleFailing(server, namespace),
      ObjectStoreDiskLow: diskLow(server, namespace),
      ...ofQuotas(server, namespace),
      ObjectStoreVolumeFillingUp: volumeFillingUp({ ...volume, summary: `${subject} is 81% full` }),
      ObjectStoreVolumeFullSoon: volumeFullSoon({
        ...volume,
        summary: `${subject} is full within four days`,
      }),
      ...backupAges({ prefix: 'ObjectStoreBuckets', id, kind: 'buckets', hours: 30 }),
    },
  };
}

function ofRequests(server: Target, namespace: string): AlertTests['alerts'] {
  const requests = (code: string, type = 'GET') =>
    server.series('SeaweedFS_s3_request_total', { bucket: 'images', code, type });
  const [good, broken, denied] = [requests('200'), requests('500', 'PUT'), requests('403')];
  return {
    ObjectStoreErrors: {
      severity: 'warning',
      fires: {
        '54 of each thousand fail, for an hour': {
          series: { [good]: '0+946x120', [broken]: '0x9 0+54x60 3240x49' },
          // the first is in minute 11, five minutes are full of them in minute 15, and ten minutes later it fires; the last is in minute 70
          minutes: [25, 70],
          labels: { namespace },
          summary: `The object store of ${namespace} fails at 5.4% of all requests`,
        },
      },
      silent: {
        'nothing fails': { [good]: '0+100x60', [broken]: '0x60' },
        '5 failures beside each 100': { [good]: '0+100x60', [broken]: '0+5x60' },
        'all fails for five minutes': {
          [good]: '0+100x9 1000x5 1000+100x45',
          [broken]: '0x9 0+100x5 500x45',
        },
        'callers are refused': { [good]: '0+100x60', [broken]: '0x60', [denied]: '0+0.5x60' },
      },
    },
    ObjectStoreAccessDenied: {
      severity: 'warning',
      fires: {
        'one refused each minute, for half an hour': {
          series: { [denied]: '0x9 0+1x29 29x20', [good]: '0+100x59' },
          // eleven in a quarter of an hour are there in minute 21; ten, which count as 10.7 of fifteen minutes, are left in minute 43
          minutes: [31, 43],
          labels: { namespace },
          summary: `The object store of ${namespace} refuses keys, buckets or actions`,
        },
      },
      silent: {
        'nobody is refused': { [denied]: '0x60', [good]: '0+100x60' },
        'five in a quarter of an hour': { [denied]: '0x9 0+1x4 5x40' },
        'eight in each quarter of an hour': { [denied]: '0+0.5x60' },
      },
    },
  };
}

function settleFailing(server: Target, namespace: string): AlertTest {
  const state = server.series('SeaweedFS_s3_uploaded_objects', { bucket: 'strata-state' });
  const other = server.series('SeaweedFS_s3_uploaded_objects', { bucket: 'images' });
  const up = server.series('up');
  const summary = `Nobody looks after the buckets of ${namespace}`;
  return {
    severity: 'warning',
    fires: {
      'no object is written for an hour and a half, while applications write theirs': {
        series: { [state]: '0+1x10 11x90 12+1x9', [other]: '0+9x110' },
        // the last one is in minute 11; half an hour later there is none within half an hour
        minutes: [55, 101],
        labels: { ...server.labels, bucket: 'strata-state' },
        summary,
      },
      'the server has started anew, and none is written for an hour': {
        series: { [up]: '1x80', [state]: '_x60 0+1x20', [other]: '0+9x80' },
        minutes: [15, 59],
        labels: server.labels,
        summary,
      },
    },
    silent: {
      'one every five minutes': {
        [state]: '0x4 1x4 2x4 3x4 4x4 5x4 6x4 7x4 8x4 9x4 10x4 11x4 12x4 13x4 14x4',
      },
      'a pause of half an hour': { [state]: '0+1x10 11x30 12+1x30' },
      'the first one ten minutes after a start': { [up]: '1x60', [state]: '_x10 0+1x50' },
      'the server is away, which another alert says': { [up]: '0x60' },
    },
  };
}

function diskLow(server: Target, namespace: string): AlertTest {
  const readOnly = (collection: string, type: string) =>
    server.series('SeaweedFS_volumeServer_read_only_volumes', { collection, type });
  const low = readOnly('images', 'isDiskSpaceLow');
  const none = { [readOnly('documents', 'isDiskSpaceLow')]: '0x30' };
  return {
    severity: 'critical',
    fires: {
      'one volume takes nothing for ten minutes': {
        series: { ...none, [low]: '0x9 1x9 0x9' },
        minutes: [14, 19],
        labels: { namespace },
        summary: `The object store of ${namespace} takes no more objects: its volume is full`,
      },
    },
    silent: {
      'all take objects': { ...none, [low]: '0x20' },
      'one of three minutes': { ...none, [low]: '0x9 1x3 0x9' },
      'a bucket is over its quota': {
        ...none,
        [readOnly('images', 'noWriteCanDelete')]: '1x30',
        [low]: '0x30',
      },
    },
  };
}

function ofQuotas(server: Target, namespace: string): AlertTests['alerts'] {
  const of = (metric: string) => server.series(`SeaweedFS_s3_bucket_${metric}`, { bucket: 'images' });
  const [size, quota, readOnly] = [of('size_bytes'), of('quota_bytes'), of('read_only')];
  const labels = { ...server.labels, bucket: 'images' };
  const other = server.series('SeaweedFS_s3_bucket_size_bytes', { bucket: 'documents' });
  return {
    ObjectStoreBucketFillingUp: {
      severity: 'warning',
      fires: {
        'it is 81 % full, until the quota is raised': {
          series: { [size]: '50x9 81x29', [quota]: '100x29 200x9' },
          minutes: [25, 29],
          labels,
          summary: `The bucket images of ${namespace} uses 81% of its quota`,
        },
      },
      silent: {
        'four fifths': { [size]: '80x40', [quota]: '100x40' },
        'a peak of ten minutes': { [size]: '50x9 99x10 50x20', [quota]: '100x40' },
        'a bucket without a quota grows': { [size]: '50x40', [quota]: '100x40', [other]: '500x40' },
      },
    },
    ObjectStoreBucketFull: {
      severity: 'critical',
      fires: {
        'it is over its quota for ten minutes': {
          series: { [readOnly]: '0x9 1x9 0x9' },
          minutes: [14, 19],
          labels,
          summary: `The bucket images of ${namespace} is over its quota: writes are refused`,
        },
      },
      silent: {
        'it takes objects': { [readOnly]: '0x20' },
        'for three minutes': { [readOnly]: '0x9 1x3 0x9' },
      },
    },
  };
}
