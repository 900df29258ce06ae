import { block, sized } from '../../../settings/blocks';
import { memory } from '../../../settings/amounts';
import { matching } from '../../../settings/scalar';
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
    ...sized,
    retention: matching('a duration', /^[1-9][0-9]*(h|d|w|y)$/, '30d', 'Write a number and h, d, w or y')
      .default('30d')
      .describe('How long metrics are kept.'),
    retentionSize: memory()
      .exactOptional()
      .describe('Disk that metrics may take: the oldest go first. Default: 80 % of the volume.'),
    size: memory({ least: '2Gi', for: 'the write-ahead log and a compaction' })
      .default('10Gi')
      .describe('Volume, of the general class.'),
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
