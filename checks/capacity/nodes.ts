import type { ClusterSettings } from '../../settings/base';
import { bytes, type Requests } from '../core/requests';
import { selects } from '../core/selectors';
import { asArray, at, fieldsOf, isObject, type PodTemplate } from '../core/workloads';

/** One node of the settings, as the scheduler would see it. */
export interface Node {
  /** All that it has; nothing is in reserve. */
  readonly has: Requests;
  readonly labels: Readonly<Record<string, string>>;
  /** Key of the taint that keeps ordinary pods away; undefined on nodes that take them. */
  readonly taint: string | undefined;
}

/** The label of control-plane nodes, and the key of their taint (kubernetes.io, "Well-Known Labels, Annotations and Taints"). */
const CONTROL_PLANE = 'node-role.kubernetes.io/control-plane';
/** Labels whose values the settings tell; of others nothing is known, and every node may carry them. */
const KNOWN_LABELS: ReadonlySet<string> = new Set([CONTROL_PLANE, 'kubernetes.io/os']);
/** Value of the label: k3s writes `true` (its pkg/server), kubeadm nothing (its phase mark-control-plane). */
const CONTROL_PLANE_VALUE = { k3s: 'true', kubeadm: '' } as const;

export const nodesOf = ({ nodes, distribution }: Pick<ClusterSettings, 'nodes' | 'distribution'>): Node[] =>
  nodes.flatMap(({ role, count, cpu, memory, disk, schedulable }) => {
    const isControlPlane = role === 'control-plane';
    const node: Node = {
      has: { cpu: cpu * 1000, memory: bytes(memory) ?? 0, disk: bytes(disk) ?? 0 },
      labels: {
        'kubernetes.io/os': 'linux',
        ...(isControlPlane && { [CONTROL_PLANE]: CONTROL_PLANE_VALUE[distribution] }),
      },
      // of a worker that takes no ordinary pods only pods that put up with everything are sure to be taken
      taint: schedulable ? undefined : isControlPlane ? CONTROL_PLANE : '',
    };
    return Array.from({ length: count }, () => node);
  });

/** Whether node selector, required node affinity and tolerations let the pod onto the node. */
export const mayRunOn = ({ spec }: PodTemplate, node: Node): boolean =>
  (node.taint === undefined || tolerates(spec['tolerations'], node.taint)) &&
  selectsNode(spec['nodeSelector'], node) &&
  isRequired(at(spec, 'affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution'), node);

/** The taint has the effect NoSchedule and no value. */
const tolerates = (tolerations: unknown, taint: string): boolean =>
  asArray(tolerations).some((toleration) => {
    const [key, effect] = [at(toleration, 'key'), at(toleration, 'effect')];
    if (effect !== undefined && effect !== 'NoSchedule') return false;
    const isAny = at(toleration, 'operator') === 'Exists';
    if (key === undefined || key === '') return isAny;
    return key === taint && (isAny || (at(toleration, 'value') ?? '') === '');
  });

const selectsNode = (selector: unknown, { labels }: Node): boolean =>
  fieldsOf(selector).every(([key, value]) => !KNOWN_LABELS.has(key) || labels[key] === value);

/** One of the terms fulfilled wholly; requirements about labels that nobody knows count as fulfilled. */
function isRequired(affinity: unknown, { labels }: Node): boolean {
  const terms = asArray(at(affinity, 'nodeSelectorTerms'));
  if (!isObject(affinity) || !terms.length) return true;
  return terms.some((term) => {
    const known = asArray(at(term, 'matchExpressions')).filter((expression) =>
      KNOWN_LABELS.has(String(at(expression, 'key'))),
    );
    return selects({ matchExpressions: known }, labels);
  });
}
