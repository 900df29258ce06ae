import { nearest } from '../../settings/nearest';
import type { ManagedService } from '../../charts/core/network';
import type { RenderedObject } from '../../charts/core/render';
import { ObjectSet } from '../core/object-set';
import type { CheckInput, Finding } from '../core/rule';
import type { LabelIndex } from '../core/selectors';
import { fieldsOf, findingsOf, show, type PodTemplate } from '../core/workloads';
import { secretKeys } from './secret-keys';

const finding = findingsOf('reference');

const known = new WeakMap<CheckInput, KnownObjects>();

/** Everything of the set that can be named, found by kind, namespace and name. */
export class KnownObjects {
  readonly pods: readonly PodTemplate[];
  readonly podsByLabel: LabelIndex<PodTemplate>;
  readonly servicesByLabel: LabelIndex<RenderedObject>;
  /** Home namespaces of components: where cluster-scoped objects look for Secrets. */
  readonly homes: ReadonlyMap<string, string>;
  private readonly set: ObjectSet;
  /** Services that controllers make, as they will be. */
  private readonly managedServices: ReadonlyMap<string, RenderedObject>;
  private readonly secrets: ReadonlyMap<string, ReadonlySet<string>>;

  /** What is known of a set that several rules look at, made once. */
  static of(input: CheckInput): KnownObjects {
    let objects = known.get(input);
    if (!objects) known.set(input, (objects = new KnownObjects(input)));
    return objects;
  }

  private constructor(readonly input: CheckInput) {
    this.set = ObjectSet.of(input);
    this.managedServices = new Map(input.declarations.managedServices.map(managedService));
    this.secrets = secretKeys(this.set, input.declarations);
    this.homes = new Map(input.declarations.components.map(({ id, namespace }) => [id, namespace]));
    this.pods = this.set.pods;
    this.podsByLabel = this.set.podsByLabel;
    this.servicesByLabel = this.set.servicesByLabel;
  }

  /** Objects of a kind, each name once. */
  ofKind(kind: string): readonly RenderedObject[] {
    return [...this.set.byName(kind).values()];
  }

  /** `namespace` is '' for cluster-scoped kinds. */
  find(kind: string, namespace: string, name: string): RenderedObject | undefined {
    const id = `${namespace}/${name}`;
    return this.set.byName(kind).get(id) ?? (kind === 'Service' ? this.managedServices.get(id) : undefined);
  }

  /** A finding unless `name`, if it is a text, names an object of the kind; Secrets need not be objects. */
  need(rendered: RenderedObject, field: string, kind: string, namespace: string, name: unknown): Finding[] {
    if (typeof name !== 'string' || this.exists(kind, namespace, name)) return [];
    const names = kind === 'Secret' ? this.secrets.keys() : this.set.byName(kind).keys();
    const beside = [...names]
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

/** A finding about a name that nothing has. */
export function missing(
  rendered: RenderedObject,
  field: string,
  kind: string,
  full: string,
  name: string,
  names: readonly string[],
): Finding {
  const near = nearest(name, names);
  return finding(
    rendered,
    field,
    `there is no ${kind} ${full}`,
    near ? `Did you mean ${near}?` : `Add it, or correct the name`,
  );
}
