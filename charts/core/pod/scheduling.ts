import type { IAffinity } from 'kubernetes-models/v1/Affinity';
import type { INodeSelectorTerm } from 'kubernetes-models/v1/NodeSelectorTerm';
import type { IToleration } from 'kubernetes-models/v1/Toleration';
import type { ITopologySpreadConstraint } from 'kubernetes-models/v1/TopologySpreadConstraint';
import type { Labels } from '../labels';
import { defined } from '../objects';

/** The label that tells nodes apart. */
const HOSTNAME = 'kubernetes.io/hostname';

/** Taints that pods put up with. Without a key it is every taint; without an effect, every effect of the key. */
interface Toleration {
  readonly key?: string;
  /** @default every value */
  readonly value?: string;
  readonly effect?: 'NoSchedule' | 'PreferNoSchedule' | 'NoExecute';
  /** Seconds that a pod stays after a NoExecute taint came. @default for ever */
  readonly seconds?: number;
}

/** What one label of a node must be like. */
interface NodeRequirement {
  readonly key: string;
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist' | 'Gt' | 'Lt';
  /** None for Exists and DoesNotExist, one number for Gt and Lt. */
  readonly values?: readonly string[];
}

interface NodeAffinity {
  /** Lists of requirements: a node must fulfil all of one list. */
  readonly required?: readonly (readonly NodeRequirement[])[];
  /** Weight from 1 to 100 of a list of requirements: nodes that fulfil more of them are taken first. */
  readonly preferred?: readonly {
    readonly weight: number;
    readonly requirements: readonly NodeRequirement[];
  }[];
}

/** How evenly the pods lie over nodes, or over zones. */
interface Spread {
  /** Label of nodes that tells the places apart. @default kubernetes.io/hostname */
  readonly topologyKey?: string;
  /** By how many pods two places may differ. @default 1 */
  readonly maxSkew?: number;
  /** Whether a pod waits rather than makes it uneven. @default false */
  readonly required?: boolean;
}

/** Which nodes pods may run on, and who goes first where room is short. */
export interface Scheduling {
  /** Labels that a node must have. @default none */
  readonly nodeSelector?: Labels;
  readonly nodeAffinity?: NodeAffinity;
  /** @default none: nodes with taints (a control plane) are left alone */
  readonly tolerations?: readonly Toleration[];
  /** Pods whose node this one must share, for a volume that only one node can mount. */
  readonly beside?: Labels;
  /** One pod per node: `required` lets a pod wait where no node is free, `preferred` does not. @default none */
  readonly antiAffinity?: 'required' | 'preferred';
  /** An empty list leaves it to the scheduler. @default evenly over the nodes, where that makes no pod wait */
  readonly spread?: readonly Spread[];
  /** @default that of the component (priority.ts) */
  readonly priorityClass?: string;
}

/** The fields of a pod's spec that the scheduler reads. `selector` is what the pods of the same workload carry. */
export function schedulingFields(pod: Scheduling, selector: Labels) {
  const spread = pod.spread ?? [{}];
  return {
    priorityClassName: pod.priorityClass,
    nodeSelector: pod.nodeSelector && { ...pod.nodeSelector },
    affinity: affinityOf(pod, selector),
    tolerations: pod.tolerations?.map(tolerationOf),
    topologySpreadConstraints: spread.length ? spread.map((one) => constraintOf(one, selector)) : undefined,
  };
}

function affinityOf({ beside, antiAffinity, nodeAffinity }: Scheduling, selector: Labels) {
  if (!beside && !antiAffinity && !nodeAffinity) return undefined;
  return defined({
    nodeAffinity: nodeAffinity && nodeAffinityOf(nodeAffinity),
    podAffinity: beside && { requiredDuringSchedulingIgnoredDuringExecution: [onNodeOf(beside)] },
    podAntiAffinity: antiAffinity && antiAffinityOf(antiAffinity, selector),
  });
}

const onNodeOf = (labels: Labels) => ({
  topologyKey: HOSTNAME,
  labelSelector: { matchLabels: { ...labels } },
});

const antiAffinityOf = (
  kind: 'required' | 'preferred',
  selector: Labels,
): NonNullable<IAffinity['podAntiAffinity']> =>
  kind === 'required'
    ? { requiredDuringSchedulingIgnoredDuringExecution: [onNodeOf(selector)] }
    : {
        preferredDuringSchedulingIgnoredDuringExecution: [
          { weight: 100, podAffinityTerm: onNodeOf(selector) },
        ],
      };

const nodeAffinityOf = ({ required, preferred }: NodeAffinity) =>
  defined({
    requiredDuringSchedulingIgnoredDuringExecution: required && { nodeSelectorTerms: required.map(termOf) },
    preferredDuringSchedulingIgnoredDuringExecution: preferred?.map(({ weight, requirements }) => ({
      weight,
      preference: termOf(requirements),
    })),
  });

const termOf = (requirements: readonly NodeRequirement[]): INodeSelectorTerm => ({
  matchExpressions: requirements.map(({ key, operator, values }) =>
    defined({ key, operator, values: values && [...values] }),
  ),
});

const tolerationOf = ({ key, value, effect, seconds }: Toleration): IToleration =>
  defined({
    key,
    operator: value === undefined ? ('Exists' as const) : ('Equal' as const),
    value,
    effect,
    tolerationSeconds: seconds,
  });

const constraintOf = (
  { topologyKey = HOSTNAME, maxSkew = 1, required = false }: Spread,
  selector: Labels,
): ITopologySpreadConstraint => ({
  maxSkew,
  topologyKey,
  whenUnsatisfiable: required ? 'DoNotSchedule' : 'ScheduleAnyway',
  labelSelector: { matchLabels: { ...selector } },
});
