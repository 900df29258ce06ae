import { block, sizedFrom } from '../../../settings/blocks';
import { memory } from '../../../settings/amounts';
import { matching } from '../../../settings/scalar';
import { own } from '../../../settings/own';
import { component, type SettingsOf } from '../../core/definition';
import { bytesOf } from '../../core/quantities';

/** Share of the volume that blocks may take: the write-ahead log and a compaction need the rest. */
export const BLOCKS_SHARE = 0.8;
/** More than this leaves no room to compact in. */
const LARGEST_SHARE = 0.9;

export const prometheus = component({
  name: 'prometheus',
  layer: 'observability',
  scope: 'cluster',
  // it keeps a volume, and must not push a database out
  priority: 'data',
  description: 'Metrics of everything, and the alerts on them',
  settings: block({
    // a third of what 40,000 series take, with the queries (prometheus.ts)
    ...sizedFrom({ least: '256Mi', for: 'the series of one node' }),
    retention: matching(
      'a duration',
      /^[1-9][0-9]{0,4}(h|d|w)$|^[1-9][0-9]?y$/,
      '30d',
      'Write a number and h, d, w or y, at most 99 years',
    )
      .default('30d')
      .describe('How long metrics are kept.'),
    // one to two bytes for each sample (prometheus.io/docs/prometheus/latest/storage): of 40,000 series every 15 s, 230 MB a day at the least
    retentionSize: own(
      'volume',
      memory({ least: '256Mi', for: 'the metrics of a day' })
        .exactOptional()
        .describe('Disk that metrics may take: the oldest go first. Default: 80 % of the volume.'),
    ),
    size: own(
      'volume',
      memory({ least: '2Gi', for: 'the write-ahead log and a compaction' })
        .default('10Gi')
        .describe('Volume, of the general class.'),
    ),
  }).describe('Prometheus. It needs prometheus-operator.'),
  mistakes: ({ retentionSize, size }) =>
    retentionSize !== undefined && bytesOf(retentionSize) > bytesOf(size) * LARGEST_SHARE
      ? [
          {
            path: ['retentionSize'],
            problem: `${retentionSize} of a volume of ${size} leaves no room for the write-ahead log and compactions`,
            remedy: `Allow at most ${LARGEST_SHARE * 100} % of size, or leave it out`,
          },
        ]
      : [],
  exceptions: [
    {
      subject: 'prometheus',
      exception: 'no-backup',
      reason: 'Metrics are worth a look for weeks, not a restore: a new Prometheus collects anew.',
    },
  ],
});

export type PrometheusSettings = SettingsOf<typeof prometheus>;
