import { PROFILES } from './profiles';
import type {
  ClusterSettings,
  EnvironmentSettings,
  NetworkSettings,
  NodeSettings,
  ParsedSettings,
} from './base';

type Distribution = ParsedSettings['distribution'];

/** What each distribution's installer uses unless told otherwise. */
const NETWORKS: Readonly<Record<Distribution, { readonly pods: string; readonly services: string }>> = {
  k3s: { pods: '10.42.0.0/16', services: '10.43.0.0/16' },
  kubeadm: { pods: '10.244.0.0/16', services: '10.96.0.0/12' },
};

/**
 * Fills in the defaults that depend on other fields. It takes and gives sections, not whole settings, so that the rules can look at
 * the sound sections of a file of which others are broken; all sections in, all sections out.
 */
export function complete(parsed: Partial<ParsedSettings>): Partial<ClusterSettings> {
  const { nodes, network, environments, ...others } = parsed;
  const { distribution, profile } = others;
  return {
    ...others,
    ...(nodes && distribution && { nodes: nodes.map((node) => completeNode(node, distribution)) }),
    ...(network &&
      distribution && { network: { ...NETWORKS[distribution], ...network } satisfies NetworkSettings }),
    ...(environments &&
      profile && { environments: environments.map((one) => completeEnvironment(one, profile)) }),
  };
}

function completeNode(node: ParsedSettings['nodes'][number], distribution: Distribution): NodeSettings {
  // kubeadm taints its control plane, k3s does not.
  return { ...node, schedulable: node.schedulable ?? (node.role === 'worker' || distribution === 'k3s') };
}

function completeEnvironment(
  environment: ParsedSettings['environments'][number],
  profile: ParsedSettings['profile'],
): EnvironmentSettings {
  return {
    ...environment,
    namespace: environment.namespace ?? environment.name,
    quota: { ...PROFILES[profile].quota, ...environment.quota },
  };
}
