import type { RenderedObject } from '../../charts/core/render';
import { podsOf } from './declared-pods';
import type { CheckInput } from './rule';
import { LabelIndex, push } from './selectors';
import { isObject, namespaceOf, type PodTemplate } from './workloads';

/** How many pods of one StatefulSet are looked at one by one; a file edited by hand may ask for a million. */
const MOST_PODS = 100;

const sets = new WeakMap<CheckInput, ObjectSet>();

/**
 * The objects of a set, found by what rules look for. All rules share it, and each part is made when it is first asked for: an input is not
 * changed once a rule has looked at it.
 */
export class ObjectSet {
  private kinds: Map<string, RenderedObject[]> | undefined;
  private readonly named = new Map<string, Map<string, RenderedObject>>();
  private templates: readonly PodTemplate[] | undefined;
  private podLabels: LabelIndex<PodTemplate> | undefined;
  private serviceLabels: LabelIndex<RenderedObject> | undefined;

  static of(input: CheckInput): ObjectSet {
    let set = sets.get(input);
    if (!set) sets.set(input, (set = new ObjectSet(input)));
    return set;
  }

  readonly objects: readonly RenderedObject[];

  private constructor(private readonly input: CheckInput) {
    this.objects = input.objects;
  }

  /** All objects of a kind, or of several, in the order of the set. */
  ofKind(kind: string, ...others: readonly string[]): readonly RenderedObject[] {
    if (others.length)
      return this.objects.filter(({ object }) => object.kind === kind || others.includes(object.kind));
    return (this.kinds ??= byKind(this.objects)).get(kind) ?? [];
  }

  /** `namespace/name` → the object of a kind; `/name` for cluster-scoped kinds. Of two that share a name the last one is applied. */
  byName(kind: string): ReadonlyMap<string, RenderedObject> {
    let known = this.named.get(kind);
    if (!known) {
      known = new Map(
        this.ofKind(kind).map((one) => [`${namespaceOf(one.object)}/${one.object.metadata.name}`, one]),
      );
      this.named.set(kind, known);
    }
    return known;
  }

  /** Those of objects, and those that are declared. */
  get pods(): readonly PodTemplate[] {
    return (this.templates ??= podsOf(this.input));
  }

  get podsByLabel(): LabelIndex<PodTemplate> {
    return (this.podLabels ??= indexOfPods(this.pods));
  }

  get servicesByLabel(): LabelIndex<RenderedObject> {
    return (this.serviceLabels ??= indexOfServices(this.byName('Service').values()));
  }
}

function byKind(objects: readonly RenderedObject[]): Map<string, RenderedObject[]> {
  const kinds = new Map<string, RenderedObject[]>();
  for (const rendered of objects) push(kinds, rendered.object.kind, rendered);
  return kinds;
}

function indexOfPods(pods: readonly PodTemplate[]): LabelIndex<PodTemplate> {
  const index = new LabelIndex<PodTemplate>();
  for (const pod of pods) for (const labels of podLabels(pod)) index.add(pod.namespace, labels, pod);
  return index;
}

/** The labels of the template. A StatefulSet's pods each have their own: its controller adds the name (kubernetes.io, "Pod Name Label"). */
function podLabels({ kind, workload, labels, replicas }: PodTemplate): readonly unknown[] {
  if (kind !== 'StatefulSet' || typeof replicas !== 'number' || !isObject(labels)) return [labels];
  const each = Array.from({ length: Math.min(replicas, MOST_PODS) }, (_, number) => ({
    ...labels,
    'statefulset.kubernetes.io/pod-name': `${workload}-${number}`,
  }));
  return [labels, ...each];
}

function indexOfServices(services: Iterable<RenderedObject>): LabelIndex<RenderedObject> {
  const index = new LabelIndex<RenderedObject>();
  for (const service of services) {
    const { object } = service;
    index.add(namespaceOf(object), object.metadata.labels, service);
  }
  return index;
}
