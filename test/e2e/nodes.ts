import { bytes } from '../../checks/core/requests';
import type { ClusterSettings } from '../../charts/settings';
import type { KubeObject } from '../../charts/core/objects';
import { messageOf } from '../../cli/kubernetes-api';
import { isAccepted, isTrue, type Api } from './api';
import { sleep } from './processes';
import { ProgrammeError, type Outcome } from './report';

/** Pods of one node: the kubelet's default of maxPods. */
const PODS = '110';
/** What the kubelet keeps from pods by its default hard eviction threshold, memory.available<100Mi. */
const EVICTION_BYTES = 100 * 2 ** 20;
/** The taint and label that kubeadm gives; k3s gives the label the value "true" and no taint. */
const CONTROL_PLANE = 'node-role.kubernetes.io/control-plane';
/** For documentation (RFC 5737, TEST-NET-1): nothing listens there. */
const ADDRESSES = '192.0.2.';
const READY_MILLISECONDS = 30_000;

type Node = ClusterSettings['nodes'][number];

/** The nodes of the settings, each as large as they say. */
export function nodesOf({ nodes, distribution }: ClusterSettings): KubeObject[] {
  const all = nodes.flatMap((node) =>
    Array.from({ length: node.count }, (_, index) => ({
      node,
      name: node.count === 1 ? node.name : `${node.name}-${index + 1}`,
    })),
  );
  return all.map(({ name, node }, index) => nodeObject(name, `${ADDRESSES}${index + 1}`, node, distribution));
}

function nodeObject(
  name: string,
  address: string,
  node: Node,
  distribution: ClusterSettings['distribution'],
): KubeObject {
  const memory = bytes(node.memory) ?? 0;
  const size = { cpu: String(node.cpu), 'ephemeral-storage': node.disk, pods: PODS };
  const role = node.role === 'control-plane' ? { [CONTROL_PLANE]: distribution === 'k3s' ? 'true' : '' } : {};
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      labels: {
        'kubernetes.io/os': 'linux',
        'kubernetes.io/arch': 'amd64',
        'kubernetes.io/hostname': name,
        ...role,
      },
    },
    spec: { taints: node.schedulable ? [] : [{ key: CONTROL_PLANE, effect: 'NoSchedule' }] },
    status: {
      addresses: [{ type: 'InternalIP', address }],
      capacity: { ...size, memory: node.memory },
      allocatable: { ...size, memory: String(memory - EVICTION_BYTES) },
    },
  };
}

/** Makes the nodes, and waits until pods may go there. Throws where they do not come up. */
export async function startNodes(api: Api, nodes: readonly KubeObject[]): Promise<Outcome> {
  for (const node of nodes) {
    const answer = await api.request('POST', '/api/v1/nodes', JSON.stringify(node));
    if (!isAccepted(answer))
      throw new ProgrammeError(`Node ${node.metadata.name}: ${messageOf(answer.body)}`);
  }
  const deadline = performance.now() + READY_MILLISECONDS;
  for (;;) {
    const live = await api.list('v1', 'Node');
    const ready = live.filter(
      ({ status, spec }) =>
        isTrue(status, 'Ready') &&
        !((spec?.taints ?? []) as { key: string }[]).some(({ key }) => key.startsWith('node.kubernetes.io/')),
    );
    if (ready.length === nodes.length) break;
    if (performance.now() > deadline)
      throw new ProgrammeError(`${nodes.length - ready.length} simulated nodes are not Ready`);
    await sleep(100);
  }
  const sizes = nodes.map(({ metadata, status }) => {
    const { cpu, memory } = (status as { capacity: { cpu: string; memory: string } }).capacity;
    return `${metadata.name} ${cpu} CPU ${memory}`;
  });
  return { proved: `Kubernetes ${await api.version()}; ${sizes.join(', ')}`, problems: [] };
}
