import type { KubeObject } from '../../charts/core/objects';
import type { PodDeclaration } from '../../charts/core/managed-pods';
import type { Declarations, RenderedObject } from '../../charts/core/render';
import type { Finding } from './rule';
import {
  child,
  findingsOf,
  isObject,
  placedContainers,
  podTemplates,
  type PodSpecJson,
  type PodTemplate,
} from './workloads';

/** What pods come from: objects, and declarations about what controllers make of them. */
export interface PodSources {
  readonly objects: readonly RenderedObject[];
  readonly declarations: Pick<Declarations, 'pods'>;
}

/** All pods of a set. Findings about a declared one are at the object that it is made for, in the field `managedPods.<name>`. */
export const podsOf = (sources: PodSources): PodTemplate[] => [
  ...podTemplates(sources.objects),
  ...withOwners(sources).map(([declared, owner]) => declaredPod(declared, owner ?? missingOwner(declared))),
];

function declaredPod(declared: PodDeclaration, owner: RenderedObject): PodTemplate {
  const { name, namespace, template, replicas, claims } = declared;
  const path = child('managedPods', name);
  const given: unknown = template.spec;
  const spec: PodSpecJson = isObject(given) ? given : {};
  return {
    // one of its own, since an object may have several workloads
    rendered: { ...owner },
    kind: undefined,
    workload: name,
    spec,
    path: `${path}.spec`,
    labels: template.metadata?.labels ?? {},
    annotations: template.metadata?.annotations,
    namespace,
    replicas,
    finite: false,
    claims: claims.map((claim, index) => ({ claim, path: `${path}.claims[${index}]` })),
    containers: placedContainers(spec, `${path}.spec`),
  };
}

/** Each declaration with the object that its pods are made for, if the set has it. */
function withOwners({
  objects,
  declarations,
}: PodSources): (readonly [PodDeclaration, RenderedObject | undefined])[] {
  // most clusters declare a few pods, and none should pay for an index of ten thousand objects
  if (!declarations.pods.length) return [];
  const components = new Set(declarations.pods.map(({ component }) => component));
  const owners = new Map<string, RenderedObject>();
  for (const rendered of objects) {
    if (components.has(rendered.component))
      owners.set(ownerKey(rendered.component, rendered.object), rendered);
  }
  return declarations.pods.map((declared) => {
    const { component, owner } = declared;
    return [declared, owners.get(ownerKey(component, { ...owner, metadata: { name: owner.name } }))];
  });
}

/** Within a component an object is one by kind and name; where two namespaces have it, either will do to point at. */
const ownerKey = (component: string, { apiVersion, kind, metadata }: KubeObject): string =>
  `${component} ${apiVersion}/${kind} ${metadata.name}`;

const missingOwner = ({ owner, namespace, component }: PodDeclaration): RenderedObject => ({
  object: { apiVersion: owner.apiVersion, kind: owner.kind, metadata: { name: owner.name, namespace } },
  component,
  file: `${component}/`,
});

const finding = findingsOf('reference');

/** Pods that are declared for an object that the component does not render. */
export const ownerless = (sources: PodSources): Finding[] =>
  withOwners(sources).flatMap(([declared, owner]) => {
    if (owner) return [];
    const { kind, name } = declared.owner;
    const problem = `pods ${declared.name} are declared for ${kind} ${name}, which is not there`;
    const remedy = 'Render it in the same component, or name the object that makes the pods';
    return [finding(missingOwner(declared), child('managedPods', declared.name), problem, remedy)];
  });
