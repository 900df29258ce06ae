import type { NamespaceSpec } from '../core/namespaces';

/** Home of what runs on each node and reads the node itself, so that the namespace of Prometheus can stay at the level restricted. */
export const NODE_AGENTS: NamespaceSpec = {
  name: 'node-agents',
  environment: 'monitoring',
  // folders and the network of the node are forbidden below this level
  podSecurity: 'privileged',
  quota: { cpu: '2', memory: '4Gi', storage: '0' },
};
