import { changed, counted, held, share } from '../shapes';
import { Target, type AlertTest, type AlertTests, type Instance } from '../table';

/** v1.12.1 of node_exporter: collector/. The monitor adds the label `node`. */
export function nodeExporter({ namespace }: Instance): AlertTests {
  const exporter = new Target({
    ...{ namespace, service: 'node-exporter', pod: 'node-exporter-aaaaa', container: 'node-exporter' },
    instance: '10.0.0.11:9100',
  });
  return {
    targets: [exporter],
    alerts: { ...ofLoad(exporter), ...ofFileSystems(exporter), ...ofClockAndNetwork(exporter) },
  };
}

const NODE = { node: 'worker-1' };
const FILE_SYSTEMS = ['ext4', 'xfs', 'btrfs'];

function ofLoad(exporter: Target): Record<string, AlertTest> {
  const labels = { ...exporter.labels, ...NODE };
  const of = (metric: string, more = {}): string => exporter.series(metric, { ...NODE, ...more });
  const idle = of('node_cpu_seconds_total', { cpu: '0', mode: 'idle' });
  const waits = of('node_cpu_seconds_total', { cpu: '0', mode: 'iowait' });
  return {
    NodeDown: held(
      { severity: 'critical', wait: 4, well: 1, bad: 0 },
      {
        'it does not answer': { series: of('up'), labels, summary: 'Node worker-1 does not answer' },
      },
    ),
    NodeCpuBusy: {
      severity: 'warning',
      fires: {
        // seconds a minute: 5.4 of 60 are 9 %
        '91 % busy for forty minutes': {
          series: { [idle]: changed(30, 5.4), [waits]: '1000x80' },
          ...{ minutes: [54, 60], labels: NODE, summary: 'The processors of worker-1 are busy' },
        },
      },
      silent: {
        'half idle': { [idle]: '1000+30x80', [waits]: '1000x80' },
        'half of the little time left is waited for disks': {
          [idle]: '1000+3.6x80',
          [waits]: '1000+3.6x80',
        },
      },
    },
    NodeMemoryShort: held(
      {
        ...{ severity: 'warning', wait: 15, well: 105, bad: 95 },
        beside: { [of('node_memory_MemTotal_bytes')]: 1000 },
      },
      {
        '9.5 % are left': {
          series: of('node_memory_MemAvailable_bytes'),
          labels,
          summary: 'worker-1 has 9.5% of its memory left',
        },
      },
    ),
    NodeOomKill: counted('warning', 10, of('node_vmstat_oom_kill'), {
      labels,
      summary: 'The kernel of worker-1 killed a process for lack of memory',
    }),
  };
}

function ofFileSystems(exporter: Target): Record<string, AlertTest> {
  const on = (fstype: string) => ({ ...NODE, device: '/dev/sda1', fstype, mountpoint: '/data' });
  const low = (
    spec: { severity: 'critical' | 'warning'; wait: number },
    [left, all]: readonly [string, string],
    summary: string,
  ): AlertTest =>
    held(
      {
        ...{ ...spec, well: 52, bad: 48 },
        beside: Object.fromEntries(FILE_SYSTEMS.map((type) => [exporter.series(all, on(type)), 1000])),
      },
      Object.fromEntries(
        FILE_SYSTEMS.map((type) => [
          type,
          { series: exporter.series(left, on(type)), labels: { ...exporter.labels, ...on(type) }, summary },
        ]),
      ),
    );
  return {
    NodeDiskFillsUp: fillsUp(exporter, on),
    NodeDiskFull: low(
      { severity: 'critical', wait: 4 },
      ['node_filesystem_avail_bytes', 'node_filesystem_size_bytes'],
      '/data of worker-1 has 4.8% left',
    ),
    NodeInodesShort: low(
      { severity: 'warning', wait: 15 },
      ['node_filesystem_files_free', 'node_filesystem_files'],
      '/data of worker-1 has 4.8% of its inodes left',
    ),
    NodeDiskReadOnly: held(
      { severity: 'critical', wait: 4, well: 0, bad: 1 },
      Object.fromEntries(
        FILE_SYSTEMS.map((type) => [
          type,
          {
            series: exporter.series('node_filesystem_readonly', on(type)),
            labels: { ...exporter.labels, ...on(type) },
            summary: '/data of worker-1 is read-only',
          },
        ]),
      ),
    ),
  };
}

