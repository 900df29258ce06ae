import { block, sized } from '../../../settings/blocks';
import { component, type SettingsOf } from '../../core/definition';
import { NODE_AGENTS } from '../node-agents';

export const nodeExporter = component({
  name: 'node-exporter',
  layer: 'observability',
  scope: 'cluster',
  description: 'Metrics of the nodes, and the alerts on them',
  settings: block(sized).describe('node-exporter on every node: processor, memory, disks, network, clock.'),
  namespaces: [NODE_AGENTS],
  exceptions: [
    {
      subject: 'node-exporter',
      exception: 'host-network',
      reason:
        "Traffic and errors of the node's interfaces are seen in the node's own network namespace only.",
    },
    {
      subject: 'node-exporter',
      exception: 'host-pid',
      reason:
        'The mounts of the node are read from its first process: upstream runs it so (README, "Docker").',
    },
    {
      subject: 'node-exporter',
      exception: 'host-path:/',
      reason:
        'How full a file system is, is asked of the file system: all are below the root, which is mounted read-only.',
    },
    {
      subject: 'node-exporter',
      exception: 'mount-propagation',
      reason: 'Volumes that are mounted later would be missing from the list of file systems.',
    },
  ],
});

export type NodeExporterSettings = SettingsOf<typeof nodeExporter>;
