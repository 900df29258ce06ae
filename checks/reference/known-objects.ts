import { nearest } from '../../settings/nearest';
import type { ManagedService } from '../../charts/core/network';
import type { RenderedObject } from '../../charts/core/render';
import { podsOf } from '../core/declared-pods';
import { LabelIndex } from './label-index';
import type { CheckInput, Finding } from '../core/rule';
import { secretKeys } from './secret-keys';
import { fieldsOf, findingsOf, isObject, namespaceOf, show, type PodTemplate } from '../core/workloads';

const finding = findingsOf('reference');

/** How many pods of one StatefulSet are looked at one by one; a file edited by hand may ask for a million. */
const MOST_PODS = 100;

const indexes = new WeakMap<CheckInput, KnownObjects>();

/** Everything of the set that can be named, found by kind, namespace and name. */
export class KnownObjects {
  readonly pods: readonly PodTemplate[];
  readonly podsByLabel: LabelIndex<PodTemplate>;
  readonly servicesByLabel: LabelIndex<RenderedObject>;
  /** Home namespaces of components: where cluster-scoped objects look for Secrets. */
  readonly homes: ReadonlyMap<string, string>;
  private readonly byKind = new Map<string, Map<string, RenderedObject>>();
  /** Services that controllers make, as they will be. */
  private readonly managedServices: ReadonlyMap<string, RenderedObject>;
  private readonly secrets: ReadonlyMap<string, ReadonlySet<string>>;

  /** The index of a set that several rules look at, made once. */
  static of(input: CheckInput): KnownObjects {
    const known = indexes.get(input) ?? new KnownObjects(input);
    indexes.set(input, known);
    return known;
  }

  private constructor(readonly input: CheckInput) {
    for (const rendered of input.objects) {
      const { kind, metadata } = rendered.object;
      const known = this.byKind.get(kind) ?? new Map<string, RenderedObject>();
      known.set(`${namespaceOf(rendered.object)}/${metadata.name}`, rendered);
      this.byKind.set(kind, known);
    }
    this.managedServices = new Map(input.declarations.managedServices.map(managedService));
    this.secrets = secretKeys(input);
    this.homes = new Map(input.declarations.components.map(({ id, namespace }) => [id, namespace]));
    this.pods = podsOf(input);
    this.podsByLabel = new LabelIndex(this.pods, podLabels, ({ namespace }) => namespace);
    this.servicesByLabel = new LabelIndex(
      this.ofKind('Service'),
      ({ object }) => [object.metadata.labels],
      ({ object }) => namespaceOf(object),
    );
  }

  ofKind(kind: string): readonly RenderedObject[] {
    return [...(this.byKind.get(kind)?.values() ?? [])];
  }

  /** `namespace` is '' for cluster-scoped kinds. */
  find(kind: string, namespace: string, name: string): RenderedObject | undefined {
    const id = `${namespace}/${name}`;
    return this.byKind.get(kind)?.get(id) ?? (kind === 'Service' ? this.managedServices.get(id) : undefined);
  }

  /** A finding unless `name`, if it is a text, names an object of the kind; Secrets need not be objects. */
  need(rendered: RenderedObject, field: string, kind: string, namespace: string, name: unknown): Finding[] {
    if (typeof name !== 'string' || this.exists(kind, namespace, name)) return [];
    const known = kind === 'Secret' ? [...this.secrets.keys()] : [...(this.byKind.get(kind)?.keys() ?? [])];
    const beside = known
      .filter((id) => id.startsWith(`${namespace}/`))
      .map((id) => id.slice(namespace.length + 1));
    return [missing(rendered, field, kind, namespace === '' ? name : `${namespace}/${name}`, name, beside)];
  }

  private exists(kind: string, namespace: string, name: string): boolean {
    return kind === 'Secret'
      ? this.secrets.has(`${namespace}/${name}`)
      : this.find(kind, namespace, name) !== undefined;
  }

  /** Keys of a Secret or ConfigMap that exists. */
  keys(kind: 'Secret' | 'ConfigMap', namespace: string, name: unknown): readonly string[] {
    if (kind === 'Secret') return [...(this.secrets.get(`${namespace}/${show(name)}`) ?? [])];
    const { object } = this.find(kind, namespace, show(name)) ?? {};
    return [...fieldsOf(object?.['data']), ...fieldsOf(object?.['binaryData'])].map(([key]) => key);
  }
}

const managedService = ({ name, namespace, ports }: ManagedService): [string, RenderedObject] => [
  `${namespace}/${name}`,
  {
    object: {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name, namespace },
      spec: { ports: Object.entries(ports).map(([port, number]) => ({ name: port, port: number })) },
    },
    file: '',
    component: '',
  },
];

/** The labels of the template. A StatefulSet's pods each have their own: its controller adds the name (kubernetes.io, "Pod Name Label"). */
function podLabels({ kind, workload, labels, replicas }: PodTemplate): readonly unknown[] {
  if (kind !== 'StatefulSet' || typeof replicas !== 'number' || !isObject(labels)) return [labels];
  const each = Array.from({ length: Math.min(replicas, MOST_PODS) }, (_, number) => ({
    ...labels,
    'statefulset.kubernetes.io/pod-name': `${workload}-${number}`,
  }));
  return [labels, ...each];
}

/** A finding about a name that nothing has. */
export function missing(
  rendered: RenderedObject,
  field: string,
  kind: string,
  full: string,
  name: string,
  known: readonly string[],
): Finding {
  const near = nearest(name, known);
  return finding(
    rendered,
    field,
    `there is no ${kind} ${full}`,
    near ? `Did you mean ${near}?` : `Add it, or correct the name`,
  );
}