/** At the pace of six hours it is full within 1,440 minutes, and less than two fifths are left. */
function fillsUp(exporter: Target, on: (fstype: string) => Record<string, string>): AlertTest {
  const left = (type: string): string => exporter.series('node_filesystem_avail_bytes', on(type));
  const size = (type: string): string => exporter.series('node_filesystem_size_bytes', on(type));
  return {
    severity: 'warning',
    fires: Object.fromEntries(
      FILE_SYSTEMS.map((type) => [
        `${type}: full after 1,428 minutes, 38 % are left`,
        {
          series: { [left(type)]: '10000-7x120 20000x60', [size(type)]: '26000x180' },
          // two values make a pace
          minutes: [61, 120] as const,
          labels: { ...exporter.labels, ...on(type) },
          summary: '/data of worker-1 will be full within a day',
        },
      ]),
    ),
    silent: {
      'full after 1,575 minutes': { [left('ext4')]: '10000-6.35x120', [size('ext4')]: '26000x120' },
      'more than two fifths are left': { [left('ext4')]: '10000-7x100', [size('ext4')]: '23000x100' },
      'nothing is written': { [left('ext4')]: '10000x120', [size('ext4')]: '26000x120' },
    },
  };
}

function ofClockAndNetwork(exporter: Target): Record<string, AlertTest> {
  const labels = { ...exporter.labels, ...NODE };
  const of = (metric: string, more = {}): string => exporter.series(metric, { ...NODE, ...more });
  const card = { device: 'eth0' };
  const offset = of('node_timex_offset_seconds');
  const synchronised = of('node_timex_sync_status');
  const error = of('node_timex_maxerror_seconds');
  const wrong = { minutes: [25, 34] as const, labels, summary: 'The clock of worker-1 is wrong' };
  return {
    NodeClockWrong: {
      severity: 'warning',
      fires: {
        'it is 52 ms ahead': { series: { [offset]: '0x9 0.052x24 0x9' }, ...wrong },
        'it is 52 ms behind': { series: { [offset]: '0x9 -0.052x24 0x9' }, ...wrong },
        'nobody keeps it right': {
          series: { [offset]: '0x44', [synchronised]: '1x9 0x24 1x9', [error]: '16.5x44' },
          ...wrong,
        },
      },
      silent: {
        '48 ms': { [offset]: '0.048x40', [synchronised]: '1x40', [error]: '0.1x40' },
        'it is not kept right for a while': { [offset]: '0x40', [synchronised]: '0x40', [error]: '15.5x40' },
        'a quarter of an hour': { [offset]: '0x9 0.052x14 0x9' },
      },
    },
    NodeNetworkErrors: share({
      ...{ severity: 'warning', wait: 15, bad: 11, well: 9 },
      part: of('node_network_receive_errs_total', card),
      rest: {
        [of('node_network_transmit_errs_total', card)]: 10,
        [of('node_network_receive_packets_total', card)]: 1000,
        [of('node_network_transmit_packets_total', card)]: 1000,
      },
      labels: { ...NODE, ...card },
      summary: '1.05% of the packets of eth0 on worker-1 are damaged',
    }),
    NodeConntrackFull: held(
      {
        ...{ severity: 'warning', wait: 5, well: 78, bad: 82 },
        beside: { [of('node_nf_conntrack_entries_limit')]: 100 },
      },
      {
        '82 %': {
          series: of('node_nf_conntrack_entries'),
          labels,
          summary: 'worker-1 tracks 82% of the connections that it can',
        },
      },
    ),
  };
}
