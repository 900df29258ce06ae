import { z } from 'zod';
import { block } from '../../../settings/blocks';
import { own } from '../../../settings/own';
import { component, type SettingsOf } from '../../core/definition';

export const metricsServer = component({
  name: 'metrics-server',
  // an API of the cluster itself, which k3s brings and kubeadm does not; Prometheus has its own sources
  layer: 'cluster',
  scope: 'cluster',
  description: 'What nodes and pods use just now, for kubectl top and autoscalers',
  settings: block({
    kubeletCertificates: own(
      'installation',
      z
        .enum(['signed', 'self-signed'])
        .default('signed')
        .describe(
          "Who signed the kubelets' certificates: the cluster's authority, or each kubelet for itself, as kubeadm leaves it; then nobody " +
            'verifies that it is the kubelet who answers.',
        ),
    ),
  }).describe('metrics-server, for clusters that bring none: k3s has one.'),
  mistakes: ({ enabled }, { distribution }) =>
    enabled && distribution === 'k3s'
      ? [
          {
            path: [],
            problem: 'k3s brings a metrics-server, and two of them would answer for one API',
            remedy: 'Leave metrics-server out',
          },
        ]
      : [],
  namespaces: [
    {
      name: 'metrics-server',
      environment: 'platform',
      podSecurity: 'restricted',
      quota: { cpu: '1', memory: '1Gi', storage: '0' },
    },
  ],
});

export type MetricsServerSettings = SettingsOf<typeof metricsServer>;
