import { memory } from '../../../settings/amounts';
import { block, sized } from '../../../settings/blocks';
import { own } from '../../../settings/own';
import { component, type SettingsOf } from '../../core/definition';
import { NODE_AGENTS } from '../node-agents';

export const fluentBit = component({
  name: 'fluent-bit',
  layer: 'observability',
  scope: 'cluster',
  description: 'Reads the logs of all containers, masks secrets in them, and sends them to Loki',
  settings: block({
    ...sized,
    memory: own(
      'sizing',
      memory({ least: '96Mi', for: 'the chunks that it holds in memory' })
        .exactOptional()
        .describe('Memory request and limit of its main pod. Default: from the profile.'),
    ),
    buffer: own(
      'volume',
      memory({ least: '64Mi', for: 'some minutes of logs' })
        .default('512Mi')
        .describe(
          'Disk of each node for lines that Loki does not take, when it is away; beyond it the oldest are lost.',
        ),
    ),
  }).describe('Fluent Bit on every node. It needs loki.'),
  namespaces: [NODE_AGENTS],
  exceptions: [
    {
      subject: 'fluent-bit',
      exception: 'run-as-root',
      reason:
        'Container runtimes write logs for root (containerd with 0640, CRI-O with 0600), and the kubelet makes the folder of the offsets for root.',
    },
    {
      subject: 'fluent-bit',
      exception: 'host-path:/var/log/containers',
      reason: "The names of the kubelet's links say which pod and container wrote a file.",
    },
    {
      subject: 'fluent-bit',
      exception: 'host-path:/var/log/pods',
      reason: 'The files that these links lead to.',
    },
    {
      subject: 'fluent-bit',
      exception: 'host-path-write:/var/lib/fluent-bit',
      reason:
        'How far each file was read, and what Loki has not taken yet, must outlive the pod: else a roll-out loses or repeats lines.',
    },
  ],
});

export type FluentBitSettings = SettingsOf<typeof fluentBit>;
